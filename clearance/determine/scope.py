"""Which units a sweep must decide again, and which may keep the row they have.

A row changes only with its pack, with its person's record, with an office's decision, or on its
`revisit_on`. So a sweep that follows another, not earlier in time, decides again: every unit of a
pack that changed; and of the other packs the units of people whose charges or arrests changed, of
whom an office decided something else, or whose `revisit_on` has come.
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
    """What to decide again.

    Attributes:
        everything: packs whose every unit is decided, by id.
        people: for the other packs, distinct subject_id; None where there is no such pack.
    """

    everything: frozenset[str]
    people: DataFrame | None

    def existing_rows(self, determinations: DataFrame, *, selected: tuple[str, ...]) -> DataFrame:
        """The rows that stand now and that this sweep says anew, or withdraws.

        Args:
            determinations: the table as it stands.
            selected: packs named on the command line; the others' rows are left alone.
        """
        if self.people is None:
            if not selected:
                return determinations
            return determinations.where(F.col("pack").isin(*selected))
        whole = F.col("pack").isin(*self.everything) if self.everything else F.lit(False)
        others = determinations.where(~whole).join(self.people, on="subject_id", how="left_semi")
        return determinations.where(whole).unionByName(others)


def scope_of(
    spark: SparkSession,
    store: Store,
    *,
    previous: Manifest | None,
    now: Manifest,
    full: bool,
) -> Scope:
    """What a sweep must decide again after the one before it.

    Args:
        spark: the session.
        store: where the tables are.
        previous: the sweep that the table stands at; None before the first.
        now: the sweep that is about to run.
        full: decide everything, whatever the sweep before it did.
    """
    packs = frozenset(key.partition("/")[0] for key in now.pack_fingerprints)
    whole = Scope(packs, None)
    if full or previous is None or not _follows(previous, now):
        return whole
    changed = _changed_people(
        spark, store, before=previous.input_versions, after=now.input_versions
    )
    if changed is None:
        return whole
    gone_or_new = frozenset(
        key.partition("/")[0]
        for key in {*previous.pack_fingerprints, *now.pack_fingerprints}
        if previous.pack_fingerprints.get(key) != now.pack_fingerprints.get(key)
    )
    due = store.read(spark, "determinations").where(F.col("revisit_on") <= F.lit(now.as_of))
    people = reduce(DataFrame.unionByName, changed, due.select("subject_id"))
    return Scope(gone_or_new, people.distinct())


def _follows(previous: Manifest, now: Manifest) -> bool:
    """Whether the rows that stand are what this sweep would say, but for data, packs and time."""
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
    """People whose charges or arrests changed, by table; None where one was written anew."""
    changed = []
    for table, version in after.items():
        since = before.get(table, -1)
        # What feeds say of a person stands in `charges`; reviews have their own place below.
        if since == version or not TABLES[table].change_feed:
            continue
        if since > version or not _by_person(spark, store, table, since=since, until=version):
            return None
        changed.append(store.changes(spark, table, since, version).select("subject_id"))
    reviewed = before.get(REVIEWS), after.get(REVIEWS)
    if reviewed[0] != reviewed[1]:
        rows = changed_rows(spark, store, REVIEWS, before=reviewed[0], after=reviewed[1])
        changed.append(rows.select(F.regexp_replace("unit_id", "-[0-9]+$", "").alias("subject_id")))
    return changed


def _by_person(spark: SparkSession, store: Store, table: str, *, since: int, until: int) -> bool:
    """Whether every commit in between changed people's rows, and none the whole table."""
    between = store.commits_since(spark, table, version=since)
    return since >= 0 and all(
        commit.changes_by_row for commit in between if commit.version <= until
    )
