"""How long a case may still be filed after an arrest without an outcome.

The years count from the arrest, since the record does not have the day of the offence. A charge
that cannot be read, or may be one without a limitation, may be filed for ever.
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from clearance.charges.limitation_periods import Limitation
from clearance.charges.list_bits import ListBits
from clearance.charges.statutes import POSSIBLE

# Years of a charge without a limitation that is known: more than any period has.
NEVER = 9_999
MONTHS = 12


def years_to_file(*, as_felony: Column, limitation: Limitation, lists: ListBits) -> Column:
    """The longest period of an arrest's charge, in years; `NEVER` where none is known.

    Reads `level` and `parsed` of the count; a level that is not given is a felony's.

    Args:
        as_felony: the lists that the charge is on as a felony, whatever its level; `list_bits`.
        limitation: the periods.
        lists: the statute lists.
    """

    def named(names: tuple[str, ...]) -> Column:
        return lists.any_of(as_felony, *names, *(name + POSSIBLE for name in names))

    felony = F.coalesce(F.col("level") == "F", F.lit(True)) | named(limitation.wobblers)
    years = F.when(~F.col("parsed"), NEVER)
    *conditional, rest = limitation.periods
    for period in conditional:
        fits = named(period.lists) if period.lists else F.lit(True)
        if period.level is not None:
            fits = fits & felony
        years = years.when(fits, NEVER if period.years == "none" else period.years)
    return years.otherwise(NEVER if rest.years == "none" else rest.years)


def last_day_to_file(*, arrested: Column, years: Column) -> Column:
    """The day that many years after the arrest; null where the years are `NEVER` or unknown."""
    return F.when(years < NEVER, F.add_months(arrested, years * MONTHS))
