"""A run asks little of Spark and makes few commits, however much the store holds.

Counts do not depend on the machine; scripts/bench/cold.py has the seconds.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from soak.months import Place

from clearance.cli import exit_code
from clearance.commands.demo import AS_OF
from clearance.platform.store.store import Store
from tests.support.counting import FIRST_RUN, LATER_MONTH, NOTHING_NEW, Counted, counted
from tests.support.stores import Line

# What a month changes by person.
FOLLOWED = ("arrests", "charges", "determinations")


def test_what_is_counted_is_every_execution_job_and_commit(
    spark: SparkSession, tmp_path: Path
) -> None:
    folder, path = tmp_path / "store", str(tmp_path / "store" / "numbers")
    with counted(spark, folder) as nothing:
        pass
    assert nothing == Counted()
    with counted(spark, folder) as query:
        spark.range(10).where(F.col("id") > 3).collect()
    assert (query.executions, query.jobs, query.commits) == (1, 1, 0)
    with counted(spark, folder) as write:
        spark.range(10).coalesce(1).write.format("delta").save(path)
    # Delta reads its log and writes the rows in executions of their own.
    assert write.executions > 1
    assert write.jobs >= 1
    assert write.commits == 1


def test_a_first_run_makes_few_executions_jobs_and_commits(line: Line) -> None:
    first = line.counted
    assert first.executions <= FIRST_RUN.executions
    assert first.jobs <= FIRST_RUN.jobs
    assert first.commits <= FIRST_RUN.commits


def test_a_run_with_nothing_new_only_looks(
    spark: SparkSession, line: Line, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = line.place.copy_to(tmp_path / "copy")
    with counted(spark, place.store) as again:
        _run(place, *line.extract, as_of=AS_OF.isoformat())
    assert again.commits == 0
    assert again.executions <= NOTHING_NEW


def test_a_complete_month_in_which_one_has_changed_prepares_and_decides_that_one(
    spark: SparkSession, line: Line, tmp_path: Path
) -> None:
    place = line.place.copy_to(tmp_path / "copy")
    store = Store(str(place.store))
    rows, who = _one_row_less(line.files)
    changed = tmp_path / "changed.csv"
    changed.write_bytes(b"".join(rows))
    before = {table: store.version(spark, table) for table in FOLLOWED}
    with counted(spark, place.store) as month:
        _run(
            place,
            *(str(changed), "--complete", "--extract-date", "2026-11-15"),
            as_of=AS_OF.isoformat(),
        )
    assert month.commits >= 5, "the month must change every table that a month can change"
    assert month.executions <= LATER_MONTH
    for table, since in before.items():
        changes = store.changes(spark, table, since, store.version(spark, table))
        touched = {row["subject_id"] for row in changes.select("subject_id").collect()}
        assert touched <= {who}, table
        assert touched or table == "determinations"
    # The rows of all others were not written again, and packets have them as before.
    extracts = store.read(spark, "source_rows").groupBy("subject_id").agg(F.max("extract"))
    assert [row[0] for row in extracts.where("max(extract) LIKE '2026-11-15%'").collect()] == [who]
    for packet in sorted(line.place.out.glob("packets/*/all.csv")):
        same = place.out / packet.relative_to(line.place.out)
        of_others, now = (_lines_of_others(path, who) for path in (packet, same))
        assert of_others == now, packet.parent.name


def _lines_of_others(packet: Path, who: str) -> list[bytes]:
    lines = packet.read_bytes().splitlines(keepends=True)
    return [text for text in lines if text.split(b",")[2:3] != [who.encode()]]


def _run(place: Place, *inputs: str, as_of: str) -> None:
    into = ["--store", str(place.store), "--out", str(place.out), "--quiet"]
    assert exit_code(["run", *inputs, "--as-of", as_of, *into], debug=True) == 0


def _one_row_less(files: list[str]) -> tuple[list[bytes], str]:
    """Every row but the last of a person who has several, and who that is."""
    lines = [line for name in files for line in Path(name).read_bytes().splitlines(keepends=True)]
    rows: dict[bytes, list[int]] = {}
    for at, line in enumerate(lines):
        parts = line.split(b",")
        if len(parts) > 2 and parts[2].isdigit():
            rows.setdefault(parts[2], []).append(at)
    people = sorted(subject for subject, places in rows.items() if len(places) > 3)
    who = random.Random(1).choice(people)
    del lines[rows[who][-1]]
    return lines, who.decode()
