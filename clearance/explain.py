"""One person's record and each decision about it: rule, facts, citation, what would change it.

Shows charges, levels, dates and statuses; never a name, a birth date or a comment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from clearance.decision_words import (
    Petitions,
    answer_in_words,
    catalogue_and_petitions,
    fact_sentences,
)
from clearance.errors import UsageError
from clearance.publish.columns import charge_shown
from clearance.publish.words import OWN, PackWords, load_reasons, pack_words, reason_text
from clearance.rulebook.catalogue import Catalogue
from clearance.store import Store, storage_faults
from clearance.sweep.digest import row_hash
from clearance.sweep.recorded import Standing, Sweep, latest_sweep, standing, sweep_of

HOLDS, HOLDS_NOT, NOT_SAID = "yes", "no", "not needed or not known"
_LEVELS = {"F": "felony", "M": "misdemeanor", "I": "infraction", None: "level unknown"}
_MISSING = "unknown"
_OF_KIND = {
    "effect": "The law itself, or the custodian of the record, acts: nobody grants it.",
    "pointer": "Where a person may ask a court: nothing is granted here.",
}
_INCOMPLETE = (
    "The record is incomplete: a row of this person, or one beside a row of this person, could not "
    "be read and stands in `quarantine`. A later extract that brings the person without such a row "
    "makes it complete."
)


@dataclass(frozen=True)
class ExplainedUnit:
    """A count or an arrest of the person.

    Attributes:
        unit_id: as in the tables.
        what: `count` or `arrest`.
        charge: section and code book, as `11358 HS`; of a count only.
        section: the section alone, where it could be read.
        level: felony, misdemeanor, infraction or unknown.
        county: of the court, or of the arresting agency.
        dates: what happened when.
        status: what became of it.
    """

    unit_id: str
    what: str
    charge: str | None
    level: str
    county: str
    dates: Mapping[str, str]
    status: str
    section: str | None = None


@dataclass(frozen=True)
class ExplainedFact:
    """A fact of the pack and whether it holds of the unit.

    Attributes:
        fact: its name.
        question: as the pack writes it.
        holds: yes, no, or not said.
        said: in English; the question where the rules of today cannot read the pack.
    """

    fact: str
    question: str
    holds: str
    said: str = ""


@dataclass(frozen=True)
class ExplainedDecision:
    """A determination with what it rests on; fields as in the `determinations` table.

    `content_hash` is what a row of the feed `reviews` names to decide this very content.
    `in_words` says what a no of automatic law leaves open; None of any other answer.
    """

    unit_id: str
    pack: str
    title: str
    version: str
    kind: str
    outcome: str
    relief: str | None
    reason: str
    reason_text: str
    rule: str
    cite: str
    facts: tuple[ExplainedFact, ...]
    eligible_on: date | None
    revisit_on: date | None
    changes: tuple[str, ...]
    decided_as_of: date
    content_hash: str
    in_words: str | None = None


@dataclass(frozen=True)
class ExplainedSweep:
    """A sweep that decided what is shown, its date, and the packs that it decided last."""

    sweep_id: str
    as_of: date
    packs: tuple[str, ...]


@dataclass(frozen=True)
class Explanation:
    """A person's record and each decision about it.

    Attributes:
        subject_id: the person.
        sweep_id: the sweep whose state this is.
        as_of: its date.
        units: counts, then arrests, in record order.
        decisions: by unit, then pack.
        incomplete: whether rows of the record are known to be lost.
        decided_by: the sweeps that decided what is shown, by date; one, but where the latest was
            of named packs only (`determine --pack`).
    """

    subject_id: str
    sweep_id: str
    as_of: date
    units: tuple[ExplainedUnit, ...]
    decisions: tuple[ExplainedDecision, ...]
    incomplete: bool = False
    decided_by: tuple[ExplainedSweep, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The explanation for `--json`: dates as text."""
        plain: dict[str, Any] = _plain(asdict(self))
        return plain

    def render(self, console: Console) -> None:
        """Print it for a person to read."""
        console.print(render(self), highlight=False)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value


def explain(
    spark: SparkSession,
    store: Store,
    *,
    subject_id: str,
    rules: Path,
    sweep_id: str | None = None,
) -> Explanation:
    """One person's record and each decision about it.

    Args:
        spark: the session.
        store: where the tables are.
        subject_id: the person.
        rules: the rulebook's folder, for reason texts.
        sweep_id: the state after this sweep; after the latest where None.

    Raises:
        UsageError: no such person or sweep, none of the person's rows could be read, or nothing
            was determined yet.
        StoreFault: what the sweep rests on cannot be read any more.
    """
    with storage_faults("explaining"):
        return _explained(spark, store, subject_id=subject_id, rules=rules, sweep_id=sweep_id)


