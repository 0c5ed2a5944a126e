"""The commits of an ingest: quarantine, then source_rows, then source_files.

`source_files` is the marker of completion: a run that died before it is simply run again. Each
commit gives the same table when it is made twice.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from clearance.errors import StoreFault
from clearance.ingest.fields_hash import COLUMN, fields_hash
from clearance.ingest.ledger import ledger_note
from clearance.ingest.lost import with_subjects
from clearance.ingest.quarantine import detail_of
from clearance.ingest.shape import BYTE_ORDER_MARK, without_mark
from clearance.ingest.survey import BLANK, HEADER, FileSplit, FileSurvey, with_code
from clearance.ingest.unrecorded import take_back
from clearance.platform.spark.literal_table import literal_table
from clearance.platform.store.store import Store, storage_faults
from clearance.schemas import QUARANTINE, SOURCE_FILES, SOURCE_ROWS


@dataclass(frozen=True)
class Extract:
    """One call of ingest.

    Attributes:
        id: name of the extract, made from the files' sums and its date.
        dated: the day DOJ drew it, where known.
        names: `source_file` of each file, by SHA-256.
        surveys: what each file holds.
        stretches: how the files are read.
    """

    id: str
    dated: date | None
    names: dict[str, str]
    surveys: Sequence[FileSurvey]
    stretches: Sequence[FileSplit]


def placed(lines: DataFrame, *, extract: Extract) -> DataFrame:
    """One row a line of `read_lines`, with `source_file`, `position`, `extract`, `code`.

    Position is the line's number in its file, from 1. A blank line before the last line that is
    not blank is a row of one field. A stretch that the survey did not see ends the job. Lines
    outside those that the survey found something odd between are not checked a second time.
    """
    spark = lines.sparkSession
    by_address = {survey.file.address: survey for survey in extract.surveys}
    places = [
        (
            stretch.file,
            stretch.start,
            stretch.lines_before - stretch.first_id + 1,
            extract.names[by_address[stretch.file].file.sha256],
            by_address[stretch.file].last_line,
            by_address[stretch.file].file.marked,
            stretch.first_odd,
            stretch.last_odd,
        )
        for stretch in extract.stretches
    ]
    columns = {"file": "string", "start": "bigint", "shift": "bigint", "source_file": "string"}
    columns |= {"last_line": "bigint", "marked": "boolean"}
    columns |= {"first_odd": "bigint", "last_odd": "bigint"}
    stretches = literal_table(spark, places, columns)
    joined = lines.join(F.broadcast(stretches), ["file", "start"], how="left")
    odd = F.coalesce(F.col("id").between(F.col("first_odd"), F.col("last_odd")), F.lit(False))
    unseen = F.raise_error(F.lit("The files were split in another way than at the survey"))
    position = F.when(F.col("shift").isNotNull(), F.col("id") + F.col("shift")).otherwise(
        unseen.cast("bigint")
    )
    known = (
        with_code(joined, among=odd)
        .withColumn("position", position)
        .withColumn("extract", F.lit(extract.id))
    )
    inner_blank = (F.col("code") == BLANK) & (F.col("position") < F.col("last_line"))
    marked = F.col("marked") & (F.col("position") == 1)
    return known.withColumns(
        {
            "code": F.when(inner_blank, F.lit("FIELD_COUNT")).otherwise(F.col("code")),
            "record": F.when(
                marked & ~F.startswith("record", F.lit(BYTE_ORDER_MARK)),
                F.concat(F.lit(BYTE_ORDER_MARK), F.col("record")),
            ).otherwise(F.col("record")),
        }
    )


def kept_rows(rows: DataFrame) -> DataFrame:
    """One row of `source_rows` for each row of `placed` that can be kept."""
    kept = rows.where(F.col("code").isNull()).withColumn(COLUMN, fields_hash())
    return kept.select(*SOURCE_ROWS.columns)


def set_aside(rows: DataFrame, *, codes: Mapping[str, int]) -> DataFrame:
    """One row of `quarantine` for each row of `placed` that cannot be kept.

    Args:
        rows: from `placed`.
        codes: those that there are, and how many rows have each.
    """
    text = without_mark(F.col("record"))
    detail = detail_of(F.col("code"), text=text)
    detailed = rows.withColumn("detail", F.when(F.col("code").isNotNull(), detail))
    aside = with_subjects(detailed, codes=codes).where(~F.col("code").isin(HEADER, BLANK))
    return aside.select(*QUARANTINE.columns)


def write_quarantine(
    rows: DataFrame, store: Store, *, extract: Extract, earlier: Collection[tuple[str, str]]
) -> None:
    """Set the extract's bad rows aside in place of what earlier attempts set aside.

    Nothing is written where no row is bad, now or then.

    Args:
        rows: from `placed`.
        store: where to.
        extract: the extract.
        earlier: (extract, source_file) of attempts that this one replaces and that set rows aside.
    """
    bad = any(survey.rows_quarantined for survey in extract.surveys)
    if not bad and not earlier:
        return
    codes = sum((Counter(survey.codes) for survey in extract.surveys), Counter[str]())
    spark, new = rows.sparkSession, set_aside(rows, codes=codes)
    if not bad:
        new = literal_table(spark, [], QUARANTINE.types)
    pairs = [f"(extract = {_quoted(old)} AND source_file = {_quoted(file)})"
             for old, file in sorted(set(earlier))]  # fmt: skip
    where = " OR ".join([f"extract = {_quoted(extract.id)}", *pairs])
    store.replace(new, "quarantine", where=where)


def write_source_rows(
    rows: DataFrame,
    store: Store,
    *,
    extract: Extract,
    complete: bool,
    accepted: Sequence[Row],
) -> dict[str, int]:
    """Put the extract's rows in place of all earlier rows of its subjects, in one commit.

    Extracts that carry a date leave the same rows whatever order they arrive in: nothing replaces
    the rows of a subject that a later extract holds, or withdrew.

    Args:
        rows: from `placed`.
        store: where to.
        extract: the extract.
        complete: the extract is the whole state; subjects that are not in it are withdrawn.
        accepted: rows of `source_files` of the extracts taken in before.

    Returns:
        By source_file, the rows that were not kept since a later extract knows better.
    """
    spark = rows.sparkSession
    after = store.version(spark, "source_rows")
    later = [row for row in accepted if is_later(row["extract_date"], than=extract.dated)]
    names = sorted({row["extract"] for row in later})
    if any(row["complete"] for row in later):
        # It held all that was to be known of the state.
        return {extract.names[s.file.sha256]: s.rows_accepted for s in extract.surveys}
    new, superseded = kept_rows(rows), dict[str, int]()
    if names:
        held = store.read(spark, "source_rows").where(F.col("extract").isin(names))
        people = held.select("subject_id").distinct()
        superseded = _by_file(new.join(people, on="subject_id", how="left_semi"))
        new = new.join(people, on="subject_id", how="left_anti")
    note = extract_note(extract.id, complete=complete)
    with store.compare_and_commit(spark, "source_rows", after=after, note=note) as turn:
        if complete and names:
            store.replace(new, "source_rows", where=f"extract NOT IN ({_quoted_all(names)})")
        elif complete or after < 0:
            store.replace(new, "source_rows")
        else:
            people = new.select("subject_id").distinct()
            store.replace_people(new, "source_rows", people=people)
    promised = sum(survey.rows_accepted for survey in extract.surveys) - sum(superseded.values())
    if turn.commit is None or turn.commit.rows_written != promised:
        try:
            _reconcile(spark, store, extract=extract, superseded=superseded)
        except StoreFault:
            if turn.commit is not None:
                take_back(spark, store, turn.commit)
            raise
    return superseded


def extract_note(extract: str, *, complete: bool) -> str:
    """The note of the commit that takes an extract into `source_rows`."""
    return json.dumps({"extract": extract, "complete": complete})


def is_later(day: date | None, *, than: date | None) -> bool:
    """Whether one extract is known to be later than another; without dates, arrival decides."""
    return day is not None and than is not None and day > than


def _by_file(rows: DataFrame) -> dict[str, int]:
    counts = rows.groupBy("source_file").count()
    with storage_faults("reading source_rows"):
        return {row[0]: row[1] for row in counts.collect()}


def _reconcile(
    spark: SparkSession, store: Store, *, extract: Extract, superseded: dict[str, int]
) -> None:
    """Compare what is in the table with what the survey promised, file by file."""
    written = store.read(spark, "source_rows").where(F.col("extract") == extract.id)
    counted = _by_file(written)
    for survey in extract.surveys:
        name = extract.names[survey.file.sha256]
        promised = survey.rows_accepted - superseded.get(name, 0)
        if counted.get(name, 0) != promised:
            raise StoreFault(
                f"{survey.file.path}: {promised} rows to keep, but "
                f"{counted.get(name, 0)} came into source_rows. Did the file change meanwhile? "
                "Nothing was taken in.",
                "See that nobody changes the file, then run the same command again.",
            )


def write_source_files(
    spark: SparkSession,
    store: Store,
    *,
    extract: Extract,
    status: str,
    complete: bool,
    at: datetime,
    latest: date | None,
) -> None:
    """Record the extract's files: the last commit, which makes the ingest complete.

    Rows are only added; `ledger.latest_files` tells which of them count.

    Args:
        spark: the session.
        store: where to.
        extract: the extract.
        status: accepted or refused.
        complete: the extract was the whole state.
        at: the time of the ingest.
        latest: the latest day of an accepted extract so far, for the commit's note.
    """
    rows = [
        (
            survey.file.sha256,
            extract.names[survey.file.sha256],
            survey.file.bytes,
            survey.rows_read,
            survey.rows_accepted,
            survey.rows_quarantined,
            at.isoformat(),
            extract.id,
            extract.dated.isoformat() if extract.dated else None,
            status,
            complete,
        )
        for survey in extract.surveys
    ]
    after = store.version(spark, "source_files")
    note = ledger_note(extract=extract.id, status=status, after=after, latest=latest)
    with store.compare_and_commit(spark, "source_files", after=after, note=note):
        store.append(literal_table(spark, rows, SOURCE_FILES.types), "source_files")


def _quoted_all(texts: Iterable[str]) -> str:
    return ", ".join(_quoted(text) for text in texts)


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
