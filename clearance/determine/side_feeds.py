"""Side feeds in a sweep: reviews that override decisions, and notes on feeds never loaded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from clearance.determine.digest import row_hash
from clearance.feed.state import feed_state
from clearance.platform.spark.broadcasts import broadcast_if_small
from clearance.platform.store.store import Store
from clearance.rulebook.language.catalogue import Catalogue
from clearance.rulebook.spark.compile import Assigned

REVIEWS = "reviews"
REVIEWED = "DECIDED_BY_REVIEW"
REVIEW_RULE = "review"


def reviews_version(spark: SparkSession, store: Store) -> dict[str, int]:
    """The version of the feed `reviews`, by its name; empty if it was never loaded."""
    feed = feed_state(spark, store, REVIEWS)
    return {REVIEWS: feed.version} if feed is not None else {}


def read_reviews(spark: SparkSession, store: Store, *, version: int | None) -> DataFrame | None:
    """The feed `reviews` at a version; None without a version, for a feed never loaded."""
    return None if version is None else store.read(spark, REVIEWS, version=version)


def absent_feeds(
    assigned: Iterable[Assigned], *, catalogue: Catalogue, loaded: Iterable[str]
) -> tuple[str, ...]:
    """One note per feed that a pack of the sweep uses and that was never loaded.

    Args:
        assigned: the packs of the sweep.
        catalogue: which column comes from which feed.
        loaded: the kinds that `charges` was prepared with.
    """
    packs_by_feed = packs_by_absent_feed(assigned, catalogue=catalogue, loaded=loaded)
    return tuple(
        f"{feed} was never loaded: what {', '.join(packs)} ask of it is unknown"
        for feed, packs in packs_by_feed.items()
    )


def packs_by_absent_feed(
    assigned: Iterable[Assigned], *, catalogue: Catalogue, loaded: Iterable[str]
) -> dict[str, list[str]]:
    """The packs that use a feed which was never loaded, by feed; both in alphabetical order.

    Args:
        assigned: the packs of the sweep.
        catalogue: which column comes from which feed.
        loaded: the kinds that `charges` was prepared with.
    """
    packs_by_feed: dict[str, set[str]] = {}
    for item in assigned:
        pack = item.resolved.pack
        for column in item.resolved.columns:
            feed = catalogue[pack.unit][column].feed
            if feed is not None and feed not in loaded:
                packs_by_feed.setdefault(feed, set()).add(pack.pack)
    return {feed: sorted(packs) for feed, packs in sorted(packs_by_feed.items())}


def with_reviews(
    decided: DataFrame, *, reviews: DataFrame | None, first_days: Mapping[str, date]
) -> DataFrame:
    """One row per determination; an office's decision replaces a REVIEW that it was made about.

    The decision holds while the row's content is what the office saw. If the record, the pack or
    the date gives the row another content, the pack's own decision counts again. Facts, cite and
    `revisit_on` always stay those of the pack.

    Args:
        decided: determinations without `sweep_id`.
        reviews: the feed; None if it was never loaded.
        first_days: the first day of each pack's law, by pack id. Relief that an office decided
            before that day begins on it.
    """
    if reviews is None:
        return decided
    office_decisions = reviews.select(
        "unit_id",
        "pack",
        F.col("content_hash").alias("seen"),
        F.col("outcome").alias("office_outcome"),
        F.col("relief").alias("office_relief"),
        "decided_on",
    )
    # Only rows under review are hashed.
    hashed = decided.withColumn("seen", F.when(F.col("outcome") == "REVIEW", row_hash()))
    broadcast_decisions = broadcast_if_small(office_decisions, of=reviews)
    joined = hashed.join(broadcast_decisions, on=["unit_id", "pack", "seen"], how="left")
    is_reviewed = F.col("office_outcome").isNotNull()
    begins = [F.when(F.col("pack") == pack, F.lit(day)) for pack, day in first_days.items()]
    since = F.greatest("decided_on", F.coalesce(*begins, F.lit(None).cast("date")))
    review = {
        "outcome": F.col("office_outcome"),
        "relief": F.col("office_relief"),
        "reason": F.lit(REVIEWED),
        "rule": F.lit(REVIEW_RULE),
        "eligible_on": F.when(F.col("office_outcome") == "ELIGIBLE", since),
    }
    overridden = {
        name: F.when(is_reviewed, value).otherwise(F.col(name)) for name, value in review.items()
    }
    return joined.withColumns(overridden).select(*decided.columns)