def _explained(
    spark: SparkSession, store: Store, *, subject_id: str, rules: Path, sweep_id: str | None
) -> Explanation:
    sweep = _sweep(spark, store, sweep_id)
    units, incomplete = _units(spark, store, subject_id, sweep)
    decided = sweep.read(spark, store, "determinations")
    rows = _of(decided.withColumn("content_hash", row_hash()), subject_id)
    if not units and not rows:
        raise _nobody(spark, store, subject_id)
    catalogue, petitions = catalogue_and_petitions(rules)
    packs, said = _packs(spark, store, {row.pack_fingerprint for row in rows}, catalogue)
    reasons = load_reasons(rules)
    by_id = {unit.unit_id: unit for unit in units}
    decisions = (
        _decision(
            row,
            packs.get(row.pack_fingerprint),
            reasons,
            by_id.get(row.unit_id),
            said=said.get(row.pack_fingerprint, {}),
            petitions=petitions,
        )
        for row in rows
    )
    return Explanation(
        subject_id=subject_id,
        sweep_id=sweep.sweep_id,
        as_of=sweep.as_of,
        units=tuple(units),
        decisions=tuple(sorted(decisions, key=lambda made: (made.unit_id, made.kind, made.pack))),
        incomplete=incomplete,
        decided_by=_decided_by(
            standing(spark, store, sweep), packs=sorted({row.pack for row in rows})
        ),
    )


def _decided_by(stands: Standing, *, packs: list[str]) -> tuple[ExplainedSweep, ...]:
    """The sweeps that last decided the packs, the earliest first."""
    found: dict[str, Sweep] = {}
    decided: dict[str, list[str]] = {}
    for pack in packs:
        sweep = stands.of(pack)
        found[sweep.sweep_id] = sweep
        decided.setdefault(sweep.sweep_id, []).append(pack)
    made = (
        ExplainedSweep(sweep.sweep_id, sweep.as_of, tuple(decided[sweep.sweep_id]))
        for sweep in found.values()
    )
    return tuple(sorted(made, key=lambda one: (one.as_of, one.sweep_id)))


def _sweep(spark: SparkSession, store: Store, sweep_id: str | None) -> Sweep:
    if sweep_id is None:
        return latest_sweep(spark, store)
    sweeps = store.read(spark, "sweeps")
    found = sweeps.where(F.col("sweep_id") == sweep_id).first()
    if found is None:
        raise UsageError(
            f"There is no sweep {sweep_id}.", "`clearance sweeps` lists the ones there are."
        )
    return sweep_of(found)


def _nobody(spark: SparkSession, store: Store, subject_id: str) -> UsageError:
    """Why nothing can be explained: nobody of that number, or nothing of theirs could be read."""
    if store.version(spark, "quarantine") >= 0:
        lost = store.read(spark, "quarantine")
        # Whether there are any, not what stands in them.
        own = F.col("subject_id") == subject_id
        if "subject_id" in lost.columns and not lost.where(own).isEmpty():
            return UsageError(
                "No row of this person could be read, so that nothing is decided of them.",
                "Their rows stand in `quarantine` with a code each; take in a corrected extract.",
            )
    return UsageError(
        f"The store {store.uri} has no person with this SUBJECT_ID.",
        "Give a SUBJECT_ID as it stands in the research file, and the --store it was read to.",
    )


def _of(rows: DataFrame, subject_id: str) -> list[Row]:
    return rows.where(F.col("subject_id") == subject_id).collect()


