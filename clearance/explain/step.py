"""Explain: one person's record and each decision about it, as a sweep left them.

Shows charges, levels, dates and statuses; never a name, a birth date or a comment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pyspark.sql import Row, SparkSession

from clearance.determine.digest import content_hash
from clearance.determine.recorded import (
    DecidingSweeps,
    Sweep,
    deciding_among,
    latest_first,
    no_sweep_error,
    sweep_of,
)
from clearance.errors import UsageError
from clearance.explain.decision import OpenPetitions, explain_decision
from clearance.explain.model import ExplainedDecision, ExplainedSweep, Explanation
from clearance.explain.reader import Reader, SparkReader
from clearance.explain.record import load_record
from clearance.explain.statements import ExplainedPerson, ReadPack
from clearance.explain.summary import summary_of
from clearance.ingest.ledger import ACCEPTED, latest_rows
from clearance.platform.store.store import Store, storage_faults
from clearance.publish.made_up import is_made_up_name
from clearance.rulebook.english.decision import read_todays_rules
from clearance.rulebook.english.office_words import PackWords, load_reason_texts, read_pack_words
from clearance.rulebook.language.catalogue import Catalogue


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
        store: the store of the tables.
        subject_id: the person.
        rules: the rulebook's folder, for reason texts.
        sweep_id: the sweep after which the record is shown; None for the latest.

    Raises:
        UsageError: there is no such person or sweep, every row of the person is in quarantine, or
            nothing was determined yet.
        StoreFault: a version that the sweep used has been removed.
    """
    reader = SparkReader(spark, store)
    with storage_faults("explaining"):
        return explain_by(reader, subject_id=subject_id, rules=rules, sweep_id=sweep_id)


def explain_by(
    reader: Reader, *, subject_id: str, rules: Path, sweep_id: str | None = None
) -> Explanation:
    """One person's record and each decision about it, as `explain` has them.

    Args:
        reader: of the store.
        subject_id: the person.
        rules: the rulebook's folder, for reason texts.
        sweep_id: the sweep after which the record is shown; None for the latest.

    Raises:
        UsageError: there is no such person or sweep, every row of the person is in quarantine, or
            nothing was determined yet.
        NotReadable: the reader cannot read the store.
    """
    sweeps = reader.rows("sweeps")
    sweep = _find_sweep(reader.store, sweeps, sweep_id)
    record = load_record(reader, sweep, subject_id=subject_id)
    rows = [
        Row(**row.asDict(), content_hash=content_hash(row.asDict()))
        for row in reader.rows(
            "determinations",
            version=sweep.determinations_version,
            where={"subject_id": [subject_id]},
        )
    ]
    if not record.counts and not record.arrests and not rows:
        raise _no_person_error(reader, subject_id)
    catalogue, petitions, how_to_ask = read_todays_rules(rules)
    packs = _load_packs(reader, sorted({row.pack_fingerprint for row in rows}), catalogue)
    person = ExplainedPerson(catalogue, load_reason_texts(rules), record.unread)
    units = record.units()
    by_id, values = {unit.unit_id: unit for unit in units}, record.rows
    deciders = deciding_among(sweeps, sweep)
    open_petitions = OpenPetitions.of(rows, petitions, decided=deciders.packs)
    decisions = (
        explain_decision(
            row,
            packs.get(row.pack_fingerprint)
            or ReadPack(PackWords(row.pack, row.pack_version, row.pack), None, {}),
            by_id.get(row.unit_id),
            values.get(row.unit_id, {}),
            person=person,
            as_of=deciders.of(row.pack).as_of,
            in_words=open_petitions.after(row),
            how_to_ask=how_to_ask.get((row.pack, row.pack_version), ()),
        )
        for row in rows
    )
    explanation = Explanation(
        subject_id=subject_id,
        sweep_id=sweep.sweep_id,
        as_of=sweep.as_of,
        units=tuple(units),
        decisions=tuple(sorted(decisions, key=_order)),
        incomplete=record.incomplete,
        decided_by=_decided_by(deciders, packs=sorted({row.pack for row in rows})),
        timeline=record.timeline(),
        what_if=sweep.what_if,
        made_up=_made_up(reader),
        unread=record.unread,
    )
    return replace(explanation, summary=summary_of(explanation))


def _made_up(reader: Reader) -> bool:
    """Whether research files of made-up people are in the store."""
    if not reader.has("source_files"):
        return False
    files = latest_rows(reader.rows("source_files"))
    return any(file.status == ACCEPTED and is_made_up_name(file.path) for file in files)


def _order(decision: ExplainedDecision) -> tuple[str, str, str]:
    return decision.unit_id, decision.kind, decision.pack


def _decided_by(deciders: DecidingSweeps, *, packs: list[str]) -> tuple[ExplainedSweep, ...]:
    """The sweeps that last decided the packs, the earliest first."""
    sweeps: dict[str, Sweep] = {}
    packs_by_sweep: dict[str, list[str]] = {}
    for pack in packs:
        sweep = deciders.of(pack)
        sweeps[sweep.sweep_id] = sweep
        packs_by_sweep.setdefault(sweep.sweep_id, []).append(pack)
    explained = (
        ExplainedSweep(sweep.sweep_id, sweep.as_of, tuple(packs_by_sweep[sweep.sweep_id]))
        for sweep in sweeps.values()
    )
    return tuple(sorted(explained, key=lambda sweep: (sweep.as_of, sweep.sweep_id)))


def _find_sweep(store: Store, sweeps: list[Row], sweep_id: str | None) -> Sweep:
    if sweep_id is None and sweeps:
        return sweep_of(latest_first(sweeps)[0])
    if sweep_id is None:
        raise no_sweep_error(store)
    for row in sweeps:
        if row["sweep_id"] == sweep_id:
            return sweep_of(row)
    raise UsageError(
        f"There is no sweep {sweep_id}.", "`clearance sweeps` lists the ones there are."
    )


def _no_person_error(reader: Reader, subject_id: str) -> UsageError:
    """The error for a person without rows: an unknown SUBJECT_ID, or all rows in quarantine."""
    # Only whether there are such rows; their content is shown to nobody.
    of_person = {"subject_id": [subject_id]}
    if reader.has("quarantine") and reader.rows("quarantine", columns=("code",), where=of_person):
        return UsageError(
            "No row of this person could be read, so that nothing is decided of them.",
            "Their rows are in `quarantine` with a code each; ingest a corrected extract.",
        )
    return UsageError(
        f"The store {reader.store.uri} has no person with this SUBJECT_ID.",
        "Give a SUBJECT_ID of the research file, and the --store that it was ingested into.",
    )


def _load_packs(
    reader: Reader, fingerprints: Sequence[str], catalogue: Catalogue
) -> dict[str, ReadPack]:
    """The packs by fingerprint."""
    return {
        row.fingerprint: ReadPack.of(
            read_pack_words(pack=row.pack, version=row.version, text=row.yaml, facts=row.facts),
            row.yaml,
            catalogue,
        )
        for row in reader.rows("packs", where={"fingerprint": fingerprints})
    }
