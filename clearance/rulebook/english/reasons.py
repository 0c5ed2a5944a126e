"""Every reason of a pack in an office's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clearance.rulebook.english.office_words import (
    HAND_REVIEW,
    PackWords,
    merged_reason_text,
    office_word,
    pack_words_of,
)
from clearance.rulebook.language.rivals import REASON as COUNTY_UNREAD
from clearance.rulebook.language.rivals import RULE as COUNTY_RULE
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


@dataclass(frozen=True)
class PackReason:
    """A reason code of a pack in an office's words; attributes as in the table `reasons`.

    Attributes:
        label: the office's words for the outcomes of the rules that give it; None for the decision
            of an office, which may be any.
        cite: the citations of those rules; None for the decision of an office.
    """

    pack_fingerprint: str
    pack: str
    pack_version: str
    kind: str
    reason: str
    label: str | None
    reason_text: str
    cite: str | None


def list_reasons(packs: Iterable[Row], *, texts: Mapping[str, str]) -> dict[str, list[Reason]]:
    """The reasons of each pack by fingerprint, in the order of its rules.

    A rule that requires an option that is off can never hold, and is left out.

    Args:
        packs: rows of `packs`.
        texts: reason texts by code.
    """
    return {
        row.fingerprint: _of_pack(content, words, texts)
        for row in packs
        for content, words in [_parse(row)]
    }


def list_reasons_by_code(
    packs: Iterable[Row], *, texts: Mapping[str, str], reviewed: str
) -> list[PackReason]:
    """The rows of the table `reasons`: each reason code that a pack's rules or the engine give.

    Args:
        packs: rows of `packs`.
        texts: reason texts by code.
        reviewed: the reason code of an office's own decision.
    """
    rows: list[PackReason] = []
    for row in packs:
        content, words = _parse(row)
        by_code: dict[str, list[Reason]] = {}
        of_engine = _of_engine(words, texts, reviewed=reviewed)
        for reason in (*_of_pack(content, words, texts), *of_engine):
            by_code.setdefault(reason.code, []).append(reason)
        rows += [_merged(row.fingerprint, words, reasons) for reasons in by_code.values()]
    return rows


def _parse(row: Row) -> tuple[Mapping[str, Any], PackWords]:
    """The content of a row of `packs`, and its words."""
    content = load_yaml(Path(f"{row.pack} {row.version}"), text=row.yaml).data or {}
    return content, pack_words_of(content, pack=row.pack, version=row.version, facts=row.facts)


def _of_pack(
    content: Mapping[str, Any], words: PackWords, texts: Mapping[str, str]
) -> list[Reason]:
    off = {name for name, question in words.questions.items() if "(off)" in question}
    rules = [rule for rule in content.get("flow") or [] if _can_hold(rule.get("when"), off)]
    # In the order of evaluation: `unknown` is before `otherwise`.
    rules += [{"rule": name, **(content.get(name) or {})} for name in ("unknown", "otherwise")]
    return [_reason(rule, words, texts) for rule in rules if {"reason", "then"} <= rule.keys()]


def _of_engine(words: PackWords, texts: Mapping[str, str], *, reviewed: str) -> list[Reason]:
    """The reasons that no rule of the pack gives: an office decided, or no county can be read."""
    given = [(reviewed, "", "", "")]
    if words.kind == "policy":
        given.append((COUNTY_UNREAD, COUNTY_RULE, HAND_REVIEW, words.authority))
    return [
        Reason(
            determination=label,
            text=merged_reason_text(code, texts, [words]),
            code=code,
            rule=rule,
            cite=cite,
            pack=f"{words.pack} {words.version}",
        )
        for code, rule, label, cite in given
    ]


def _merged(fingerprint: str, words: PackWords, reasons: Sequence[Reason]) -> PackReason:
    """The rules of a pack that give one reason code, as one row."""
    return PackReason(
        pack_fingerprint=fingerprint,
        pack=words.pack,
        pack_version=words.version,
        kind=words.kind,
        reason=reasons[0].code,
        label=_each_once(" or ", (reason.determination for reason in reasons)),
        reason_text=reasons[0].text,
        cite=_each_once("; ", (reason.cite for reason in reasons)),
    )


def _each_once(between: str, words: Iterable[str]) -> str | None:
    return between.join(dict.fromkeys(filter(None, words))) or None


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
