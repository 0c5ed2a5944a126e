"""Spark's own pages and its event log, on request, for whoever looks for where time goes.

`CLEARANCE_SPARK_UI` (a port, or `on`) opens the pages on this machine alone while a command runs.
`CLEARANCE_EVENT_LOG` (a folder) keeps the events of each command there: what ran, how long, how
many rows and bytes. What a plan or an error says in words may quote a record, so that no text is
kept but the names of events, plan steps and measures; the pages cannot be kept from showing it, and
`explain`, which asks for one person, has neither. Under spark-submit the cluster's settings hold.
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
# Spark listens on every address of the machine, whatever its driver's is, unless it is told here.
_ADDRESS = "SPARK_LOCAL_IP"
# Digits of a number of a person: a SUBJECT_ID has eight.
_NUMBERS = r"\d{7,}"

# The keys whose texts are kept; numbers always are.
_KEPT = {
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
# The keys whose texts are kept where they are numbers.
_DIGITS = {"Value", "Update", "spark.sql.execution.id", "spark.sql.execution.root.id"}
# What Spark names by the text of a plan.
_NAMELESS = {"RDD Info", "Block Updated Info"}


def pages_settings(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """The settings of Spark that open its pages; none where they are not asked for.

    Args:
        environment: variables; None for those of this process.

    Raises:
        UsageError: the variable holds neither a port nor `on`.
    """
    asked = (os.environ if environment is None else environment).get(PAGES, "").strip().lower()
    if asked in ("", "off"):
        return {}
    if asked != "on" and not (asked.isdigit() and 1 <= int(asked) <= 65_535):
        raise UsageError(f"{PAGES} `{asked}` is no port.", "Set it to a port, `on` or `off`.")
    os.environ[_ADDRESS] = LOOPBACK
    return {
        "spark.ui.enabled": "true",
        "spark.ui.port": "4040" if asked == "on" else asked,
        "spark.ui.killEnabled": "false",
        "spark.ui.threadDumpsEnabled": "false",
        "spark.ui.heapHistogramEnabled": "false",
        "spark.sql.redaction.string.regex": _NUMBERS,
    }


@contextmanager
def events_kept(environment: Mapping[str, str] | None = None) -> Iterator[dict[str, str]]:
    """Around a session: the settings of its event log, of which a copy without texts is kept.

    Spark's own log lies in a folder for its owner alone meanwhile, and goes in the end.

    Args:
        environment: variables; None for those of this process.

    Raises:
        StoreFault: the folder cannot be written to.
    """
    asked = (os.environ if environment is None else environment).get(EVENTS, "").strip()
    if not asked:
        yield {}
        return
    kept = Path(asked)
    try:
        kept.mkdir(parents=True, exist_ok=True, mode=0o700)
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
                        _copy(log, kept / log.name.removesuffix(".inprogress"))
    except OSError as error:
        raise StoreFault(
            f"The events of Spark could not be kept in {kept} ({error.strerror}).",
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
    """An event with all its numbers, and of its texts only names of what Spark does.

    Args:
        event: a value of the log, as JSON gives it.
        key: under which it stands.
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
        return event if number or key in _KEPT else ""
    return event
