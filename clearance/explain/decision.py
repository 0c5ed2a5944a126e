"""A determination in words: the deciding facts, the missing facts, the changes that may come."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pyspark.sql import Row

from clearance.explain.later import decisions_to_come, later_decision
from clearance.explain.missing import missing_facts, supplier_of
from clearance.explain.model import (
    HOLDS,
    HOLDS_NOT,
    NOT_KNOWN,
    NOT_NEEDED,
    NOT_SAID,
    ExplainedDecision,
    ExplainedFact,
    ExplainedUnit,
    LaterDecision,
)
from clearance.explain.record import Values
from clearance.explain.statements import ExplainedPerson, ReadPack, statement_now
from clearance.explain.unread import each_once
from clearance.explain.words import short_title, time_alone
from clearance.rulebook.english.because import UNKNOWN, Because, find_deciding_facts
from clearance.rulebook.english.decision import Petitions, answer_in_words
from clearance.rulebook.english.fact_words import Statements
from clearance.rulebook.english.office_words import FILLED_BY_COUNT, format_reason

POINTER = "pointer"


@dataclass(frozen=True)
class OpenPetitions:
    """The pointers to petitions that packs name, and their outcomes for a person's units.

    Attributes:
        named: the pointers that each pack names, by pack and version.
        decided: the packs that the shown sweeps decided.
        outcomes: the outcome of each pointer, by unit and pointer.
    """

    named: Petitions
    decided: Collection[str]
    outcomes: Mapping[tuple[str, str], str]

    @staticmethod
    def of(rows: Iterable[Row], named: Petitions, *, decided: Collection[str]) -> OpenPetitions:
        """The petitions about a person.

        Args:
            rows: the person's rows of `determinations`.
            named: the pointers that each pack names, by pack and version.
            decided: the packs that the shown sweeps decided.
        """
        pointers = {(row.unit_id, row.pack): row.outcome for row in rows if row.kind == POINTER}
        return OpenPetitions(named, decided, pointers)

    def after(self, row: Row) -> str | None:
        """The petitions that NOT_ELIGIBLE of automatic law leaves open; None for other decisions.

        A decided pointer is named only if it may be open for the unit. A pointer that no shown
        sweep decided is always named.

        Args:
            row: of `determinations`.
        """
        named = self.named.get((row.pack, row.pack_version), ())
        titles = tuple(
            short_title(title)
            for pointer, title in named
            if pointer not in self.decided
            or self.outcomes.get((row.unit_id, pointer), "NOT_ELIGIBLE") != "NOT_ELIGIBLE"
        )
        return answer_in_words(
            kind=row.kind,
            outcome=row.outcome,
            petitions=titles,
            none_open=bool(named) and not titles,
        )


def explain_decision(
    row: Row,
    pack: ReadPack,
    unit: ExplainedUnit | None,
    values: Values,
    *,
    person: ExplainedPerson,
    as_of: date,
    in_words: str | None,
    how_to_ask: tuple[str, ...] = (),
) -> ExplainedDecision:
    """A determination in words.

    Args:
        row: of `determinations`, with `content_hash`.
        pack: the pack as it was used.
        unit: the determination's unit; None if it is no longer on the record.
        values: the unit's row; empty if it is no longer on the record.
        person: the context of all decisions about the person.
        as_of: the date of the sweep that decided.
        in_words: the petitions that it leaves open, see `OpenPetitions.after`.
        how_to_ask: of a pointer, sentences of its section on how a court is asked.
    """
    evidence = _evidence(row, pack)
    facts = tuple(_explain_facts(row, pack, evidence, values, person))
    missing = each_once(missing_facts(row, evidence, facts, pack, values, person))
    params = {**pack.words.params, **_count_words(unit)}
    texts = {code: format_reason(code, person.reasons, params) for code in person.reasons}
    to_come = decisions_to_come(row, pack.resolved, values, as_of)
    later = None if to_come is None else later_decision(to_come, texts)
    return ExplainedDecision(
        unit_id=row.unit_id,
        pack=row.pack,
        title=pack.words.title,
        version=row.pack_version,
        kind=row.kind,
        outcome=row.outcome,
        relief=row.relief,
        reason=row.reason,
        reason_text=texts.get(row.reason, row.reason),
        rule=row.rule,
        cite=row.cite,
        facts=facts,
        eligible_on=row.eligible_on,
        revisit_on=row.revisit_on,
        changes=what_would_change_it(row, missing, time=_time(row, later, to_come is not None)),
        decided_as_of=row.as_of,
        content_hash=row.content_hash,
        in_words=in_words,
        because=tuple(facts[i].now for i in evidence.deciding if _is_of_the_record(i, pack)),
        missing=missing,
        later=later,
        how_to_ask=_how_to_ask(row, unit, later, how_to_ask),
    )


def _how_to_ask(
    row: Row, unit: ExplainedUnit | None, later: LaterDecision | None, sentences: tuple[str, ...]
) -> tuple[str, ...]:
    """The unit's court or county, and the section's sentences; empty if no court may be asked."""
    outcomes = {row.outcome, later.outcome if later is not None else "NOT_ELIGIBLE"}
    if row.kind != POINTER or unit is None or outcomes == {"NOT_ELIGIBLE"}:
        return ()
    court_or_county = (
        f"The court of the conviction: one of {unit.county} County."
        if unit.what == "count"
        else f"The county of the arrest: {unit.county}."
    )
    return (court_or_county, *sentences)


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


def what_would_change_it(
    row: Row, missing: tuple[str, ...], *, time: tuple[str, ...]
) -> tuple[str, ...]:
    """Sentences on what would change a determination: time first, then missing facts.

    Args:
        row: of `determinations`.
        missing: the missing facts, each with who could supply it.
        time: sentences on the changes by time alone.
    """
    changes = list(time)
    if row.rule == UNKNOWN or missing:
        changes.append(f"To know: {'; '.join(missing) or 'what the facts below lack'}.")
    if row.outcome == "REVIEW":
        decides = "A court's decision." if row.kind == "pointer" else "A person's decision."
        changes.append(decides)
    return tuple(changes) or ("Only a change of the record or of the rules.",)


def _time(row: Row, later: LaterDecision | None, decided_again: bool) -> tuple[str, ...]:
    """Sentences on the changes of a determination by time alone.

    Args:
        row: of `determinations`.
        later: the decision that will replace it; None if there is none, or it is not known.
        decided_again: whether the unit could be decided on later days.
    """
    sentences = []
    if row.outcome != "ELIGIBLE" and row.eligible_on is not None:
        sentences.append(f"Time alone: it becomes eligible on {row.eligible_on.isoformat()}.")
    if later is not None and (later.outcome != "ELIGIBLE" or later.on != row.eligible_on):
        sentences.append(time_alone(later))
    if not decided_again and row.revisit_on is not None and row.revisit_on != row.eligible_on:
        sentences.append(f"Time alone: this decision changes on {row.revisit_on.isoformat()}.")
    return tuple(sentences)


def _evidence(row: Row, pack: ReadPack) -> Because:
    if pack.resolved is None:
        indexes = range(len(pack.words.facts))
        unknown = tuple(i for i in indexes if not row.facts_known >> i & 1)
        return Because(missing=unknown if row.rule == UNKNOWN else ())
    return find_deciding_facts(
        pack.resolved, rule=row.rule, true=row.facts_true, known=row.facts_known
    )


def _explain_facts(
    row: Row, pack: ReadPack, evidence: Because, values: Values, person: ExplainedPerson
) -> Iterator[ExplainedFact]:
    unknown = {*evidence.not_known, *evidence.missing}
    for i, name in enumerate(pack.words.facts):
        holds = fact_truth(i, true=row.facts_true, known=row.facts_known)
        if holds == NOT_SAID and pack.resolved is not None:
            holds = NOT_KNOWN if i in evidence.not_known else NOT_NEEDED
        question = pack.words.questions.get(name, name)
        statement = pack.statements.get(name) or Statements(question, f"not so: {question}")
        now = ""
        if holds in (HOLDS, HOLDS_NOT):
            now = statement_now(i, holds == HOLDS, pack, values, person)
        yield ExplainedFact(
            fact=name,
            question=question,
            holds=holds,
            said=statement.yes,
            now=now,
            supplied_by=supplier_of(i, pack, person.catalogue) if i in unknown else "",
        )


def _is_of_the_record(i: int, pack: ReadPack) -> bool:
    """Whether a fact reads a column of the unit, and not only a switch or an option."""
    return pack.resolved is None or bool(pack.resolved.facts[i].reads)


def _count_words(unit: ExplainedUnit | None) -> dict[str, Any]:
    """The texts of the count that a reason may contain: its charge and its section."""
    texts = {} if unit is None else {"charge": unit.charge, "section": unit.section}
    return {name: texts.get(name) or f"({name} not known)" for name in FILLED_BY_COUNT}
