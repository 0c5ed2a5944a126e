"""Ingest: one extract of research files into `source_rows`, or nothing at all."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pyspark.sql import Row, SparkSession

from clearance.errors import InputRefused
from clearance.ingest.files.found import ResearchFile, find_files
from clearance.ingest.files.probe import UNPACK_LIMIT
from clearance.ingest.kept_rows import (
    Extract,
    extract_note,
    is_later,
    placed,
    write_quarantine,
    write_source_files,
    write_source_rows,
)
from clearance.ingest.ledger import ACCEPTED, REFUSED, latest_day, read_ledger
from clearance.ingest.refusal import verdict_on
from clearance.ingest.survey import (
    FileSurvey,
    kept_lines,
    read_lines,
    steady_splits,
    take_survey,
)
from clearance.ingest.unread import UNREAD_LIMIT, shapes_of
from clearance.ingest.unrecorded import take_back_unrecorded
from clearance.platform.store.store import Store
from clearance.platform.watch.log import logged
from clearance.platform.watch.progress import say, stage


@dataclass(frozen=True)
class FileResult:
    """What became of a file's rows: `rows_read` = `rows_accepted` + `rows_quarantined`.

    Attributes:
        unread: of its accepted rows, how many values of a needed field cannot be read, by field.
    """

    path: str
    rows_read: int
    rows_accepted: int
    rows_quarantined: int
    unread: dict[str, int]


@dataclass(frozen=True)
class IngestResult:
    """What an ingest did.

    Attributes:
        extract: name of the extract; None where nothing was new.
        files: the files taken in.
        already_known: files whose content was taken in before, or twice in this call.
        nothing_new: no file was new, and nothing was written.
        rows_read: rows of the files taken in.
        rows_accepted: rows that can be kept.
        rows_superseded: of these, rows not kept since a later extract holds their subjects.
        rows_quarantined: rows now in `quarantine`.
        passed_over: what lies in the folders named and was not read.
    """

    extract: str | None
    files: tuple[FileResult, ...]
    already_known: tuple[str, ...]
    nothing_new: bool
    rows_read: int
    rows_accepted: int
    rows_quarantined: int
    rows_superseded: int = 0
    passed_over: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The result for `--json`."""
        return asdict(self) | {
            "files": [asdict(file) for file in self.files],
            "already_known": list(self.already_known),
            "passed_over": list(self.passed_over),
        }


@logged("ingest")
def ingest(
    spark: SparkSession,
    store: Store,
    *,
    inputs: list[str],
    extract_date: date | None = None,
    complete: bool = False,
    quarantine_limit: float = 0.01,
    unread_limit: float = UNREAD_LIMIT,
    unpack_limit: float = UNPACK_LIMIT,
    accept_quarantine: bool = False,
    accept_unread: bool = False,
    clock: Callable[[], datetime],
) -> IngestResult:
    """What was taken in of the research files, as one extract, wholly or not at all.

    Args:
        spark: the session.
        store: where the tables are.
        inputs: files, folders, globs, addresses.
        extract_date: the day DOJ drew the extract.
        complete: the extract is the whole state; subjects not in it are withdrawn.
        quarantine_limit: the share of a file's rows that may be quarantined.
        unread_limit: the share of a needed field's values that may be unread.
        unpack_limit: times its size that a compressed file may unpack to.
        accept_quarantine: take the extract in even where more rows are quarantined.
        accept_unread: take the extract in even where more values are unread.
        clock: the time, for `ingested_at`.

    Raises:
        InputRefused: no such file, a damaged one, something else than a research file, columns in
            another order, nothing readable, or beyond a limit.
    """
    with tempfile.TemporaryDirectory(prefix="clearance-") as links, steady_splits(spark):
        with stage("Looking at the files"):
            found = find_files(spark, inputs, links=Path(links), unpack_limit=unpack_limit)
            files = found.distinct
            recorded = read_ledger(spark, store)
            take_back_unrecorded(spark, store, recorded=recorded)
            accepted = [row for row in recorded if row["status"] == ACCEPTED]
            new = _to_take_in(spark, store, files, recorded, complete=complete, dated=extract_date)
        for name in found.passed_over:
            say(f"{name}: passed over")
        passed = tuple(found.passed_over)
        known = tuple(
            sorted({*found.repeated, *(file.path for file in files if file not in new)})
        )  # fmt: skip
        if not new:
            say("Nothing new: every file was taken in before.")
            return IngestResult(None, (), known, True, 0, 0, 0, passed_over=passed)
        lines = read_lines(spark, new)
        with stage(f"Checking {len(new)} file(s)"):
            surveys, stretches = take_survey(lines, files=new)
        _refuse_empty(surveys)
        names = _names(new, recorded)
        extract = Extract(extract_name(new, extract_date), extract_date, names, surveys, stretches)
        earlier = _replaced(extract, recorded)
        rows = placed(lines, extract=extract)
        verdict = verdict_on(
            surveys,
            limit=quarantine_limit,
            unread_limit=unread_limit,
            accept_quarantine=accept_quarantine,
            accept_unread=accept_unread,
        )
        refused = verdict.refused
        with stage("Setting bad rows aside"):
            write_quarantine(rows, store, extract=extract, earlier=earlier)
        superseded: dict[str, int] = {}
        if not refused:
            with stage("Writing source_rows"):
                superseded = write_source_rows(
                    rows, store, extract=extract, complete=complete, accepted=accepted
                )
        days = [latest_day(recorded), None if refused else extract_date]
        write_source_files(
            spark,
            store,
            extract=extract,
            status=REFUSED if refused else ACCEPTED,
            complete=complete,
            at=clock(),
            latest=max((day for day in days if day is not None), default=None),
        )
        if refused:
            shapes = shapes_of(kept_lines(lines), wanted=verdict.shapes_wanted())
            raise verdict.refusal(limit=quarantine_limit, unread_limit=unread_limit, shapes=shapes)
    return _result(extract, known, passed, superseded=sum(superseded.values()))


