"""The steps of the line as functions over settings, shared by their verbs, `run` and `demo`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession
from rich.console import Console

from clearance.determine.recorded import sweep_at
from clearance.determine.step import SweepResult, determine
from clearance.errors import UsageError, listed, nearest, printable
from clearance.feed.step import FeedResult
from clearance.grant.step import GrantResult
from clearance.ingest.files.naming import ENDINGS
from clearance.ingest.step import IngestResult, ingest
from clearance.maintain.step import MaintainResult
from clearance.platform.clock import wall_clock
from clearance.platform.store.store import Store
from clearance.platform.watch.progress import say
from clearance.prepare.step import PrepareResult, prepare
from clearance.publish.published import note_published, published_before, request_of
from clearance.publish.step import PublishResult, publish
from clearance.report.step import ReportResult, write_report
from clearance.rulebook.loading.load import Rulebook
from clearance.settings import Settings

PACKET_FILES = ("all", "condensed", "prop64", "relief")


def packet_files(text: str | None) -> tuple[str, ...]:
    """The packet files asked for, `all,condensed,prop64,relief`.

    Raises:
        UsageError: a name that is none of them.
    """
    names = tuple(name.strip() for name in text.split(",")) if text else PACKET_FILES
    for name in names:
        if name not in PACKET_FILES:
            guess = nearest(name, list(PACKET_FILES))
            hint = f" Did you mean `{guess}`?" if guess else ""
            raise UsageError(
                f"`{name}` is no packet file.{hint}", f"Files: {', '.join(PACKET_FILES)}."
            )
    return names


def whole_line(
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
) -> LineResult:
    """ingest, prepare, determine, publish and report, in order."""
    taken = ingest(
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
    swept = determine(
        *(spark, store),
        as_of=as_of,
        rules=rules,
        settings=settings,
        clock=wall_clock,
        rulebook=rulebook,
    )
    asked = {"sweep": swept.sweep_id, "counties": sorted(counties or []), "xlsx": xlsx}
    before = published_before(out, request=request_of(spark, store, rules=rules, asked=asked))
    if before is not None:
        say("Publish and report: the files stand as the same sweep left them; nothing to do.")
        published, page = _as_before(before, out=out)
    else:
        published, page = _publish_and_report(
            spark, store, swept=swept, out=out, rules=rules, counties=counties, xlsx=xlsx
        )
        result = {"publish": published.as_dict(), "report": page.as_dict()}
        # Notices that were written are part of what the files are made of.
        request = request_of(spark, store, rules=rules, asked=asked)
        note_published(out, request=request, result=result)
    return LineResult(taken, prepared, swept, published, page)


def _publish_and_report(
    spark: SparkSession,
    store: Store,
    *,
    swept: SweepResult,
    out: Path,
    rules: Path,
    counties: list[str] | None,
    xlsx: bool,
) -> tuple[PublishResult, ReportResult]:
    # The run's own sweep, which it need not look for.
    sweep = sweep_at(spark, store, version=swept.version, digest=swept.digest)
    published = publish(
        *(spark, store),
        out=out,
        rules=rules,
        sweep=sweep,
        counties=counties,
        files=PACKET_FILES,
        xlsx=xlsx,
    )
    # The page is about the same sweep, whose figures are in hand.
    page = write_report(
        *(spark, store),
        out=out / "report.html",
        rules=rules,
        sweep=sweep,
        counted=published.counted,
    )
    return published, page


def _as_before(before: Mapping[str, Any], *, out: Path) -> tuple[PublishResult, ReportResult]:
    """What a run said that published the same; it tells no court anything anew."""
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
    )
    return published, report


class LineResult:
    """What the five steps did, in order."""

    def __init__(
        self,
        taken: IngestResult,
        prepared: PrepareResult,
        swept: SweepResult,
        published: PublishResult,
        page: ReportResult,
    ) -> None:
        self.steps: dict[str, Any] = {
            "ingest": taken,
            "prepare": prepared,
            "determine": swept,
            "publish": published,
            "report": page,
        }

    def as_dict(self) -> dict[str, Any]:
        """For `--json`: one object a step."""
        return {name: step.as_dict() for name, step in self.steps.items()}

    def say(self, console: Console) -> None:
        """A few lines for a person."""
        say_ingest(self.steps["ingest"], console)
        say_prepare(self.steps["prepare"], console)
        say_sweep(self.steps["determine"], console)
        say_publish(self.steps["publish"], console)
        console.print(f"report    {self.steps['report'].out}")


def say_ingest(result: IngestResult, console: Console) -> None:
    """What was read, and that it reconciles."""
    for name in result.already_known:
        console.print(f"ingest    {_one_line(name)}: taken in before; nothing to do")
    for line in listed(
        [f"{_one_line(name)}: passed over" for name in result.passed_over]
    ).splitlines():
        console.print(f"ingest    {line}")
    if result.passed_over:
        console.print(f"          in a folder only files that end in {', '.join(ENDINGS)} are read")
    for file in result.files:
        console.print(
            f"ingest    {_one_line(file.path)}: {file.rows_read:,} rows read = "
            f"{file.rows_accepted:,} accepted + {file.rows_quarantined:,} quarantined"
        )
        if file.unread:
            fields = ", ".join(f"{field} {count:,}" for field, count in file.unread.items())
            console.print(f"          values that cannot be read: {fields}")
    if result.rows_superseded:
        console.print(
            f"          {result.rows_superseded:,} rows not kept: "
            "a later extract holds their subjects"
        )


def _one_line(name: str) -> str:
    return printable(name).replace("\n", "\\n")


def say_feed(result: FeedResult, console: Console) -> None:
    """What the feed is now, and what it replaced."""
    now = f"{result.rows:,} rows {_as_of(result.dated)}"
    if result.nothing_new:
        console.print(f"feed      {result.kind}: the same {now} stand there; nothing to do")
        return
    before = ""
    if result.replaced_rows is not None:
        before = f", in place of {result.replaced_rows:,} rows {_as_of(result.replaced_dated)}"
    console.print(f"feed      {result.kind}: {now}{before} (version {result.version})")


def _as_of(day: date | None) -> str:
    return f"as of {day}" if day else "without a date"


def say_prepare(result: PrepareResult, console: Console) -> None:
    """What the store holds now."""
    news = "" if result.changed else " (nothing new)"
    console.print(
        f"prepare   {result.people:,} people, {result.charges:,} charges "
        f"({result.convictions:,} convictions), {result.arrests:,} arrests{news}"
    )
    if result.unparsed or result.unclassified:
        console.print(
            f"          {result.unparsed:,} charges could not be read, "
            f"{result.unclassified:,} are on no list of the rules"
        )


def say_sweep(result: SweepResult, console: Console) -> None:
    """The sweep's id, its counts and its digest."""
    news = "; nothing new, this is the sweep that stands" if result.nothing_new else ""
    what_if = " (what-if)" if result.what_if else ""
    console.print(f"determine sweep {result.sweep_id} as of {result.as_of}{what_if}{news}")
    for name, count in sorted(result.counts.items()):
        console.print(f"          {name}: {count:,}")
    for note in result.notes:
        console.print(f"          {note}")
    console.print(f"          digest {result.digest}")


def say_grant(result: GrantResult, console: Console) -> None:
    """How much was granted, and on which day."""
    console.print(
        f"grant     {result.granted:,} granted as of {result.granted_on}, "
        f"{result.granted_before:,} before, {result.corrected:,} corrected"
    )


def say_maintain(result: MaintainResult, console: Console) -> None:
    """How many files there were and are."""
    before, now = (sum(files[at] for files in result.files.values()) for at in (0, 1))
    since = result.record_since
    gone = "none taken away" if since is None else f"those before version {since} taken away"
    console.print(f"maintain  {before:,} files, now {now:,}; old records: {gone}")


def say_publish(result: PublishResult, console: Console) -> None:
    """Where the packets are."""
    news = " (nothing new)" if result.nothing_new else ""
    what_if = " (what-if)" if result.what_if else ""
    where = result.out / "packets"
    console.print(f"publish   {len(result.rows)} county packets in {where}{what_if}{news}")
    if result.noticed:
        where = result.out / "courts"
        console.print(
            f"          {result.noticed:,} grants and corrections told to courts in {where}"
        )
