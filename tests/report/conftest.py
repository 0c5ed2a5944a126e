"""The report of a store of few people, written once."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from clearance.platform.paths import rules_folder
from clearance.platform.store.store import Store
from clearance.report.step import write_report
from tests.report.few_people import CHARGES, DETERMINATIONS, LAW_YAML, MARIN, SOURCE
from tests.support.literal_tables import PACKS, REASONS, SWEEP, sweep, write


@pytest.fixture(scope="package")
def store_and_rules(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Store, Path]:
    folder = tmp_path_factory.mktemp("report")
    store = Store(str(folder / "store"))
    shutil.copytree(rules_folder(), folder, dirs_exist_ok=True)
    (folder / "reasons.yaml").write_text(REASONS)
    write(spark, store, "source_rows", SOURCE)
    write(spark, store, "determinations", DETERMINATIONS)
    write(spark, store, "charges", CHARGES)
    law = {"pack": "state_law", "version": "2024-10-01", "yaml": LAW_YAML, "facts": []}
    write(spark, store, "packs", [*PACKS, MARIN, {"fingerprint": "l1", **law}])
    used = {
        "county_pilot": "f1",
        "county_pilot/MARIN": "f2",
        "dismiss_all": "s1",
        "state_law": "l1",
    }
    write(
        spark,
        store,
        "sweeps",
        [sweep(pack_fingerprints=used, notes=["A <note>."])],
    )
    write(
        spark,
        store,
        "source_files",
        [
            {
                "sha256": "1",
                "path": "a.csv",
                "bytes": 9,
                "rows_read": 100,
                "rows_accepted": 97,
                "rows_quarantined": 3,
                "extract": "1",
                "extract_date": date(2026, 10, 1),
                "status": "accepted",
            }
        ],
    )
    write(
        spark,
        store,
        "quarantine",
        [{"source_file": "a.csv", "position": 1, "extract": "1", "code": "FIELD_COUNT"}] * 3,
    )
    return store, folder


@pytest.fixture(scope="package")
def page(spark: SparkSession, store_and_rules: tuple[Store, Path]) -> str:
    store, folder = store_and_rules
    out = folder / "new" / "report.html"
    result = write_report(spark, store, out=out, rules=folder)
    assert result.as_dict() == {
        "out": str(out),
        "sweep_id": SWEEP,
        "cells": 10,
        "withheld": 19,
        "county_pages": 3,
    }
    return out.read_text()


@pytest.fixture(scope="package")
def county_pages(page: str, store_and_rules: tuple[Store, Path]) -> dict[str, str]:
    """The pages of counties that were written with it, by file."""
    written = (store_and_rules[1] / "new" / "counties").iterdir()
    return {path.name: path.read_text() for path in sorted(written)}
