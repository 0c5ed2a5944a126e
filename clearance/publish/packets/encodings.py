"""The one encoding of a packet: as received where all of a county's lines agree, else UTF-8.

A line without a letter beyond ASCII agrees with any. Spark writes UTF-8, and notes of each packet
whether some line was received in ISO-8859-1 and whether some line must be UTF-8. Where all that has
such letters is ISO-8859-1, the files are put together in that.
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
    """Whether a line's record, with its `encoding`, was received in ISO-8859-1."""
    return F.col("encoding") == LATIN_1


def must_be_utf_8(line: Column) -> Column:
    """Whether a line, with the `encoding` of its record, can stand in UTF-8 only.

    What is appended may come from another row, in letters that this row's encoding lacks.

    Args:
        line: the record and what is appended.
    """
    beyond_ascii = F.length(line) != F.octet_length(line)
    return beyond_ascii & (~received_in_latin_1() | ~line.rlike(_ONLY_LATIN_1))


class Encodings:
    """What a write of packet lines finds out about each packet.

    Args:
        folders: of the packets.
    """

    def __init__(self, folders: Iterable[str]) -> None:
        self._number = {folder: number for number, folder in enumerate(sorted(folders))}
        self._found = Observation("encodings")

    def observed(self, lines: DataFrame) -> DataFrame:
        """The lines, whose write will tell; it has to be one write.

        Args:
            lines: with `folder`, and with `latin_1` and `utf_8` for what is said above.
        """
        number = looked_up(F.col("folder"), self._number, "int")
        bit = F.call_function("shiftleft", F.lit(1).cast("bigint"), number % _BITS)
        noted = [
            F.bit_or(F.when((number >= low) & (number < low + _BITS) & F.col(what), bit)).alias(
                f"{what}_{low}"
            )
            for what in ("latin_1", "utf_8")
            for low in range(0, max(len(self._number), 1), _BITS)
        ]
        return lines.observe(self._found, *noted).drop("latin_1", "utf_8")

    def of(self, folder: str) -> str:
        """The encoding of a packet, once the lines have been written.

        Args:
            folder: the packet's.
        """
        number = self._number[folder]
        at, found = divmod(number, _BITS), self._found.get
        low, bit = at[0] * _BITS, 1 << at[1]
        latin, other = (_bits(found.get(f"{what}_{low}")) & bit for what in ("latin_1", "utf_8"))
        return LATIN_1 if latin and not other else UTF_8


def _bits(found: Any) -> int:
    return int(found or 0)
