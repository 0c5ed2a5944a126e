"""The years of arrests: the state's numbers of arrests by year, in thousands.

The numbers of a few years are known; those between are interpolated linearly. Sources, and which
numbers are from memory, are in docs/synthetic-california.md.
"""

from __future__ import annotations

from bisect import bisect
from datetime import date, timedelta
from itertools import accumulate

FIRST, LAST = 1973, 2028
_KNOWN = {
    1973: 1_250.0,
    1980: 1_690.0,
    1985: 2_060.0,
    1989: 2_390.0,
    1991: 2_250.0,
    1995: 1_960.0,
    2000: 1_720.0,
    2002: 1_660.0,
    2008: 1_780.0,
    2010: 1_640.0,
    2013: 1_464.0,
    2016: 1_344.0,
    2019: 1_230.0,
    2020: 900.0,
    2022: 880.0,
    LAST: 880.0,
}


def _interpolated(year: int) -> float:
    before = max(known for known in _KNOWN if known <= year)
    after = min(known for known in _KNOWN if known >= year)
    if before == after:
        return _KNOWN[year]
    share = (year - before) / (after - before)
    return _KNOWN[before] + share * (_KNOWN[after] - _KNOWN[before])


THOUSANDS = {year: _interpolated(year) for year in range(FIRST, LAST + 1)}
_BOUNDS = list(accumulate(THOUSANDS.values()))


def day_at(share: float) -> date:
    """The day up to which a share (0 to 1) of all arrests of these years was made."""
    at = share * _BOUNDS[-1]
    index = min(bisect(_BOUNDS, at), len(_BOUNDS) - 1)
    first = date(FIRST + index, 1, 1)
    days = (date(FIRST + index + 1, 1, 1) - first).days
    past = at - (_BOUNDS[index - 1] if index else 0.0)
    return first + timedelta(min(int(past / THOUSANDS[FIRST + index] * days), days - 1))


def fold_back(share: float) -> float:
    """A share beyond either end of these years, reflected at the end.

    Evenly spread shares stay evenly spread, whatever is added to them.
    """
    over = share % 2.0
    return 2.0 - over if over > 1.0 else over
