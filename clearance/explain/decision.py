"""A determination in words: what decided it, what it lacks, and what would change it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pyspark.sql import Row

from clearance.explain.model import (
    HOLDS,
    HOLDS_NOT,
    NOT_KNOWN,
    NOT_NEEDED,
    NOT_SAID,
    ExplainedDecision,
    ExplainedFact,
    ExplainedUnit,
)
from clearance.explain.record import Values
from clearance.publish.words import OWN, PackWords, reason_text
from clearance.rulebook.english.because import UNKNOWN, Because, because
from clearance.rulebook.english.decision import Petitions, answer_in_words, stored_pack
from clearance.rulebook.english.fact_words import FactWords, Said
from clearance.rulebook.language.catalogue import Catalogue
from clearance.rulebook.language.resolved import ResolvedPack

# Who says what the record does not, by side feed; else whoever reported the record.
_SUPPLIERS = {
    "registry": "the register (feed `registry`)",
    "supervision": "the office that supervises (feed `supervision`)",
    "petitions": "the court (feed `petitions`)",
}
_REPORTER = "the court or agency that reported the record (a corrected extract)"


@dataclass(frozen=True)
class ReadPack:
    """A pack of the store, read by today's rules.

    Attributes:
        words: what it says about itself.
        bound: the pack; None where today's rules cannot read it.
        said: each fact in English.
    """

    words: PackWords
    bound: ResolvedPack | None
    said: Mapping[str, Said]

    @staticmethod
    def of(words: PackWords, text: str, catalogue: Catalogue) -> ReadPack:
        """The pack of a row of `packs`.

        Args:
            words: what it says about itself.
            text: its `yaml`.
            catalogue: the columns that packs may ask about.
        """
        bound = stored_pack(text, catalogue)
        if bound is None:
            return ReadPack(words, None, {})
        return ReadPack(words, bound, FactWords(bound, catalogue[bound.pack.unit]).all())


def explained(
    row: Row,
    pack: ReadPack,
    reasons: Mapping[str, str],
    unit: ExplainedUnit | None,
    values: Values,
    *,
    catalogue: Catalogue,
    petitions: Petitions,
) -> ExplainedDecision:
    """A determination in words.

    Args:
        row: of `determinations`, with `content_hash`.
        pack: the pack as it was used.
        reasons: text by reason code.
        unit: what it is about; None where the record has it no longer.
        values: the unit's row; empty where the record has it no longer.
        catalogue: the columns that packs may ask about.
        petitions: by pack and version, what may be open after a no.
    """
    rests_on = _rests_on(row, pack)
    facts = tuple(_facts(row, pack, rests_on, values, catalogue))
    missing = tuple(_missing(rests_on, facts, pack, values, catalogue))
    return ExplainedDecision(
        unit_id=row.unit_id,
        pack=row.pack,
        title=pack.words.title,
        version=row.pack_version,
        kind=row.kind,
        outcome=row.outcome,
        relief=row.relief,
        reason=row.reason,
        reason_text=reason_text(row.reason, reasons, {**pack.words.params, **_own_words(unit)}),
        rule=row.rule,
        cite=row.cite,
        facts=facts,
        eligible_on=row.eligible_on,
        revisit_on=row.revisit_on,
        changes=what_would_change_it(row, missing),
        decided_as_of=row.as_of,
        content_hash=row.content_hash,
        in_words=answer_in_words(
            kind=row.kind,
            outcome=row.outcome,
            petitions=petitions.get((row.pack, row.pack_version), ()),
        ),
        because=tuple(facts[i].now for i in rests_on.deciding if _is_of_the_record(i, pack)),
        missing=missing,
    )


def fact_truth(position: int, *, true: int, known: int) -> str:
    """Whether a fact holds, from the evidence of a determination alone.

    Args:
        position: the fact's place in the pack; its bit.
        true: `facts_true`.
        known: `facts_known`; a bit that is off was not needed, or could not be known.
    """
    if not known >> position & 1:
        return NOT_SAID
    return HOLDS if true >> position & 1 else HOLDS_NOT


def what_would_change_it(row: Row, missing: tuple[str, ...]) -> tuple[str, ...]:
    """In sentences, what would change a determination; time first, then what the record lacks.

    Args:
        row: of `determinations`.
        missing: what lacks, each with who could supply it.
    """
    changes = []
    if row.outcome != "ELIGIBLE" and row.eligible_on is not None:
        changes.append(f"Time alone: it becomes eligible on {row.eligible_on.isoformat()}.")
    if row.revisit_on is not None and row.revisit_on != row.eligible_on:
        changes.append(f"Time alone: this decision changes on {row.revisit_on.isoformat()}.")
    if row.rule == UNKNOWN:
        changes.append(f"To know: {'; '.join(missing) or 'what the facts below lack'}.")
    if row.outcome == "REVIEW":
        changes.append("A person's decision.")
    return tuple(changes) or ("Only a change of the record or of the rules.",)


def _rests_on(row: Row, pack: ReadPack) -> Because:
    if pack.bound is None:
        places = range(len(pack.words.facts))
        lacking = tuple(i for i in places if not row.facts_known >> i & 1)
        return Because(missing=lacking if row.rule == UNKNOWN else ())
    return because(pack.bound, rule=row.rule, true=row.facts_true, known=row.facts_known)


def _facts(
    row: Row, pack: ReadPack, rests_on: Because, values: Values, catalogue: Catalogue
) -> Iterator[ExplainedFact]:
    lacking = {*rests_on.not_known, *rests_on.missing}
    for i, name in enumerate(pack.words.facts):
        holds = fact_truth(i, true=row.facts_true, known=row.facts_known)
        if holds == NOT_SAID and pack.bound is not None:
            holds = NOT_KNOWN if i in rests_on.not_known else NOT_NEEDED
        question = pack.words.questions.get(name, name)
        said = pack.said.get(name) or Said(question, f"not so: {question}")
        known = {HOLDS: said.yes, HOLDS_NOT: said.no}.get(holds, "")
        days = ", ".join(_days(i, pack, values, catalogue)) if known else ""
        yield ExplainedFact(
            fact=name,
            question=question,
            holds=holds,
            said=said.yes,
            now=f"{known} ({days})" if days else known,
            supplied_by=_supplier(i, pack, catalogue) if i in lacking else "",
        )


def _days(i: int, pack: ReadPack, values: Values, catalogue: Catalogue) -> Iterator[str]:
    """The days of the record that a fact rests on, each with what it is."""
    if pack.bound is None:
        return
    features = catalogue[pack.bound.pack.unit]
    for column in sorted(pack.bound.facts[i].reads):
        feature, value = features.get(column), values.get(column)
        if feature is not None and isinstance(value, date) and _is_a_day(feature.type):
            yield f"{feature.words.is_ or feature.label}: {value.isoformat()}"


def _is_of_the_record(i: int, pack: ReadPack) -> bool:
    """Whether a fact asks about the unit, and not about a switch or an option alone."""
    return pack.bound is None or bool(pack.bound.facts[i].reads)


def _missing(
    rests_on: Because,
    facts: Sequence[ExplainedFact],
    pack: ReadPack,
    values: Values,
    catalogue: Catalogue,
) -> Iterator[str]:
    """What lacks, each column once, with who could supply it; facts of one supplier together."""
    by_supplier: dict[str, dict[str, None]] = {}
    for i in rests_on.missing:
        empty = list(_empty(i, pack, values, catalogue)) or [facts[i].said]
        by_supplier.setdefault(facts[i].supplied_by, {}).update(dict.fromkeys(empty))
    for supplier, labels in by_supplier.items():
        yield f"{', '.join(labels)} (from {supplier})"


def _empty(i: int, pack: ReadPack, values: Values, catalogue: Catalogue) -> Iterator[str]:
    """The columns that a fact reads and of which the record says nothing, by their labels."""
    if pack.bound is None:
        return
    features = catalogue[pack.bound.pack.unit]
    for column in sorted(pack.bound.facts[i].reads):
        feature = features.get(column)
        if feature is not None and feature.null == "unknown" and values.get(column) is None:
            yield feature.label


def _is_a_day(kind: str) -> bool:
    # An age rests on a birth date, which is shown to nobody.
    return kind == "date"


def _supplier(i: int, pack: ReadPack, catalogue: Catalogue) -> str:
    """Who could supply what a fact asks."""
    if pack.bound is None:
        return _REPORTER
    features = catalogue[pack.bound.pack.unit]
    feeds = {
        features[column].feed for column in pack.bound.facts[i].reads if column in features
    } - {None}
    named = [_SUPPLIERS.get(str(feed), f"the feed `{feed}`") for feed in sorted(map(str, feeds))]
    return " or ".join(named) or _REPORTER


def _own_words(unit: ExplainedUnit | None) -> dict[str, Any]:
    """What a reason may name of the count itself."""
    found = {} if unit is None else {"charge": unit.charge, "section": unit.section}
    return {name: found.get(name) or f"({name} not known)" for name in OWN}
