"""What the check of a rulebook finds: where it stands, what is wrong, a unit that shows it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import yaml


@dataclass(frozen=True)
class Witness:
    """A unit that shows a finding, in the words of a case file.

    Attributes:
        given: every column that the pack reads.
        as_of: the date to decide as of.
        outcome: what the pack says of the unit.
        rule: the rule that says it.
        switches: settings of the configuration that it needs, where not the pack's own.
        options: what its county sets; the rest is off.
    """

    given: Mapping[str, Any]
    as_of: date
    outcome: str
    rule: str
    switches: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)

    def as_case(self, name: str) -> dict[str, Any]:
        """An entry of `cases` in a case file.

        Args:
            name: the sentence of the case.
        """
        case: dict[str, Any] = {"case": name, "as_of": self.as_of, "given": dict(self.given)}
        if self.options:
            case["options"] = self._options()
        return case | {"expect": {"outcome": self.outcome, "rule": self.rule}}

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "given": dict(self.given),
            "as_of": self.as_of,
            "expect": {"outcome": self.outcome, "rule": self.rule},
            "switches": dict(self.switches),
            "options": self._options(),
        }

    def _options(self) -> dict[str, Any]:
        return {k: list(v) if isinstance(v, tuple) else v for k, v in self.options.items()}


@dataclass(frozen=True)
class Finding:
    """One thing that the check found.

    Attributes:
        kind: which of the checks found it.
        file: the file, as seen from the rules folder.
        line: the line in it.
        message: what is wrong.
        remedy: what to do; empty where the message says so.
        pack: `pack@version`; empty where the file is no readable pack.
        witness: a unit that shows it, decided by the oracle.
    """

    kind: str
    file: str
    line: int
    message: str
    remedy: str = ""
    pack: str = ""
    witness: Witness | None = None

    @property
    def headline(self) -> str:
        """File, line, what is wrong and what to do, on one line."""
        remedy = f". {self.remedy}" if self.remedy else ""
        return f"{self.file}:{self.line}: {self.message}{remedy}"

    def as_text(self) -> str:
        """The headline, and the witness as a case that can be pasted beside the pack."""
        if self.witness is None:
            return self.headline
        lines = [self.headline]
        if self.witness.switches:
            lines.append(f"    with the switches {_flow(dict(self.witness.switches))}")
        case = self.witness.as_case(_sentence(self.message))
        lines += [
            f"  {'- ' if i == 0 else '  '}{key}: {_flow(value)}"
            for i, (key, value) in enumerate(case.items())
        ]
        return "\n".join(lines)

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "kind": self.kind,
            "pack": self.pack or None,
            "file": self.file,
            "line": self.line,
            "message": self.message,
            "remedy": self.remedy or None,
            "witness": self.witness.as_dict() if self.witness else None,
        }


def from_line(text: str, *, kind: str) -> Finding:
    """A finding from `file:line: message`, as errors of a file read say it."""
    match = re.match(r"(?P<file>[^:\n]+):(?:(?P<line>\d+):)? (?P<message>.*)", text, re.DOTALL)
    if match is None:
        return Finding(kind=kind, file="rules", line=1, message=text)
    line = int(match["line"] or 1)
    return Finding(kind=kind, file=match["file"], line=line, message=match["message"])


def _sentence(message: str) -> str:
    """The message as a case's sentence: plain words up to the first stop."""
    words = re.split(r"[:;.] ", message.replace("`", ""))[0]
    return words[:1].upper() + words[1:]


def _flow(value: Any) -> str:
    """A value as YAML on one line."""
    text = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=10**9)
    return text.removesuffix("...\n").strip()
