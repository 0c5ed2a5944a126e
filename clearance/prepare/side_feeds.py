"""What other offices say of a person or a count, and which subjects are one person.

A feed that was never loaded says nothing: its facts are unknown. One without rows says that there
is nothing. Source: the contract's chapter on side feeds; readings 8, 13, 19, 20 and 23.
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
# Supervision that follows prison; of any other type it is not the parole of a sentence.
AFTER_PRISON = ("parole", "prcs")
NONE, UNTIL, OPEN = "none", "until", "open"
# The feed that says what a person is held to.
_FEED_OF = {"registration": "registry", "supervision": "supervision"}


@dataclass(frozen=True)
class SideFeeds:
    """The feeds that a record is read with, each as its table; None where it was never loaded.

    `holes` are the subjects of whom rows were lost, None where nobody's were. `large` names those
    that are too many to be sent to every worker; they are brought to the people they are of.
    """

    registry: DataFrame | None = None
    supervision: DataFrame | None = None
    petitions: DataFrame | None = None
    merges: DataFrame | None = None
    holes: DataFrame | None = None
    large: frozenset[str] = frozenset()

    def broadcast_if_small(self, kind: str, rows: DataFrame) -> DataFrame:
        """Rows made from a feed, broadcast to every worker unless the feed is large."""
        return rows if kind in self.large else F.broadcast(rows)

    def with_holes(self, lost: Lost | None, *, source: DataFrame) -> SideFeeds:
        """These feeds, with the subjects who lost rows as `holes`.

        Args:
            lost: `holes.lost_rows`.
            source: `source_rows`.
        """
        holes = open_holes(lost, source=source)
        is_large = lost is not None and total_file_bytes(lost.rows) > BROADCAST_BYTES
        return replace(self, holes=holes, large=self.large | ({"holes"} if is_large else set()))


def loaded_feeds(spark: SparkSession, store: Store) -> dict[str, LoadedFeed]:
    """The feeds that the store has, by kind."""
    found = {kind: feed_state(spark, store, kind) for kind in KINDS}
    return {kind: feed for kind, feed in found.items() if feed is not None}


def side_feeds(spark: SparkSession, store: Store, *, loaded: Mapping[str, LoadedFeed]) -> SideFeeds:
    """The feeds, as they stood when they were looked for.

    Args:
        spark: the session.
        store: where the tables are.
        loaded: `loaded_feeds`.
    """
    # Without a merge everybody is one person, whether the feed came or not.
    said = {k: feed.version for k, feed in loaded.items() if k != "merges" or feed.rows}
    return side_feeds_at(spark, store, versions=said)


def side_feeds_at(spark: SparkSession, store: Store, *, versions: Mapping[str, int]) -> SideFeeds:
    """The feeds at versions of their tables; one that is not named was never loaded.

    Args:
        spark: the session.
        store: where the tables are.
        versions: by kind.
    """
    tables = {kind: store.read(spark, kind, version=version) for kind, version in versions.items()}
    large = {kind for kind, table in tables.items() if total_file_bytes(table) > BROADCAST_BYTES}
    return SideFeeds(**tables, large=frozenset(large))


def with_person_id(rows: DataFrame, *, feeds: SideFeeds) -> DataFrame:
    """The rows with `person_id`: the subject that is left of those who are one person.

    Args:
        rows: with a `subject_id`.
        feeds: the merges among them.
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
    """The counts with `record_incomplete`: whether rows of the person were lost.

    Args:
        counts: with `person_id`.
        feeds: the holes, and the merges that they pool over.
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
    """A row is a count, with what the feeds say of it, and when all its terms end.

    `registration` and `supervision` are none, until or open; where they end, `..._end` is the last
    day on which they are held. They pool over merged subjects; a petition is a subject's own.
    `terms_end` is the later of the sentence's end and the ends of supervision that started on or
    after the conviction; null where one of them is unknown. It is a bound (`terms_end_bounded`)
    where the sentence's end is one and no supervision for certain lasts as long.
    `parole_on_record` says whether one of these is parole that outlasts the sentence.

    Args:
        counts: with `person_id`, `conviction_date`, `sentence_end` and `sentence_end_bounded`.
        feeds: the feeds.
        registrations: which of the registrations that the feed names is asked for.
    """
    sections = [row.registration for row in registrations if row.fact]
    registered = _filter_registry(feeds.registry, sections=sections)
    held = {"registration": registered, "supervision": feeds.supervision}
    rows = counts
    for name, told in held.items():
        if told is not None:
            people = _obligations_by_person(told, name=name, feeds=feeds)
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
        {**_obligation_columns(held), "petition_granted": by_petition, **terms},
        without=("supervision_terms", "granted"),
    )


def _filter_registry(registry: DataFrame | None, *, sections: list[str]) -> DataFrame | None:
    if registry is None:
        return None
    return registry.where(F.col("registration").isin(sections))


def _granted_by_person(petitions: DataFrame, *, feeds: SideFeeds) -> DataFrame:
    """A row is a person, with the counts of which a petition was granted: `granted`.

    By person, as the counts lie: by count, all of them would have to be moved where petitions are
    too many to be sent.
    """
    one = F.struct("subject_id", F.col("cnt_order").alias("count_order"))
    granted = petitions.where("status = 'granted'")
    people = with_person_id(granted, feeds=feeds).groupBy("person_id")
    return people.agg(F.collect_set(one).alias("granted"))


def _obligations_by_person(rows: DataFrame, *, name: str, feeds: SideFeeds) -> DataFrame:
    """A row is a person, with what it is held to: `name`, its end, terms of supervision."""
    for_ever = F.max(F.col("ended_on").isNull())
    terms = [F.collect_list(_term()).alias(f"{name}_terms")] if name == "supervision" else []
    return (
        with_person_id(rows, feeds=feeds)
        .groupBy("person_id")
        .agg(
            F.when(for_ever, OPEN).otherwise(UNTIL).alias(name),
            F.when(~for_ever, F.max("ended_on")).alias(f"{name}_end"),
            *terms,
        )
    )


def _term() -> Column:
    after_prison = F.col("type").isin(*AFTER_PRISON).alias("after_prison")
    return F.struct("started_on", "ended_on", after_prison)


def _obligation_columns(held: Mapping[str, DataFrame | None]) -> dict[str, Column]:
    """What a person is held to; unknown where the feed was never loaded."""
    columns: dict[str, Column] = {}
    for name, rows in held.items():
        if rows is None:
            columns[name] = F.lit(None).cast("string")
            columns[f"{name}_end"] = F.lit(None).cast("date")
        else:
            columns[name] = F.coalesce(name, F.lit(NONE))
    return columns


def _all_terms(*, supervised: bool) -> dict[str, Column]:
    """When all terms of a conviction end, and whether that is a bound."""
    if not supervised:
        same = {"terms_end": "sentence_end", "terms_end_bounded": "sentence_end_bounded"}
        return {
            "parole_on_record": F.lit(False),
            **{name: F.col(other) for name, other in same.items()},
        }
    return {
        "terms_end": _terms_end(),
        "terms_end_bounded": _terms_end_bounded(),
        "parole_on_record": _lasts_beyond_sentence(lambda term: term["after_prison"]),
    }


def _terms_end_bounded() -> Column:
    """Whether `terms_end` is the latest possible one, where it is known."""
    as_long = _lasts_beyond_sentence(lambda term: F.lit(True))
    return F.col("sentence_end_bounded") & ~as_long


def _lasts_beyond_sentence(of: Callable[[Column], Column]) -> Column:
    """Whether supervision after the conviction lasts as long as the sentence, or longer.

    Args:
        of: which terms are asked.
    """
    end = F.col("sentence_end")
    # Of what has no start it is not known that it came after the conviction.
    lasts = F.exists(
        "supervision_terms",
        lambda term: F.coalesce(
            of(term) & (term["started_on"] >= F.col("conviction_date")) & (term["ended_on"] >= end),
            F.lit(False),
        ),
    )
    return F.coalesce(lasts, F.lit(False))


def _terms_end() -> Column:
    end, convicted_on = F.col("sentence_end"), F.col("conviction_date")
    # What may have started after the conviction counts until somebody says that it did not.
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
    some = F.coalesce(F.size("supervision_terms") > 0, F.lit(False))
    later = F.when(end.isNotNull() & ~unsure, F.greatest(end, latest))
    return F.when(some, later).otherwise(end)
