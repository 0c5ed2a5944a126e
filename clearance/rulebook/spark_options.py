"""Counties' options as columns: one small table beside the units, one expression for all.

The table has a row for each county whose options are its own, and one for all others. It is made
by the JVM from a literal (no Python worker) and sent to every worker, so that nothing is shuffled.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from clearance.rulebook.bound import BoundPack
from clearance.rulebook.facts import Fact
from clearance.rulebook.options import OptionValue, PackOption

TYPES = {"yes_no": "boolean", "number": "int", "list": "array<string>"}
EVERYONE_ELSE = ""
ByCounty = Mapping[str, BoundPack]


def option_names(bound: BoundPack) -> list[str]:
    """The columns of a pack's options; a pack stands in one evaluation once."""
    return [_name(bound, option) for option in bound.pack.options]


def stamp_name(bound: BoundPack) -> str:
    """The column of the pack's fingerprint where counties differ."""
    return _name(bound, "fingerprint of the county")


def option_column(bound: BoundPack, option: str) -> Column:
    """An option's column; a number that is off is null."""
    return F.col(f"`{_name(bound, option)}`")


def stamp_column(bound: BoundPack) -> Column:
    """The fingerprint of the pack as the unit's county sets it."""
    return F.col(f"`{stamp_name(bound)}`")


def asks_off(bound: BoundPack, fact: Fact) -> Column:
    """Whether an option that the fact asks is off."""
    off = F.lit(False)
    for name in fact.options:
        off = off | _is_off(bound.pack.options[name], option_column(bound, name))
    return off


def with_options(units: DataFrame, packs: Sequence[tuple[BoundPack, ByCounty]]) -> DataFrame:
    """The units with the columns of their county's options, a row a unit as before.

    Args:
        units: with `county`.
        packs: each pack as all other counties set it, and as single counties do.
    """
    alike = [bound for bound, by_county in packs if not by_county]
    differing = [(bound, by_county) for bound, by_county in packs if by_county]
    fixed = [
        _literal(option, bound.options[name]).alias(_name(bound, name))
        for bound in alike
        for name, option in bound.pack.options.items()
    ]
    if fixed:
        units = units.select("*", *fixed)
    if not differing:
        return units
    own = sorted({county for _, by_county in differing for county in by_county})
    rows = [_row(county, differing) for county in (*own, EVERYONE_ELSE)]
    key = F.when(F.col("county").isin(own), F.col("county")).otherwise(F.lit(EVERYONE_ELSE))
    table = _small_table(units, rows, _ddl(differing))
    joined = units.withColumn("option county", key)
    return joined.join(F.broadcast(table), on="option county", how="left").drop("option county")


def _row(county: str, packs: Sequence[tuple[BoundPack, ByCounty]]) -> dict[str, Any]:
    row: dict[str, Any] = {"option county": county}
    for bound, by_county in packs:
        own = by_county.get(county, bound)
        row[stamp_name(bound)] = own.fingerprint
        for name, option in bound.pack.options.items():
            row[_name(bound, name)] = _stored(option, own.options[name])
    return row


def _ddl(packs: Sequence[tuple[BoundPack, ByCounty]]) -> str:
    fields = ["`option county`:string"]
    for bound, _ in packs:
        fields.append(f"`{stamp_name(bound)}`:string")
        for name, option in bound.pack.options.items():
            fields.append(f"`{_name(bound, name)}`:{TYPES[option.type]}")
    return ", ".join(fields)


def _small_table(units: DataFrame, rows: list[dict[str, Any]], fields: str) -> DataFrame:
    spark = units.sparkSession
    table = F.from_json(F.lit(json.dumps(rows)), f"array<struct<{fields}>>")
    return spark.range(0, 1, 1, 1).select(F.inline(table))


def _stored(option: PackOption, value: OptionValue) -> Any:
    if option.type == "number":
        return value or None
    return list(value) if isinstance(value, tuple) else value


def _literal(option: PackOption, value: OptionValue) -> Column:
    stored = _stored(option, value)
    column = F.array(*map(F.lit, stored)) if isinstance(stored, list) else F.lit(stored)
    return column.cast(TYPES[option.type])


def _is_off(option: PackOption, column: Column) -> Column:
    match option.type:
        case "yes_no":
            return ~column
        case "number":
            return column.isNull()
        case _:
            return F.size(column) == 0


def _name(bound: BoundPack, option: str) -> str:
    return f"{bound.pack.pack} {bound.pack.version} {option}"
