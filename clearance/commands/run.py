"""`clearance run`: all five steps, from research files to packets and the report.

The steps are ingest, prepare, determine, publish and report; each is a folder with a `step.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from clearance.commands.context import CommandContext, parse_date, required_date
from clearance.commands.options import (
    Accept,
    AcceptUnread,
    AsOf,
    Complete,
    Counties,
    ExtractDate,
    Inputs,
    Out,
    Xlsx,
    with_context,
)
from clearance.commands.steps.determine import print_determine
from clearance.commands.steps.ingest import check_inputs, print_ingest
from clearance.commands.steps.prepare import print_prepare
from clearance.commands.steps.publish import PACKET_FILES, find_counties, print_publish

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from clearance.determine.step import SweepResult
    from clearance.ingest.step import IngestResult
    from clearance.platform.store.store import Store
    from clearance.prepare.step import PrepareResult
    from clearance.publish.step import PublishResult
    from clearance.report.step import ReportResult
    from clearance.rulebook.loading.load import Rulebook
    from clearance.settings import Settings


@with_context("store", "config")
def run(
    context: CommandContext,
    inputs: Inputs,
    out: Out,
    as_of: AsOf = None,
    extract_date: ExtractDate = None,
    complete: Complete = False,
    accept_quarantine: Accept = False,
    accept_unread: AcceptUnread = False,
    county: Counties = None,
    xlsx: Xlsx = False,
) -> None:
    """The whole line: ingest, prepare, determine, publish, report.

    Example: `clearance run extract/ --store STORE --as-of 2026-11-01 --out OUT`
    """
    day = required_date(as_of, "--as-of")
    drawn = parse_date(extract_date, "--extract-date")
    settings = context.settings()
    store = context.open_store(settings)
    check_inputs(inputs)
    from clearance.determine.plan import plan_sweep
    from clearance.rulebook.loading.load import load_rulebook

    counties = find_counties(county, rules=context.rules)
    rulebook = load_rulebook(context.rules)
    # Errors in the packs and the settings are raised before Spark starts.
    plan_sweep(rulebook, settings, as_of=day)
    with store.write_lock(make=True), context.session(inputs) as spark:
        result = run_steps(
            spark,
            store,
            inputs=inputs,
            as_of=day,
            out=out,
            rules=context.rules,
            settings=settings,
            rulebook=rulebook,
            extract_date=drawn,
            complete=complete,
            accept_quarantine=accept_quarantine,
            accept_unread=accept_unread,
            counties=counties,
            xlsx=xlsx,
        )
    context.show(result, result.print_lines)


def run_steps(
    spark: SparkSession,
    store: Store,
    *,
    inputs: list[str],
    as_of: date,
    out: Path,
    rules: Path,
    settings: Settings,
    rulebook: Rulebook | None = None,
    extract_date: date | None = None,
    complete: bool = False,
    accept_quarantine: bool = False,
    accept_unread: bool = False,
    counties: list[str] | None = None,
    xlsx: bool = False,
) -> RunResult:
    """Run the five steps in order, each on the tables that the step before wrote into the store."""
    from clearance.determine.step import determine
    from clearance.ingest.step import ingest
    from clearance.platform.clock import wall_clock
    from clearance.prepare.step import prepare

    ingested = ingest(
        spark,
        store,
        inputs=inputs,
        extract_date=extract_date,
        complete=complete,
        quarantine_limit=settings.quarantine_limit,
        unread_limit=settings.unread_limit,
        unpack_limit=settings.unpack_limit,
        accept_quarantine=accept_quarantine,
        accept_unread=accept_unread,
        clock=wall_clock,
    )
    prepared = prepare(spark, store, rules=rules)
    sweep = determine(
        *(spark, store),
        as_of=as_of,
        rules=rules,
        settings=settings,
        clock=wall_clock,
        rulebook=rulebook,
    )
    published, report = _publish_and_report(
        *(spark, store), sweep=sweep, out=out, rules=rules, counties=counties, xlsx=xlsx
    )
    return RunResult(ingested, prepared, sweep, published, report)


def _publish_and_report(
    spark: SparkSession,
    store: Store,
    *,
    sweep: SweepResult,
    out: Path,
    rules: Path,
    counties: list[str] | None,
    xlsx: bool,
) -> tuple[PublishResult, ReportResult]:
    """Publish and report a sweep, unless the folder has the same from an earlier run."""
    from clearance.determine.recorded import sweep_at
    from clearance.platform.watch.progress import print_line
    from clearance.publish.published import hash_request, read_published, write_published
    from clearance.publish.step import publish
    from clearance.report.step import write_report

    asked = {"sweep": sweep.sweep_id, "counties": sorted(counties or []), "xlsx": xlsx}
    before = read_published(out, request=hash_request(spark, store, rules=rules, options=asked))
    if before is not None:
        print_line(
            "Publish and report: the files stand as the same sweep left them; nothing to do."
        )
        return _results_of_earlier_run(before, out=out)
    recorded = sweep_at(spark, store, version=sweep.version, digest=sweep.digest)
    published = publish(
        *(spark, store),
        out=out,
        rules=rules,
        sweep=recorded,
        counties=counties,
        files=PACKET_FILES,
        xlsx=xlsx,
    )
    report = write_report(
        *(spark, store),
        out=out / "report.html",
        rules=rules,
        sweep=recorded,
        counted=published.counted,
    )
    result = {"publish": published.as_dict(), "report": report.as_dict()}
    # Computed again: the request contains the version of the notices, which publish has written.
    request = hash_request(spark, store, rules=rules, options=asked)
    write_published(out, request=request, result=result)
    return published, report


def _results_of_earlier_run(
    before: Mapping[str, Any], *, out: Path
) -> tuple[PublishResult, ReportResult]:
    """The results of the earlier run that published the same files, without notices to courts."""
    from clearance.publish.step import PublishResult
    from clearance.report.step import ReportResult

    packets, page = before["publish"], before["report"]
    published = PublishResult(
        out=out,
        sweep_id=packets["sweep_id"],
        what_if=packets["what_if"],
        rows=packets["counties"],
        nothing_new=True,
    )
    report = ReportResult(
        out=out / "report.html",
        sweep_id=page["sweep_id"],
        cells=page["cells"],
        withheld=page["withheld"],
        county_pages=page["county_pages"],
    )
    return published, report


@dataclass(frozen=True)
class RunResult:
    """The results of the five steps, each under the name of its step."""

    ingest: IngestResult
    prepare: PrepareResult
    determine: SweepResult
    publish: PublishResult
    report: ReportResult

    def as_dict(self) -> dict[str, Any]:
        """For `--json`: an object for each step."""
        return {
            "ingest": self.ingest.as_dict(),
            "prepare": self.prepare.as_dict(),
            "determine": self.determine.as_dict(),
            "publish": self.publish.as_dict(),
            "report": self.report.as_dict(),
        }

    def print_lines(self, console: Console) -> None:
        """A few lines for a person."""
        print_ingest(self.ingest, console)
        print_prepare(self.prepare, console)
        print_determine(self.determine, console)
        print_publish(self.publish, console)
        console.print(f"report    {self.report.out}")
