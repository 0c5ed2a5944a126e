"""The lists of a charge text at every level and in every period, computed once for each text.

The lists of a count depend on its text, level and date. A text has few periods, since its rows come
into force or end on few days. So `tag_table` makes a small table for each text, and
`index_in_table` finds the entry of a count in it, without an expression that Spark interprets.
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from clearance.prepare.statutes.match import resolve_tags

LEVELS = ("F", "M", "I", None)
# Up to this number of turns a text's turns are compared with the count's date without a sort.
FEW_TURNS = 6
_BEFORE_ALL = "0001-01-01"


def turns(matches: Column) -> Column:
    """The days on which a row of the matches comes into force or is no longer in force, in order.

    Args:
        matches: from `match.classify`.
    """
    ended = F.transform(matches["valid_to"], lambda day: F.date_add(day, 1))
    days = F.array_compact(F.concat(matches["valid_from"], ended))
    return F.sort_array(F.array_distinct(days))


def tag_table(matches: Column) -> Column:
    """The lists by period, then by level; the last period is that of counts without a date.

    Args:
        matches: from `match.classify`.
    """
    first = F.array(F.lit(_BEFORE_ALL).cast("date"))
    undated = F.array(F.lit(None).cast("date"))
    days = F.concat(first, turns(matches), undated)

    levels = F.array(*[F.lit(level).cast("string") for level in LEVELS])

    def by_level(day: Column) -> Column:
        return F.transform(levels, lambda level: resolve_tags(matches, level=level, on=day))

    return F.flatten(F.transform(days, by_level))


def index_in_table(turns: Column, *, level: Column, on: Column) -> Column:
    """The index of a count's lists in the table of its text.

    Args:
        turns: the `turns` of the text.
        level: F, M or I; null where unknown.
        on: the day on which the rows must hold; where null, any day.
    """
    number = F.size(turns)
    passed = F.lit(0)
    for index in range(FEW_TURNS):
        passed = passed + F.when(F.get(turns, F.lit(index)) <= on, 1).otherwise(0)
    # Of more turns: sorted with the next day among them, those before it have passed.
    next_day = F.date_add(on, 1)
    before = F.array_position(F.sort_array(F.array_append(turns, next_day)), next_day) - 1
    passed = F.when(number > FEW_TURNS, before.cast("int")).otherwise(passed)
    period = F.when(on.isNull(), number + 1).otherwise(passed)
    level_index = F.lit(len(LEVELS) - 1)
    for index, name in enumerate(LEVELS[:-1]):
        level_index = F.when(level == name, index).otherwise(level_index)
    return period * len(LEVELS) + level_index


def as_felony(index: Column) -> Column:
    """The index of the same charge in the same period as a felony.

    Args:
        index: `index_in_table`.
    """
    return index - index % len(LEVELS) + LEVELS.index("F")
