"""Small views: the sweeps of a store, and whether this machine and store are fit to run."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from typing import Any

from pyspark.sql import SparkSession
from rich.console import Console

from clearance.commands.context import CommandContext
from clearance.determine.plan import plan_sweep
from clearance.errors import ClearanceError, StoreFault
from clearance.ingest.ledger import refused_since, said_of_refused
from clearance.platform.paths import jars_folder
from clearance.platform.spark.class_archive import described
from clearance.platform.spark.environment import CHECKS, NoCauseFound
from clearance.platform.spark.jars import checked
from clearance.platform.spark.java import find_java, release_of
from clearance.platform.store.store import Store, storage_faults
from clearance.rulebook.loading.load import load_rulebook
from clearance.schemas import TABLES

Check = dict[str, Any]


def list_sweeps(spark: SparkSession, store: Store) -> list[dict[str, Any]]:
    """One entry a sweep, oldest first, as in the `sweeps` table.

    The last one's `refused_since` names an extract that was refused since the last accepted one.
    """
    rows = store.read(spark, "sweeps").orderBy("determinations_version", "started_at")
    found = [row.asDict(recursive=True) | {"refused_since": None} for row in rows.toLocalIterator()]
    if found:
        found[-1]["refused_since"] = refused_since(spark, store)
    return found


def say_sweeps(rows: list[dict[str, Any]], console: Console) -> None:
    """A line a sweep."""
    for row in rows:
        total = sum(row["counts"].values())
        what_if = "  what-if" if row["what_if"] else ""
        part = f"  of {', '.join(row['selected'])} only" if row["selected"] else ""
        console.print(
            f"{row['sweep_id']}  as of {row['as_of']}  {total:>12,} rows  "
            f"digest {row['digest'][:16]}{what_if}{part}"
        )
        if row["refused_since"]:
            console.print(f"  {said_of_refused(row['refused_since'])}")


def diagnose(context: CommandContext) -> list[Check]:
    """One entry a check: what, whether it is ok, what was seen or what to do."""
    needed = [
        _check("python", _python),
        _check("java", _java),
        _check("delta's jars", lambda: f"{len(checked(jars_folder()))} jars, sums right"),
        *(_check(name, look) for name, look in CHECKS),
    ]
    checks = [
        *needed,
        _check(
            "rulebook", lambda: f"{len(load_rulebook(context.rules).packs)} packs hold together"
        ),
        _check("settings", lambda: _settings(context)),
    ]
    with ExitStack() as opened:
        spark: list[SparkSession] = []
        if all(check["ok"] for check in needed):
            checks.append(_check("spark", lambda: _spark(context, opened, spark)))
        else:
            tried = "not tried before what is said above is done"
            checks.append({"check": "spark", "ok": False, "seen": tried})
        if spark and context.store:
            checks.append(_check("store", lambda: _store(spark[0], context)))
    checks.append(_check("archive of classes", described))
    return checks


def say_checks(checks: list[Check], console: Console) -> None:
    """A line a check."""
    for check in checks:
        mark = "ok  " if check["ok"] else "FIX "
        console.print(f"{mark} {check['check']}: {check['seen']}", markup=False)


def _check(name: str, look: Callable[[], str]) -> Check:
    try:
        return {"check": name, "ok": True, "seen": look()}
    except NoCauseFound as error:
        return {
            "check": name,
            "ok": False,
            "seen": f"{error.message} Add --debug for what it says.",
        }
    except ClearanceError as error:
        return {"check": name, "ok": False, "seen": f"{error.message} {error.remedy}"}


def _settings(context: CommandContext) -> str:
    settings = context.settings()
    # Versions without an end are in force on the last day there is.
    plan_sweep(load_rulebook(context.rules), settings, as_of=date.max)
    return f"fingerprint {settings.fingerprint[:16]}"


def _python() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"


def _java() -> str:
    home = find_java()
    if home is None:
        raise StoreFault(
            "No Java 17 or newer was found.", "Install one (scripts/demo does) or set JAVA_HOME."
        )
    return f"{release_of(home)} at {home}"


def _spark(context: CommandContext, opened: ExitStack, spark: list[SparkSession]) -> str:
    spark.append(opened.enter_context(context.session()))
    memory = spark[0].conf.get("spark.driver.memory", "default")
    return f"{spark[0].version}, driver memory {memory}"


def _store(spark: SparkSession, context: CommandContext) -> str:
    store = context.open_store(context.settings())
    with storage_faults("looking at the store"):
        found = [name for name in TABLES if store.exists(spark, name)]
    return f"{store.uri}: {', '.join(found) or 'empty, ready to be filled'}"