def _units(
    spark: SparkSession, store: Store, subject_id: str, sweep: Sweep
) -> tuple[list[ExplainedUnit], bool]:
    """The person's counts and arrests, and whether rows of the record are known to be lost."""
    charge = charge_shown(F.col("code_book"), F.col("section"), F.col("subdivisions"))
    table = sweep.read(spark, store, "charges")
    # An earlier release did not know either.
    incomplete, bounded, earliest, latest = (
        F.col(name) if name in table.columns else F.lit(None)
        for name in (
            *("record_incomplete", "sentence_end_bounded"),
            *("conviction_earliest", "conviction_latest"),
        )
    )
    counts = table.select(
        F.coalesce(incomplete, F.lit(False)).alias("incomplete"),
        F.coalesce(bounded, F.lit(False)).alias("bounded"),
        earliest.alias("earliest"),
        latest.alias("latest"),
        *("subject_id", "unit_id", "level", "county", "status", "tags"),
        *("conviction_date", "sentence_end", "arrest_date", "section"),
        F.when(F.col("section").isNotNull(), charge).alias("charge"),
    )
    rows = sorted(_of(counts, subject_id), key=lambda row: row.unit_id)
    lost = any(row.incomplete for row in rows)
    units = [
        ExplainedUnit(
            unit_id=row.unit_id,
            what="count",
            charge=row.charge or "charge not readable",
            level=_LEVELS[row.level],
            county=row.county,
            dates=_dates(
                arrested=row.arrest_date,
                convicted=row.conviction_date,
                convicted_at_the_earliest=row.earliest,
                convicted_at_the_latest=row.latest,
                sentence_ends=None if row.bounded else row.sentence_end,
                sentence_ends_at_the_latest=row.sentence_end if row.bounded else None,
            ),
            status=row.status,
            section=row.section,
        )
        for row in rows
    ]
    if not store.exists(spark, "arrests"):
        return units, lost
    arrests = _of(sweep.read(spark, store, "arrests"), subject_id)
    stops = [
        ExplainedUnit(
            unit_id=row.unit_id,
            what="arrest",
            charge=None,
            level=_LEVELS[row.level],
            county=row.county,
            dates=_dates(arrested=row.arrest_date),
            status=", ".join(sorted(set(row.arrest_statuses or []))) or "unknown",
        )
        for row in sorted(arrests, key=lambda row: row.unit_id)
    ]
    return units + stops, lost


def _dates(**dates: date | None) -> dict[str, str]:
    return {name: day.isoformat() for name, day in dates.items() if day is not None}


def _packs(
    spark: SparkSession, store: Store, fingerprints: set[str], catalogue: Catalogue
) -> tuple[dict[str, PackWords], dict[str, dict[str, str]]]:
    """What each pack says about itself, and its facts as sentences, by fingerprint."""
    wanted = store.read(spark, "packs").where(F.col("fingerprint").isin(*fingerprints)).collect()
    words = {
        row.fingerprint: pack_words(
            pack=row.pack, version=row.version, text=row.yaml, facts=row.facts
        )
        for row in wanted
    }
    return words, {row.fingerprint: fact_sentences(row.yaml, catalogue) for row in wanted}


def _decision(
    row: Row,
    words: PackWords | None,
    reasons: Mapping[str, str],
    unit: ExplainedUnit | None,
    *,
    said: Mapping[str, str],
    petitions: Petitions,
) -> ExplainedDecision:
    pack = words or PackWords(pack=row.pack, version=row.pack_version, title=row.pack)
    facts = tuple(
        ExplainedFact(
            fact=name,
            question=pack.questions.get(name, name),
            holds=fact_truth(i, true=row.facts_true, known=row.facts_known),
            said=said.get(name) or pack.questions.get(name, name),
        )
        for i, name in enumerate(pack.facts)
    )
    return ExplainedDecision(
        unit_id=row.unit_id,
        pack=row.pack,
        title=pack.title,
        version=row.pack_version,
        kind=row.kind,
        outcome=row.outcome,
        relief=row.relief,
        reason=row.reason,
        reason_text=reason_text(row.reason, reasons, {**pack.params, **_own_words(unit)}),
        rule=row.rule,
        cite=row.cite,
        facts=facts,
        eligible_on=row.eligible_on,
        revisit_on=row.revisit_on,
        changes=what_would_change_it(row, facts),
        decided_as_of=row.as_of,
        content_hash=row.content_hash,
        in_words=answer_in_words(
            kind=row.kind,
            outcome=row.outcome,
            petitions=petitions.get((row.pack, row.pack_version), ()),
        ),
    )


def _own_words(unit: ExplainedUnit | None) -> dict[str, str]:
    """What a reason may name of the count itself."""
    found = {} if unit is None else {"charge": unit.charge, "section": unit.section}
    return {name: found.get(name) or f"({name} not known)" for name in OWN}


def fact_truth(position: int, *, true: int, known: int) -> str:
    """Whether a fact holds, from the evidence of a determination.

    Args:
        position: the fact's place in the pack; its bit.
        true: `facts_true`.
        known: `facts_known`; a bit that is off was not needed, or could not be known.
    """
    if not known >> position & 1:
        return NOT_SAID
    return HOLDS if true >> position & 1 else HOLDS_NOT


