"""The commits of an ingest: quarantine, then source_rows, then source_files.

The commit of `source_files` completes an ingest: a run that was killed before it is run again. A
commit that is made twice gives the same table.
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
from clearance.ingest.compare.fields_hash import COLUMN, hash_needed_fields
from clearance.ingest.compare.known_lines import KnownLines
from clearance.ingest.ledger import format_ledger_note
from clearance.ingest.lost import with_subjects
from clearance.ingest.quarantine import reason_detail
from clearance.ingest.shape import BYTE_ORDER_MARK, without_mark
from clearance.ingest.survey import BLANK, HEADER, FileSplit, FileSurvey, with_reason_code
from clearance.ingest.unrecorded import roll_back
from clearance.platform.spark.literal_table import literal_table
from clearance.platform.store.store import Store, storage_faults
from clearance.schemas import QUARANTINE, SOURCE_FILES, SOURCE_ROWS


@dataclass(frozen=True)
class Extract:
    """One call of ingest.

    Attributes:
        id: name of the extract, made from the files' checksums and its date.
        dated: the day DOJ drew it; None where unknown.
        names: `source_file` of each file, by SHA-256.
        surveys: the survey of each file.
        stretches: the parts in which Spark reads the files.
    """

    id: str
    dated: date | None
    names: dict[str, str]
    surveys: Sequence[FileSurvey]
    stretches: Sequence[FileSplit]


def with_positions(lines: DataFrame, *, extract: Extract) -> DataFrame:
    """One row per line of `read_lines`, with `source_file`, `position`, `extract`, `code`.

    Position is the line's number in its file, from 1. A blank line before the last line that is
    not blank is a row of one field. A split that the survey did not see is an error. Only lines
    between the first and the last that the survey gave a code are checked a second time.
    """
    spark = lines.sparkSession
    by_address = {survey.file.address: survey for survey in extract.surveys}
    splits = [
        (
            split.file,
            split.start,
            split.lines_before - split.first_id + 1,
            extract.names[by_address[split.file].file.sha256],
            by_address[split.file].last_line,
            by_address[split.file].file.marked,
            split.first_odd,
            split.last_odd,
        )
        for split in extract.stretches
    ]
    columns = {"file": "string", "start": "bigint", "shift": "bigint", "source_file": "string"}
    columns |= {"last_line": "bigint", "marked": "boolean"}
    columns |= {"first_odd": "bigint", "last_odd": "bigint"}
    split_table = literal_table(spark, splits, columns)
    joined = lines.join(F.broadcast(split_table), ["file", "start"], how="left")
    odd = F.coalesce(F.col("id").between(F.col("first_odd"), F.col("last_odd")), F.lit(False))
    unseen = F.raise_error(F.lit("The files were split in another way than at the survey"))
    position = F.when(F.col("shift").isNotNull(), F.col("id") + F.col("shift")).otherwise(
        unseen.cast("bigint")
    )
    coded = (
        with_reason_code(joined, among=odd)
        .withColumn("position", position)
        .withColumn("extract", F.lit(extract.id))
    )
    inner_blank = (F.col("code") == BLANK) & (F.col("position") < F.col("last_line"))
    marked = F.col("marked") & (F.col("position") == 1)
    return coded.withColumns(
        {
            "code": F.when(inner_blank, F.lit("FIELD_COUNT")).otherwise(F.col("code")),
            "record": F.when(
                marked & ~F.startswith("record", F.lit(BYTE_ORDER_MARK)),
                F.concat(F.lit(BYTE_ORDER_MARK), F.col("record")),
            ).otherwise(F.col("record")),
        }
    )


def kept_rows(rows: DataFrame) -> DataFrame:
    """One row of `source_rows` for each row of `with_positions` without a code."""
    kept = rows.where(F.col("code").isNull()).withColumn(COLUMN, hash_needed_fields())
    return kept.select(*SOURCE_ROWS.columns)


def quarantined_rows(rows: DataFrame, *, codes: Mapping[str, int]) -> DataFrame:
    """One row of `quarantine` for each row of `with_positions` with a reason code.

    Args:
        rows: from `with_positions`.
        codes: the number of rows by code.
    """
    text = without_mark(F.col("record"))
    detail = reason_detail(F.col("code"), text=text)
    detailed = rows.withColumn("detail", F.when(F.col("code").isNotNull(), detail))
    quarantined = with_subjects(detailed, codes=codes).where(~F.col("code").isin(HEADER, BLANK))
    return quarantined.select(*QUARANTINE.columns)


def write_quarantine(
    rows: DataFrame, store: Store, *, extract: Extract, earlier: Collection[tuple[str, str]]
) -> None:
    """Write the extract's bad rows into `quarantine`, in place of those of earlier attempts.

    Nothing is written where there are no bad rows, now or from an earlier attempt.

    Args:
        rows: from `with_positions`.
        store: the store.
        extract: the extract.
        earlier: (extract, source_file) of the earlier attempts that have rows in `quarantine`.
    """
    bad = any(survey.rows_quarantined for survey in extract.surveys)
    if not bad and not earlier:
        return
    codes = sum((Counter(survey.codes) for survey in extract.surveys), Counter[str]())
    spark, new = rows.sparkSession, quarantined_rows(rows, codes=codes)
    if not bad:
        new = literal_table(spark, [], QUARANTINE.types)
    attempts = [
        f"(extract = {_sql_text(name)} AND source_file = {_sql_text(file)})"
        for name, file in sorted(set(earlier))
    ]
    where = " OR ".join([f"extract = {_sql_text(extract.id)}", *attempts])
    store.replace(new, "quarantine", where=where)


def write_source_rows(
    rows: DataFrame,
    store: Store,
    *,
    extract: Extract,
    complete: bool,
    accepted: Sequence[Row],
) -> dict[str, int]:
    """Replace all earlier rows of the extract's subjects by the extract's rows, in one commit.

    Extracts with a date result in the same rows in whatever order they are loaded: the rows of a
    subject that a later extract holds, or withdrew, are not replaced.

    Args:
        rows: from `with_positions`.
        store: the store.
        extract: the extract.
        complete: whether the extract is the whole state: then its absent subjects are withdrawn.
        accepted: the rows of `source_files` of accepted extracts.

    Returns:
        By source_file, the number of rows not kept because a later extract holds their subjects.
    """
    spark = rows.sparkSession
    after = store.version(spark, "source_rows")
    later = [row for row in accepted if is_later(row["extract_date"], than=extract.dated)]
    names = sorted({row["extract"] for row in later})
    if any(row["complete"] for row in later):
        # The later extract holds the whole state, so none of these rows is kept.
        return {extract.names[s.file.sha256]: s.rows_accepted for s in extract.surveys}
    new, superseded = kept_rows(rows), dict[str, int]()
    if names:
        later_rows = store.read(spark, "source_rows").where(F.col("extract").isin(names))
        people = later_rows.select("subject_id").distinct()
        superseded = _count_by_file(new.join(people, on="subject_id", how="left_semi"))
        new = new.join(people, on="subject_id", how="left_anti")
    note = extract_note(extract.id, complete=complete)
    with store.compare_and_commit(spark, "source_rows", after=after, note=note) as next_commit:
        if complete and names:
            store.replace(new, "source_rows", where=f"extract NOT IN ({_sql_list(names)})")
        elif complete or after < 0:
            store.replace(new, "source_rows")
        else:
            people = new.select("subject_id").distinct()
            store.replace_people(new, "source_rows", people=people)
    expected = sum(survey.rows_accepted for survey in extract.surveys) - sum(superseded.values())
    commit = next_commit.commit
    if commit is None or commit.rows_written != expected:
        try:
            _reconcile(spark, store, extract=extract, superseded=superseded)
        except StoreFault:
            if commit is not None:
                roll_back(spark, store, commit)
            raise
    return superseded


def version_to_compare(
    spark: SparkSession,
    store: Store,
    *,
    accepted: Sequence[Row],
    dated: date | None,
    complete: bool,
) -> int | None:
    """The version of `source_rows` of which the rows of people who do not differ may stay.

    None where the extract is not complete, and where a row that stays could be mistaken for an
    older or a younger one than the extract: the extract has no date, or a later one is there.

    Args:
        spark: the session.
        store: the store.
        accepted: the rows of `source_files` of accepted extracts.
        dated: the day of the extract; None where unknown.
        complete: whether it is the whole state.
    """
    later = any(is_later(row["extract_date"], than=dated) for row in accepted)
    if not complete or dated is None or later:
        return None
    version = store.version(spark, "source_rows")
    return None if version < 0 else version


def write_differing_people(known: KnownLines, store: Store, *, extract: Extract) -> int:
    """Replace the rows of people whose lines differ, and remove absent people, in one commit.

    Args:
        known: the lines of the extract, which is complete, beside those of the table.
        store: the store.
        extract: the extract.

    Returns:
        The number of rows that stay.

    Raises:
        StoreFault: the table has another number of rows after the write than the extract.
    """
    spark = known.record.sparkSession
    note = extract_note(extract.id, complete=True)
    with (
        known.differing() as differing,
        store.compare_and_commit(
            spark, "source_rows", after=known.version, note=note
        ) as next_commit,
    ):
        new = kept_rows(with_positions(differing.lines, extract=extract))
        if store.open_readers:
            # A merge without deletion vectors would copy all files as well, and read them twice.
            others = known.record.join(differing.people, on="subject_id", how="left_anti")
            few_files = new.hint("rebalance")
            store.replace(others.select(*new.columns).unionByName(few_files), "source_rows")
        else:
            store.replace_people(new, "source_rows", people=differing.people)
    expected = sum(survey.rows_accepted for survey in extract.surveys)
    with storage_faults("reading source_rows"):
        found = store.read(spark, "source_rows").count()
    if found != expected:
        if next_commit.commit is not None:
            roll_back(spark, store, next_commit.commit)
        paths = ", ".join(survey.file.path for survey in extract.surveys)
        raise _file_changed(paths, expected=expected, found=found)
    return differing.rows_unchanged


def extract_note(extract: str, *, complete: bool) -> str:
    """The note of the commit that writes an extract into `source_rows`."""
    return json.dumps({"extract": extract, "complete": complete})


def is_later(day: date | None, *, than: date | None) -> bool:
    """Whether an extract's day is after another's; False where one of the days is unknown."""
    return day is not None and than is not None and day > than


def _count_by_file(rows: DataFrame) -> dict[str, int]:
    counts = rows.groupBy("source_file").count()
    with storage_faults("reading source_rows"):
        return {row[0]: row[1] for row in counts.collect()}


def _reconcile(
    spark: SparkSession, store: Store, *, extract: Extract, superseded: dict[str, int]
) -> None:
    """Compare the numbers of rows in the table with those of the survey, file by file.

    Raises:
        StoreFault: they differ.
    """
    in_table = store.read(spark, "source_rows").where(F.col("extract") == extract.id)
    written = _count_by_file(in_table)
    for survey in extract.surveys:
        name = extract.names[survey.file.sha256]
        expected = survey.rows_accepted - superseded.get(name, 0)
        if written.get(name, 0) != expected:
            found = written.get(name, 0)
            raise _file_changed(survey.file.path, expected=expected, found=found)


def _file_changed(path: str, *, expected: int, found: int) -> StoreFault:
    return StoreFault(
        f"{path}: {expected} rows to keep, but {found} came into source_rows. Did the file change "
        "meanwhile? Nothing was taken in.",
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

    Rows are only added; `ledger.latest_files` selects the current ones.

    Args:
        spark: the session.
        store: the store.
        extract: the extract.
        status: accepted or refused.
        complete: whether the extract is the whole state.
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
    note = format_ledger_note(extract=extract.id, status=status, after=after, latest=latest)
    with store.compare_and_commit(spark, "source_files", after=after, note=note):
        store.append(literal_table(spark, rows, SOURCE_FILES.types), "source_files")


def _sql_list(texts: Iterable[str]) -> str:
    return ", ".join(_sql_text(text) for text in texts)


def _sql_text(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
