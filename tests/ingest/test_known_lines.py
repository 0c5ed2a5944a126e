"""A complete extract writes the rows of people who differ; the rows of all others stay."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from clearance.errors import StoreFault
from clearance.ingest import kept_rows as commits
from clearance.ingest import step
from clearance.ingest.step import IngestResult
from clearance.platform.store.store import Store
from clearance.schemas import SOURCE_ROWS
from tests.ingest.taking import HEADER, files_of, held, line, take, write

FIRST, SECOND, THIRD = date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)
# Columns that say where a row came from; a row that stays keeps them.
ORIGIN = {"source_file", "position", "extract"}
DATED = {"PRI_DOB": "19700101"}
STEADY = [line(str(n), count, **DATED) for n in range(100, 140) for count in (1, 2)]


def _first() -> list[str]:
    return [
        *(line("1", count) for count in (1, 2)),
        line("2", 1),
        *(line("3", count) for count in (1, 2)),
        line("4", 1),
        *(line("5", count) for count in (1, 2)),
        line("6", 1, PRI_DOB="long ago"),
    ]


def _second() -> list[str]:
    """Of 1 a row differs, 2 has left, 3 has lost a row, 4 has one twice, 5 another order."""
    return [
        *(line("5", count) for count in (2, 1)),
        line("1", 1, "corrected"),
        line("1", 2),
        "broken",
        line("3", 1),
        line("4", 1),
        line("4", 1),
        line("6", 1, PRI_DOB="long ago"),
        line("99", 1),
    ]


def _take(
    spark: SparkSession, store: Store, folder: Path, day: date, lines: list[str]
) -> IngestResult:
    """The month's two files, a complete extract."""
    folder.mkdir(exist_ok=True)
    write(folder / "a.csv", HEADER, *lines)
    write(folder / "b.csv", *STEADY)
    return take(spark, store, folder, dated=day, complete=True, accept=True, accept_unread=True)


def _record(spark: SparkSession, store: Store) -> Counter[tuple[Any, ...]]:
    """The rows of `source_rows`, repeated ones counted, without their origin."""
    columns = [name for name in SOURCE_ROWS.columns if name not in ORIGIN]
    return Counter(map(tuple, store.read(spark, "source_rows").select(*columns).collect()))


def _extracts(spark: SparkSession, store: Store) -> dict[str, set[str]]:
    """The extracts of each subject's rows."""
    found: dict[str, set[str]] = {}
    for row in store.read(spark, "source_rows").select("subject_id", "extract").collect():
        found.setdefault(row.subject_id, set()).add(row.extract)
    return found


def _aside(spark: SparkSession, store: Store) -> list[tuple[Any, ...]]:
    rows = store.read(spark, "quarantine").select("position", "code", "neighbours", "extract")
    return sorted(map(tuple, rows.collect()))


@pytest.mark.parametrize("open_readers", [True, False])
def test_rows_of_people_who_do_not_differ_stay_and_all_others_are_as_in_a_new_store(
    spark: SparkSession, tmp_path: Path, open_readers: bool
) -> None:
    store = Store(str(tmp_path / "store"), open_readers=open_readers)
    fresh = Store(str(tmp_path / "fresh"))
    folder = tmp_path / "extract"
    first = _take(spark, store, folder, FIRST, _first())
    assert first.rows_unchanged == 0
    second = _take(spark, store, folder, SECOND, _second())
    expected = _take(spark, fresh, folder, SECOND, _second())
    assert _record(spark, store) == _record(spark, fresh)
    assert _aside(spark, store) == _aside(spark, fresh)
    assert second.extract == expected.extract
    counts = [
        [(file.rows_read, file.rows_accepted, file.rows_quarantined, file.unread) for file in files]
        for files in (second.files, expected.files)
    ]
    assert counts[0] == counts[1]
    assert counts[0][0] == (10, 9, 1, {"PRI_DOB": 1})
    of_extract = _extracts(spark, store)
    assert {who for who, by in of_extract.items() if by == {second.extract}} == {
        *("1", "3", "4", "99")
    }
    assert {who for who, by in of_extract.items() if by != {first.extract}} == {
        *("1", "3", "4", "99")
    }
    assert second.rows_unchanged == len(STEADY) + 3
    commit = store.last_commit(spark, "source_rows")
    assert commit is not None
    if not open_readers:
        assert commit.rows_written == 6
    # Who has left comes back with the same rows, in an extract of the first month's content.
    third = _take(spark, store, folder, THIRD, _first())
    assert _extracts(spark, store)["2"] == {third.extract}
    assert {row[2] for row in held(spark, store)} >= {"2", "6", "100"}
    assert third.rows_unchanged == len(STEADY) + 3
    # These files are the last complete extract also after a later one of one person.
    again = take(spark, store, folder, dated=THIRD, complete=True)
    assert again.nothing_new
    take(spark, store, write(tmp_path / "c.csv", line("1", 1, "later")), dated=date(2026, 11, 5))
    assert take(spark, store, folder, dated=THIRD, complete=True).nothing_new
    assert files_of(spark, store)["b.csv"][:3] == (80, 80, 0)


def test_an_ingest_that_died_is_taken_back_and_a_file_that_changes_meanwhile_is_refused(
    spark: SparkSession, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "extract"
    _take(spark, store, folder, FIRST, _first())
    before = _record(spark, store)
    real = commits.kept_rows
    with monkeypatch.context() as patched, pytest.raises(StoreFault, match="Nothing was taken in"):
        patched.setattr(commits, "kept_rows", lambda rows: real(rows).where("subject_id <> '1'"))
        _take(spark, store, folder, SECOND, _second())
    assert _record(spark, store) == before

    def die(*_: object, **__: object) -> None:
        raise StoreFault("killed", "run again")

    with monkeypatch.context() as patched, pytest.raises(StoreFault, match="killed"):
        patched.setattr(step, "write_source_files", die)
        _take(spark, store, folder, SECOND, _second())
    assert _take(spark, store, folder, SECOND, _second()).rows_unchanged == len(STEADY) + 3


def test_an_extract_is_written_whole_where_it_has_no_date_or_a_later_one_is_there(
    spark: SparkSession, store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "extract"
    _take(spark, store, folder, FIRST, _first())
    write(folder / "a.csv", HEADER, *_second())
    undated = take(spark, store, folder, complete=True, accept=True, accept_unread=True)
    assert undated.rows_unchanged == 0
    assert set.union(*_extracts(spark, store).values()) == {undated.extract}
    take(spark, store, write(tmp_path / "c.csv", line("1", 1, "later")), dated=THIRD)
    late = _take(spark, store, folder, SECOND, _second())
    assert (late.rows_unchanged, late.rows_superseded) == (0, 2)
