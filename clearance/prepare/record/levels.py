"""Levels and statuses as numbers, which a maximum or a bitwise or joins over several counts."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from clearance.prepare.record.events import NO_CHARGE
from clearance.prepare.record.quality import has_flag

# The status of a conviction that the law regards as never made.
VOIDED = "voided"
RANKS = {"I": 1, "M": 2, "F": 3}
STATUSES = (
    "convicted",
    "dismissed",
    "acquitted",
    "rejected",
    "released",
    "diverted",
    "diversion_completed",
    "set_aside",
    "relieved",
    "pardoned",
    "undisposed",
    "unknown",
    "combined",
    VOIDED,
)
# A status that is added to another one: the flag for it, and the other status.
_ADDED_STATUSES = {
    "turned_over": ("TURNED_OVER", "released"),
    "diverted_and_dismissed": ("DIVERSION_NOT_NAMED", "dismissed"),
}
_WORDS = (*STATUSES, *_ADDED_STATUSES)


def rank(level: Column) -> Column:
    """The level as a number; a charge whose level is blank or unspecified is a felony.

    Null where the count is no charge.

    Args:
        level: F, M or I; any other value, or null, where the level is not given.
    """
    number = F.lit(RANKS["F"])
    for name, level_number in RANKS.items():
        number = F.when(level == name, level_number).otherwise(number)
    return F.when(~F.col("toc").eqNullSafe(NO_CHARGE), number)


def level_of(rank: Column) -> Column:
    """The level of a rank; null for a null rank."""
    level = F.lit(None).cast("string")
    for name, number in RANKS.items():
        level = F.when(rank == number, name).otherwise(level)
    return level


def status_bit(status: str) -> int:
    """The bit of a status, one of `STATUSES`."""
    return 1 << STATUSES.index(status)


def status_bits() -> Column:
    """The count's status as a bit, so that the statuses of several counts are one number.

    A second bit is set where a release was to another authority, or where a dismissal followed a
    diversion that may not have been completed.
    """
    bit = F.lit(0)
    for status in STATUSES:
        bit = F.when(F.col("status") == status, status_bit(status)).otherwise(bit)
    for word, (flag, status) in _ADDED_STATUSES.items():
        is_added = has_flag(F.col("flags"), flag) & (F.col("status") == status)
        bit = bit.bitwiseOR(F.when(is_added, 1 << _WORDS.index(word)).otherwise(0))
    return bit


def turned_over() -> Column:
    """Whether the count's last outcome is a release to another authority."""
    flag, status = _ADDED_STATUSES["turned_over"]
    return has_flag(F.col("flags"), flag) & (F.col("status") == status)


def statuses(bits: Column) -> Column:
    """The words of the statuses whose bits are set, in the order of `STATUSES`."""
    words = [
        F.when(bits.bitwiseAND(1 << position) != 0, word) for position, word in enumerate(_WORDS)
    ]
    return F.coalesce(F.array_compact(F.array(*words)), F.array().cast("array<string>"))
