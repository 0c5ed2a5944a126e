"""Without Spark a person is explained as with it: delta-rs reads the rows that Spark reads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import Row, SparkSession

from clearance.cli import exit_code
from clearance.commands.context import CommandContext
from clearance.determine.digest import content_hash, row_hash
from clearance.errors import EXIT_USAGE
from clearance.explain import reader as readers
from clearance.explain.reader import DeltaReader, NotReadable, SparkReader, delta_reader
from clearance.explain.step import explain
from clearance.platform.paths import rules_folder
from clearance.platform.store.store import Store
from tests.support.stores import Line

READ = ("charges", "arrests", "determinations", "packs", "sweeps", "source_files")


@pytest.fixture
def sessions(spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The stores for which a command asked for a session."""
    asked: list[str] = []

    @contextmanager
    def session(context: CommandContext) -> Iterator[SparkSession]:
        asked.append(str(context.store))
        yield spark

    monkeypatch.setattr(CommandContext, "session", session)
    return asked


def plain(rows: list[Row]) -> list[str]:
    """Rows as text, in order; a moment as seconds, since Spark's has no zone."""
    shown = (
        {
            name: value.timestamp() if isinstance(value, datetime) else value
            for name, value in row.asDict().items()
        }
        for row in rows
    )
    return sorted(str(row) for row in shown)


def explained(store: Store, subject_id: str, capsys: pytest.CaptureFixture[str]) -> Any:
    capsys.readouterr()
    assert exit_code(["explain", subject_id, "--store", store.uri, "--json"], debug=True) == 0
    return json.loads(capsys.readouterr().out)


def test_delta_rs_reads_the_rows_that_spark_reads(spark: SparkSession, line: Line) -> None:
    by_spark, by_delta_rs = SparkReader(spark, line.store), DeltaReader(line.store)
    people = sorted({row["subject_id"] for row in by_spark.rows("charges")})
    assert len(people) > 100
    few = {"subject_id": [people[0], people[50], "O'Hara"]}
    for table in READ:
        version = line.store.version(spark, table)
        found = plain(by_delta_rs.rows(table, version=version))
        assert found == plain(by_spark.rows(table, version=version)), table
        assert found == plain(by_delta_rs.rows(table))
        if table in ("charges", "arrests", "determinations"):
            of_few = by_delta_rs.rows(table, columns=("subject_id", "unit_id"), where=few)
            expected = by_spark.rows(table, columns=("subject_id", "unit_id"), where=few)
            assert plain(of_few) == plain(expected) != []
    hashed = line.store.read(spark, "determinations").withColumn("hash", row_hash()).collect()
    assert all(row["hash"] == content_hash(row.asDict()) for row in hashed)
    assert by_delta_rs.rows("packs", where={"fingerprint": []}) == []


def test_without_spark_a_command_explains_as_with_it(
    spark: SparkSession,
    line: Line,
    sessions: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    who = max(
        line.store.read(spark, "determinations").groupBy("subject_id").count().collect(),
        key=lambda row: (row["count"], row["subject_id"]),
    )["subject_id"]
    by_spark = explain(spark, line.store, subject_id=who, rules=rules_folder()).as_dict()
    without = explained(line.store, who, capsys)
    assert sessions == []
    assert without == json.loads(json.dumps(by_spark, default=str))
    assert len(without["decisions"]) > 5
    monkeypatch.setattr(readers, "find_spec", lambda name: None)
    assert explained(line.store, who, capsys) == without
    assert sessions == [line.store.uri], "where delta-rs is not installed Spark reads"


def test_what_delta_rs_cannot_read_is_read_by_spark_which_says_what_is_wrong(
    line: Line, sessions: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(NotReadable):
        DeltaReader(line.store).rows("packs", version=99)
    empty = str(tmp_path / "none")
    assert exit_code(["explain", "P", "--store", empty]) == EXIT_USAGE
    assert sessions == [empty]
    assert "no sweeps yet" in capsys.readouterr().err
    assert delta_reader(Store("s3a://bucket/store")) is None
    assert delta_reader(Store(line.store.uri, open_readers=False)) is None


def test_nobody_by_that_name_is_an_error_without_spark_too(
    line: Line, sessions: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["explain", "O'Hara", "--store", line.store.uri]) == EXIT_USAGE
    assert "no person with this SUBJECT_ID" in capsys.readouterr().err
    assert sessions == []
