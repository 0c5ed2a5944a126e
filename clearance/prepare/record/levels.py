"""Levels and statuses as numbers, so that those of several counts are a maximum or a bitwise or."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from clearance.prepare.record.events import NO_CHARGE
from clearance.prepare.record.quality import has_flag

# Of a conviction that the law regards as never made.
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
# What may stand beside a status: the flag that says it, and the status that it stands beside.
_BESIDE = {
    "turned_over": ("TURNED_OVER", "released"),
    "diverted_and_dismissed": ("DIVERSION_NOT_NAMED", "dismissed"),
}
_WORDS = (*STATUSES, *_BESIDE)


def rank(level: Column) -> Column:
    """The level as a number; a charge whose level is blank or unspecified is a felony.

    Null where the count is no charge.

    Args:
        level: F, M or I, or anything else for a level that is not given.
    """
    known = F.lit(RANKS["F"])
    for name, number in RANKS.items():
        known = F.when(level == name, number).otherwise(known)
    return F.when(~F.col("toc").eqNullSafe(NO_CHARGE), known)


def level_of(rank: Column) -> Column:
    """The level of a rank; null for none."""
    level = F.lit(None).cast("string")
    for name, number in RANKS.items():
        level = F.when(rank == number, name).otherwise(level)
    return level


def status_bit(status: str) -> int:
    """The bit of a status, one of `STATUSES`."""
    return 1 << STATUSES.index(status)


def status_bits() -> Column:
    """The count's status as a bit, so that the statuses of several are one number.

    Another bit beside it says that the release was to another authority, or that the dismissal
    followed a diversion which is not known to be completed by it.
    """
    bit = F.lit(0)
    for status in STATUSES:
        bit = F.when(F.col("status") == status, status_bit(status)).otherwise(bit)
    for word, (flag, status) in _BESIDE.items():
        beside = has_flag(F.col("flags"), flag) & (F.col("status") == status)
        bit = bit.bitwiseOR(F.when(beside, 1 << _WORDS.index(word)).otherwise(0))
    return bit


def turned_over() -> Column:
    """Whether the count's last outcome is a release to another authority."""
    flag, status = _BESIDE["turned_over"]
    return has_flag(F.col("flags"), flag) & (F.col("status") == status)


def statuses(bits: Column) -> Column:
    """The statuses of a number, in the order of the list."""
    words = [
        F.when(bits.bitwiseAND(1 << position) != 0, word) for position, word in enumerate(_WORDS)
    ]
    return F.coalesce(F.array_compact(F.array(*words)), F.array().cast("array<string>"))
