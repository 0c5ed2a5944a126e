"""`clearance doctor`: checks this machine, the rulebook, the settings and the store."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console

from clearance.commands.context import CommandContext
from clearance.commands.options import with_context
from clearance.errors import EXIT_STORE, ClearanceError, StoreFault

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Check = dict[str, Any]


@with_context("store", "config", store_needed=False)
def doctor(context: CommandContext) -> None:
    """Java, Spark, Delta, memory, store and rulebook: each ok, or what to do.

    Example: `clearance doctor --store STORE`
    """
    checks = diagnose(replace(context, quiet=True))
    context.show(checks, lambda console: print_checks(checks, console))
    if not all(check["ok"] for check in checks):
        raise typer.Exit(EXIT_STORE)


def diagnose(context: CommandContext) -> list[Check]:
    """One entry per check: its name, whether it passed, and a description or the remedy."""
    from clearance.platform.spark.class_archive import describe_archive
    from clearance.platform.spark.environment import CHECKS

    needed = [
        _check("python", _python),
        _check("java", _java),
        _check("delta's jars", _jars),
        *(_check(name, describe) for name, describe in CHECKS),
    ]
    checks = [
        *needed,
        _check("rulebook", lambda: _rulebook(context)),
        _check("settings", lambda: _settings(context)),
    ]
    with ExitStack() as opened:
        spark: list[SparkSession] = []
        if all(check["ok"] for check in needed):
            checks.append(_check("spark", lambda: _spark(context, opened, spark)))
        else:
            not_tried = "not tried: correct the checks above first"
            checks.append({"check": "spark", "ok": False, "seen": not_tried})
        if spark and context.store:
            checks.append(_check("store", lambda: _store(spark[0], context)))
    checks.append(_check("archive of classes", describe_archive))
    return checks


def print_checks(checks: list[Check], console: Console) -> None:
    """Print a line per check."""
    for check in checks:
        mark = "ok  " if check["ok"] else "FIX "
        console.print(f"{mark} {check['check']}: {check['seen']}", markup=False)


def _check(name: str, describe: Callable[[], str]) -> Check:
    from clearance.platform.spark.environment import NoCauseFound

    try:
        return {"check": name, "ok": True, "seen": describe()}
    except NoCauseFound as error:
        return {
            "check": name,
            "ok": False,
            "seen": f"{error.message} Add --debug for Java's output.",
        }
    except ClearanceError as error:
        return {"check": name, "ok": False, "seen": f"{error.message} {error.remedy}"}


def _python() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"


def _java() -> str:
    from clearance.platform.spark.java import find_java, java_release

    home = find_java()
    if home is None:
        raise StoreFault(
            "No Java 17 or newer was found.", "Install one (scripts/demo does) or set JAVA_HOME."
        )
    return f"{java_release(home)} at {home}"


def _jars() -> str:
    from clearance.platform.paths import jars_folder
    from clearance.platform.spark.jars import check_jars

    return f"{len(check_jars(jars_folder()))} jars, sums right"


def _rulebook(context: CommandContext) -> str:
    from clearance.rulebook.loading.load import load_rulebook

    return f"{len(load_rulebook(context.rules).packs)} packs hold together"


def _settings(context: CommandContext) -> str:
    from clearance.determine.plan import plan_sweep
    from clearance.rulebook.loading.load import load_rulebook

    settings = context.settings()
    # Versions without an end are in force on the last possible day.
    plan_sweep(load_rulebook(context.rules), settings, as_of=date.max)
    return f"fingerprint {settings.fingerprint[:16]}"


def _spark(context: CommandContext, opened: ExitStack, spark: list[SparkSession]) -> str:
    spark.append(opened.enter_context(context.session()))
    memory = spark[0].conf.get("spark.driver.memory", "default")
    return f"{spark[0].version}, driver memory {memory}"


def _store(spark: SparkSession, context: CommandContext) -> str:
    from clearance.platform.store.store import storage_faults
    from clearance.schemas import TABLES

    store = context.open_store(context.settings())
    with storage_faults("checking the store"):
        tables = [name for name in TABLES if store.exists(spark, name)]
    return f"{store.uri}: {', '.join(tables) or 'empty, ready to be filled'}"
