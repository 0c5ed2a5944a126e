"""Calendar arithmetic in plain Python: years by anniversary, 29 February as a pack declares."""

from __future__ import annotations

from calendar import isleap
from datetime import date, timedelta
from typing import Literal

LeapDay = Literal["down", "up"]


def add_years(day: date, years: int, leap_day: LeapDay) -> date:
    """The anniversary; 29 February lands on 28 February (down) or 1 March (up).

    Args:
        day: the date counted from.
        years: number of years; negative for an earlier anniversary.
        leap_day: the pack's `leap_day`.
    """
    year = day.year + years
    if (day.month, day.day) == (2, 29) and not isleap(year):
        return date(year, 2, 28) if leap_day == "down" else date(year, 3, 1)
    return day.replace(year=year)


def add_days(day: date, days: int) -> date:
    """The date a number of days later."""
    return day + timedelta(days=days)
