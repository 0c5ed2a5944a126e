"""A person who is given as a dict: what is not valid is named before Spark starts."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from typing import Any

import pytest

from clearance.api.record import read_person
from clearance.errors import UsageError

ROW = {"CNT_ORDER": "101001001000", "OFFENSE_DESCR": "11359 HS-POSSESS FOR SALE"}


def read(person: dict[str, Any]) -> Any:
    return read_person(person, counties=["YOLO"])


def test_importing_the_package_loads_no_spark() -> None:
    script = (
        "import sys, clearance\n"
        "assert {'open', 'decide', 'load_rulebook'} <= set(dir(clearance))\n"
        "assert clearance.load_rulebook().packs\n"
        "assert 'pyspark' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_what_is_the_same_on_every_row_stands_once() -> None:
    given = {"SUBJECT_ID": 7, "PRI_DOB": date(1980, 1, 2), "rows": [ROW, ROW | {"PRI_DOB": None}]}
    record = read(given)
    assert record.subject_id == "7"
    assert [row["PRI_DOB"] for row in record.rows] == ["19800102", None]
    assert record.feeds == {}


def test_a_feed_without_rows_is_loaded_and_one_that_is_not_named_is_not() -> None:
    term = {"type": "parole", "county": "yolo", "started_on": date(2020, 1, 1)}
    record = read({"rows": [ROW], "feeds": {"registry": [], "supervision": [term]}})
    assert record.feeds["registry"] == ()
    assert record.feeds["supervision"] == (
        {
            "subject_id": "1",
            "type": "parole",
            "county": "YOLO",
            "started_on": "2020-01-01",
            "ended_on": None,
        },
    )
    assert "petitions" not in record.feeds


@pytest.mark.parametrize(
    ("person", "words"),
    [
        ({}, "`rows` is missing"),
        ({"rows": [ROW | {"DISP_DESC": "x"}]}, "Did you mean `DISP_DESCR`"),
        ({"rows": [{}]}, "row 1: CNT_ORDER is not 12 digits"),
        ({"rows": [ROW | {"OFN": "a\x07"}]}, "row 1: OFN has a control character"),
        ({"rows": [ROW | {"SUBJECT_ID": "1"}, ROW | {"SUBJECT_ID": "2"}]}, "one person"),
        ({"rows": [ROW], "feeds": {"merges": []}}, "Unknown feed `merges`"),
        ({"rows": [ROW], "feeds": {"registry": [{}]}}, "registration is missing"),
        (
            {"rows": [ROW], "feeds": {"petitions": [{"kind": "x"}]}},
            "petitions, row 1: the feed has no column `kind`",
        ),
        (
            {"rows": [ROW], "feeds": {"registry": [{"registration": "290", "ended_on": "soon"}]}},
            "registry, row 1: ended_on: not a date",
        ),
    ],
)
def test_a_person_who_is_not_valid_is_refused_in_words(person: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError) as refused:
        read(person)
    assert words in refused.value.message


def test_all_that_is_wrong_is_named_at_once() -> None:
    with pytest.raises(UsageError) as refused:
        read({"NAME": "Secret", "rows": [{"CNT_ORDER": "Secret"}]})
    assert "no column `NAME`" in refused.value.message
    assert "CNT_ORDER is not 12 digits" in refused.value.message
    assert "Secret" not in refused.value.message
