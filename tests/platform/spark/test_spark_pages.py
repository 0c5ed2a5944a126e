"""Spark's pages and event log on request: settings, and events without a word of anybody."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from clearance.errors import StoreFault, UsageError
from clearance.platform.spark.pages import (
    EVENTS,
    PAGES,
    event_log_settings,
    pages_settings,
    without_texts,
)

EVENT = {
    "Event": "org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionStart",
    "executionId": 7,
    "description": "look for 90000017",
    "physicalPlanDescription": "Filter (subject_id = 90000017)",
    "sparkPlanInfo": {
        "nodeName": "Filter",
        "simpleString": "Filter (subject_id#1 = 90000017)",
        "children": [],
        "metadata": {"Location": "file:/people/of/anna"},
        "metrics": [{"name": "number of output rows", "accumulatorId": 3, "metricType": "sum"}],
    },
    "time": 1700000000000,
}
TASK = {
    "Event": "SparkListenerTaskEnd",
    "Task End Reason": {"Reason": "ExceptionFailure", "Description": "'ANNA' is no number"},
    "Task Info": {"Task ID": 3, "Accumulables": [{"ID": 3, "Name": "rows", "Value": "12"}]},
    "RDD Info": [{"Name": "Project [ANNA]", "Number of Partitions": 2}],
    "Task Metrics": {"Executor CPU Time": 17},
}


def test_numbers_and_the_names_of_what_spark_does_stay_and_texts_go() -> None:
    kept = without_texts([EVENT, TASK])
    text = json.dumps(kept)
    assert "90000017" not in text and "ANNA" not in text and "anna" not in text
    start, task = kept
    assert (start["Event"], start["executionId"], start["time"]) == (
        EVENT["Event"],
        7,
        1700000000000,
    )
    assert start["sparkPlanInfo"]["nodeName"] == "Filter"
    assert start["sparkPlanInfo"]["metrics"] == EVENT["sparkPlanInfo"]["metrics"]  # type: ignore[index]
    assert task["Task Info"] == TASK["Task Info"]
    assert task["Task Metrics"] == {"Executor CPU Time": 17}
    assert task["RDD Info"] == [{"Name": "", "Number of Partitions": 2}]


def test_a_copy_without_texts_is_kept_and_spark_s_own_log_goes(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    with event_log_settings({EVENTS: str(kept)}) as settings:
        folder = Path(settings["spark.eventLog.dir"].removeprefix("file://"))
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        whole = "".join(json.dumps(event) + "\n" for event in (EVENT, TASK))
        (folder / "local-1.inprogress").write_text(whole + '{"Event": "Spark')
    assert not folder.exists()
    copy = kept / "local-1"
    assert [json.loads(line)["Event"] for line in copy.read_text().splitlines()] == [
        EVENT["Event"],
        TASK["Event"],
    ]
    assert "ANNA" not in copy.read_text()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert [path.name for path in kept.iterdir()] == ["local-1"]


def test_events_of_a_command_that_fails_are_kept_too(tmp_path: Path) -> None:
    with (
        pytest.raises(ValueError),
        event_log_settings({EVENTS: str(tmp_path / "kept")}) as settings,
    ):
        folder = Path(settings["spark.eventLog.dir"].removeprefix("file://"))
        (folder / "local-2").write_text(json.dumps(TASK) + "\n")
        raise ValueError
    assert (tmp_path / "kept" / "local-2").is_file()


def test_nothing_is_kept_and_no_page_opened_unasked() -> None:
    with event_log_settings({}) as settings:
        assert settings == {}
    assert pages_settings({}) == pages_settings({PAGES: "off"}) == {}


def test_a_folder_that_cannot_be_made_is_a_fault_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(StoreFault, match="could not be written") as fault,
        event_log_settings({EVENTS: str(tmp_path / "file" / "folder")}),
    ):
        pass
    assert EVENTS in fault.value.remedy


def test_pages_are_for_this_machine_alone_and_end_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPARK_LOCAL_IP", raising=False)
    settings = pages_settings({PAGES: "on"})
    assert settings["spark.ui.enabled"] == "true" and settings["spark.ui.port"] == "4040"
    assert settings["spark.ui.killEnabled"] == "false"
    assert os.environ["SPARK_LOCAL_IP"] == "127.0.0.1"
    assert pages_settings({PAGES: " 4050 "})["spark.ui.port"] == "4050"


@pytest.mark.parametrize("asked", ["yes", "0", "70000", "-1"])
def test_what_is_no_port_is_refused(asked: str) -> None:
    with pytest.raises(UsageError, match="Unknown port"):
        pages_settings({PAGES: asked})
