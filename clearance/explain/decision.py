"""A determination in words: the facts that decided, the missing facts, and what can change it."""

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
from clearance.publish.words import FILLED_BY_COUNT, PackWords, format_reason
from clearance.rulebook.english.because import UNKNOWN, Because, find_deciding_facts
from clearance.rulebook.english.decision import Petitions, answer_in_words, stored_pack
from clearance.rulebook.english.fact_words import FactWords, Statements
from clearance.rulebook.language.catalogue import Catalogue
from clearance.rulebook.language.resolved import ResolvedPack

# Who can supply facts missing from the record, by side feed; else whoever reported the record.
_SUPPLIERS = {
    "registry": "the register (feed `registry`)",
    "supervision": "the office that supervises (feed `supervision`)",
    "petitions": "the court (feed `petitions`)",
}
_REPORTER = "the court or agency that reported the record (a corrected extract)"


@dataclass(frozen=True)
class ReadPack:
    """A stored pack, parsed by today's rules.

    Attributes:
        words: the pack's title, questions and values.
        resolved: the pack; None if today's rules cannot parse it.
        statements: each fact in English, by name.
    """

    words: PackWords
    resolved: ResolvedPack | None
    statements: Mapping[str, Statements]

    @staticmethod
    def of(words: PackWords, text: str, catalogue: Catalogue) -> ReadPack:
        """The pack of a row of `packs`.

        Args:
            words: the pack's title, questions and values.
            text: the row's `yaml`.
            catalogue: the columns that packs may use.
        """
        resolved = stored_pack(text, catalogue)
        if resolved is None:
            return ReadPack(words, None, {})
        return ReadPack(words, resolved, FactWords(resolved, catalogue[resolved.pack.unit]).all())


def explain_decision(
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
        unit: the determination's unit; None if it is no longer on the record.
        values: the unit's row; empty if it is no longer on the record.
        catalogue: the columns that packs may use.
        petitions: by pack and version, the petitions that may be open after NOT_ELIGIBLE.
    """
    evidence = _evidence(row, pack)
    facts = tuple(_explain_facts(row, pack, evidence, values, catalogue))
    missing = tuple(_missing(evidence, facts, pack, values, catalogue))
    return ExplainedDecision(
        unit_id=row.unit_id,
        pack=row.pack,
        title=pack.words.title,
        version=row.pack_version,
        kind=row.kind,
        outcome=row.outcome,
        relief=row.relief,
        reason=row.reason,
        reason_text=format_reason(row.reason, reasons, {**pack.words.params, **_count_words(unit)}),
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
        because=tuple(facts[i].now for i in evidence.deciding if _is_of_the_record(i, pack)),
        missing=missing,
    )


def fact_truth(position: int, *, true: int, known: int) -> str:
    """Whether a fact holds, by the evidence of a determination.

    Args:
        position: the fact's index in the pack, which is its bit.
        true: `facts_true`.
        known: `facts_known`; a bit is off if the fact was not needed or is unknown.
    """
    if not known >> position & 1:
        return NOT_SAID
    return HOLDS if true >> position & 1 else HOLDS_NOT


def what_would_change_it(row: Row, missing: tuple[str, ...]) -> tuple[str, ...]:
    """Sentences on what would change a determination: time first, then missing facts.

    Args:
        row: of `determinations`.
        missing: the missing facts, each with who could supply it.
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


def _evidence(row: Row, pack: ReadPack) -> Because:
    if pack.resolved is None:
        indexes = range(len(pack.words.facts))
        unknown = tuple(i for i in indexes if not row.facts_known >> i & 1)
        return Because(missing=unknown if row.rule == UNKNOWN else ())
    return find_deciding_facts(
        pack.resolved, rule=row.rule, true=row.facts_true, known=row.facts_known
    )


def _explain_facts(
    row: Row, pack: ReadPack, evidence: Because, values: Values, catalogue: Catalogue
) -> Iterator[ExplainedFact]:
    unknown = {*evidence.not_known, *evidence.missing}
    for i, name in enumerate(pack.words.facts):
        holds = fact_truth(i, true=row.facts_true, known=row.facts_known)
        if holds == NOT_SAID and pack.resolved is not None:
            holds = NOT_KNOWN if i in evidence.not_known else NOT_NEEDED
        question = pack.words.questions.get(name, name)
        statement = pack.statements.get(name) or Statements(question, f"not so: {question}")
        shown = {HOLDS: statement.yes, HOLDS_NOT: statement.no}.get(holds, "")
        days = ", ".join(_days(i, pack, values, catalogue)) if shown else ""
        yield ExplainedFact(
            fact=name,
            question=question,
            holds=holds,
            said=statement.yes,
            now=f"{shown} ({days})" if days else shown,
            supplied_by=_supplier(i, pack, catalogue) if i in unknown else "",
        )


def _days(i: int, pack: ReadPack, values: Values, catalogue: Catalogue) -> Iterator[str]:
    """The days of the record that a fact reads, each as `label: day`."""
    if pack.resolved is None:
        return
    features = catalogue[pack.resolved.pack.unit]
    for column in sorted(pack.resolved.facts[i].reads):
        feature, value = features.get(column), values.get(column)
        if feature is not None and isinstance(value, date) and _may_be_shown(feature.type):
            yield f"{feature.words.is_ or feature.label}: {value.isoformat()}"


def _is_of_the_record(i: int, pack: ReadPack) -> bool:
    """Whether a fact reads a column of the unit, and not only a switch or an option."""
    return pack.resolved is None or bool(pack.resolved.facts[i].reads)


def _missing(
    evidence: Because,
    facts: Sequence[ExplainedFact],
    pack: ReadPack,
    values: Values,
    catalogue: Catalogue,
) -> Iterator[str]:
    """One text per supplier: the missing columns, each once, and who could supply them."""
    by_supplier: dict[str, dict[str, None]] = {}
    for i in evidence.missing:
        missing_columns = list(_empty_columns(i, pack, values, catalogue)) or [facts[i].said]
        by_supplier.setdefault(facts[i].supplied_by, {}).update(dict.fromkeys(missing_columns))
    for supplier, labels in by_supplier.items():
        yield f"{', '.join(labels)} (from {supplier})"


def _empty_columns(i: int, pack: ReadPack, values: Values, catalogue: Catalogue) -> Iterator[str]:
    """The labels of the columns that a fact reads and that are null."""
    if pack.resolved is None:
        return
    features = catalogue[pack.resolved.pack.unit]
    for column in sorted(pack.resolved.facts[i].reads):
        feature = features.get(column)
        if feature is not None and feature.null == "unknown" and values.get(column) is None:
            yield feature.label


def _may_be_shown(kind: str) -> bool:
    # An age rests on a birth date, which is shown to nobody.
    return kind == "date"


def _supplier(i: int, pack: ReadPack, catalogue: Catalogue) -> str:
    """Who could supply the columns that a fact reads."""
    if pack.resolved is None:
        return _REPORTER
    features = catalogue[pack.resolved.pack.unit]
    feeds = {
        features[column].feed for column in pack.resolved.facts[i].reads if column in features
    } - {None}
    suppliers = [
        _SUPPLIERS.get(str(feed), f"the feed `{feed}`") for feed in sorted(map(str, feeds))
    ]
    return " or ".join(suppliers) or _REPORTER


def _count_words(unit: ExplainedUnit | None) -> dict[str, Any]:
    """The count's own texts that a reason may contain: its charge and its section."""
    texts = {} if unit is None else {"charge": unit.charge, "section": unit.section}
    return {name: texts.get(name) or f"({name} not known)" for name in FILLED_BY_COUNT}
