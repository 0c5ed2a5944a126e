"""The period in which a case may be filed after an arrest without an outcome.

The years count from the arrest, since the record does not have the day of the offence. A charge
that cannot be read, or may have no limitation, may be filed for ever. An offence that is a felony
only with other convictions has the shorter period of a misdemeanor where the person's record has no
such conviction.
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from clearance.prepare.statutes.limitation_periods import Limitation
from clearance.prepare.statutes.list_bits import ListBits
from clearance.prepare.statutes.match import POSSIBLE

# The years of a charge without a known limitation: more than any period has.
NEVER = 9_999
MONTHS = 12


def years_to_file(
    *, as_felony: Column, limitation: Limitation, lists: ListBits
) -> dict[str, Column]:
    """The longest period of an arrest's charge, in years; `NEVER` where none is known.

    `years_to_file` is the period for a person who has, or may have, a conviction that makes the
    offence a felony. `years_without_prior` is the period for other people, null where it is the
    same. Reads `level` and `parsed` of the count; a missing level counts as a felony.

    Args:
        as_felony: the lists that the charge is on as a felony, whatever its level; `list_bits`.
        limitation: the periods.
        lists: the statute lists.
    """

    def is_on(names: tuple[str, ...]) -> Column:
        return _is_on_any(as_felony, names, lists)

    charged_as_felony = F.coalesce(F.col("level") == "F", F.lit(True))
    *conditional, rest = limitation.periods

    def longest(years: Column, felony: Column | None) -> Column:
        for period in conditional:
            applies = is_on(period.lists) if period.lists else F.lit(True)
            if period.level is not None:
                if felony is None:
                    continue
                applies = applies & felony
            years = years.when(applies, NEVER if period.years == "none" else period.years)
        return years.otherwise(NEVER if rest.years == "none" else rest.years)

    by_priors = F.col("parsed") & ~charged_as_felony & is_on(limitation.offences_by_priors)
    as_misdemeanor = longest(F.when(F.lit(False), NEVER), None)
    return {
        "years_to_file": longest(
            F.when(~F.col("parsed"), NEVER), charged_as_felony | is_on(limitation.wobblers)
        ),
        "years_without_prior": F.when(by_priors, as_misdemeanor),
    }


def is_prior(*, limitation: Limitation, lists: ListBits) -> Column:
    """Whether a conviction makes, or may make, some other offences a felony.

    Args:
        limitation: the periods, with the lists of such convictions.
        lists: the statute lists.
    """
    return _is_on_any(F.col("tags"), limitation.priors, lists) | ~F.col("parsed")


def years_of_person() -> Column:
    """The period, given the person's convictions; reads `years_to_file`, `perhaps_prior`."""
    shorter = F.coalesce("years_without_prior", "years_to_file")
    return F.when(F.col("perhaps_prior"), F.col("years_to_file")).otherwise(shorter)


def last_day_to_file(*, arrested: Column, years: Column) -> Column:
    """The day that many years after the arrest; null where the years are `NEVER` or unknown."""
    return F.when(years < NEVER, F.add_months(arrested, years * MONTHS))


def _is_on_any(bits: Column, names: tuple[str, ...], lists: ListBits) -> Column:
    return lists.any_of(bits, *names, *(name + POSSIBLE for name in names))
