"""From Python: the answers of a store, and those of a person, are the line's own."""

from __future__ import annotations

import contextlib
import csv
import io
import json

import pytest
from pyspark.sql import SparkSession

import clearance
from clearance.commands.demo import AS_OF
from clearance.errors import UsageError
from clearance.ingest.layout import FIELDS
from tests.support.places import ROOT
from tests.support.stores import Line

NOTEBOOK = ROOT / "docs" / "notebooks" / "decide-a-person.ipynb"


def test_a_store_is_read_as_a_sweep_left_it(spark: SparkSession, line: Line) -> None:
    store = clearance.open(line.place.store, spark=spark)
    sweep_id = line.said["determine"]["sweep_id"]
    decided = store.determinations(sweep=sweep_id)
    counts = decided.groupBy("pack", "outcome").count().collect()
    assert {f"{row.pack}/{row.outcome}": row["count"] for row in counts} == line.said["determine"][
        "counts"
    ]
    assert store.charges().count() == line.said["prepare"]["charges"]
    assert store.arrests().count() == line.said["prepare"]["arrests"]
    with pytest.raises(UsageError, match=f"Did you mean {sweep_id}"):
        store.determinations(sweep=f"{sweep_id}x")


def test_a_person_as_a_dict_is_decided_as_in_the_state(spark: SparkSession, line: Line) -> None:
    store = clearance.open(line.place.store, spark=spark)
    kept = ("unit_id", "pack", "outcome", "relief", "reason", "rule", "eligible_on", "revisit_on")
    shown = ("charge", "dated", "reason_text", "cite")
    decided = store.determinations()
    # The person of whom most different things were decided.
    of_person = (
        decided.groupBy("subject_id")
        .agg({"reason": "count"})
        .orderBy("count(reason)", "subject_id", ascending=False)
    )
    subject_id = of_person.first()[0]
    expected = decided.where(decided.subject_id == subject_id).orderBy("unit_id", "pack")
    rows = []
    for file in line.files:
        with open(file, encoding="iso-8859-1", newline="") as lines:
            rows += [
                row for row in csv.DictReader(lines, FIELDS) if row["SUBJECT_ID"] == subject_id
            ]
    assert len(rows) > 3
    found = clearance.decide({"rows": rows}, as_of=AS_OF, spark=spark)
    names = (*kept, *shown)
    assert [tuple(getattr(one, name) for name in names) for one in found] == [
        tuple(row[name] for name in names) for row in expected.collect()
    ]


def test_the_notebook_prints_what_stands_in_it(spark: SparkSession) -> None:
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    names: dict[str, object] = {}
    printed_somewhere = 0
    for cell in (cell for cell in cells if cell["cell_type"] == "code"):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile("".join(cell["source"]), NOTEBOOK.name, "exec"), names)
        stored = "".join(line for output in cell["outputs"] for line in output["text"])
        assert printed.getvalue() == stored
        printed_somewhere += bool(stored)
    assert printed_somewhere == 2
