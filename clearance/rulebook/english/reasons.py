"""Every reason of a pack in an office's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clearance.rulebook.english.office_words import (
    PackWords,
    merged_reason_text,
    office_word,
    read_pack_words,
)
from clearance.rulebook.language.yaml_lines import load_yaml

if TYPE_CHECKING:
    from pyspark.sql import Row


@dataclass(frozen=True)
class Reason:
    """A rule of a pack in an office's words.

    Attributes:
        determination: the office's word for the outcome.
        text: the sentence of "Eligibility Reason", with `(charge)` for the count's charge.
        code: the reason code.
        rule: the rule's name in the pack.
        cite: the rule's citation.
        pack: id and version.
    """

    determination: str
    text: str
    code: str
    rule: str
    cite: str
    pack: str


def list_reasons(packs: Iterable[Row], *, texts: Mapping[str, str]) -> dict[str, list[Reason]]:
    """The reasons of each pack by fingerprint, in the order of its rules.

    A rule that requires an option that is off can never hold, and is left out.

    Args:
        packs: rows of `packs`.
        texts: reason texts by code.
    """
    return {row.fingerprint: _of_pack(row, texts) for row in packs}


def _of_pack(row: Row, texts: Mapping[str, str]) -> list[Reason]:
    words = read_pack_words(pack=row.pack, version=row.version, text=row.yaml, facts=row.facts)
    content = load_yaml(Path(f"{row.pack} {row.version}"), text=row.yaml).data or {}
    off = {name for name, question in words.questions.items() if "(off)" in question}
    rules = [rule for rule in content.get("flow") or [] if _can_hold(rule.get("when"), off)]
    # In the order of evaluation: `unknown` is before `otherwise`.
    rules += [{"rule": name, **(content.get(name) or {})} for name in ("unknown", "otherwise")]
    return [_reason(rule, words, texts) for rule in rules if {"reason", "then"} <= rule.keys()]


def _can_hold(condition: Any, off: set[str]) -> bool:
    """Whether a condition can hold if the facts in `off` never hold."""
    if isinstance(condition, str):
        return condition not in off
    if isinstance(condition, dict) and "all" in condition:
        return all(_can_hold(part, off) for part in condition["all"])
    if isinstance(condition, dict) and "any" in condition:
        return any(_can_hold(part, off) for part in condition["any"])
    return True


def _reason(rule: Mapping[str, Any], words: PackWords, texts: Mapping[str, str]) -> Reason:
    then = rule["then"]
    outcome, relief = next(iter(then.items())) if isinstance(then, dict) else (then, None)
    return Reason(
        determination=office_word(outcome, relief, rule.get("label")),
        text=merged_reason_text(rule["reason"], texts, [words]),
        code=rule["reason"],
        rule=rule["rule"],
        cite=str(rule.get("cite") or ""),
        pack=f"{words.pack} {words.version}",
    )
