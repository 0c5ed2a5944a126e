"""The state of a store: what is absent, undated or refused, and which command is due."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from clearance.cli import exit_code
from clearance.maintain.state import DETERMINE_DUE, INGEST_DUE, PREPARE_DUE, state_of_store
from clearance.platform.paths import rules_folder
from clearance.platform.store.store import Store
from clearance.schemas import SOURCE_FILES
from clearance.settings import Settings
from tests.support.counting import counted
from tests.support.months import LAW, NOVEMBER, table_of
from tests.support.stores import November

FILE = {
    "bytes": 1,
    "rows_read": 1,
    "rows_accepted": 1,
    "rows_quarantined": 0,
    "complete": False,
}


def a_file(name: str, *, moment: str, day: date | None, status: str) -> dict[str, Any]:
    """A row of `source_files`: an extract of one file."""
    of_extract = {"sha256": name, "path": f"{name}.csv", "extract": name}
    moments = {"ingested_at": f"2026-11-01T{moment}:00+00:00", "extract_date": day}
    return {**FILE, **of_extract, **moments, "status": status}


def test_a_store_whose_steps_rest_on_what_it_holds_is_up_to_date_and_asked_little(
    spark: SparkSession, november: November
) -> None:
    store = Store(str(november.place.store))
    with counted(spark, november.place.store) as asked:
        state = state_of_store(spark, store, rules=rules_folder(), settings=LAW)
    assert asked.executions == 0, "the commits' notes know all of it"
    assert state.sweep is not None
    assert (state.sweep.sweep_id, state.sweep.as_of) == (november.sweep_id, NOVEMBER)
    assert (state.sweep.what_if, state.sweep.recorded) == (False, True)
    assert state.sweep.packs == ("pc1203_425",)
    assert (state.prepare_changed, state.sweep.changed, state.due) == ((), (), ())
    assert state.tables["determinations"] == 0 and "grants" not in state.tables
    assert {feed.kind for feed in state.feeds if not feed.loaded} == {"merges", "reviews"}
    other = state_of_store(
        spark, store, rules=rules_folder(), settings=Settings(packs=("pc1203_425", "pc1203_4"))
    )
    assert other.sweep is not None and other.sweep.changed == ("configuration", "packs")
    assert other.due == (DETERMINE_DUE,)


def test_an_empty_store_needs_every_step(spark: SparkSession, store: Store) -> None:
    state = state_of_store(spark, store, rules=rules_folder(), settings=LAW)
    assert state.due == (INGEST_DUE, PREPARE_DUE, DETERMINE_DUE)
    assert (state.prepare_changed, state.sweep, state.tables) == (None, None, {})


def test_doctor_names_absent_feeds_undated_and_refused_extracts_and_what_is_due(
    spark: SparkSession, november: November, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = november.copied(tmp_path)
    shutil.rmtree(store.path("supervision"))
    files = [
        a_file("dated", moment="10:00", day=date(2026, 10, 1), status="accepted"),
        a_file("undated", moment="11:00", day=None, status="accepted"),
        a_file("spoilt", moment="12:00", day=None, status="refused"),
    ]
    store.append(table_of(spark, SOURCE_FILES, *files), "source_files")
    config = tmp_path / "one.yaml"
    config.write_text("packs: [pc1203_425]\n")
    doctor = ["doctor", "--store", store.uri, "--config", str(config)]
    assert exit_code([*doctor, "--json"], debug=True) == 0
    checks = {check["check"]: check for check in json.loads(capsys.readouterr().out)}
    state = checks["store"]["state"]
    assert state["extracts"] == {
        "accepted": 2,
        "latest": "2026-10-01",
        "undated": ["undated"],
        "refused_since": "spoilt",
    }
    feeds = {feed["kind"]: feed for feed in state["feeds"]}
    assert feeds["supervision"]["blocks"] == ["pc1203_425"]
    assert (feeds["registry"]["loaded"], feeds["registry"]["blocks"]) == (True, [])
    assert state["prepare_changed"] == ["feeds"]
    assert state["sweep"]["changed"] == ["records"]
    assert state["due"] == [PREPARE_DUE, DETERMINE_DUE]
    assert exit_code(doctor, debug=True) == 0
    printed = capsys.readouterr().out
    for line in (
        "extracts: 2 accepted, the latest of 2026-10-01",
        "without a date: undated",
        "refused since: spoilt; none of it is in the store",
        "feed supervision: never loaded; unknown for pc1203_425",
        "prepare: since then changed: feeds",
        f"last sweep: {november.sweep_id} as of 2026-11-01, 1 packs; since then changed: records",
        f"due: {PREPARE_DUE}, then {DETERMINE_DUE}",
    ):
        assert f"     {line}\n" in printed
