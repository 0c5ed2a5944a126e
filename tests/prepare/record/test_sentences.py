"""When a sentence ends. All convictions are of 2001-01-31 unless a case says otherwise."""

from __future__ import annotations

import pytest
from pyspark.sql import SparkSession

from tests.prepare.record.sentence_cases import CASES, DAY, LATER, part
from tests.support.rows import Prepared, prepared, source_rows


@pytest.fixture(scope="module")
def sentences(spark: SparkSession) -> Prepared:
    usual = {"disp_descr": "CONVICTED", "stp_event_date": "20010131", "disp_order": "1"}
    rows = [
        {"subject_id": case, **usual, **row} for case, (rows, *_) in CASES.items() for row in rows
    ]
    linked = {"subject_id": "on a later step", "ofn": "A1", "stp_event_date": "20010131"}
    rows += [
        {**linked, **part("FINE"), "disp_descr": "CONVICTED"},
        {**linked, **part("JAIL", "1", "Y", **LATER), "count_order": "101002001000"},
        {"subject_id": "not convicted", **part("JAIL", "1", "Y"), "disp_descr": "DISMISSED"},
    ]
    return prepared(source_rows(spark, *rows))


@pytest.mark.parametrize("case", CASES)
def test_a_sentence_ends(case: str, sentences: Prepared) -> None:
    row = sentences.count(case)
    assert (row.sentence_end, row.sentence_basis, row.probation_granted) == CASES[case][1:]


def test_a_part_on_a_later_step_belongs_to_the_conviction_it_changes(sentences: Prepared) -> None:
    row = sentences.count("on a later step")
    assert (row.sentence_end, row.sentence_basis) == (DAY(2006, 1, 15), "later disposition")


def test_a_count_without_a_conviction_has_no_sentence(sentences: Prepared) -> None:
    row = sentences.count("not convicted")
    assert (row.sentence_end, row.sentence_basis, row.probation_granted) == (None, None, False)
