"""What a plan costs to build: the names that are looked up in the JVM."""

from __future__ import annotations

import pytest
from pyspark import SparkContext

from clearance.jvm_names import CLASSES, Remembered, remember_names


class JavaClass:
    """A class of the JVM, which answers each time that it is asked for a member."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> str:
        self.asked.append(name)
        return f"member {name}"


def test_a_function_is_looked_up_once_however_often_it_is_called() -> None:
    java_class = JavaClass()
    functions = Remembered(java_class)
    assert [functions.lit, functions.col, functions.lit] == [
        "member lit",
        "member col",
        "member lit",
    ]
    assert java_class.asked == ["lit", "col"]


@pytest.mark.usefixtures("spark")
def test_a_session_remembers_what_columns_are_made_by() -> None:
    names = vars(SparkContext._jvm)
    assert all(isinstance(names[name], Remembered) for name in CLASSES)
    before = dict(names)
    remember_names(SparkContext._jvm)
    assert vars(SparkContext._jvm) == before
