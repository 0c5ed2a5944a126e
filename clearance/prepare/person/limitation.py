"""How long a case may still be filed after an arrest without an outcome.

The years count from the arrest, since the record does not have the day of the offence. A charge
that cannot be read, or may be one without a limitation, may be filed for ever. An offence that is a
felony only with other convictions has the shorter period of a misdemeanor where the person's record
has none of them.
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from clearance.prepare.statutes.limitation_periods import Limitation
from clearance.prepare.statutes.list_bits import ListBits
from clearance.prepare.statutes.match import POSSIBLE

# Years of a charge without a limitation that is known: more than any period has.
NEVER = 9_999
MONTHS = 12


def years_to_file(
    *, as_felony: Column, limitation: Limitation, lists: ListBits
) -> dict[str, Column]:
    """The longest period of an arrest's charge, in years; `NEVER` where none is known.

    `years_to_file` is that of somebody who has, or may have, a conviction that makes it a felony;
    `years_without_prior` that of anybody else, null where it is the same. Reads `level` and
    `parsed` of the count; a level that is not given is a felony's.

    Args:
        as_felony: the lists that the charge is on as a felony, whatever its level; `list_bits`.
        limitation: the periods.
        lists: the statute lists.
    """

    def named(names: tuple[str, ...]) -> Column:
        return _is_on_any(as_felony, names, lists)

    as_charged = F.coalesce(F.col("level") == "F", F.lit(True))
    *conditional, rest = limitation.periods

    def longest(years: Column, felony: Column | None) -> Column:
        for period in conditional:
            fits = named(period.lists) if period.lists else F.lit(True)
            if period.level is not None:
                if felony is None:
                    continue
                fits = fits & felony
            years = years.when(fits, NEVER if period.years == "none" else period.years)
        return years.otherwise(NEVER if rest.years == "none" else rest.years)

    by_priors = F.col("parsed") & ~as_charged & named(limitation.offences_by_priors)
    # Few charges are such: of the others the particulars are not looked at.
    as_misdemeanor = longest(F.when(F.lit(False), NEVER), None)
    return {
        "years_to_file": longest(
            F.when(~F.col("parsed"), NEVER), as_charged | named(limitation.wobblers)
        ),
        "years_without_prior": F.when(by_priors, as_misdemeanor),
    }


def is_prior(*, limitation: Limitation, lists: ListBits) -> Column:
    """Whether a conviction is, or may be, one of those that make some offences a felony.

    Args:
        limitation: which.
        lists: the statute lists.
    """
    return _is_on_any(F.col("tags"), limitation.priors, lists) | ~F.col("parsed")


def years_of_person() -> Column:
    """The period by the person's convictions; reads `years_to_file` and `perhaps_prior`."""
    shorter = F.coalesce("years_without_prior", "years_to_file")
    return F.when(F.col("perhaps_prior"), F.col("years_to_file")).otherwise(shorter)


def last_day_to_file(*, arrested: Column, years: Column) -> Column:
    """The day that many years after the arrest; null where the years are `NEVER` or unknown."""
    return F.when(years < NEVER, F.add_months(arrested, years * MONTHS))


def _is_on_any(bits: Column, names: tuple[str, ...], lists: ListBits) -> Column:
    return lists.any_of(bits, *names, *(name + POSSIBLE for name in names))
