"""Findings of the rulebook's check: file and line, message, and a unit as witness."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import yaml


@dataclass(frozen=True)
class Witness:
    """A unit that shows a finding, in the form of a case file.

    Attributes:
        given: every column that the pack reads.
        as_of: the as-of date.
        outcome: the outcome of the unit.
        rule: the rule that decides the unit.
        switches: values of switches that differ from the pack's own.
        options: the option values of its county; the others are off.
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
    """One finding of the check.

    Attributes:
        kind: the kind of check.
        file: the file's path within the rules folder.
        line: the line in the file.
        message: what is wrong.
        remedy: what to do; empty if the message says it.
        pack: `pack@version`; empty if the file is not a valid pack.
        witness: a unit that shows it, decided by the oracle; None if it needs none.
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
            lines.append(f"    with the switches {_one_line_yaml(dict(self.witness.switches))}")
        case = self.witness.as_case(_case_sentence(self.message))
        lines += [
            f"  {'- ' if i == 0 else '  '}{key}: {_one_line_yaml(value)}"
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


def finding_from_line(text: str, *, kind: str) -> Finding:
    """A finding from an error of the form `file:line: message`."""
    match = re.match(r"(?P<file>[^:\n]+):(?:(?P<line>\d+):)? (?P<message>.*)", text, re.DOTALL)
    if match is None:
        return Finding(kind=kind, file="rules", line=1, message=text)
    line = int(match["line"] or 1)
    return Finding(kind=kind, file=match["file"], line=line, message=match["message"])


def _case_sentence(message: str) -> str:
    """The message as a case's sentence: plain words up to the first stop."""
    words = re.split(r"[:;.] ", message.replace("`", ""))[0]
    return words[:1].upper() + words[1:]


def _one_line_yaml(value: Any) -> str:
    """A value as YAML on one line."""
    text = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=10**9)
    return text.removesuffix("...\n").strip()
