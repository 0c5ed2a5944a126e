"""Side feeds: registrations, supervision and petitions of a person; merges of subjects; holes.

The facts of a feed that was never loaded are unknown (null). A feed that was loaded without rows
has facts: nobody is registered, nobody supervised. Source: the contract's chapter on side feeds;
readings 8, 13, 19, 20 and 23.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from clearance.feed.state import LoadedFeed, feed_state
from clearance.platform.spark.broadcasts import BROADCAST_BYTES, total_file_bytes
from clearance.platform.store.store import Store
from clearance.prepare.holes import Lost, open_holes
from clearance.prepare.projection import projected
from clearance.prepare.record.rules import Registration

KINDS = ("registry", "supervision", "petitions", "merges")
# The types of supervision that follow prison; the other types are no parole.
AFTER_PRISON = ("parole", "prcs")
# An obligation (registration, supervision) that the person does not have, has until a day, has
# without an end.
NONE, UNTIL, OPEN = "none", "until", "open"
# The feed that lists each kind of obligation.
_FEED_OF = {"registration": "registry", "supervision": "supervision"}


@dataclass(frozen=True)
class SideFeeds:
    """The rows of each feed; None where the feed was never loaded.

    `holes` are the subjects with lost rows, None where no row was lost. `large` names the feeds
    that are too large to be broadcast, which are joined by a shuffle.
    """

    registry: DataFrame | None = None
    supervision: DataFrame | None = None
    petitions: DataFrame | None = None
    merges: DataFrame | None = None
    holes: DataFrame | None = None
    large: frozenset[str] = frozenset()

    def broadcast_if_small(self, kind: str, rows: DataFrame) -> DataFrame:
        """Rows that were made from a feed, marked for a broadcast unless the feed is large."""
        return rows if kind in self.large else F.broadcast(rows)

    def with_holes(self, lost: Lost | None, *, source: DataFrame) -> SideFeeds:
        """These feeds, with the subjects of lost rows as `holes`.

        Args:
            lost: `holes.lost_rows`.
            source: `source_rows`.
        """
        holes = open_holes(lost, source=source)
        is_large = lost is not None and total_file_bytes(lost.rows) > BROADCAST_BYTES
        return replace(self, holes=holes, large=self.large | ({"holes"} if is_large else set()))


def loaded_feeds(spark: SparkSession, store: Store) -> dict[str, LoadedFeed]:
    """The feeds that the store has, by kind."""
    states = {kind: feed_state(spark, store, kind) for kind in KINDS}
    return {kind: feed for kind, feed in states.items() if feed is not None}


def side_feeds(spark: SparkSession, store: Store, *, loaded: Mapping[str, LoadedFeed]) -> SideFeeds:
    """The feeds, at the versions that `loaded_feeds` found.

    Args:
        spark: the session.
        store: where the tables are.
        loaded: `loaded_feeds`.
    """
    # A feed of merges without rows merges nobody, like one that was never loaded.
    versions = {k: feed.version for k, feed in loaded.items() if k != "merges" or feed.rows}
    return side_feeds_at(spark, store, versions=versions)


def side_feeds_at(spark: SparkSession, store: Store, *, versions: Mapping[str, int]) -> SideFeeds:
    """The feeds at given versions of their tables.

    Args:
        spark: the session.
        store: where the tables are.
        versions: versions by kind; a feed that is not named was never loaded.
    """
    tables = {kind: store.read(spark, kind, version=version) for kind, version in versions.items()}
    large = {kind for kind, table in tables.items() if total_file_bytes(table) > BROADCAST_BYTES}
    return SideFeeds(**tables, large=frozenset(large))


def with_person_id(rows: DataFrame, *, feeds: SideFeeds) -> DataFrame:
    """The rows with `person_id`: the survivor of the subject's merges, else the subject.

    Args:
        rows: with a `subject_id`.
        feeds: the feeds, of which the merges are used.
    """
    if feeds.merges is None:
        return rows.withColumn("person_id", F.col("subject_id"))
    survivors = feeds.merges.select(
        F.col("from_subject_id").alias("subject_id"), "surviving_subject_id"
    )
    joined = rows.join(feeds.broadcast_if_small("merges", survivors), on="subject_id", how="left")
    person = F.coalesce("surviving_subject_id", "subject_id")
    return joined.withColumn("person_id", person).drop("surviving_subject_id")


def with_holes(counts: DataFrame, *, feeds: SideFeeds) -> DataFrame:
    """The counts with `record_incomplete`: whether a subject of the person has a hole.

    Args:
        counts: with `person_id`.
        feeds: the feeds, of which the holes and the merges are used.
    """
    if feeds.holes is None:
        return counts.withColumn("record_incomplete", F.lit(False))
    people = with_person_id(feeds.holes, feeds=feeds).select("person_id").distinct()
    marked = people.withColumn("lost", F.lit(True))
    joined = counts.join(feeds.broadcast_if_small("holes", marked), on="person_id", how="left")
    return joined.withColumn("record_incomplete", F.col("lost").isNotNull()).drop("lost")


def with_side_feeds(
    counts: DataFrame, *, feeds: SideFeeds, registrations: tuple[Registration, ...]
) -> DataFrame:
    """A row is a count, with the facts of the feeds and the end of all its terms.

    `registration` and `supervision` are none, until or open, and `..._end` is the last day of those
    that end. Both are of the person, over all merged subjects; a petition is of the subject alone.
    `terms_end` is the latest of the sentence's end and the ends of supervision that started on or
    after the conviction; null where one of these ends is unknown. `terms_end` is a bound
    (`terms_end_bounded`) where the sentence's end is a bound and no supervision surely lasts as
    long. `parole_on_record`: whether parole on record lasts as long as the sentence, or longer.

    Args:
        counts: with `person_id`, `conviction_date`, `sentence_end` and `sentence_end_bounded`.
        feeds: the feeds.
        registrations: the kinds of registration; those with a fact count.
    """
    sections = [row.registration for row in registrations if row.fact]
    registered = _filter_registry(feeds.registry, sections=sections)
    obligations = {"registration": registered, "supervision": feeds.supervision}
    rows = counts
    for name, obliged in obligations.items():
        if obliged is not None:
            people = _obligations_by_person(obliged, name=name, feeds=feeds)
            rows = rows.join(
                feeds.broadcast_if_small(_FEED_OF[name], people), on="person_id", how="left"
            )
    by_petition = F.lit(None).cast("boolean")
    if feeds.petitions is not None:
        count = F.struct("subject_id", "count_order")
        by_petition = F.coalesce(F.array_contains("granted", count), F.lit(False))
        people = _granted_by_person(feeds.petitions, feeds=feeds)
        rows = rows.join(feeds.broadcast_if_small("petitions", people), on="person_id", how="left")
    terms = _all_terms(supervised=feeds.supervision is not None)
    return projected(
        rows,
        {**_obligation_columns(obligations), "petition_granted": by_petition, **terms},
        without=("supervision_terms", "granted"),
    )


def _filter_registry(registry: DataFrame | None, *, sections: list[str]) -> DataFrame | None:
    if registry is None:
        return None
    return registry.where(F.col("registration").isin(sections))


def _granted_by_person(petitions: DataFrame, *, feeds: SideFeeds) -> DataFrame:
    """A row is a person, with the counts whose petitions were granted: `granted`.

    The counts are in partitions by person. A join by count would shuffle all of them where the
    petitions are too large to be broadcast.
    """
    count = F.struct("subject_id", F.col("cnt_order").alias("count_order"))
    granted = petitions.where("status = 'granted'")
    people = with_person_id(granted, feeds=feeds).groupBy("person_id")
    return people.agg(F.collect_set(count).alias("granted"))


def _obligations_by_person(rows: DataFrame, *, name: str, feeds: SideFeeds) -> DataFrame:
    """A row is a person with an obligation: until or open, its end, the terms of supervision."""
    without_end = F.max(F.col("ended_on").isNull())
    terms = [F.collect_list(_term()).alias(f"{name}_terms")] if name == "supervision" else []
    return (
        with_person_id(rows, feeds=feeds)
        .groupBy("person_id")
        .agg(
            F.when(without_end, OPEN).otherwise(UNTIL).alias(name),
            F.when(~without_end, F.max("ended_on")).alias(f"{name}_end"),
            *terms,
        )
    )


def _term() -> Column:
    after_prison = F.col("type").isin(*AFTER_PRISON).alias("after_prison")
    return F.struct("started_on", "ended_on", after_prison)


def _obligation_columns(obligations: Mapping[str, DataFrame | None]) -> dict[str, Column]:
    """The obligations of a person; null where the feed was never loaded."""
    columns: dict[str, Column] = {}
    for name, rows in obligations.items():
        if rows is None:
            columns[name] = F.lit(None).cast("string")
            columns[f"{name}_end"] = F.lit(None).cast("date")
        else:
            columns[name] = F.coalesce(name, F.lit(NONE))
    return columns


def _all_terms(*, supervised: bool) -> dict[str, Column]:
    """The end of all terms of a conviction, whether it is a bound, and parole on record.

    Args:
        supervised: whether the feed of supervision was loaded.
    """
    if not supervised:
        return {
            "terms_end": F.col("sentence_end"),
            "terms_end_bounded": F.col("sentence_end_bounded"),
            "parole_on_record": F.lit(False),
        }
    return {
        "terms_end": _terms_end(),
        "terms_end_bounded": _terms_end_bounded(),
        "parole_on_record": _lasts_beyond_sentence(lambda term: term["after_prison"]),
    }


def _terms_end_bounded() -> Column:
    """Whether `terms_end`, where known, is only the latest possible end."""
    as_long = _lasts_beyond_sentence(lambda term: F.lit(True))
    return F.col("sentence_end_bounded") & ~as_long


def _lasts_beyond_sentence(includes: Callable[[Column], Column]) -> Column:
    """Whether supervision after the conviction lasts as long as the sentence, or longer.

    Args:
        includes: the condition on the terms that count.
    """
    end = F.col("sentence_end")

    def lasts_as_long(term: Column) -> Column:
        # A term without a start is not known to have started after the conviction.
        after_conviction = term["started_on"] >= F.col("conviction_date")
        return F.coalesce(
            includes(term) & after_conviction & (term["ended_on"] >= end), F.lit(False)
        )

    lasts = F.exists("supervision_terms", lasts_as_long)
    return F.coalesce(lasts, F.lit(False))


def _terms_end() -> Column:
    """The later of the sentence's end and the ends of supervision; null where one is unknown."""
    end, convicted_on = F.col("sentence_end"), F.col("conviction_date")
    # A term without a start, or of a conviction without a date, counts as after the conviction.
    after = F.filter(
        "supervision_terms",
        lambda term: F.coalesce(term["started_on"] >= convicted_on, F.lit(True)),
    )
    unsure = F.exists(
        after,
        lambda term: (
            term["ended_on"].isNull() | (term["started_on"].isNull() & (term["ended_on"] > end))
        ),
    )
    latest = F.array_max(F.transform(after, lambda term: term["ended_on"]))
    supervised = F.coalesce(F.size("supervision_terms") > 0, F.lit(False))
    later = F.when(end.isNotNull() & ~unsure, F.greatest(end, latest))
    return F.when(supervised, later).otherwise(end)
