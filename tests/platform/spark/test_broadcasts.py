"""What is sent to every worker is few or small, and what is not gives the same answers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import DataFrame, Row, SparkSession

from clearance.platform.paths import PACKAGE, rules_folder
from clearance.platform.spark import broadcasts
from clearance.platform.spark.broadcasts import (
    BROADCAST_ROWS,
    broadcast_if_few,
    broadcast_if_small,
    total_file_bytes,
)
from clearance.platform.spark.literal_table import literal_table
from clearance.prepare import charge_texts as texts
from clearance.prepare.charge_texts import ChargeTexts, charge_texts
from clearance.prepare.record.rules import load_record_rules
from clearance.prepare.side_feeds import KINDS, SideFeeds
from clearance.prepare.statutes.longest_terms import LongestTerms
from clearance.prepare.statutes.match import load_statutes
from clearance.schemas import FEEDS
from tests.support.rows import frames, prepared, source_rows

COURT = {"stp_type_descr": "COURT ACTION", "disp_descr": "CONVICTED", "stp_event_date": "20100228"}
SEE = {"offense_descr": "SEE COMMENT FOR CHARGE"}
# Two texts are common; each comment is another.
ROWS: tuple[dict[str, str | None], ...] = (
    *({"subject_id": f"common {at}", "offense_descr": "484 PC-THEFT"} for at in range(4)),
    *({"subject_id": f"other {at}", "offense_descr": "11357(A) HS"} for at in range(4)),
    {"subject_id": "comment", **SEE, "comment_text": "459 PC, ENTERED AT NIGHT"},
    {"subject_id": "several", **SEE, "comment_text": "11359 HS; CHRG 11360(A) HS"},
    {"subject_id": "unread", **SEE, "comment_text": "DEFENDANT FAILED TO APPEAR"},
    {"subject_id": "conspiracy", "offense_descr": "182 PC", "comment_text": "11360(A) HS"},
    {"subject_id": "rare", "offense_descr": "664/187(A) PC"},
    {"subject_id": "nothing"},
)


# What is sent outright, and why it is small.
SMALL_BY_NATURE = {
    "platform/spark/broadcasts.py": "asked",
    "prepare/side_feeds.py": "asked of the feed's files",
    "prepare/charge_texts.py": "counted, or of few files",
    "prepare/holes.py": "pairs of extracts",
    "grant/corrections.py": "sweeps and packs",
    "ingest/kept_rows.py": "blocks of files",
    "publish/packets/counts.py": "distinct decisions with their words",
    "publish/packets/relief.py": "distinct decisions with their words",
    "publish/notices/to_courts.py": "counties and months",
    "publish/packets/chunks.py": "files and chunks of files",
    "export/step.py": "sentences of the packs",
    "report/people.py": "counties and packs",
}


def hinted(frame: DataFrame) -> bool:
    plan: Any = frame
    return "ResolvedHint" in plan._jdf.queryExecution().analyzed().toString()


def rows_of(frame: DataFrame) -> list[Row]:
    return sorted(frame.collect(), key=lambda row: str(row["unit_id"]))


def read_ahead(source: DataFrame) -> ChargeTexts:
    longest: LongestTerms = load_record_rules(rules_folder()).longest_terms
    return charge_texts(source, statutes=load_statutes(rules_folder()), longest=longest)


def test_texts_of_a_large_record_are_read_ahead_where_common_and_where_they_stand_else(
    spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = source_rows(spark, *({**COURT, **row} for row in ROWS))
    every = read_ahead(source)
    assert every.every
    _, charges, _ = frames(source)
    expected = rows_of(charges)
    monkeypatch.setattr(texts, "FEW_BYTES", -1)
    some = read_ahead(source)
    assert some.every, "counted, and all of them fit"
    some.release()
    monkeypatch.setattr(texts, "MOST_TEXTS", 2)
    few = read_ahead(source)
    assert not few.every
    ahead = {row["text"] for row in few.common.select("text").collect()}
    assert ahead == {"484 PC-THEFT", "11357(A) HS"}
    few.release()
    _, charges, _ = frames(source)
    assert rows_of(charges) == expected
    assert {row["charge_source"] for row in expected} == {"offense", "comment", None}
    by_subject = {row["subject_id"]: row for row in expected}
    assert by_subject["comment"]["section"] == "459"
    assert by_subject["rare"]["attempt"]


def test_of_too_many_characters_fewer_texts_are_read_ahead(
    spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = literal_table(
        spark,
        [("short", 8), ("also short", 5), ("x" * 1000, 4), ("once", 1)],
        {"text": "string", "times": "bigint"},
    )
    assert texts._least_times(counted) == 1
    monkeypatch.setattr(texts, "MOST_CHARACTERS", 100)
    assert texts._least_times(counted) == 8
    monkeypatch.setattr(texts, "MOST_CHARACTERS", 4)
    assert texts._least_times(counted) > 8


def test_the_size_of_a_table_is_that_of_its_files(spark: SparkSession, tmp_path: Path) -> None:
    folder = str(tmp_path / "table")
    spark.range(100_000).write.format("delta").save(folder)
    files = sum(file.stat().st_size for file in Path(folder).glob("*.parquet"))
    table = spark.read.format("delta").load(folder)
    assert total_file_bytes(table) == files
    assert total_file_bytes(table.join(table.where("id > 3"), on="id")) == 2 * files
    assert total_file_bytes(spark.createDataFrame([(1,)], "id int")) == 0


def test_only_what_is_few_or_small_is_sent(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = spark.range(3)
    assert hinted(broadcast_if_few(rows, at_most=BROADCAST_ROWS))
    assert not hinted(broadcast_if_few(rows, at_most=BROADCAST_ROWS + 1))
    size = total_file_bytes(rows)
    monkeypatch.setattr(broadcasts, "BROADCAST_BYTES", size)
    assert hinted(broadcast_if_small(rows, of=rows))
    monkeypatch.setattr(broadcasts, "BROADCAST_BYTES", size - 1)
    assert not hinted(broadcast_if_small(rows, of=rows))


def test_nothing_else_is_sent_outright() -> None:
    found = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if "F.broadcast(" in path.read_text(encoding="utf-8")
    }
    assert found == set(SMALL_BY_NATURE)


def test_feeds_too_large_to_be_sent_say_the_same(spark: SparkSession) -> None:
    rows_by_kind: dict[str, list[tuple[str | None, ...]]] = {
        "registry": [("a", "290", "2001-01-01", None), ("old", "290", "2001-01-01", None)],
        "supervision": [("a", "parole", None, "2010-03-01", "2013-05-05")],
        "petitions": [
            ("old", "101001001000", None, None, "granted", "2012-01-01"),
            ("a", "101001001000", None, None, "denied", "2012-01-01"),
        ],
        "merges": [("old", "new", "2020-01-01", "new")],
    }
    tables = {}
    for kind, rows in rows_by_kind.items():
        types = FEEDS[kind].types
        named = dict(list(types.items())[: len(rows[0])])
        tables[kind] = literal_table(spark, rows, named)
    tables["holes"] = literal_table(spark, [("new",)], {"subject_id": "string"})
    feeds = SideFeeds(**tables)
    large = replace(feeds, large=frozenset({*KINDS, "holes"}))
    assert hinted(feeds.broadcast_if_small("registry", tables["registry"]))
    assert not hinted(large.broadcast_if_small("registry", tables["registry"]))
    people = ("a", "old", "new", "other")
    source = source_rows(
        spark, *({**COURT, "subject_id": name, "offense_descr": "484 PC"} for name in people)
    )
    found, same = (prepared(source, feeds=one).charges for one in (feeds, large))
    assert found == same
    by_subject = {row["subject_id"]: row for row in found.values()}
    assert {name for name, row in by_subject.items() if row["petition_granted"]} == {"old"}
    assert {name for name, row in by_subject.items() if row["record_incomplete"]} == {"old", "new"}
    registered = {name for name, row in by_subject.items() if row["registration"] == "open"}
    assert registered == {"a", "old", "new"}
