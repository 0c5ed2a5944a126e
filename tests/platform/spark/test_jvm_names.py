"""What a plan costs to build: the names that are looked up in the JVM."""

from __future__ import annotations

import pytest
from pyspark import SparkContext

from clearance.platform.spark.jvm_names import (
    CLASSES,
    LONGEST,
    CachedClass,
    cache_names,
    cached_by_value,
)


class JavaClass:
    """A class of the JVM, which answers each time that it is asked for a member."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> str:
        self.asked.append(name)
        return f"member {name}"


def test_a_function_is_looked_up_once_however_often_it_is_called() -> None:
    java_class = JavaClass()
    functions = CachedClass(java_class)
    assert [functions.when, functions.upper, functions.when] == [
        "member when",
        "member upper",
        "member when",
    ]
    assert java_class.asked == ["when", "upper"]


def test_a_column_of_one_name_or_literal_is_made_once() -> None:
    made: list[object] = []

    def function(*given: object) -> tuple[object, ...]:
        made.append(given)
        return given

    kept = cached_by_value(function)
    assert kept("name") is kept("name")
    assert kept(1) is kept(1)
    assert [*kept(True), *kept(1), *kept("1")] == [True, 1, "1"]
    assert made == [("name",), (1,), (True,), ("1",)]


def test_what_is_no_small_value_is_made_each_time() -> None:
    kept = cached_by_value(lambda *given: object())
    assert kept("x" * (LONGEST + 1)) is not kept("x" * (LONGEST + 1))
    assert kept([1]) is not kept([1])
    assert kept(1, 2) is not kept(1, 2)


@pytest.mark.usefixtures("spark")
def test_a_session_remembers_what_columns_are_made_by() -> None:
    names = vars(SparkContext._jvm)
    assert all(isinstance(names[name], CachedClass) for name in CLASSES)
    before = dict(names)
    cache_names(SparkContext._jvm)
    assert vars(SparkContext._jvm) == before
