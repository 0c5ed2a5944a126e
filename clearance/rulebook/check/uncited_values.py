"""Checks of cites: placeholders instead of cites, thresholds without a cite, unused params."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from clearance.rulebook.check.reachability import PackFinding
from clearance.rulebook.cite_text import cites_nothing
from clearance.rulebook.language.facts import Fact
from clearance.rulebook.language.model import ABSENT_FEEDS, Pack
from clearance.rulebook.language.resolved import ResolvedPack
from clearance.rulebook.language.sentences import Constant, Param
from clearance.rulebook.language.yaml_lines import Where

# `at least 1` means any, `at most 0` means none: they are not thresholds of the law.
NO_THRESHOLD = (0, 1)


def find_uncited(resolved: ResolvedPack) -> Iterator[PackFinding]:
    """Findings on placeholders instead of cites, and on thresholds in sentences without a cite.

    Args:
        resolved: the pack.
    """
    for where, cite in _cites(resolved.pack):
        if cites_nothing(cite):
            yield PackFinding(
                "uncited",
                where,
                f"`{cite}` cites nothing",
                "Name the section, the order or the office's policy that it comes from",
            )
    for i, fact in enumerate(resolved.scope):
        yield from _thresholds(fact, ("scope", i))
    for fact in resolved.facts:
        yield from _thresholds(fact, ("facts", fact.name))


def _cites(pack: Pack) -> Iterator[tuple[Where, str]]:
    yield ("authority", "cite"), pack.authority.cite
    for name, param in pack.params.items():
        yield ("params", name, "cite"), param.cite
        for i, item in enumerate(param.dated):
            yield ("params", name, "dated", i, "cite"), item.cite
    for name, option in pack.options.items():
        yield ("options", name, "cite"), option.cite
    for i, rule in enumerate(pack.flow):
        yield ("flow", i, "cite"), rule.cite
    if pack.unknown.cite is not None:
        yield ("unknown", "cite"), pack.unknown.cite
    yield ("otherwise", "cite"), pack.otherwise.cite


def _thresholds(fact: Fact, where: Where) -> Iterator[PackFinding]:
    written = [value.value for value in fact.values if isinstance(value, Constant)]
    values = [value for value in written if _is_threshold(value)]
    if isinstance(fact.years, Constant):
        values.append(fact.years.value)
    for value in values:
        yield PackFinding(
            "uncited",
            where,
            f"`{fact.text}` says {value} without a cite",
            f"Make {value} a param with its cite, and name the param here",
        )


def _is_threshold(value: object) -> bool:
    if isinstance(value, date):
        return True
    return isinstance(value, int) and not isinstance(value, bool) and value not in NO_THRESHOLD


def find_param_problems(resolved: ResolvedPack, reasons: dict[str, str]) -> Iterator[PackFinding]:
    """Findings on params that nothing uses, and on switches whose values cannot be checked.

    Args:
        resolved: the pack.
        reasons: reason texts by code; `{param}` in a text uses the param.
    """
    pack = resolved.pack
    operands = [
        operand
        for fact in (*resolved.facts, *resolved.scope)
        for operand in (fact.subject, *fact.values, *([fact.years] if fact.years else []))
    ]
    used = {operand.name for operand in operands if isinstance(operand, Param)}
    if resolved.columns & set(resolved.feeds):
        used.add(ABSENT_FEEDS)
    codes = [rule.reason for rule in pack.flow] + [pack.otherwise.reason, pack.unknown.reason or ""]
    texts = " ".join(reasons.get(code, "") for code in codes)
    for name, param in pack.params.items():
        where: Where = ("params", name)
        if name not in used and "{" + name + "}" not in texts:
            yield PackFinding(
                "unused",
                where,
                f"no fact, scope or reason text names the param `{name}`",
                "Use it or delete it",
            )
        if param.switch and param.dated:
            yield PackFinding(
                "switch",
                where,
                f"`{name}` has dated values, so that no switch can set it",
                "Drop `switch`, or give it one value",
            )
        elif param.switch and not param.allowed:
            yield PackFinding(
                "switch",
                where,
                f"the switch `{name}` does not say which values it may have",
                "Add `allowed`, so that the rules can be checked under each of them",
            )
