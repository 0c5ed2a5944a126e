"""The encoding of a packet: as received if all of the county's lines agree, else UTF-8.

A line of ASCII letters agrees with any encoding. Spark writes UTF-8 and observes for each packet
whether a line was received in ISO-8859-1 and whether a line must be UTF-8. If every line with other
letters is ISO-8859-1, the packet's files are encoded in ISO-8859-1.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pyspark.sql import Column, DataFrame, Observation
from pyspark.sql import functions as F

from clearance.ingest.record import LATIN_1, UTF_8
from clearance.platform.spark.literal_table import looked_up

_BITS = 60
_ONLY_LATIN_1 = "^[\\u0000-\\u00ff]*$"


def received_in_latin_1() -> Column:
    """Whether a record was received in ISO-8859-1, by its column `encoding`."""
    return F.col("encoding") == LATIN_1


def must_be_utf_8(line: Column) -> Column:
    """Whether a line can be encoded in UTF-8 only, given the column `encoding` of its record.

    Appended columns may come from another row, with letters that this row's encoding lacks.

    Args:
        line: the record and the appended columns.
    """
    beyond_ascii = F.length(line) != F.octet_length(line)
    return beyond_ascii & (~received_in_latin_1() | ~line.rlike(_ONLY_LATIN_1))


class Encodings:
    """The encoding of each packet, observed while the packet lines are written.

    Args:
        folders: of the packets.
    """

    def __init__(self, folders: Iterable[str]) -> None:
        self._number = {folder: number for number, folder in enumerate(sorted(folders))}
        self._observation = Observation("encodings")

    def observed(self, lines: DataFrame) -> DataFrame:
        """The lines, observed by the query that writes them; they must be written exactly once.

        Args:
            lines: with `folder`, `latin_1` (see `received_in_latin_1`) and `utf_8` (see
                `must_be_utf_8`).
        """
        number = looked_up(F.col("folder"), self._number, "int")
        bit = F.call_function("shiftleft", F.lit(1).cast("bigint"), number % _BITS)
        # A bit per packet and flag, `_BITS` packets in a number.
        flags = [
            F.bit_or(F.when((number >= low) & (number < low + _BITS) & F.col(flag), bit)).alias(
                f"{flag}_{low}"
            )
            for flag in ("latin_1", "utf_8")
            for low in range(0, max(len(self._number), 1), _BITS)
        ]
        return lines.observe(self._observation, *flags).drop("latin_1", "utf_8")

    def of(self, folder: str) -> str:
        """The encoding of a packet, after the lines have been written.

        Args:
            folder: the packet's.
        """
        group, shift = divmod(self._number[folder], _BITS)
        low, bit = group * _BITS, 1 << shift
        observed: dict[str, Any] = self._observation.get
        latin_1, utf_8 = (int(observed.get(f"{f}_{low}") or 0) & bit for f in ("latin_1", "utf_8"))
        return LATIN_1 if latin_1 and not utf_8 else UTF_8
