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
from clearance.ingest.commits import (
    Extract,
    extract_note,
    is_later,
    placed,
    write_quarantine,
    write_source_files,
    write_source_rows,
)
from clearance.ingest.files import ResearchFile, find_files
from clearance.ingest.layout import FIELD_COUNT
from clearance.ingest.ledger import ACCEPTED, REFUSED, latest_day, read_ledger
from clearance.ingest.survey import FileSurvey, read_lines, steady_splits, take_survey
from clearance.ingest.unpack import UNPACK_LIMIT
from clearance.log import logged
from clearance.progress import say, stage
from clearance.store import Store


@dataclass(frozen=True)
class FileResult:
    """What became of a file's rows: `rows_read` = `rows_accepted` + `rows_quarantined`."""

    path: str
    rows_read: int
    rows_accepted: int
    rows_quarantined: int


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
    """

    extract: str | None
    files: tuple[FileResult, ...]
    already_known: tuple[str, ...]
    nothing_new: bool
    rows_read: int
    rows_accepted: int
    rows_quarantined: int
    rows_superseded: int = 0

    def as_dict(self) -> dict[str, Any]:
        """The result for `--json`."""
        return asdict(self) | {
            "files": [asdict(file) for file in self.files],
            "already_known": list(self.already_known),
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
    unpack_limit: float = UNPACK_LIMIT,
    accept_quarantine: bool = False,
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
        unpack_limit: times its size that a compressed file may unpack to.
        accept_quarantine: take the extract in even beyond that limit.
        clock: the time, for `ingested_at`.

    Raises:
        InputRefused: no such file, a damaged one, nothing readable, or beyond the limit.
    """
    with tempfile.TemporaryDirectory(prefix="clearance-") as links, steady_splits(spark):
        with stage("Looking at the files"):
            files, repeated = find_files(
                spark, inputs, links=Path(links), unpack_limit=unpack_limit
            )
            recorded = read_ledger(spark, store)
            accepted = [row for row in recorded if row["status"] == ACCEPTED]
            new = _to_take_in(spark, store, files, recorded, complete=complete, dated=extract_date)
        known = tuple(
            sorted({*repeated, *(file.path for file in files if file not in new)})
        )  # fmt: skip
        if not new:
            say("Nothing new: every file was taken in before.")
            return IngestResult(None, (), known, True, 0, 0, 0)
        lines = read_lines(spark, new)
        with stage(f"Checking {len(new)} file(s)"):
            surveys, stretches = take_survey(lines, files=new)
        _refuse_empty(surveys)
        names = _names(new, recorded)
        extract = Extract(extract_name(new, extract_date), extract_date, names, surveys, stretches)
        earlier = _replaced(extract, recorded)
        rows = placed(lines, extract=extract)
        over = [
            survey for survey in surveys
            if survey.rows_quarantined > quarantine_limit * survey.rows_read
        ]  # fmt: skip
        refused = bool(over) and not accept_quarantine
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
        raise _over_the_limit(over, limit=quarantine_limit)
    return _result(extract, known, superseded=sum(superseded.values()))


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


def _over_the_limit(over: list[FileSurvey], *, limit: float) -> InputRefused:
    told = [f"{_counts(survey)} {_cure(survey)}" for survey in over]
    told.append(
        f"More than {limit:.2%} of a file's rows: nothing was taken in, the rows are in "
        "`quarantine`."
    )
    return InputRefused(
        "\n".join(told),
        "Ask for the file again in the right shape, or run with --accept-quarantine to keep the "
        "good rows and leave the others in quarantine.",
    )


def _counts(survey: FileSurvey) -> str:
    codes = ", ".join(f"{code} {count:,}" for code, count in sorted(survey.codes.items()))
    return (
        f"{survey.file.path}: {survey.rows_quarantined:,} of {survey.rows_read:,} rows "
        f"cannot be kept ({codes})."
    )


def _cure(survey: FileSurvey) -> str:
    commonest = max(survey.codes, key=lambda code: (survey.codes[code], code))
    if commonest == "FIELD_COUNT":
        found = max(survey.field_counts, key=lambda count: (survey.field_counts[count], count))
        return (
            f"Most of them have {found} fields where {FIELD_COUNT} are expected: a column is "
            "missing or added, or a line break stands inside quotes."
        )
    return {
        "UNBALANCED_QUOTES": "A quote has no partner: often a line break inside quotes.",
        "UNDECODABLE": "Control characters stand in fields that are read: not plain text.",
        "NO_SUBJECT_ID": f"The third of the {FIELD_COUNT} fields, SUBJECT_ID, is missing.",
        "NO_COUNT_ORDER": f"The 51st of the {FIELD_COUNT} fields, CNT_ORDER, is missing.",
        "BAD_COUNT_ORDER": "CNT_ORDER must be 12 digits; spreadsheets shorten such numbers.",
    }[commonest]


def _result(extract: Extract, known: tuple[str, ...], *, superseded: int) -> IngestResult:
    files = tuple(
        FileResult(
            extract.names[survey.file.sha256],
            survey.rows_read,
            survey.rows_accepted,
            survey.rows_quarantined,
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
    )
