"""Lists on which an offence stands only when committed on or after some day.

The record does not have the day of the offence; the arrest of the cycle stands in. Before the day,
the offence is surely not on the list; later it may have been committed earlier, so it is possible.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from clearance.prepare.person.persons import REGISTRABLE
from clearance.prepare.projection import projected
from clearance.prepare.statutes.list_bits import ListBits
from clearance.prepare.statutes.match import POSSIBLE

# The list of offences with their day, and the list on which they then stand.
BY_OFFENCE = {"registrable_by_offence": REGISTRABLE}


def offences_from(matches: Column) -> Column:
    """From which day on the offence of a text must be committed; null where none is asked.

    Args:
        matches: from `statutes.classify`.
    """
    dated = F.filter(matches, lambda match: match["list"].isin(*BY_OFFENCE))
    return F.array_min(F.transform(dated, lambda match: match["valid_from"]))


def with_dated_offences(counts: DataFrame, *, lists: ListBits) -> DataFrame:
    """A row is a count, on the lists that ask for the day of its offence, possibly.

    Args:
        counts: `cycles.with_cycle`, with `offence_from` of `offences_from`.
        lists: the statute lists.
    """
    earlier = F.coalesce(F.col("arrest_date") < F.col("offence_from"), F.lit(False))
    tags = F.col("tags")
    for asked, list_name in BY_OFFENCE.items():
        on = lists.any_of(F.col("tags"), asked, asked + POSSIBLE) & ~earlier
        tags = F.when(on, lists.made_possible(tags, list_name)).otherwise(tags)
    return projected(counts, {"tags": tags}, without=("offence_from",))