def extract_name(files: Sequence[ResearchFile], dated: date | None) -> str:
    """The name of an extract: its date, and what its files hold."""
    sums = hashlib.sha256("\n".join(sorted(file.sha256 for file in files)).encode())
    return f"{dated.isoformat() if dated else 'undated'}-{sums.hexdigest()[:12]}"


def _to_take_in(
    spark: SparkSession,
    store: Store,
    files: list[ResearchFile],
    recorded: list[Row],
    *,
    complete: bool,
    dated: date | None,
) -> list[ResearchFile]:
    """The files that are new; with `complete` all of them, unless they already are the state."""
    known = {row["sha256"]: row["extract"] for row in recorded if row["status"] == ACCEPTED}
    new = [file for file in files if file.sha256 not in known]
    if not complete:
        return new
    name = extract_name(files, dated)
    if not new and {known[file.sha256] for file in files} == {name}:
        last = store.last_commit(spark, "source_rows")
        if last is not None and last.note == extract_note(name, complete=True):
            return []
        days = {row["extract"]: row["extract_date"] for row in recorded}
        held = store.read(spark, "source_rows").select("extract").distinct().collect()
        if all(row[0] == name or is_later(days.get(row[0]), than=dated) for row in held):
            return []
    return files


def _names(files: list[ResearchFile], recorded: list[Row]) -> dict[str, str]:
    """`source_file` by SHA-256: the path, told apart where the same path held something else."""
    taken = {row["path"]: row["sha256"] for row in recorded if row["status"] == ACCEPTED}
    return {
        file.sha256: file.path
        if taken.get(file.path, file.sha256) == file.sha256
        else f"{file.path}#{file.sha256[:12]}"
        for file in files
    }


def _replaced(extract: Extract, recorded: list[Row]) -> list[tuple[str, str]]:
    """(extract, path) of attempts with bad rows that this one replaces (see `ledger`)."""
    paths = set(extract.names.values())
    return [
        (row["extract"], row["path"])
        for row in recorded
        if row["rows_quarantined"]
        and (row["sha256"] in extract.names or (row["status"] == REFUSED and row["path"] in paths))
    ]


def _refuse_empty(surveys: list[FileSurvey]) -> None:
    if sum(survey.rows_read for survey in surveys) == 0:
        named = ", ".join(survey.file.path for survey in surveys)
        raise InputRefused(
            f"Nothing readable in {named}: no row at all. Nothing was taken in.",
            "Check that the file was copied whole, then run the same command.",
        )


def _result(
    extract: Extract, known: tuple[str, ...], passed_over: tuple[str, ...], *, superseded: int
) -> IngestResult:
    files = tuple(
        FileResult(
            extract.names[survey.file.sha256],
            survey.rows_read,
            survey.rows_accepted,
            survey.rows_quarantined,
            {field: found.unread for field, found in survey.unread.items()},
        )
        for survey in extract.surveys
    )
    for file in files:
        say(
            f"{file.path}: {file.rows_read:,} rows read = {file.rows_accepted:,} accepted + "
            f"{file.rows_quarantined:,} quarantined"
        )
    if superseded:
        say(f"{superseded:,} rows were not kept: a later extract holds their subjects.")
    return IngestResult(
        extract.id,
        files,
        known,
        False,
        sum(file.rows_read for file in files),
        sum(file.rows_accepted for file in files),
        sum(file.rows_quarantined for file in files),
        superseded,
        passed_over,
    )