def what_would_change_it(row: Row, facts: tuple[ExplainedFact, ...]) -> tuple[str, ...]:
    """In sentences, what would change a determination; time first, then what the record lacks.

    Args:
        row: of `determinations`.
        facts: of its pack.
    """
    changes = []
    if row.outcome != "ELIGIBLE" and row.eligible_on is not None:
        changes.append(f"Time alone: it becomes eligible on {row.eligible_on.isoformat()}.")
    if row.revisit_on is not None and row.revisit_on != row.eligible_on:
        changes.append(f"Time alone: this decision changes on {row.revisit_on.isoformat()}.")
    if row.rule == _MISSING:
        lacking = ", ".join(fact.fact for fact in facts if fact.holds == NOT_SAID)
        changes.append(f"Information that the record lacks: {lacking or 'see the facts'}.")
    if row.outcome == "REVIEW":
        changes.append("A person's decision.")
    return tuple(changes) or ("Only a change of the record or of the rules.",)


def render(explanation: Explanation) -> RenderableType:
    """The explanation as something rich prints; readable at 80 columns and without colour.

    Args:
        explanation: of one person.
    """
    parts: list[RenderableType] = [Text(_heading(explanation), style="bold"), Text()]
    if explanation.incomplete:
        parts += [Text(_INCOMPLETE), Text()]
    for unit in explanation.units:
        parts.append(_unit(unit))
        made = [one for one in explanation.decisions if one.unit_id == unit.unit_id]
        parts += [Padding(_shown(decision), (0, 0, 1, 2)) for decision in made]
        if not made:
            parts.append(Padding(Text("No pack is about it.", style="dim"), (0, 0, 1, 2)))
    known = {unit.unit_id for unit in explanation.units}
    for decision in explanation.decisions:
        if decision.unit_id not in known:
            parts.append(Text(f"{decision.unit_id} (no longer on the record)", style="bold"))
            parts.append(Padding(_shown(decision), (0, 0, 1, 2)))
    return Group(*parts)


def _heading(explanation: Explanation) -> str:
    who = f"Person {explanation.subject_id}"
    latest = ExplainedSweep(explanation.sweep_id, explanation.as_of, ())
    several = len(explanation.decided_by) > 1
    lines = [
        f"as of {sweep.as_of.isoformat()}, sweep {sweep.sweep_id}"
        + (f": {', '.join(sweep.packs)}" if several else "")
        for sweep in explanation.decided_by or (latest,)
    ]
    return "\n  ".join([who, *lines]) if several else f"{who}, {lines[0]}"


def _unit(unit: ExplainedUnit) -> Text:
    dates = ", ".join(f"{name.replace('_', ' ')} {day}" for name, day in unit.dates.items())
    head = unit.charge or "Arrest"
    line = Text(f"{head}, {unit.level}, {unit.county}, {unit.status}", style="bold")
    return line.append(f"\n  {unit.unit_id}" + (f": {dates}" if dates else ""), style="not bold")


def _shown(decision: ExplainedDecision) -> RenderableType:
    answer = decision.outcome + (f" ({decision.relief})" if decision.relief else "")
    table = Table.grid(padding=(0, 2))
    table.add_column(width=11, style="dim")
    table.add_column(overflow="fold")
    table.add_row("pack", Text(f"{decision.pack} {decision.version}: {decision.title}"))
    table.add_row("outcome", Text(answer, style="bold"))
    if decision.in_words is not None:
        table.add_row("", Text(decision.in_words))
    if (said := _OF_KIND.get(decision.kind)) is not None:
        table.add_row("kind", said)
    table.add_row("reason", Text(f"{decision.reason_text} [{decision.reason}]"))
    table.add_row("rule", Text(f"{decision.rule}; {decision.cite}"))
    for number, fact in enumerate(decision.facts):
        line = Text(f"{fact.said or fact.question}: ").append(fact.holds, style="bold")
        table.add_row("facts" if number == 0 else "", line)
    if decision.eligible_on is not None:
        table.add_row("eligible on", decision.eligible_on.isoformat())
    if decision.outcome == "REVIEW":
        table.add_row("content hash", decision.content_hash)
    for number, change in enumerate(decision.changes):
        table.add_row("would change" if number == 0 else "", Text(change))
    return table
