"""The step ingest: loads one extract of research files into `source_rows`, or nothing at all."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pyspark.sql import Row, SparkSession

from clearance.errors import InputRefused
from clearance.ingest.compare.known_lines import known_lines
from clearance.ingest.files.found import ResearchFile, find_files
from clearance.ingest.files.probe import UNPACK_LIMIT
from clearance.ingest.kept_rows import (
    Extract,
    extract_note,
    is_later,
    version_to_compare,
    with_positions,
    write_differing_people,
    write_quarantine,
    write_source_files,
    write_source_rows,
)
from clearance.ingest.ledger import ACCEPTED, REFUSED, latest_day, read_ledger
from clearance.ingest.refusal import judge
from clearance.ingest.survey import (
    FileSurvey,
    accepted_lines,
    fixed_splits,
    read_lines,
    take_survey,
)
from clearance.ingest.unread import UNREAD_LIMIT, list_shapes
from clearance.ingest.unrecorded import extract_of, roll_back_unrecorded
from clearance.platform.store.store import Store
from clearance.platform.watch.log import logged
from clearance.platform.watch.progress import print_line, stage


@dataclass(frozen=True)
class FileResult:
    """The numbers of a file's rows: `rows_read` = `rows_accepted` + `rows_quarantined`.

    Attributes:
        unread: numbers of values in accepted rows that cannot be read, by needed field.
    """

    path: str
    rows_read: int
    rows_accepted: int
    rows_quarantined: int
    unread: dict[str, int]


@dataclass(frozen=True)
class IngestResult:
    """The result of an ingest.

    Attributes:
        extract: name of the extract; None where nothing was new.
        files: the files that were loaded.
        already_known: files whose content was loaded before, or twice in this call.
        nothing_new: whether no file was new, and nothing was written.
        rows_read: number of rows of the files loaded.
        rows_accepted: number of rows that can be kept.
        rows_superseded: of these, rows not kept because a later extract holds their subjects.
        rows_quarantined: number of rows now in `quarantine`.
        passed_over: files and folders in the folders named that were not read.
        rows_unchanged: number of rows accepted that were not written again, since the rows of their
            people are the same as before.
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
    rows_unchanged: int = 0

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
    """Load research files as one extract, wholly or not at all.

    Args:
        spark: the session.
        store: the store.
        inputs: files, folders, globs, addresses.
        extract_date: the day DOJ drew the extract; None where unknown.
        complete: whether the extract is the whole state: then its absent subjects are withdrawn.
        quarantine_limit: the share of a file's rows that may be quarantined.
        unread_limit: the share of a needed field's values that may be unread.
        unpack_limit: the highest ratio of a file's unpacked to its compressed size.
        accept_quarantine: whether to accept the extract where more rows are quarantined.
        accept_unread: whether to accept the extract where more values are unread.
        clock: the time, for `ingested_at`.

    Raises:
        InputRefused: a file is missing, damaged, not a research file, empty, or has columns in
            another order; or a limit is exceeded.
    """
    with (
        tempfile.TemporaryDirectory(prefix="clearance-") as links,
        fixed_splits(spark),
        ExitStack() as caches,
    ):
        with stage("Finding the files"):
            found = find_files(spark, inputs, links=Path(links), unpack_limit=unpack_limit)
            files = found.distinct
            recorded = read_ledger(spark, store)
            roll_back_unrecorded(spark, store, recorded=recorded)
            accepted = [row for row in recorded if row["status"] == ACCEPTED]
            new = _select_new(spark, store, files, recorded, complete=complete, dated=extract_date)
        for name in found.passed_over:
            print_line(f"{name}: passed over")
        passed_over = tuple(found.passed_over)
        not_new = (file.path for file in files if file not in new)
        already_known = tuple(sorted({*found.repeated, *not_new}))
        if not new:
            print_line("Nothing new: every file was taken in before.")
            return IngestResult(None, (), already_known, True, 0, 0, 0, passed_over=passed_over)
        lines = read_lines(spark, new)
        version = version_to_compare(
            spark, store, accepted=accepted, dated=extract_date, complete=complete
        )
        with stage(f"Checking {len(new)} file(s)"):
            known = caches.enter_context(known_lines(spark, store, new, version=version))
            columns = None if known is None else known.survey_columns()
            surveys, splits = take_survey(lines, files=new, columns=columns)
        _refuse_empty(surveys)
        names = _file_names(new, recorded)
        extract = Extract(extract_name(new, extract_date), extract_date, names, surveys, splits)
        earlier = _replaced_attempts(extract, recorded)
        rows = with_positions(lines, extract=extract)
        verdict = judge(
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
        unchanged = 0
        if not refused:
            with stage("Writing source_rows"):
                if known is not None:
                    unchanged = write_differing_people(known, store, extract=extract)
                else:
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
            shapes = list_shapes(accepted_lines(lines), wanted=verdict.shapes_wanted())
            raise verdict.refusal(limit=quarantine_limit, unread_limit=unread_limit, shapes=shapes)
    return _as_result(
        extract,
        already_known,
        passed_over,
        superseded=sum(superseded.values()),
        unchanged=unchanged,
    )


def extract_name(files: Sequence[ResearchFile], dated: date | None) -> str:
    """The name of an extract: its date, and a hash of its files' checksums."""
    sums = hashlib.sha256("\n".join(sorted(file.sha256 for file in files)).encode())
    return f"{dated.isoformat() if dated else 'undated'}-{sums.hexdigest()[:12]}"


def _select_new(
    spark: SparkSession,
    store: Store,
    files: list[ResearchFile],
    recorded: list[Row],
    *,
    complete: bool,
    dated: date | None,
) -> list[ResearchFile]:
    """The new files; with `complete` all files, unless the store already holds just these."""
    known = {row["sha256"]: row["extract"] for row in recorded if row["status"] == ACCEPTED}
    new = [file for file in files if file.sha256 not in known]
    if not complete:
        return new
    name = extract_name(files, dated)
    if not new and {known[file.sha256] for file in files} == {name}:
        days = {row["extract"]: row["extract_date"] for row in recorded}
        if _only_later_extracts_since(spark, store, name, dated=dated, days=days):
            return []
        held = store.read(spark, "source_rows").select("extract").distinct().collect()
        if all(row[0] == name or is_later(days.get(row[0]), than=dated) for row in held):
            return []
    return files


def _only_later_extracts_since(
    spark: SparkSession,
    store: Store,
    complete_extract: str,
    *,
    dated: date | None,
    days: Mapping[str, date | None],
) -> bool:
    """Whether a complete extract was written and only extracts of a later day after it."""
    for commit in store.commits_since(spark, "source_rows", version=-1):
        if commit.note == extract_note(complete_extract, complete=True):
            return True
        if commit.is_noted and not is_later(days.get(extract_of(commit) or ""), than=dated):
            return False
    return False


def _file_names(files: list[ResearchFile], recorded: list[Row]) -> dict[str, str]:
    """`source_file` by SHA-256: the path, with a suffix where it had another content before."""
    content_before = {row["path"]: row["sha256"] for row in recorded if row["status"] == ACCEPTED}
    names = {}
    for file in files:
        is_same = content_before.get(file.path, file.sha256) == file.sha256
        names[file.sha256] = file.path if is_same else f"{file.path}#{file.sha256[:12]}"
    return names


def _replaced_attempts(extract: Extract, recorded: list[Row]) -> list[tuple[str, str]]:
    """(extract, path) of earlier attempts with bad rows that this ingest replaces."""
    paths = set(extract.names.values())
    return [
        (row["extract"], row["path"])
        for row in recorded
        if row["rows_quarantined"]
        and (row["sha256"] in extract.names or (row["status"] == REFUSED and row["path"] in paths))
    ]


def _refuse_empty(surveys: list[FileSurvey]) -> None:
    if sum(survey.rows_read for survey in surveys) == 0:
        paths = ", ".join(survey.file.path for survey in surveys)
        raise InputRefused(
            f"Nothing readable in {paths}: no row at all. Nothing was taken in.",
            "Check that the file was copied whole, then run the same command.",
        )


def _as_result(
    extract: Extract,
    already_known: tuple[str, ...],
    passed_over: tuple[str, ...],
    *,
    superseded: int,
    unchanged: int,
) -> IngestResult:
    files = tuple(
        FileResult(
            extract.names[survey.file.sha256],
            survey.rows_read,
            survey.rows_accepted,
            survey.rows_quarantined,
            {field: count.unread for field, count in survey.unread.items()},
        )
        for survey in extract.surveys
    )
    for file in files:
        print_line(
            f"{file.path}: {file.rows_read:,} rows read = {file.rows_accepted:,} accepted + "
            f"{file.rows_quarantined:,} quarantined"
        )
    if superseded:
        print_line(f"{superseded:,} rows were not kept: a later extract holds their subjects.")
    if unchanged:
        print_line(f"{unchanged:,} rows stay as they were: their people have no other rows.")
    return IngestResult(
        extract.id,
        files,
        already_known,
        False,
        sum(file.rows_read for file in files),
        sum(file.rows_accepted for file in files),
        sum(file.rows_quarantined for file in files),
        superseded,
        passed_over,
        unchanged,
    )
