"""A day as a symbol of the solver: exact years, months and leap days, ordered on one scale.

The scale gives every month 31 places. So it keeps the order of days, and every year has 372
places; places without a day (31 April) are excluded.
"""

from __future__ import annotations

from datetime import date

import z3

from clearance.rulebook.language.calendar import LeapDay

FIRST_YEAR, LAST_YEAR = 1850, 2150
YEAR, MONTH = 372, 31
FEBRUARY, LEAP_DAY = 1, 28
SHORT_MONTHS = (3, 5, 8, 10)
# Steps on the scale from 29 February to 28 February, or to 1 March.
LANDS: dict[LeapDay, int] = {"down": -1, "up": 3}


class DaySymbol:
    """A day between the first and the last year; months and days count from 0."""

    def __init__(self, name: str) -> None:
        self.year = z3.Int(f"{name} year")
        self.month = z3.Int(f"{name} month")
        self.day = z3.Int(f"{name} day")
        self.scale = self.year * YEAR + self.month * MONTH + self.day

    @staticmethod
    def scale_of(day: date) -> int:
        """The place of a date on the scale."""
        return day.year * YEAR + (day.month - 1) * MONTH + day.day - 1

    def domain(self) -> list[z3.BoolRef]:
        """The constraints that it is a day of the calendar."""
        short = z3.Or([self.month == month for month in SHORT_MONTHS])
        return [
            self.year >= FIRST_YEAR,
            self.year <= LAST_YEAR,
            self.month >= 0,
            self.month <= 11,
            self.day >= 0,
            self.day <= 30,
            z3.Implies(short, self.day <= 29),
            z3.Implies(self.month == FEBRUARY, self.day <= LEAP_DAY),
            z3.Implies(self._on_leap_day(), _is_leap(self.year, 0)),
        ]

    def usual(self) -> list[z3.BoolRef]:
        """Wishes for a witness: not a day at the end of a month."""
        return [self.day < LEAP_DAY - 1]

    def is_day(self, day: date) -> z3.BoolRef:
        """The formula that it is the given day."""
        return z3.And(self.year == day.year, self.month == day.month - 1, self.day == day.day - 1)

    def anniversary(self, years: int, leap_day: LeapDay) -> z3.ArithRef:
        """The place of the anniversary a number of years later."""
        moved = self.scale + years * YEAR
        if years == 0:
            return moved
        lost = z3.And(self._on_leap_day(), z3.Not(_is_leap(self.year, years)))
        return z3.If(lost, moved + LANDS[leap_day], moved)

    def date_in(self, model: z3.ModelRef) -> date:
        """The date of the symbol in a model."""
        parts = []
        for symbol in (self.year, self.month, self.day):
            value = model.eval(symbol, model_completion=True)
            assert isinstance(value, z3.IntNumRef)
            parts.append(value.as_long())
        year, month, day = parts
        return date(year, month + 1, day + 1)

    def _on_leap_day(self) -> z3.BoolRef:
        return z3.And(self.month == FEBRUARY, self.day == LEAP_DAY)


def _is_leap(year: z3.ArithRef, years: int) -> z3.BoolRef:
    """The formula that the year, a number of years later, is a leap year."""
    first, last = FIRST_YEAR + years, LAST_YEAR + years
    plain = [c for c in range(first // 100 * 100, last + 1, 100) if c % 400 != 0]
    later = year + years
    return z3.And(later % 4 == 0, *(later != century for century in plain))
