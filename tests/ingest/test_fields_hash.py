"""Two records are the same where their rows say the same, wherever these stand; and else not."""

from __future__ import annotations

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from clearance.ingest.compare.fields_hash import COLUMN, hash_needed_fields, subject_sums
from clearance.ingest.layout import NEEDED, column_of
from tests.support.rows import source_rows

ROW = {"offense_descr": "459 PC-BURGLARY", "pri_dob": "19600314"}
OTHER = {"offense_descr": "11358 HS-X", "count_order": "101001002000"}
Rows = list[dict[str, str | None]]

# A record, and another version of it; each gives a subject of its own.
SAME: dict[str, tuple[Rows, Rows]] = {
    "in another order": ([ROW, OTHER], [OTHER, ROW]),
    "in another file of another extract": ([ROW], [{**ROW, "source_file": "b", "extract": "x2"}]),
    "with another name": ([{**ROW, "record": "JOHN"}], [{**ROW, "record": "JACK"}]),
    "an absent field as an empty text": ([ROW], [{**ROW, "disp_descr": ""}]),
}
DIFFERENT: dict[str, tuple[Rows, Rows]] = {
    # Spark's hash passes over null.
    "a text in the field beside": (
        [{"offense_descr": "459 PC"}],
        [{"disp_offense_descr": "459 PC"}],
    ),
    "a row more": ([ROW], [ROW, OTHER]),
    "a row less": ([ROW, OTHER], [ROW]),
    "other rows, each given twice": ([ROW, ROW], [OTHER, OTHER]),
    "a row given twice": ([ROW], [ROW, ROW]),
    "two rows that change a value": (
        [{**ROW, "ofn": "A"}, {**OTHER, "ofn": "B"}],
        [{**ROW, "ofn": "B"}, {**OTHER, "ofn": "A"}],
    ),
    "a row gone": ([ROW], []),
    **{
        f"another {name}": ([ROW], [{**ROW, name: "101001009000"}])
        for name in map(column_of, NEEDED)
        if name != "subject_id"
    },
}


def hashed(spark: SparkSession, side: int) -> DataFrame:
    """One version of every case's record, each row with its hash."""
    rows = [
        {**row, "subject_id": case}
        for case, versions in {**SAME, **DIFFERENT}.items()
        for row in versions[side]
    ]
    return source_rows(spark, *rows).withColumn(COLUMN, hash_needed_fields())


@pytest.fixture(scope="module")
def differing(spark: SparkSession) -> set[str]:
    before, after = hashed(spark, 0), hashed(spark, 1)
    return others(before, after)


def others(before: DataFrame, after: DataFrame) -> set[str]:
    """The subjects whose record has changed."""
    sums = subject_sums(after, sign=1).unionByName(subject_sums(before, sign=-1))
    found = sums.groupBy("subject_id").agg(F.sum("high").alias("high"), F.sum("low").alias("low"))
    return {row["subject_id"] for row in found.where("high != 0 OR low != 0").collect()}


@pytest.mark.parametrize("case", SAME)
def test_a_record_is_the_same(case: str, differing: set[str]) -> None:
    assert case not in differing


@pytest.mark.parametrize("case", DIFFERENT)
def test_a_record_is_another(case: str, differing: set[str]) -> None:
    assert case in differing


def test_a_row_without_a_hash_goes_by_where_it_came_from(spark: SparkSession) -> None:
    old = source_rows(spark, {"subject_id": "kept"}, {"subject_id": "given anew"})
    new = old.where("subject_id = 'given anew'").withColumn(COLUMN, hash_needed_fields())
    kept = old.where("subject_id = 'kept'")
    # The table of an earlier release has no such column at all.
    assert others(old.drop(COLUMN), kept.unionByName(new)) == {"given anew"}
    elsewhere = kept.withColumn("source_file", F.lit("another.csv"))
    assert others(kept, elsewhere) == {"kept"}
