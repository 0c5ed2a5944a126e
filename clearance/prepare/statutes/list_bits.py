"""The statute lists of a count, as the bits of one number.

Every window of prepare copies the lists of a count. To copy, compare and join numbers is cheaper
than to do so with arrays of names. The tables have the names again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

from pyspark.sql import Column
from pyspark.sql import functions as F

from clearance.platform.spark.literal_table import looked_up
from clearance.prepare.statutes.match import POSSIBLE

# No name of a list has this character.
_BETWEEN = ","


@dataclass(frozen=True)
class ListBits:
    """The bits of the lists: one for each list, and one for each `LIST:possible`.

    Attributes:
        names: the lists' ids, at most `lists.MOST_LISTS`.
    """

    names: tuple[str, ...]

    @property
    def by_tag(self) -> dict[str, int]:
        """The bit of each list and of each `LIST:possible`."""
        sure = {name: 1 << index for index, name in enumerate(self.names)}
        return sure | {name + POSSIBLE: bit << len(self.names) for name, bit in sure.items()}

    def of(self, tags: Column) -> Column:
        """The bits of an array of names, each of which it has at most once.

        Args:
            tags: array<string>, from `match.resolve_tags`.
        """
        return F.aggregate(
            tags,
            F.lit(0).cast("bigint"),
            lambda bits, tag: bits + looked_up(tag, self.by_tag, "bigint"),
        )

    def any_of(self, bits: Column, *tags: str) -> Column:
        """Whether the bit of any of the names is set; a list that the rules lack has no bit."""
        wanted = sum(self.by_tag.get(tag, 0) for tag in set(tags))
        return bits.bitwiseAND(F.lit(wanted).cast("bigint")) != 0

    def with_possible(self, bits: Column) -> Column:
        """The bits with `LIST:possible` beside each LIST: all lists that a charge may be on."""
        sure = bits.bitwiseAND(F.lit((1 << len(self.names)) - 1).cast("bigint"))
        return bits.bitwiseOR(F.shiftleft(sure, len(self.names)))

    def made_sure(self, bits: Column, name: str) -> Column:
        """The bits with a list in place of its `LIST:possible`."""
        sure, possible = self.by_tag.get(name, 0), self.by_tag.get(name + POSSIBLE, 0)
        without = bits.bitwiseAND(F.lit(~possible).cast("bigint"))
        return without.bitwiseOR(F.lit(sure).cast("bigint"))

    def made_possible(self, bits: Column, name: str) -> Column:
        """The bits with `LIST:possible`, unless they have the list already."""
        possible = F.lit(self.by_tag.get(name + POSSIBLE, 0)).cast("bigint")
        return F.when(self.any_of(bits, name), bits).otherwise(bits.bitwiseOR(possible))

    def names_of(self, bits: str) -> Column:
        """The names of the lists whose bits are set, sorted; null for null bits.

        Args:
            bits: the column.
        """
        # One SQL text: column functions would take a dozen calls into the JVM for each list.
        by_tag = self.by_tag
        tags = ", ".join(
            f"IF({bits} & {by_tag[tag]}L != 0, '{tag}', NULL)" for tag in sorted(by_tag)
        )
        names = f"split(concat_ws('{_BETWEEN}', {tags}), '{_BETWEEN}')"
        none = "CAST(array() AS array<string>)"
        return F.expr(f"CASE WHEN {bits} = 0 THEN {none} WHEN {bits} IS NOT NULL THEN {names} END")


def common_lists(first: Column, second: Column) -> Column:
    """The lists that are in both; where one number is null, the other number."""
    return F.coalesce(first.bitwiseAND(second), first, second)


def lists_of_any(*bits: Column) -> Column:
    """The lists that are in any of the numbers."""
    return reduce(lambda left, right: left.bitwiseOR(right), bits)
