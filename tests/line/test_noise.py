"""Noise never helps, and a row given twice changes nothing: made-up people, decided at once.

docs/unread.md says what each reader makes of text that it does not know, and has the exceptions.
Many more people, others with each seed, are in scripts/soak/noise.py.
"""

from __future__ import annotations

from collections import Counter

import pytest
from pyspark.sql import SparkSession
from soak.noise import NOISE, Found, exceptions, look

PEOPLE = 2_000


@pytest.fixture(scope="module")
def found(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Found:
    return look(spark, tmp_path_factory.mktemp("noise"), numbers=range(PEOPLE), seed=7)


def test_text_that_cannot_be_read_makes_no_answer_more_favourable(found: Found) -> None:
    assert found.people > 0.9 * PEOPLE
    assert found.answers > 5 * PEOPLE
    allowed = exceptions()
    wrong = [one for one in found.better if one.key not in allowed]
    assert wrong == [], Counter(one.key for one in wrong)


def test_rows_given_twice_and_in_another_order_change_no_answer(found: Found) -> None:
    assert found.changed == []


def test_the_exceptions_are_of_packs_that_the_test_runs_and_of_fields_that_it_disturbs() -> None:
    listed = exceptions()
    assert listed
    assert {field for _, _, field in listed} <= set(NOISE)
    assert all(why for why in listed.values())
