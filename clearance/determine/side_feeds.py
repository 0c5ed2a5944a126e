"""What side feeds do in a sweep: reviews that override, and feeds that nobody has loaded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from clearance.determine.digest import row_hash
from clearance.feed.state import feed_state
from clearance.platform.spark.broadcasts import sent_where_small
from clearance.platform.store.store import Store
from clearance.rulebook.language.catalogue import Catalogue
from clearance.rulebook.spark.compile import Assigned

REVIEWS = "reviews"
REVIEWED = "DECIDED_BY_REVIEW"
RULE = "review"


def reviews_version(spark: SparkSession, store: Store) -> dict[str, int]:
    """The version of the feed `reviews` by its name; nothing where it was never loaded."""
    feed = feed_state(spark, store, REVIEWS)
    return {REVIEWS: feed.version} if feed is not None else {}


def absent_feeds(
    assigned: Iterable[Assigned], *, catalogue: Catalogue, loaded: Iterable[str]
) -> tuple[str, ...]:
    """A note a feed that some pack asks and nobody has loaded.

    Args:
        assigned: the packs of the sweep.
        catalogue: which column comes from which feed.
        loaded: the kinds that `charges` was prepared with.
    """
    asked: dict[str, set[str]] = {}
    for item in assigned:
        pack = item.resolved.pack
        for column in item.resolved.columns:
            feed = catalogue[pack.unit][column].feed
            if feed is not None and feed not in loaded:
                asked.setdefault(feed, set()).add(pack.pack)
    return tuple(
        f"{feed} was never loaded: what {', '.join(sorted(packs))} ask of it is unknown"
        for feed, packs in sorted(asked.items())
    )


def with_reviews(
    decided: DataFrame, *, reviews: DataFrame | None, first_days: Mapping[str, date]
) -> DataFrame:
    """A row is a determination; where an office has decided a REVIEW, its decision stands.

    It stands while the content that the office saw is what the pack says: a row whose record,
    pack or date makes it another is the pack's again. Facts, citation and the day on which the
    pack's own row changes stay.

    Args:
        decided: what the packs say, without `sweep_id`.
        reviews: the feed; None where it was never loaded.
        first_days: of each pack, by its id, the first day of its law: what an office decided
            before it gives relief from then on.
    """
    if reviews is None:
        return decided
    offices = reviews.select(
        "unit_id",
        "pack",
        F.col("content_hash").alias("seen"),
        F.col("outcome").alias("office_outcome"),
        F.col("relief").alias("office_relief"),
        "decided_on",
    )
    # Only what is under review is hashed.
    hashed = decided.withColumn("seen", F.when(F.col("outcome") == "REVIEW", row_hash()))
    few = sent_where_small(offices, of=reviews)
    joined = hashed.join(few, on=["unit_id", "pack", "seen"], how="left")
    made = F.col("office_outcome").isNotNull()
    begins = [F.when(F.col("pack") == pack, F.lit(day)) for pack, day in first_days.items()]
    since = F.greatest("decided_on", F.coalesce(*begins, F.lit(None).cast("date")))
    own = {
        "outcome": F.col("office_outcome"),
        "relief": F.col("office_relief"),
        "reason": F.lit(REVIEWED),
        "rule": F.lit(RULE),
        "eligible_on": F.when(F.col("office_outcome") == "ELIGIBLE", since),
    }
    overridden = {name: F.when(made, said).otherwise(F.col(name)) for name, said in own.items()}
    return joined.withColumns(overridden).select(*decided.columns)
