"""A rules folder with a small pack, and the parts that packs are put together of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from clearance.rulebook.check.audit import Audit
from clearance.rulebook.check.findings import Finding

DISMISS = {"ELIGIBLE": "dismiss"}


Check = Callable[..., Audit]


class Plain(yaml.SafeDumper):
    """Writes every value out: packs have no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def write(rules: Path, content: dict[str, Any] | str, name: str = "small") -> None:
    text = content if isinstance(content, str) else yaml.dump(content, None, Plain, sort_keys=False)
    (rules / "prop64" / f"{name}.yaml").write_text(text, encoding="utf-8")


def rule(name: str, when: Any, then: Any = "REVIEW", **more: Any) -> dict[str, Any]:
    cite = {"reason": "DISMISS_ALL_P64", "cite": "a test"}
    return {"rule": name, "when": when, "then": then, **cite, **more}


def flow(*rules: dict[str, Any], **facts: str) -> dict[str, Any]:
    return {"facts": facts, "flow": list(rules)}


def value(value: Any, **more: Any) -> dict[str, Any]:
    return {"value": value, "cite": "a test", **more}


def only(result: Audit, kind: str) -> Finding:
    """The one problem that was found."""
    (found,) = result.problems
    assert found.kind == kind, found
    return found


def line_of(rules: Path, *texts: str) -> int:
    lines = (rules / "prop64" / "small.yaml").read_text(encoding="utf-8").split("\n")
    (number,) = (i for i, line in enumerate(lines, 1) if all(text in line for text in texts))
    return number


def options_of(**changes: Any) -> dict[str, Any]:
    return {"years": {"type": "number", "range": [1, 5], "cite": "a test"} | changes}
