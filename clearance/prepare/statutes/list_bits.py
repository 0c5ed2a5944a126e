"""The statute lists a count is on, as the bits of one number.

A count carries what it is on through every window of prepare: a number is copied, compared and
added up where an array of names would be written out anew each time. The names come back where the
tables are written.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

from pyspark.sql import Column
from pyspark.sql import functions as F

from clearance.platform.spark.literal_table import looked_up
from clearance.prepare.statutes.match import POSSIBLE

# Stands in no name of a list.
_BETWEEN = ","


@dataclass(frozen=True)
class ListBits:
    """Which bit says that a count is on a list, and which that it possibly is.

    Attributes:
        names: the lists' ids, `statute_lists.MOST_LISTS` at most.
    """

    names: tuple[str, ...]

    @property
    def by_tag(self) -> dict[str, int]:
        """The bit of each list and of each `LIST:possible`."""
        sure = {name: 1 << place for place, name in enumerate(self.names)}
        return sure | {name + POSSIBLE: bit << len(self.names) for name, bit in sure.items()}

    def of(self, tags: Column) -> Column:
        """The number of an array of names, each at most once.

        Args:
            tags: array<string>, from `statutes.resolve_tags`.
        """
        return F.aggregate(
            tags,
            F.lit(0).cast("bigint"),
            lambda bits, tag: bits + looked_up(tag, self.by_tag, "bigint"),
        )

    def any_of(self, bits: Column, *tags: str) -> Column:
        """Whether one of the names is among them; a list that the rules do not have is not."""
        asked = sum(self.by_tag.get(tag, 0) for tag in set(tags))
        return bits.bitwiseAND(F.lit(asked).cast("bigint")) != 0

    def with_possible(self, bits: Column) -> Column:
        """The same with `LIST:possible` beside each LIST: all lists that a charge may be on."""
        sure = bits.bitwiseAND(F.lit((1 << len(self.names)) - 1).cast("bigint"))
        return bits.bitwiseOR(F.shiftleft(sure, len(self.names)))

    def made_sure(self, bits: Column, name: str) -> Column:
        """The same with the list, which it possibly was."""
        sure, possible = self.by_tag.get(name, 0), self.by_tag.get(name + POSSIBLE, 0)
        without = bits.bitwiseAND(F.lit(~possible).cast("bigint"))
        return without.bitwiseOR(F.lit(sure).cast("bigint"))

    def made_possible(self, bits: Column, name: str) -> Column:
        """The same, on the list possibly where it was not on it at all."""
        possible = F.lit(self.by_tag.get(name + POSSIBLE, 0)).cast("bigint")
        return F.when(self.any_of(bits, name), bits).otherwise(bits.bitwiseOR(possible))

    def names_of(self, bits: str) -> Column:
        """The names of the lists whose bits are set, sorted; null for null bits.

        Args:
            bits: the column.
        """
        # As text: each list by itself would take a dozen calls into the JVM.
        by_tag = self.by_tag
        each = [f"IF({bits} & {by_tag[tag]}L != 0, '{tag}', NULL)" for tag in sorted(by_tag)]
        names = f"split(concat_ws('{_BETWEEN}', {', '.join(each)}), '{_BETWEEN}')"
        none = "CAST(array() AS array<string>)"
        return F.expr(f"CASE WHEN {bits} = 0 THEN {none} WHEN {bits} IS NOT NULL THEN {names} END")


def all_of(first: Column, second: Column) -> Column:
    """What both are on; where one is null, what the other is on."""
    return F.coalesce(first.bitwiseAND(second), first, second)


def either(*bits: Column) -> Column:
    """What one of them is on."""
    return reduce(lambda left, right: left.bitwiseOR(right), bits)
