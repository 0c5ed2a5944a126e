"""Builds a version of a pack from the version that it is based on and the bills' changes.

The file has its own keys (`pack`, `version`, `title`, `authority`, `in_force`), the version in
`based_on`, and `changes`: a bill, the section that it touched, and the params, facts and rules that
it added, changed or dropped. The result is a pack like one written out in full.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Annotated, Any

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from clearance.errors import nearest
from clearance.rulebook.language.lawyer_notes import PACK_KEYS
from clearance.rulebook.language.model import Cite
from clearance.rulebook.language.yaml_lines import Document, Where
from clearance.rulebook.loading.pack_checks import Problem

BASED_ON, CHANGES = "based_on", "changes"
OWN = ("pack", "version", "title", "authority", "in_force", "note", *PACK_KEYS, BASED_ON, CHANGES)
"""Keys that a version based on another may have itself; the others come from its base."""
INSTEAD = ("otherwise", "unknown")
PLACES = ("after", "before")
# The C library writes the same text five times as fast, if it is installed.
_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def _check_named(rule: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(rule.get("rule"), str):
        raise ValueError("a rule is named: write its id under `rule`")
    return rule


NamedRule = Annotated[dict[str, Any], AfterValidator(_check_named)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Added(_Model):
    """New params and facts by name; new rules, each `after` or `before` another; new elements."""

    params: dict[str, dict[str, Any]] = Field(default_factory=dict)
    facts: dict[str, str] = Field(default_factory=dict)
    rules: tuple[NamedRule, ...] = ()
    elements: tuple[dict[str, Any], ...] = ()


class Altered(_Model):
    """Keys of params and rules with another value (`null`: none), facts with another text."""

    params: dict[str, dict[str, Any]] = Field(default_factory=dict)
    facts: dict[str, str] = Field(default_factory=dict)
    rules: tuple[NamedRule, ...] = ()
    otherwise: dict[str, Any] | None = None
    unknown: dict[str, Any] | None = None


class Dropped(_Model):
    """Names of the params, facts and rules that are removed."""

    params: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()


class Change(_Model):
    """The changes that one bill made to one section.

    Attributes:
        bill: the act with its chapter.
        section: the section of the statute that it changed.
        says: the change in the project's own words.
    """

    bill: Cite
    section: Cite
    says: str = Field(min_length=3)
    add: Added = Added()
    change: Altered = Altered()
    drop: Dropped = Dropped()


@dataclass(frozen=True)
class BuiltVersion:
    """A complete version, built from its base.

    Attributes:
        document: the complete pack, each entry with the line in this file that set it.
        based_on: the version that it is based on, as `pack@version`.
        changes: the bills' changes to the base.
    """

    document: Document
    based_on: str
    changes: tuple[Change, ...]


def identity(data: Any) -> str | None:
    """The name of a version, as `pack@version`; None if the content has none."""
    if not isinstance(data, Mapping) or not isinstance(data.get("version"), str):
        return None
    return f"{data.get('pack')}@{data['version']}"


def is_based(data: Any) -> bool:
    """Whether the content of a file has the key `based_on`."""
    return isinstance(data, Mapping) and BASED_ON in data


def can_be_base(data: Any) -> bool:
    """Whether a version can be based on the content: it has named rules, params and facts."""
    if not isinstance(data, Mapping) or not isinstance(data.get("flow"), list):
        return False
    named = all(isinstance(r, dict) and isinstance(r.get("rule"), str) for r in data["flow"])
    tables = (data.get(name, {}) for name in ("params", "facts", *INSTEAD))
    listed = isinstance(data.get("elements", []), list)
    return named and listed and all(isinstance(table, dict) for table in tables)


def build_version(document: Document, base: Document) -> tuple[BuiltVersion, list[Problem]]:
    """The version of a file, built from its base.

    Args:
        document: the file, with `based_on`.
        base: the complete version that is named there.

    Returns:
        The version, and the problems of its changes, each with its path in this file.
    """
    content = document.data
    problems: list[Problem] = [
        (
            (name,),
            f"`{name}` is that of {content[BASED_ON]}; write what a bill did to it in `{CHANGES}`",
        )
        for name in content
        if name not in OWN
    ]
    changes: list[Change] = []
    data = {**deepcopy(base.data), **{k: v for k, v in content.items() if k in OWN[:-2]}}
    lines: dict[Where, int] = {(): document.line((BASED_ON,))}
    lines |= {where: n for where, n in document.lines.items() if where and where[0] in OWN[:-2]}
    raw_changes = content.get(CHANGES, [])
    if not isinstance(raw_changes, list):
        problems.append(((CHANGES,), f"`{CHANGES}` is a list: a bill and a section each"))
        raw_changes = []
    for i, raw in enumerate(raw_changes):
        try:
            change = Change.model_validate(raw)
        except ValidationError as error:
            problems += [
                ((CHANGES, i, *p["loc"]), f"`{'.'.join(map(str, p['loc']))}`: {p['msg']}")
                for p in error.errors()
            ]
            continue
        changes.append(change)
        problems += [((CHANGES, i, *where), what) for where, what in _apply(change, data)]
    _record_lines(data, changes, document, lines)
    text = yaml.dump(data, Dumper=_DUMPER, sort_keys=False, allow_unicode=True)
    built = replace(document, data=data, lines=lines, text=text)
    return BuiltVersion(built, str(content[BASED_ON]), tuple(changes)), problems


def _apply(change: Change, data: dict[str, Any]) -> Iterator[Problem]:
    """Apply a change to the content of a pack; yields the problems of parts that do not fit."""
    for kind in ("params", "facts"):
        entries = data.setdefault(kind, {})
        for name in getattr(change.drop, kind):
            if entries.pop(name, None) is None:
                yield ("drop", kind), _absent_name(name, list(entries))
        for name, value in getattr(change.change, kind).items():
            if name not in entries:
                yield ("change", kind, name), _absent_name(name, list(entries))
            else:
                entries[name] = _merged(entries[name], value)
        for name, value in getattr(change.add, kind).items():
            if name in entries:
                yield ("add", kind, name), f"`{name}` is there already; write it below `change`"
            else:
                entries[name] = value
    yield from _apply_to_rules(change, data["flow"])
    if change.add.elements:
        data["elements"] = [*data.get("elements", []), *change.add.elements]
    for name in INSTEAD:
        value = getattr(change.change, name)
        if value is not None:
            data[name] = _merged(data.get(name, {}), value)


def _apply_to_rules(change: Change, flow: list[dict[str, Any]]) -> Iterator[Problem]:
    def index_of(name: Any) -> int | None:
        return next((i for i, rule in enumerate(flow) if rule.get("rule") == name), None)

    names = [str(rule.get("rule")) for rule in flow]
    for i, raw in enumerate(change.change.rules):
        at = index_of(raw.get("rule"))
        if at is None:
            yield ("change", "rules", i), _absent_name(raw.get("rule"), names)
        else:
            flow[at] = _merged(flow[at], raw)
    for i, raw in enumerate(change.add.rules):
        rule = dict(raw)
        sides = [(side, rule.pop(side)) for side in PLACES if side in rule]
        if len(sides) != 1:
            yield ("add", "rules", i), "name the rule that it comes `after` or `before`"
            continue
        side, neighbour = sides[0]
        at = index_of(neighbour)
        if at is None:
            yield ("add", "rules", i, side), _absent_name(neighbour, names)
        else:
            flow.insert(at + (side == "after"), rule)
    for i, name in enumerate(change.drop.rules):
        at = index_of(name)
        if at is None:
            yield ("drop", "rules", i), _absent_name(name, names)
        else:
            del flow[at]


def _merged(old: Any, new: Any) -> Any:
    """The old mapping updated with the new one; a key whose value becomes null is removed."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return new
    both = {**old, **new}
    return {name: value for name, value in both.items() if value is not None}


def _absent_name(name: Any, names: list[str]) -> str:
    guess = nearest(str(name), names)
    hint = f"; did you mean `{guess}`?" if guess else ""
    return f"`{name}` is not in the version that this one is based on{hint}"


def _record_lines(
    data: Mapping[str, Any], changes: list[Change], document: Document, lines: dict[Where, int]
) -> None:
    """Record the line of each entry that a change wrote, for messages."""
    at = {rule.get("rule"): i for i, rule in enumerate(data["flow"])}
    for i, change in enumerate(changes):
        for side in ("add", "change"):
            part: Added | Altered = getattr(change, side)
            for kind in ("params", "facts"):
                for name in getattr(part, kind):
                    lines[(kind, name)] = document.line((CHANGES, i, side, kind, name))
            for j, rule in enumerate(part.rules):
                if rule.get("rule") in at:
                    where = ("flow", at[rule["rule"]])
                    lines[where] = document.line((CHANGES, i, side, "rules", j))
        for name in INSTEAD:
            if getattr(change.change, name) is not None:
                lines[(name,)] = document.line((CHANGES, i, "change", name))
