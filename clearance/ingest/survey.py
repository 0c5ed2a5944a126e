"""Reads the lines of research files in order, and counts them before anything is written.

Spark numbers rows by partition, and a partition holds one or more splits (a file, or a block of a
large file), each read from start to end. The survey counts the lines of every split. The counts
give each split's first line number, and so every row's position.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from clearance.errors import InputRefused
from clearance.ingest.files.found import ResearchFile
from clearance.ingest.files.probe import refuse_damaged
from clearance.ingest.layout import FIELD_COUNT
from clearance.ingest.quarantine import reason_code
from clearance.ingest.record import decode, find_encoding, is_whole, needed_columns, parsed
from clearance.ingest.shape import (
    count_fields,
    is_blank,
    is_usual_header,
    names_columns,
    without_blank_end,
    without_mark,
)
from clearance.ingest.unread import (
    DATES,
    SEVERAL,
    Unread,
    count_unread,
    present_counts,
    present_marks,
    with_unread,
)
from clearance.platform.faults.chain import fault_name, list_links
from clearance.platform.store.store import storage_faults

HEADER = "HEADER"
BLANK = "BLANK"

# Words in the JVM's error about a compressed file that is cut off or damaged.
_DAMAGED = ("EOFException", "ZipException", "incorrect data check", "Unexpected end of")
_MOST_FIELDS_COUNTED = 200
_LONGEST_HEADER = 4_000


@dataclass(frozen=True)
class FileSplit:
    """A file, or a block of a large file, that Spark reads from start to end.

    Attributes:
        file: the file's address as Spark writes it.
        start: the position of its first byte in the file.
        first_id: Spark's running number of its first line.
        lines_before: the number of the file's lines before it.
        first_odd: the running number of its first line with a code; None where no line has a code.
        last_odd: that of its last line with a code.
    """

    file: str
    start: int
    first_id: int
    lines_before: int
    first_odd: int | None
    last_odd: int | None


@dataclass(frozen=True)
class FileSurvey:
    """The counts of a file's rows.

    Attributes:
        file: the file.
        rows_read: the number of lines that are neither headers nor blank lines at the end.
        last_line: the number of the last line that is not blank; blank lines after it are no rows.
        codes: numbers of rows that cannot be kept, by reason code.
        field_counts: numbers of rows with a wrong field count, by that count.
        headers: the first characters of headers that name columns otherwise than usual.
        unread: the needed fields with values that cannot be read, in rows that can be kept.
    """

    file: ResearchFile
    rows_read: int
    last_line: int
    codes: dict[str, int] = field(default_factory=dict)
    field_counts: dict[int, int] = field(default_factory=dict)
    headers: tuple[str, ...] = ()
    unread: dict[str, Unread] = field(default_factory=dict)

    @property
    def rows_quarantined(self) -> int:
        """The number of rows that cannot be kept."""
        return sum(self.codes.values())

    @property
    def rows_accepted(self) -> int:
        """The number of rows that can be kept."""
        return self.rows_read - self.rows_quarantined


@contextmanager
def fixed_splits(spark: SparkSession) -> Iterator[None]:
    """Fix the size of splits for the block: running numbers must agree between two passes.

    Spark sizes splits by the number of cores at the moment, which changes on an elastic cluster.
    """
    key = "spark.sql.files.minPartitionNum"
    if spark.conf.get(key, None) is not None:
        yield
        return
    spark.conf.set(key, str(spark.sparkContext.defaultParallelism))
    try:
        yield
    finally:
        spark.conf.unset(key)


def read_lines(spark: SparkSession, files: Sequence[ResearchFile]) -> DataFrame:
    """One row per line: address, block start, running number, encoding, record, whole, fields.

    `whole` is true where the line has exactly 95 fields; the needed fields follow, by name. The
    running number is made in the projection that parses: since it is nondeterministic, the
    optimizer does not copy the parsing into later operators. In the projection a line is parsed
    once for all its fields; the struct, twice as long as the line, is not part of the result.
    """
    number = F.monotonically_increasing_id().alias("id")
    return _texts(spark, files).select("*", number, *_parsed_columns())


def number_lines(spark: SparkSession, files: Sequence[ResearchFile]) -> DataFrame:
    """One row per line, as `read_lines` has it, but not parsed."""
    return _texts(spark, files).select("*", F.monotonically_increasing_id().alias("id"))


def parse_lines(numbered: DataFrame) -> DataFrame:
    """One row per row of `number_lines`, in the columns of `read_lines`.

    Args:
        numbered: a small part of the lines; all lines are parsed faster by `read_lines`.
    """
    return numbered.select("*", *_parsed_columns())


def _texts(spark: SparkSession, files: Sequence[ResearchFile]) -> DataFrame:
    """One row per line: address, block start, encoding, record."""
    raw = (
        spark.read.option("ignoreCorruptFiles", "false")
        .option("ignoreMissingFiles", "false")
        .text([file.reads for file in files])
    )
    encoding = find_encoding(F.col("value"))
    return raw.select(
        F.col("_metadata.file_path").alias("file"),
        F.col("_metadata.file_block_start").alias("start"),
        encoding.alias("encoding"),
        decode(F.col("value"), encoding=encoding).alias("record"),
    )


def _parsed_columns() -> list[Column]:
    fields = parsed(without_mark(F.col("record")))
    return [is_whole(fields).alias("whole"), *needed_columns(fields)]


def with_reason_code(lines: DataFrame, *, among: Column | None = None) -> DataFrame:
    """The lines with `code`: null for a row that can be kept, HEADER, BLANK or a reason code.

    Args:
        lines: from `read_lines`.
        among: true for the lines to check; the others are known to be rows that can be kept.
    """
    to_check = F.lit(True) if among is None else among
    # Only lines that do not have 95 fields are parsed again, without a blank last field.
    cut = F.when(to_check & ~F.col("whole"), without_blank_end(without_mark(F.col("record"))))
    parsed_again = lines.withColumn("whole_when_cut", is_whole(parsed(cut)))
    width = F.when(F.col("whole"), FIELD_COUNT).when(F.col("whole_when_cut"), FIELD_COUNT + 1)
    code = F.when(to_check, _code(F.col("record"), width=width))
    return parsed_again.withColumn("code", code).drop("whole_when_cut")


def _code(record: Column, *, width: Column) -> Column:
    text = without_mark(record)
    # A CNT_ORDER has 12 digits, and no column's name has; so hardly any record needs the slow test.
    order = F.col("count_order")
    maybe_key = F.coalesce((F.length(order) == 12) & (order < "A"), F.lit(False))
    maybe_header = width.isNull() | ~maybe_key
    return (
        F.when(maybe_header & names_columns(text), F.lit(HEADER))
        .when(is_blank(record), F.lit(BLANK))
        .otherwise(reason_code(text, width=width))
    )


def accepted_lines(lines: DataFrame) -> DataFrame:
    """The lines of `read_lines` that can be kept, with `code` and `unread`."""
    return with_unread(with_reason_code(lines)).where(F.col("code").isNull())


def survey_columns(lines: DataFrame) -> DataFrame:
    """One row per line, with the columns that a survey counts.

    They are file, start, id, code, unread, field_count, header, and for each date field, under its
    name, whether it has a value.

    Args:
        lines: from `read_lines` or `parse_lines`.
    """
    counted = F.least(count_fields(F.col("record")), F.lit(_MOST_FIELDS_COUNTED))
    field_count = F.when(F.col("code") == "FIELD_COUNT", counted)
    text = without_mark(F.col("record"))
    unusual = F.col("code").eqNullSafe(HEADER) & ~is_usual_header(text)
    header = F.when(unusual, F.substr(text, F.lit(1), F.lit(_LONGEST_HEADER)))
    return with_unread(with_reason_code(lines)).select(
        *("file", "start", "id", "code", "unread"),
        field_count.alias("field_count"),
        header.alias("header"),
        *present_marks(DATES),
    )


def take_survey(
    lines: DataFrame, *, files: Sequence[ResearchFile], columns: DataFrame | None = None
) -> tuple[list[FileSurvey], list[FileSplit]]:
    """The survey of every file, and the splits it was read in.

    Args:
        lines: from `read_lines`.
        files: the files of the lines.
        columns: the `survey_columns` of the lines, where they are known without parsing all lines.

    Raises:
        InputRefused: a file cannot be read to its end.
    """
    columns = survey_columns(lines) if columns is None else columns
    counts = columns.groupBy("file", "start", "code", "unread", "field_count", "header").agg(
        F.count(F.lit(1)).alias("lines"),
        F.min("id").alias("first"),
        F.max("id").alias("last"),
        *(F.count_if(field).alias(field) for field in DATES),
    )
    with read_faults(files):
        groups = counts.collect()
    by_split: dict[tuple[str, int], list[Any]] = {}
    for group in groups:
        by_split.setdefault((group.file, group.start), []).append(group)
    splits: list[FileSplit] = []
    surveys: list[FileSurvey] = []
    for file in files:
        blocks = _file_splits(file, by_split)
        splits += [split for split, _ in blocks]
        surveys.append(_file_survey(file, blocks))
    return _with_text_counts(surveys, lines), splits


def _file_splits(
    file: ResearchFile, by_split: dict[tuple[str, int], list[Any]]
) -> list[tuple[FileSplit, list[Any]]]:
    """The splits of a file in order, each with its groups of lines."""
    splits: list[tuple[FileSplit, list[Any]]] = []
    lines_before = 0
    for key in sorted(key for key in by_split if key[0] == file.address):
        groups = by_split[key]
        odd = [group for group in groups if group.code is not None]
        split = FileSplit(
            *key,
            first_id=min(group["first"] for group in groups),
            lines_before=lines_before,
            first_odd=min((group["first"] for group in odd), default=None),
            last_odd=max((group["last"] for group in odd), default=None),
        )
        splits.append((split, groups))
        lines_before += sum(group.lines for group in groups)
    return splits


def _with_text_counts(surveys: list[FileSurvey], lines: DataFrame) -> list[FileSurvey]:
    """The surveys, with the number of all values of each text field that has unread values.

    Texts in another alphabet are rare: only files that have several are read once more.
    """
    doubtful = {
        survey.file.address: [field for field in survey.unread if field not in DATES]
        for survey in surveys
        if any(
            count.unread >= SEVERAL for field, count in survey.unread.items() if field not in DATES
        )
    }
    if not doubtful:
        return surveys
    fields = sorted({field for file_fields in doubtful.values() for field in file_fields})
    doubtful_lines = accepted_lines(lines).where(F.col("file").isin(*doubtful))
    with storage_faults("counting values"):
        counts = doubtful_lines.groupBy("file").agg(*present_counts(fields)).collect()
    present = {row.file: row for row in counts}
    return [
        replace(
            survey,
            unread={
                field: replace(count, present=present[survey.file.address][field])
                if field in doubtful.get(survey.file.address, ())
                else count
                for field, count in survey.unread.items()
            },
        )
        for survey in surveys
    ]


def _file_survey(file: ResearchFile, blocks: list[tuple[FileSplit, list[Any]]]) -> FileSurvey:
    codes: Counter[str] = Counter()
    field_counts: Counter[int] = Counter()
    headers = {group.header: None for _, groups in blocks for group in groups if group.header}
    kept = [group for _, groups in blocks for group in groups if group.code is None]
    rows = blanks = last_line = total = 0
    for split, groups in blocks:
        for group in groups:
            total += group.lines
            if group.code == BLANK:
                blanks += group.lines
                continue
            line_number = group["last"] - split.first_id + split.lines_before + 1
            last_line = max(last_line, line_number)
            if group.code == HEADER:
                continue
            rows += group.lines
            if group.code is not None:
                codes[group.code] += group.lines
            if group.field_count is not None:
                field_counts[group.field_count] += group.lines
    inner_blanks = blanks - (total - last_line)
    if inner_blanks:
        codes["FIELD_COUNT"] += inner_blanks
        field_counts[1] += inner_blanks
    return FileSurvey(
        file,
        rows + inner_blanks,
        last_line,
        dict(codes),
        dict(field_counts),
        headers=tuple(headers),
        unread={
            field: Unread(unread, sum(group[field] for group in kept) if field in DATES else 0)
            for field, unread in count_unread(kept).items()
        },
    )


@contextmanager
def read_faults(files: Sequence[ResearchFile]) -> Iterator[None]:
    """Translate the errors of a query that reads research files to their end.

    Raises:
        InputRefused: a file is damaged or cannot be read.
    """
    with storage_faults("reading the research files"):
        try:
            yield
        except Exception as error:
            message = str(error)
            paths = [file.path for file in files if file.address in message]
            is_damaged = any(sign in message for sign in _DAMAGED)
            if not is_damaged and "FAILED_READ_FILE" not in message:
                raise
            which = ", ".join(paths) or "One of the files"
            if is_damaged:
                raise refuse_damaged(which) from error
            raise InputRefused(
                f"{which} could not be read to its end ({fault_name(list_links(error))}). "
                "Nothing was taken in.",
                "See that it is still there, that every machine of the cluster may read it and "
                "that nobody changes it meanwhile, then run the same command.",
            ) from error
