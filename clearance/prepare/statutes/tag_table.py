"""The lists of a charge text at every level and in every period, worked out once a text.

Which lists a count is on depends on its text, its level and its date. A text has few periods: its
rows come into force or end on some days. So the answers stand in a small table beside the text, and
a count looks its own up, which takes no interpreted expression.
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from clearance.prepare.statutes.match import resolve_tags

LEVELS = ("F", "M", "I", None)
# Up to so many days on which a text's rows begin or end, they are compared one by one.
FEW_TURNS = 6
_BEFORE_ALL = "0001-01-01"


def turns(matches: Column) -> Column:
    """The days on which a row of the matches comes into force or is over, in order.

    Args:
        matches: from `statutes.classify`.
    """
    ended = F.transform(matches["valid_to"], lambda day: F.date_add(day, 1))
    days = F.array_compact(F.concat(matches["valid_from"], ended))
    return F.sort_array(F.array_distinct(days))


def tag_table(matches: Column) -> Column:
    """The lists by period, then by level; the last period is that of counts without a date.

    Args:
        matches: from `statutes.classify`.
    """
    first = F.array(F.lit(_BEFORE_ALL).cast("date"))
    undated = F.array(F.lit(None).cast("date"))
    days = F.concat(first, turns(matches), undated)

    levels = F.array(*[F.lit(level).cast("string") for level in LEVELS])

    def by_level(day: Column) -> Column:
        return F.transform(levels, lambda level: resolve_tags(matches, level=level, on=day))

    return F.flatten(F.transform(days, by_level))


def place_in_table(turns: Column, *, level: Column, on: Column) -> Column:
    """Where the lists of a count stand in the table of its text.

    Args:
        turns: of the text, from `turns`.
        level: F, M or I; null where unknown.
        on: the day on which the rows must hold; where null, on any.
    """
    number = F.size(turns)
    passed = F.lit(0)
    for place in range(FEW_TURNS):
        passed = passed + F.when(F.get(turns, F.lit(place)) <= on, 1).otherwise(0)
    # However many: as many as stand before the next day, put among them.
    next_day = F.date_add(on, 1)
    before = F.array_position(F.sort_array(F.array_append(turns, next_day)), next_day) - 1
    passed = F.when(number > FEW_TURNS, before.cast("int")).otherwise(passed)
    period = F.when(on.isNull(), number + 1).otherwise(passed)
    place_of_level = F.lit(len(LEVELS) - 1)
    for place, name in enumerate(LEVELS[:-1]):
        place_of_level = F.when(level == name, place).otherwise(place_of_level)
    return period * len(LEVELS) + place_of_level


def as_felony(place: Column) -> Column:
    """Where the lists of the same charge stand that is a felony.

    Args:
        place: from `place_in_table`.
    """
    return place - place % len(LEVELS) + LEVELS.index("F")
