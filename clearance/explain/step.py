"""Explain: one person's record and each decision about it, as a sweep left them.

Shows charges, levels, dates and statuses; never a name, a birth date or a comment.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from clearance.determine.digest import row_hash
from clearance.determine.recorded import (
    DecidingSweeps,
    Sweep,
    deciding_sweeps,
    latest_sweep,
    sweep_of,
)
from clearance.errors import UsageError
from clearance.explain.decision import OpenPetitions, explain_decision
from clearance.explain.model import ExplainedDecision, ExplainedSweep, Explanation
from clearance.explain.record import load_record
from clearance.explain.statements import ExplainedPerson, ReadPack
from clearance.explain.summary import summary_of
from clearance.ingest.ledger import ACCEPTED, latest_files
from clearance.platform.store.store import Store, storage_faults
from clearance.publish.made_up import is_made_up_path
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
    with storage_faults("explaining"):
        return _explained(spark, store, subject_id=subject_id, rules=rules, sweep_id=sweep_id)


def _explained(
    spark: SparkSession, store: Store, *, subject_id: str, rules: Path, sweep_id: str | None
) -> Explanation:
    sweep = _load_sweep(spark, store, sweep_id)
    record = load_record(spark, store, sweep, subject_id=subject_id)
    decided = sweep.read(spark, store, "determinations").withColumn("content_hash", row_hash())
    rows = decided.where(F.col("subject_id") == subject_id).collect()
    if not record.counts and not record.arrests and not rows:
        raise _no_person_error(spark, store, subject_id)
    catalogue, petitions, how_to_ask = read_todays_rules(rules)
    packs = _load_packs(spark, store, {row.pack_fingerprint for row in rows}, catalogue)
    person = ExplainedPerson(catalogue, load_reason_texts(rules), record.unread)
    units = record.units()
    by_id, values = {unit.unit_id: unit for unit in units}, record.rows
    deciders = deciding_sweeps(spark, store, sweep)
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
        made_up=_made_up(spark, store),
        unread=record.unread,
    )
    return replace(explanation, summary=summary_of(explanation))


def _made_up(spark: SparkSession, store: Store) -> bool:
    """Whether research files of made-up people are in the store."""
    if not store.exists(spark, "source_files"):
        return False
    files = latest_files(store.read(spark, "source_files")).where(F.col("status") == ACCEPTED)
    return not files.where(is_made_up_path(F.col("path"))).isEmpty()


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


def _load_sweep(spark: SparkSession, store: Store, sweep_id: str | None) -> Sweep:
    if sweep_id is None:
        return latest_sweep(spark, store)
    sweeps = store.read(spark, "sweeps")
    row = sweeps.where(F.col("sweep_id") == sweep_id).first()
    if row is None:
        raise UsageError(
            f"There is no sweep {sweep_id}.", "`clearance sweeps` lists the ones there are."
        )
    return sweep_of(row)


def _no_person_error(spark: SparkSession, store: Store, subject_id: str) -> UsageError:
    """The error for a person without rows: an unknown SUBJECT_ID, or all rows in quarantine."""
    if store.version(spark, "quarantine") >= 0:
        quarantine = store.read(spark, "quarantine")
        # Only whether there are such rows; their content is shown to nobody.
        of_subject = F.col("subject_id") == subject_id
        if "subject_id" in quarantine.columns and not quarantine.where(of_subject).isEmpty():
            return UsageError(
                "No row of this person could be read, so that nothing is decided of them.",
                "Their rows are in `quarantine` with a code each; ingest a corrected extract.",
            )
    return UsageError(
        f"The store {store.uri} has no person with this SUBJECT_ID.",
        "Give a SUBJECT_ID of the research file, and the --store that it was ingested into.",
    )


def _load_packs(
    spark: SparkSession, store: Store, fingerprints: set[str], catalogue: Catalogue
) -> dict[str, ReadPack]:
    """The packs by fingerprint."""
    rows = store.read(spark, "packs").where(F.col("fingerprint").isin(*fingerprints)).collect()
    return {
        row.fingerprint: ReadPack.of(
            read_pack_words(pack=row.pack, version=row.version, text=row.yaml, facts=row.facts),
            row.yaml,
            catalogue,
        )
        for row in rows
    }
