"""Spark's web pages and its event log, on request, to find where time is spent.

`CLEARANCE_SPARK_UI` (a port, or `on`) opens the pages on this machine alone while a command runs.
`CLEARANCE_EVENT_LOG` (a folder) stores the events of each command: what ran, how long, how many
rows and bytes. The text of a plan or an error may quote a record, so the stored events have no
texts except the names of events, plan steps and measures. The pages show such texts; so `explain`,
which reads one person's record, has neither. Under spark-submit the cluster's settings apply.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from clearance.errors import StoreFault, UsageError

PAGES, EVENTS = "CLEARANCE_SPARK_UI", "CLEARANCE_EVENT_LOG"
LOOPBACK = "127.0.0.1"
# Spark's pages listen on every address of the machine unless this variable names one.
_ADDRESS = "SPARK_LOCAL_IP"
# Numbers of people: a SUBJECT_ID has eight digits.
_NUMBERS = r"\d{7,}"

# The keys whose texts are stored; numbers always are.
_STORED = {
    "Event",
    "Spark Version",
    "App Name",
    "App ID",
    "Executor ID",
    "Host",
    "Locality",
    "Task Type",
    "Result",
    "nodeName",
    "metricType",
    "name",
    "Name",
    "Metadata",
    "Launched",
}
# The keys whose texts are stored where they are numbers.
_DIGITS = {"Value", "Update", "spark.sql.execution.id", "spark.sql.execution.root.id"}
# The keys under which Spark gives the text of a plan as a name.
_NAMELESS = {"RDD Info", "Block Updated Info"}


def pages_settings(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """The settings of Spark that open its pages; none where they are not requested.

    Args:
        environment: variables; None for those of this process.

    Raises:
        UsageError: the variable holds neither a port nor `on`.
    """
    port = (os.environ if environment is None else environment).get(PAGES, "").strip().lower()
    if port in ("", "off"):
        return {}
    if port != "on" and not (port.isdigit() and 1 <= int(port) <= 65_535):
        raise UsageError(f"Unknown port `{port}` in {PAGES}.", "Set it to a port, `on` or `off`.")
    os.environ[_ADDRESS] = LOOPBACK
    return {
        "spark.ui.enabled": "true",
        "spark.ui.port": "4040" if port == "on" else port,
        "spark.ui.killEnabled": "false",
        "spark.ui.threadDumpsEnabled": "false",
        "spark.ui.heapHistogramEnabled": "false",
        "spark.sql.redaction.string.regex": _NUMBERS,
    }


@contextmanager
def event_log_settings(environment: Mapping[str, str] | None = None) -> Iterator[dict[str, str]]:
    """The settings of a session's event log; at the end of the block, stores it without texts.

    Spark writes its own log into a folder that only its owner can read, deleted at the end.

    Args:
        environment: variables; None for those of this process.

    Raises:
        StoreFault: the folder cannot be written to.
    """
    destination = (os.environ if environment is None else environment).get(EVENTS, "").strip()
    if not destination:
        yield {}
        return
    events_folder = Path(destination)
    try:
        events_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(prefix="clearance-events-") as folder:
            try:
                yield {
                    "spark.eventLog.enabled": "true",
                    "spark.eventLog.compress": "false",
                    "spark.eventLog.rolling.enabled": "false",
                    "spark.eventLog.dir": Path(folder).resolve().as_uri(),
                }
            finally:
                for log in Path(folder).iterdir():
                    if log.is_file() and not log.name.startswith("."):
                        _copy(log, events_folder / log.name.removesuffix(".inprogress"))
    except OSError as error:
        raise StoreFault(
            f"Spark's events could not be written into {events_folder} ({error.strerror}).",
            f"Name another folder in {EVENTS}, or none.",
        ) from error


def _copy(log: Path, target: Path) -> None:
    unfinished = target.with_name(f".{target.name}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with log.open(encoding="utf-8") as lines, open(descriptor, "w", encoding="utf-8") as out:
        for line in lines:
            # The last line of a process that was killed may be half a line.
            if line.endswith("}\n"):
                out.write(json.dumps(without_texts(json.loads(line))) + "\n")
    unfinished.replace(target)


def without_texts(event: Any, key: str = "") -> Any:
    """An event with all its numbers, and of its texts only names of Spark's operations.

    Args:
        event: a value of the log, parsed from JSON.
        key: the key of the value; empty for a whole event.
    """
    if isinstance(event, dict):
        nameless = key in _NAMELESS
        return {
            name: "" if nameless and isinstance(value, str) else without_texts(value, name)
            for name, value in event.items()
        }
    if isinstance(event, list):
        return [without_texts(value, key) for value in event]
    if isinstance(event, str):
        number = event.lstrip("-").isdigit() and key in _DIGITS
        return event if number or key in _STORED else ""
    return event
