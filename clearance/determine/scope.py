"""The scope of a sweep: the units to decide again; all others keep their row.

A row changes only with its pack, with its person's record, with an office's decision, or on its
`revisit_on`. So a sweep that follows another, with the same or a later as-of, decides again:

- every unit of a pack that changed;
- of the other packs, the units of people whose charges, arrests or reviews changed, or with a
  `revisit_on` up to the as-of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from clearance.determine.manifest import Manifest, deciding_code
from clearance.determine.side_feeds import REVIEWS
from clearance.feed.state import changed_rows
from clearance.platform.store.store import Store
from clearance.schemas import TABLES


@dataclass(frozen=True)
class Scope:
    """The packs and people that a sweep decides again.

    Attributes:
        everything: ids of the packs of which every unit is decided.
        people: for the other packs, distinct subject_id; None if there is no other pack.
    """

    everything: frozenset[str]
    people: DataFrame | None

    def existing_rows(self, determinations: DataFrame, *, selected: tuple[str, ...]) -> DataFrame:
        """The current determinations that this sweep replaces or deletes.

        Args:
            determinations: the table before the sweep.
            selected: packs named on the command line; the others' rows are left alone.
        """
        if self.people is None:
            if not selected:
                return determinations
            return determinations.where(F.col("pack").isin(*selected))
        of_changed_packs = F.col("pack").isin(*self.everything) if self.everything else F.lit(False)
        of_other_packs = determinations.where(~of_changed_packs).join(
            self.people, on="subject_id", how="left_semi"
        )
        return determinations.where(of_changed_packs).unionByName(of_other_packs)


def scope_of(
    spark: SparkSession,
    store: Store,
    *,
    previous: Manifest | None,
    now: Manifest,
    full: bool,
) -> Scope:
    """The scope of a sweep that follows another.

    Args:
        spark: the session.
        store: the store of the tables.
        previous: the sweep that wrote the table; None before the first sweep.
        now: the sweep that is about to run.
        full: decide everything.
    """
    packs = frozenset(key.partition("/")[0] for key in now.pack_fingerprints)
    all_packs = Scope(packs, None)
    if full or previous is None or not _follows(previous, now):
        return all_packs
    changed = _changed_people(
        spark, store, before=previous.input_versions, after=now.input_versions
    )
    if changed is None:
        return all_packs
    changed_packs = frozenset(
        key.partition("/")[0]
        for key in {*previous.pack_fingerprints, *now.pack_fingerprints}
        if previous.pack_fingerprints.get(key) != now.pack_fingerprints.get(key)
    )
    due = store.read(spark, "determinations").where(F.col("revisit_on") <= F.lit(now.as_of))
    people = reduce(DataFrame.unionByName, changed, due.select("subject_id"))
    return Scope(changed_packs, people.distinct())


def _follows(previous: Manifest, now: Manifest) -> bool:
    """Whether rows can differ from the previous sweep's only by data, packs and time."""
    return (
        previous.as_of <= now.as_of
        and deciding_code(previous.code_version) == deciding_code(now.code_version)
        and previous.config_fingerprint == now.config_fingerprint
        and not previous.selected
        and not now.selected
    )


def _changed_people(
    spark: SparkSession, store: Store, *, before: Mapping[str, int], after: Mapping[str, int]
) -> list[DataFrame] | None:
    """One table of subject_id per changed input; None if an input was written as a whole."""
    changed = []
    for table, version in after.items():
        since = before.get(table, -1)
        # Feeds reach a sweep through the columns of `charges`, except reviews: see below.
        if since == version or not TABLES[table].change_feed:
            continue
        if since > version or not _changed_by_person(
            spark, store, table, since=since, until=version
        ):
            return None
        changed.append(store.changes(spark, table, since, version).select("subject_id"))
    versions = before.get(REVIEWS), after.get(REVIEWS)
    if versions[0] != versions[1]:
        rows = changed_rows(spark, store, REVIEWS, before=versions[0], after=versions[1])
        changed.append(rows.select(F.regexp_replace("unit_id", "-[0-9]+$", "").alias("subject_id")))
    return changed


def _changed_by_person(
    spark: SparkSession, store: Store, table: str, *, since: int, until: int
) -> bool:
    """Whether every commit in between changed single people's rows, not the whole table."""
    between = store.commits_since(spark, table, version=since)
    return since >= 0 and all(
        commit.changes_by_row for commit in between if commit.version <= until
    )
