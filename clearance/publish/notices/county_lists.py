"""Lists that go to each county's offices: one CSV a county, put together aside, moved in whole."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from clearance.platform.faults.remedies import storage_faults
from clearance.platform.spark.literal_table import looked_up
from clearance.publish.column_order import csv_fields
from clearance.publish.files import Workspace, check_complete, move_lines, csv_line


@dataclass(frozen=True)
class CountyList:
    """A kind of list: its files' rows are sorted by county and `order`.

    Attributes:
        name: tells its files under way from those of others.
        columns: the header; columns of the rows.
        order: columns that the rows of a file are sorted by.
    """

    name: str
    columns: tuple[str, ...]
    order: tuple[str, ...]


def write_lists(
    rows: DataFrame,
    what: CountyList,
    *,
    workspace: Workspace,
    files: Mapping[str, Iterable[Path]],
    expected: int,
) -> dict[Path, Path]:
    """Write lists aside; returns by finished file where it belongs.

    A file without rows holds its header alone.

    Args:
        rows: `county`, `file` (the name of the county's file), and the list's columns; those of
            other counties are left out.
        what: the kind of list.
        workspace: where to work.
        files: by county, the files to make.
        expected: how many rows these hold; none are looked for where it is 0.
    """
    aside = workspace.temporary / what.name
    # Rows name a county as the record does; a folder name is made of its number.
    numbers = {county: number for number, county in enumerate(sorted(files))}
    if expected:
        numbered = rows.withColumn("number", looked_up(F.col("county"), numbers, "int"))
        _write_parts(numbered.where("number IS NOT NULL"), what, workspace=workspace)
    aside.mkdir(exist_ok=True)
    made: dict[Path, Path] = {}
    found = 0
    for county, targets in files.items():
        for target in targets:
            parts = aside / f"number={numbers[county]}" / f"file={target.name}"
            whole = aside / f"{numbers[county]}-{target.name}"
            found += _put_together(parts, whole, header=what.columns)
            made[whole] = target
    check_complete(found, expected=expected, out=workspace.out)
    return made


def _write_parts(numbered: DataFrame, what: CountyList, *, workspace: Workspace) -> None:
    lines = (
        numbered.repartition("number", "file")
        .sortWithinPartitions("number", "file", *what.order)
        .select("number", "file", csv_fields(*map(F.col, what.columns)).alias("line"))
    )
    with storage_faults(f"writing lists under {workspace.out}"):
        (
            lines.write.partitionBy("number", "file")
            .option("maxRecordsPerFile", 0)
            .option("compression", "none")
            .option("lineSep", "\n")
            .mode("overwrite")
            .text((workspace.temporary / what.name).as_uri())
        )


def _put_together(parts: Path, whole: Path, *, header: Sequence[str]) -> int:
    with whole.open("wb") as out:
        out.write(csv_line(header))
        return sum(move_lines(part, out) for part in sorted(parts.glob("part-*")))


def move_lists(made: Mapping[Path, Path]) -> None:
    """Move finished lists to where they belong, each in place of its earlier one."""
    for whole, target in made.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(whole, target)
