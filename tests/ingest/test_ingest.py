"""Ingest as a whole: what it takes in, what it refuses, what it leaves alone."""

from __future__ import annotations

import gzip
import hashlib
from datetime import date
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from clearance.errors import InputRefused, StoreFault, UsageError
from clearance.ingest import kept_rows as commits
from clearance.ingest import step
from clearance.ingest.files.found import folder_or_file_name, list_local_files, local_files
from clearance.ingest.layout import FIELDS
from clearance.ingest.unrecorded import check_recorded
from clearance.platform.paths import rules_folder
from clearance.platform.store.store import Store
from clearance.prepare.step import prepare
from tests.ingest.taking import HEADER, NOON, files_of, held, line, refused, take, write

FULL_WIDTH = "".join(chr(ord(letter) + 0xFEE0) for letter in "FELONY")
CYRILLIC = "\N{CYRILLIC CAPITAL LETTER EM}"


def test_what_cannot_be_found_or_read_is_refused_by_name_and_nothing_is_written(
    spark: SparkSession, store: Store, tmp_path: Path
) -> None:
    empty_folder = tmp_path / "none"
    empty_folder.mkdir()
    (empty_folder / "notes.txt").write_text("x")
    (tmp_path / "empty.csv").touch()
    write(tmp_path / "header_only.csv", HEADER)
    whole = gzip.compress("\n".join(line(str(n)) for n in range(2000)).encode())
    (tmp_path / "cut.csv.gz").write_bytes(whole[: len(whole) // 2])
    damaged = bytearray(whole)
    damaged[len(whole) // 2] ^= 0xFF
    (tmp_path / "damaged.csv.gz").write_bytes(bytes(damaged))
    cases = {
        "missing.csv": "There is no file",
        "*.nothing": "There is no file",
        "none": "holds no research file. It holds",
        "empty.csv": "Nothing readable",
        "header_only.csv": "Nothing readable",
        "cut.csv.gz": "cut off or damaged",
        "damaged.csv.gz": "cut off or damaged",
    }
    for name, words in cases.items():
        error = refused(spark, store, tmp_path / name)
        assert words in error.message and name in error.message and error.remedy, name
    remote = refused(spark, store, f"nowhere://{tmp_path}/x.csv")
    assert "nowhere://" in remote.message
    assert not Path(store.uri).exists()


def test_files_folders_and_globs_name_each_file_once(tmp_path: Path) -> None:
    for name in ("a.csv", "b.DAT", "c.GZ", "notes.txt", ".hidden.csv", "_part.csv"):
        write(tmp_path / name, name)
    (tmp_path / "within").mkdir()
    found = list_local_files([str(tmp_path), str(tmp_path / "*.csv"), f"file://{tmp_path}/a.csv"])
    assert sorted(path.name for path in found.paths) == ["_part.csv", "a.csv", "b.DAT", "c.GZ"]
    # The glob matches a file that the folder does not give.
    beside = sorted(folder_or_file_name(path) for path in found.passed_over)
    assert beside == [f"{tmp_path}/{name}" for name in (".hidden.csv", "notes.txt", "within/")]
    assert local_files(["s3a://bucket/x.csv"]) == []


def test_extracts_replace_their_subjects_and_the_same_file_again_changes_nothing(
    spark: SparkSession, store: Store, tmp_path: Path
) -> None:
    first = tmp_path / "first"
    first.mkdir()
    write(first / "one.csv", HEADER, line("1", 1), line("1", 2), line("2", 1))
    write(first / "two.DAT", line("3", 1))
    write(first / "three.csv.gz", HEADER, line("4", 1) + ",")
    write(first / "twin.csv", line("3", 1))
    result = take(spark, store, first, dated=date(2026, 10, 1))
    assert (result.rows_read, result.rows_accepted, result.rows_quarantined) == (5, 5, 0)
    assert result.extract is not None and result.extract.startswith("2026-10-01-")
    assert [Path(path).name for path in result.already_known] == ["two.DAT"] or [
        Path(path).name for path in result.already_known
    ] == ["twin.csv"]
    third = next(Path(file.path).name for file in result.files if "tw" in file.path)
    before = held(spark, store)
    assert before == {
        ("one.csv", 2, "1", ""),
        ("one.csv", 3, "1", ""),
        ("one.csv", 4, "2", ""),
        (third, 1, "3", ""),
        ("three.csv.gz", 2, "4", ""),
    }
    assert files_of(spark, store)["one.csv"] == (3, 3, 0, "accepted")
    recorded = store.read(spark, "source_files").where("path LIKE '%three%'").first()
    assert recorded is not None
    content = (first / "three.csv.gz").read_bytes()
    assert recorded.sha256 == hashlib.sha256(content).hexdigest()
    assert (recorded.bytes, recorded.extract_date) == (len(content), date(2026, 10, 1))
    assert (recorded.extract, recorded.ingested_at) == (result.extract, NOON.replace(tzinfo=None))

    versions = [store.version(spark, name) for name in ("source_rows", "source_files")]
    renamed = tmp_path / "renamed.csv"
    renamed.write_bytes((first / "one.csv").read_bytes())
    again = take(spark, store, renamed, first / "two.DAT")
    assert again.nothing_new and again.extract is None and len(again.already_known) == 2
    assert versions == [store.version(spark, name) for name in ("source_rows", "source_files")]

    # The same name with other content next month: rows of absent subjects stay.
    write(first / "one.csv", HEADER, line("1", 1, "corrected"))
    second = take(spark, store, first / "one.csv", renamed)
    assert [Path(path).name for path in second.already_known] == ["renamed.csv"]
    renamed_path = Path(second.files[0].path).name
    assert renamed_path.startswith("one.csv#")
    assert held(spark, store) == {row for row in before if row[2] != "1"} | {
        (renamed_path, 2, "1", "corrected")
    }

    complete = write(tmp_path / "state.csv", line("2", 1, "whole"))
    take(spark, store, complete, renamed, complete=True)
    assert {row[2:] for row in held(spark, store)} == {("2", "whole"), ("1", ""), ("2", "")}
    assert take(spark, store, renamed, complete, complete=True).nothing_new


def test_dated_extracts_leave_the_same_rows_whatever_order_they_arrive_in(
    spark: SparkSession, tmp_path: Path
) -> None:
    """March is the whole state but for subject 4, who comes back in April."""
    extracts = {
        "january": (date(2026, 1, 1), False, [line("1", 1, "old"), line("3", 1, "old")]),
        "february": (date(2026, 2, 1), False, [line("1", 1, "new"), line("4", 1, "new")]),
        "march": (date(2026, 3, 1), True, [line("1", 1, "newer"), line("2", 1, "newer")]),
        "april": (date(2026, 4, 1), False, [line("2", 1, "newest"), line("4", 1, "back")]),
    }
    kept, superseded = [], []
    for number, order in enumerate((list(extracts), list(extracts)[::-1])):
        store = Store(str(tmp_path / f"store{number}"))
        results = {}
        for name in order:
            dated, complete, rows = extracts[name]
            file = write(tmp_path / f"{name}.csv", *rows)
            results[name] = take(spark, store, file, dated=dated, complete=complete)
        again = take(spark, store, tmp_path / "march.csv", dated=date(2026, 3, 1), complete=True)
        assert again.nothing_new
        kept.append({row[2:] for row in held(spark, store)})
        superseded.append([results[name].rows_superseded for name in extracts])
        assert all(found[0] == found[1] == 2 for found in files_of(spark, store).values())
    assert kept[0] == kept[1] == {("1", "newer"), ("2", "newest"), ("4", "back")}
    assert superseded == [[0, 0, 0, 0], [2, 2, 1, 0]]


def test_an_older_extract_never_replaces_a_subject_and_a_younger_or_undated_one_does(
    spark: SparkSession, store: Store, tmp_path: Path
) -> None:
    take(spark, store, write(tmp_path / "a.csv", line("1", 1, "a")), dated=date(2026, 2, 28))
    day_before = write(tmp_path / "b.csv", line("1", 1, "b"), line("2", 1, "b"))
    assert take(spark, store, day_before, dated=date(2026, 2, 27)).rows_superseded == 1
    assert {row[2:] for row in held(spark, store)} == {("1", "a"), ("2", "b")}
    same_day = write(tmp_path / "c.csv", line("1", 1, "c"))
    assert take(spark, store, same_day, dated=date(2026, 2, 28)).rows_superseded == 0
    assert ("1", "c") in {row[2:] for row in held(spark, store)}
    undated = write(tmp_path / "d.csv", line("1", 1, "d"))
    assert take(spark, store, undated).rows_superseded == 0
    assert {row[2:] for row in held(spark, store)} == {("1", "d"), ("2", "b")}


def test_beyond_the_limit_the_whole_extract_is_refused_and_can_be_repaired(
    spark: SparkSession, store: Store, tmp_path: Path
) -> None:
    take(spark, store, write(tmp_path / "before.csv", line("1")))
    before = held(spark, store)
    good = write(tmp_path / "good.csv", line("1", 1, "new"), line("2"))
    bad = write(tmp_path / "bad's.csv", HEADER, line("3"), line("4").removesuffix(","), line("5"))
    for _ in range(2):
        error = refused(spark, store, good, bad)
        assert "bad's.csv" in error.message and "FIELD_COUNT 1" in error.message
        assert "94 fields where 95 are expected" in error.message
        assert "good.csv" not in error.message and "--accept-quarantine" in error.remedy
        assert held(spark, store) == before
        assert store.read(spark, "quarantine").count() == 1
        assert files_of(spark, store) == {
            "before.csv": (1, 1, 0, "accepted"),
            "good.csv": (2, 2, 0, "refused"),
            "bad's.csv": (3, 2, 1, "refused"),
        }

    accepted = take(spark, store, bad, accept=True)
    assert (accepted.rows_accepted, accepted.rows_quarantined) == (2, 1)
    aside = store.read(spark, "quarantine").collect()
    assert [(row.position, row.code, row.extract) for row in aside] == [
        (3, "FIELD_COUNT", accepted.extract)
    ]
    assert files_of(spark, store)["bad's.csv"] == (3, 2, 1, "accepted")

    junk = tmp_path / "junk.csv"
    junk.write_bytes(hashlib.sha512(b"junk").digest() * 3000)
    assert "junk.csv" in refused(spark, store, junk).message
    assert store.read(spark, "quarantine").where("source_file LIKE '%junk%'").count() > 0
    write(junk, line("6"))
    take(spark, store, junk)
    assert store.read(spark, "quarantine").where("source_file LIKE '%junk%'").isEmpty()
    assert files_of(spark, store)["junk.csv"] == (1, 1, 0, "accepted")


def test_rows_at_the_limit_are_set_aside_and_one_more_is_refused(
    spark: SparkSession, store: Store, tmp_path: Path
) -> None:
    rows = [line(str(n)) for n in range(8)]
    at_limit = write(tmp_path / "at.csv", *rows, "x", "y")
    with pytest.raises(InputRefused):
        take(spark, store, at_limit, limit=0.19)
    assert take(spark, store, at_limit, limit=0.2).rows_quarantined == 2


def test_an_ingest_that_died_between_two_commits_is_simply_run_again(
    spark: SparkSession, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "x.csv", line("1"), line("2"), "broken")
    for dies_at in ("write_source_rows", "write_source_files"):
        with monkeypatch.context() as patched:

            def die(*_: object, **__: object) -> None:
                raise StoreFault("killed", "run again")

            patched.setattr(step, dies_at, die)
            with pytest.raises(StoreFault):
                take(spark, store, path, accept=True)
    take(spark, store, path, accept=True)
    assert {row[1] for row in held(spark, store)} == {1, 2}
    assert store.read(spark, "quarantine").count() == 1
    assert files_of(spark, store) == {"x.csv": (3, 2, 1, "accepted")}


def _dies(*_: object, **__: object) -> None:
    raise StoreFault("killed", "run again")


def test_rows_of_an_ingest_that_did_not_finish_are_refused_by_prepare_and_taken_back_by_the_next(
    spark: SparkSession, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, file = write(tmp_path / "a.csv", line("1")), tmp_path / "b.csv"
    for before in ((), (first,)):
        if before:
            take(spark, store, *before)
        with monkeypatch.context() as patched, pytest.raises(StoreFault):
            patched.setattr(step, "write_source_files", _dies)
            take(spark, store, write(file, line("1", count=2), line("2")))
        with pytest.raises(UsageError, match="did not finish"):
            prepare(spark, store, rules=rules_folder())
        # The file is another when the command is repeated: nothing of the first attempt stays.
        take(spark, store, write(file, line("3", note=str(before))))
        assert {row[2] for row in held(spark, store)} == ({"1", "3"} if before else {"3"})
        check_recorded(spark, store)
    # Neither a refused extract nor one with nothing new is an attempt that died.
    with pytest.raises(InputRefused):
        take(spark, store, write(tmp_path / "junk.csv", "junk"))
    check_recorded(spark, store)
    assert take(spark, store, first).nothing_new
    assert {row[2] for row in held(spark, store)} == {"1", "3"}


def test_rows_that_do_not_reconcile_are_taken_back_before_the_ingest_says_so(
    spark: SparkSession, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(spark, store, write(tmp_path / "a.csv", line("1")))
    before = held(spark, store)
    real = commits.kept_rows
    with monkeypatch.context() as patched, pytest.raises(StoreFault, match="Nothing was taken in"):
        patched.setattr(commits, "kept_rows", lambda rows: real(rows).where("subject_id <> '3'"))
        take(spark, store, write(tmp_path / "b.csv", line("1", count=2), line("3")))
    assert held(spark, store) == before
    check_recorded(spark, store)


def test_a_header_of_other_columns_is_refused_by_their_names_and_is_never_thrown_away(
    spark: SparkSession, store: Store, tmp_path: Path
) -> None:
    swapped = list(FIELDS)
    code = FIELDS.index("DISP_CODE")
    swapped[code : code + 2] = ["DISP_DESCR", "DISP_CODE"]
    headers = {
        "swapped.csv": (swapped, "DISP_DESCR in place of DISP_CODE"),
        "sorted.csv": (sorted(FIELDS), "another order: CII_NUMBER in place of RECORD_ID"),
        "short.csv": (FIELDS[:-1], "lacks END_OF_REC"),
        "doubled.csv": ([*FIELDS[:-1], "CYC_DATE"], "doubles CYC_DATE"),
        "unknown.csv": ([*FIELDS[:-1], "Last_Col"], "no column's: LAST_COL"),
        "blank.csv": ([*FIELDS[:8], "", *FIELDS[9:]], "1 column(s) without a name"),
        "words.csv": (["Nombre"] * 95, "none of a research file's"),
    }
    for name, (columns, _) in headers.items():
        # The first is padded and quoted, the second the second header of two joined files.
        dressed = [f' "{column.lower()}"' for column in columns]
        header = ",".join(dressed if name == "sorted.csv" else columns)
        before = [HEADER, line("8")] if name == "swapped.csv" else []
        write(tmp_path / name, *before, header, line("9"))
    # Its rows lack the column as well, and are in quarantine, so that none is read wrongly.
    harmless = write(tmp_path / "harmless.dat", HEADER.rsplit(",", 1)[0], line("7")[:-1])
    error = refused(spark, store, tmp_path, accept=True)
    for name, (_, words) in headers.items():
        (reason,) = [text for text in error.message.splitlines() if name in text]
        assert words in reason, reason
    assert "harmless" not in error.message and "--accept" not in error.remedy
    assert not store.exists(spark, "source_rows")
    assert {found[-1] for found in files_of(spark, store).values()} == {"refused"}
    assert "lacks END_OF_REC" in refused(spark, store, harmless).message
    assert take(spark, store, harmless, accept=True).rows_accepted == 0


def test_values_that_cannot_be_read_are_taken_in_up_to_the_limit_and_then_only_on_request(
    spark: SparkSession, store: Store, tmp_path: Path
) -> None:
    right = [line(str(n), CYC_DATE="20100601", PRI_DOB="  -  ") for n in range(189)]
    partial = [
        line("190", CYC_DATE="00000000", OFN="Ñ"),
        line("191", CYC_DATE="20100600", note=CYRILLIC),
    ]
    iso = [line(str(n), CYC_DATE="2010-06-01") for n in range(200, 209)]
    us = [line("220", CYC_DATE="6/1/2010"), line("221", CYC_DATE="06012010")]
    at_limit = write(tmp_path / "at.csv", HEADER, *right, *partial[:1], *iso, us[0])
    beyond = write(tmp_path / "beyond.csv", HEADER, *right, *iso, *us)
    taken = take(spark, store, at_limit)
    assert (taken.rows_accepted, taken.files[0].unread) == (200, {"CYC_DATE": 10, "OFN": 1})

    # Of a few rows a slip is no form; of a field that has no other value it is.
    few = [line(str(n), DISP_DATE="20100601", CYC_DATE="20100601") for n in range(300, 306)]
    few += [line(str(n), DISP_DATE="1.6.2010") for n in range(310, 315)]
    slips = write(tmp_path / "slips.csv", *few)
    assert take(spark, store, slips).files[0].unread == {"DISP_DATE": 5}
    other = {"CONV_STAT_DESCR": FULL_WIDTH, "SENT_TIME_CODE": CYRILLIC, "DISP_DESCR": "CONVICTED"}
    letters = write(tmp_path / "letters.csv", *[line(str(n), **other) for n in range(400, 403)])

    before = held(spark, store)
    error = refused(spark, store, beyond, letters, accept=True)
    reasons = error.message.splitlines()
    assert len(reasons) == 4
    assert f"{beyond}: 11 of 200 values of CYC_DATE (5.50%) cannot be read" in reasons[0]
    assert "9999-99-99" in reasons[0] and "9/9/9999" in reasons[0]
    assert "3 of 3 values of CONV_STAT_DESCR (100.00%)" in reasons[1] and "like ? (" in reasons[1]
    assert "SENT_TIME_CODE" in reasons[2] and "--accept-unread" in error.remedy
    for value in ("2010", FULL_WIDTH[0], CYRILLIC, "DISP_DESCR"):
        assert value not in error.message
    assert held(spark, store) == before
    assert files_of(spark, store)["beyond.csv"][-1] == "refused"
    assert take(spark, store, beyond, letters, accept_unread=True).rows_accepted == 203


def test_a_store_is_a_folder_also_where_hadoops_default_file_system_is_another(
    spark: SparkSession, store: Store, tmp_path: Path
) -> None:
    file = write(tmp_path / "2019:10 [x].csv", line("1"))
    hadoop = spark.sparkContext._jsc.hadoopConfiguration()  # type: ignore[attr-defined]  # Java's
    before = hadoop.get("fs.defaultFS")
    hadoop.set("fs.defaultFS", "hdfs://namenode.invalid:8020")
    try:
        take(spark, store, file)
        take(spark, store, write(tmp_path / "next.csv", line("1", note="x"), line("2")))
        assert {row[2:] for row in held(spark, store)} == {("1", "x"), ("2", "")}
    finally:
        hadoop.set("fs.defaultFS", before)
    assert (Path(store.uri) / "source_rows" / "_delta_log").is_dir()
