"""Explain: one person's record and each decision about it, as a sweep left them.

Shows charges, levels, dates and statuses; never a name, a birth date or a comment.
"""

from __future__ import annotations

from pathlib import Path

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from clearance.determine.digest import row_hash
from clearance.determine.recorded import Standing, Sweep, latest_sweep, standing, sweep_of
from clearance.errors import UsageError
from clearance.explain.decision import ReadPack, explained
from clearance.explain.model import ExplainedSweep, Explanation
from clearance.explain.record import record_of
from clearance.platform.store.store import Store, storage_faults
from clearance.publish.words import PackWords, load_reason_texts, read_pack_words
from clearance.rulebook.english.decision import catalogue_and_petitions
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
    record = record_of(spark, store, sweep, subject_id=subject_id)
    decided = sweep.read(spark, store, "determinations").withColumn("content_hash", row_hash())
    rows = decided.where(F.col("subject_id") == subject_id).collect()
    if not record.counts and not record.arrests and not rows:
        raise _nobody(spark, store, subject_id)
    catalogue, petitions = catalogue_and_petitions(rules)
    packs = _packs(spark, store, {row.pack_fingerprint for row in rows}, catalogue)
    reasons = load_reason_texts(rules)
    units = record.units()
    by_id, values = {unit.unit_id: unit for unit in units}, record.rows
    decisions = (
        explained(
            row,
            packs.get(row.pack_fingerprint)
            or ReadPack(PackWords(row.pack, row.pack_version, row.pack), None, {}),
            reasons,
            by_id.get(row.unit_id),
            values.get(row.unit_id, {}),
            catalogue=catalogue,
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
        incomplete=record.incomplete,
        decided_by=_decided_by(
            standing(spark, store, sweep), packs=sorted({row.pack for row in rows})
        ),
        timeline=record.timeline(),
        what_if=sweep.what_if,
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


def _packs(
    spark: SparkSession, store: Store, fingerprints: set[str], catalogue: Catalogue
) -> dict[str, ReadPack]:
    """The packs by fingerprint."""
    wanted = store.read(spark, "packs").where(F.col("fingerprint").isin(*fingerprints)).collect()
    return {
        row.fingerprint: ReadPack.of(
            read_pack_words(pack=row.pack, version=row.version, text=row.yaml, facts=row.facts),
            row.yaml,
            catalogue,
        )
        for row in wanted
    }
