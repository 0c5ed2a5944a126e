"""A prepare that died between its tables: nothing is decided on one half of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from clearance.errors import UsageError
from clearance.platform.paths import rules_folder
from clearance.platform.store.store import Store
from clearance.prepare.step import prepare
from tests.support.months import LAW, NOVEMBER, row_of, sweep, take_in
from tests.support.stores import November


class Died(Exception):
    """Stands for a kill."""


def test_determine_refuses_what_a_prepare_left_that_died_between_arrests_and_charges(
    spark: SparkSession,
    november: November,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    take_in(spark, store, row_of("a"))
    with pytest.raises(UsageError, match="not prepared"):
        sweep(spark, store, NOVEMBER, LAW)
    store = november.copied(tmp_path)
    decided = store.version(spark, "determinations")
    take_in(spark, store, row_of("i"), row_of("j"))
    written: list[str] = []

    def dies_at_the_second(self: Store, rows: DataFrame, table: str, **more: Any) -> None:
        if written:
            raise Died
        written.append(table)
        replace(self, rows, table, **more)

    replace = Store.replace
    with monkeypatch.context() as patched, pytest.raises(Died):
        patched.setattr(Store, "replace", dies_at_the_second)
        prepare(spark, store, rules=rules_folder())
    with pytest.raises(UsageError, match="only in part") as refused:
        sweep(spark, store, NOVEMBER, LAW)
    assert "clearance prepare" in refused.value.remedy
    assert store.version(spark, "determinations") == decided
    prepare(spark, store, rules=rules_folder())
    assert sum(sweep(spark, store, NOVEMBER, LAW).counts.values()) == 2
