"""Prepare as a whole: the tables it writes, one shuffle by person, no Python, the worklist."""

from __future__ import annotations

import re

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from clearance.errors import UsageError
from clearance.platform.store.store import Store
from clearance.prepare.record.rules import load_record_rules
from clearance.prepare.step import prepare
from clearance.prepare.worklist import worklist
from clearance.schemas import ARRESTS, CHARGES, HISTORY
from tests.prepare.stops import COURT, STOP, STRANGE_STEP
from tests.support.rows import RULES, frames, source_rows


def mixed_record(spark: SparkSession) -> DataFrame:
    """Some people with repeated rows, ties, later steps and charges in comments."""
    rows: list[dict[str, str]] = []
    for person in range(12):
        subject = {"subject_id": f"p{person}", "pri_dob": f"19{60 + person}0229", "ofn": "A1"}
        for text in ("CONVICTED-PROB/JAIL", "PROBATION REVOKED", "DISMISSED", ""):
            for charge in ("11358 HS-X", "459 PC-X", ""):
                rows.append({**subject, "disp_descr": text, "offense_descr": charge})
        rows.append({**subject, **STOP, "count_order": "101001009000"})
        rows.append({**subject, "disp_descr": "REDUCED TO MISDEMEANOR", **SECOND_STEP})
        rows.append({**subject, "disp_descr": "CONVICTED", **SECOND_STEP, **IN_COMMENT})
        rows.append(rows[-1])
        rows.append({**subject, **TARGET, "count_order": "101003002000"})
    return source_rows(spark, *rows)


SECOND_STEP = {"count_order": "101003001000", "disp_date": "20050101"}
TARGET = {"offense_descr": "182 PC", "comment_text": "CHRG NAMED 11358 HS", "disp_descr": ""}
IN_COMMENT = {"offense_descr": "SEE COMMENT FOR CHARGE", "comment_text": "CHRG NAMED 11359 HS"}


def digest(rows: DataFrame) -> tuple[int, int]:
    """Independent of the order of rows, but not of how often one stands there."""
    row = rows.select(F.xxhash64(F.to_json(F.struct("*"))).cast("decimal(38,0)").alias("h"))
    sums = row.agg(F.count("*"), F.sum("h")).first()
    assert sums is not None
    return sums[0], int(sums[1])


def test_charges_and_arrests_do_not_depend_on_the_order_of_rows(spark: SparkSession) -> None:
    given = mixed_record(spark)
    shuffled = given.repartition(3, F.xxhash64("position")).orderBy(F.xxhash64("position"))
    moved = shuffled.withColumn("position", F.monotonically_increasing_id() + 1000)
    _, *expected = frames(given)
    _, *got = frames(moved.withColumn("source_file", F.lit("other")))
    assert [digest(table) for table in got] == [digest(table) for table in expected]


def test_one_shuffle_by_person_and_no_python_worker(spark: SparkSession) -> None:
    history, charges, arrests = frames(mixed_record(spark))
    for table, moved in ((history, []), (charges, BY_PERSON), (arrests, BY_PERSON)):
        plan = table._jdf.queryExecution().executedPlan().toString()
        assert sorted(re.findall(r"- Exchange (\w+)\((\w+)#", plan)) == moved, plan
        assert plan.count("- Exchange") == len(moved), plan
        # Counts are sorted once; all that follows keeps that order.
        sorts = re.findall(r"- Sort \[[^\]]*count_order", plan)
        assert len(sorts) == (BY_PERSON[0] in moved), plan
        assert not re.search(r"Python|Arrow(Eval|Map)", plan)
        assert "SortMergeJoin" not in plan


# The counts once, and the distinct charge texts, which are few.
BY_PERSON = [("hashpartitioning", "person_id"), ("hashpartitioning", "text")]


def test_no_projection_of_prepare_is_interpreted(spark: SparkSession, generated_code: None) -> None:
    _, *tables = frames(mixed_record(spark))
    # Without the switch a projection that does not compile is quietly interpreted instead. The
    # stage of typing is too large to be one method: its projections are compiled one by one.
    spark.conf.set("spark.sql.codegen.factoryMode", "CODEGEN_ONLY")
    try:
        assert [len(table.collect()) for table in tables] == [48, 12]
    finally:
        spark.conf.unset("spark.sql.codegen.factoryMode")


@pytest.fixture(scope="module")
def filled(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = Store(str(tmp_path_factory.mktemp("prepare") / "store"))
    store.replace(mixed_record(spark), "source_rows")
    return store


def test_prepare_writes_two_tables_and_does_nothing_the_second_time(
    spark: SparkSession, filled: Store
) -> None:
    first = prepare(spark, filled, rules=RULES)
    assert first.changed
    assert (first.people, first.charges, first.arrests) == (12, 48, 12)
    assert first.convictions == 24
    assert first.quality["ROWS_DISAGREE"] == 12
    for table, spec in (("charges", CHARGES), ("arrests", ARRESTS)):
        assert filled.read(spark, table).columns == spec.columns
    assert not filled.exists(spark, "history")
    versions = [filled.version(spark, name) for name in ("charges", "arrests")]
    again = prepare(spark, filled, rules=RULES, with_history=True)
    assert not again.changed
    assert {**again.as_dict(), "changed": True} == first.as_dict()
    assert versions == [filled.version(spark, name) for name in ("charges", "arrests")]
    history = filled.read(spark, "history")
    assert history.columns == HISTORY.columns
    assert history.count() == filled.read(spark, "source_rows").count()
    _new_source_rows_are_prepared(spark, filled)


def _new_source_rows_are_prepared(spark: SparkSession, store: Store) -> None:
    store.append(source_rows(spark, {"subject_id": "new", **COURT}), "source_rows")
    after = prepare(spark, store, rules=RULES)
    assert after.changed
    assert after.people == 13
    left = spark.conf.get("spark.databricks.delta.commitInfo.userMetadata", None)
    assert left is None


def test_the_worklist_counts_what_could_not_be_read(spark: SparkSession) -> None:
    rows = [{"offense_descr": "NO SUCH THING"}, {"disp_descr": "SENT TO THE MOON"}]
    twice = {**rows[0], "count_order": "101001002000"}
    comment = {"offense_descr": "SEE COMMENT", "comment_text": "JOHN DOE DID IT"}
    section = {"offense_descr": "77777-NO SUCH SECTION"}
    given = [*rows, {**rows[0]}, COURT, comment, {**comment, "comment_text": "OR NOT"}, section]
    strange = [{"subject_id": str(at), **row} for at, row in enumerate(given)]
    strange.append({"subject_id": "0", **twice})
    strange.append({"subject_id": "9", "offense_descr": "9 LIVES"})
    # Padded otherwise it is the same text, of the same person.
    strange.append({"subject_id": "1", "disp_descr": " SENT TO THE MOON ", **STRANGE_STEP})
    source = source_rows(spark, *strange)
    _, charges, _ = frames(source)
    listed = worklist(charges, source=source, rules=load_record_rules(RULES)).collect()
    assert sorted(map(tuple, listed), key=str) == [
        ("charge", "9 LIVES", 1, 1),
        ("charge", "NO SUCH THING", 3, 2),
        ("charge", None, 2, 2),
        ("disposition", "SENT TO THE MOON", 2, 1),
        ("section", "77777-NO SUCH SECTION", 1, 1),
        ("step", "A WALK", 1, 1),
    ]


def test_a_store_without_source_rows_says_what_to_run(spark: SparkSession, store: Store) -> None:
    with pytest.raises(UsageError, match="source_rows"):
        prepare(spark, store, rules=RULES)
