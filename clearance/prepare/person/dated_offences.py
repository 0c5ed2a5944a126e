"""Lists that have an offence only if it was committed on or after some day.

The record does not have the day of the offence, only that of the arrest. After an arrest before the
list's day, the offence is surely not on the list. After a later arrest it is possibly on the list,
since it may have been committed before the list's day.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from clearance.prepare.person.persons import REGISTRABLE
from clearance.prepare.projection import projected
from clearance.prepare.statutes.list_bits import ListBits
from clearance.prepare.statutes.match import POSSIBLE

# The list of offences with their day, and the list on which these offences possibly are.
BY_OFFENCE = {"registrable_by_offence": REGISTRABLE}


def offences_from(matches: Column) -> Column:
    """The day from which an offence of a text is on a dated list; null where it is on none.

    Args:
        matches: from `match.classify`.
    """
    dated = F.filter(matches, lambda match: match["list"].isin(*BY_OFFENCE))
    return F.array_min(F.transform(dated, lambda match: match["valid_from"]))


def with_dated_offences(counts: DataFrame, *, lists: ListBits) -> DataFrame:
    """A row is a count, with the lists that depend on the day of its offence as possible lists.

    Args:
        counts: `cycles.with_cycle`, with `offence_from` of `offences_from`.
        lists: the statute lists.
    """
    earlier = F.coalesce(F.col("arrest_date") < F.col("offence_from"), F.lit(False))
    tags = F.col("tags")
    for dated_list, list_name in BY_OFFENCE.items():
        is_possible = lists.any_of(F.col("tags"), dated_list, dated_list + POSSIBLE) & ~earlier
        tags = F.when(is_possible, lists.made_possible(tags, list_name)).otherwise(tags)
    return projected(counts, {"tags": tags}, without=("offence_from",))
