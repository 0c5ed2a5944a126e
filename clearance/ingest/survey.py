"""The lines of research files in their order, and what they amount to before anything is written.

Spark numbers rows a partition at a time, and a partition holds one or more stretches (a file, or
a block of a large one) read from start to end. The survey counts the lines of every stretch;
from the counts follows each stretch's first line number, and from that every row's position.
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
from clearance.ingest.files.probe import damaged
from clearance.ingest.layout import FIELD_COUNT
from clearance.ingest.quarantine import code_of
from clearance.ingest.record import decoded, encoding_of, is_whole, needed, parsed
from clearance.ingest.shape import (
    fields_found,
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
    present_counts,
    unread_values,
    with_unread,
)
from clearance.platform.faults.chain import chain, kind_of
from clearance.platform.store.store import storage_faults

HEADER = "HEADER"
BLANK = "BLANK"

# What the JVM says of a compressed file that is cut off or damaged.
_DAMAGED = ("EOFException", "ZipException", "incorrect data check", "Unexpected end of")
_MOST_FIELDS_TOLD = 200
_LONGEST_HEADER = 4_000


@dataclass(frozen=True)
class FileSplit:
    """A file, or a block of a large one, as Spark reads it in one go.

    Attributes:
        file: the file's address as Spark writes it.
        start: its first byte in the file.
        first_id: the running number Spark gave its first line.
        lines_before: lines of the file before it.
        first_odd: the running number of the first line with a code; None where no line has one.
        last_odd: that of the last.
    """

    file: str
    start: int
    first_id: int
    lines_before: int
    first_odd: int | None
    last_odd: int | None


@dataclass(frozen=True)
class FileSurvey:
    """What a file holds.

    Attributes:
        file: the file.
        rows_read: lines that are neither header nor blank lines at the end.
        last_line: the last line that is not blank; blank lines after it are no rows.
        codes: rows that cannot be kept, by reason code.
        field_counts: rows with a wrong field count, by the number of fields found.
        headers: lines that name columns otherwise than usual; their first characters.
        unread: of the rows that can be kept, the needed fields with values that cannot be read.
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
        """Rows that cannot be kept."""
        return sum(self.codes.values())

    @property
    def rows_accepted(self) -> int:
        """Rows that can be kept."""
        return self.rows_read - self.rows_quarantined


@contextmanager
def steady_splits(spark: SparkSession) -> Iterator[None]:
    """Hold the splitting of files still: running numbers must agree between two passes.

    Spark sizes splits by the cores it has at that moment, which changes on a cluster that grows
    and shrinks.
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
    """One row a line: address, block start, running number, encoding, record, whole, fields.

    `whole` tells whether the line has exactly 95 fields; the needed ones follow, by name. The
    running number is taken in the projection that parses: being nondeterministic it keeps the
    optimizer from copying the parsing into whatever is above. Inside it a line is parsed once for
    all the fields taken from it; the struct itself, two times as long as the line, is not kept.
    """
    raw = (
        spark.read.option("ignoreCorruptFiles", "false")
        .option("ignoreMissingFiles", "false")
        .text([file.reads for file in files])
    )
    encoding = encoding_of(F.col("value"))
    text = raw.select(
        F.col("_metadata.file_path").alias("file"),
        F.col("_metadata.file_block_start").alias("start"),
        encoding.alias("encoding"),
        decoded(F.col("value"), encoding=encoding).alias("record"),
    )
    fields = parsed(without_mark(F.col("record")))
    return text.select(
        "*",
        F.monotonically_increasing_id().alias("id"),
        is_whole(fields).alias("whole"),
        *needed(fields),
    )


def with_code(lines: DataFrame, *, among: Column | None = None) -> DataFrame:
    """The lines with `code`: null for a row that can be kept, HEADER, BLANK or a reason code.

    Args:
        lines: from `read_lines`.
        among: true for the lines to look at; all others are known to be rows that can be kept.
    """
    asked = F.lit(True) if among is None else among
    # Only lines that are not 95 fields are parsed again, without a blank end.
    cut = F.when(asked & ~F.col("whole"), without_blank_end(without_mark(F.col("record"))))
    again = lines.withColumn("whole_when_cut", is_whole(parsed(cut)))
    width = F.when(F.col("whole"), FIELD_COUNT).when(F.col("whole_when_cut"), FIELD_COUNT + 1)
    return again.withColumn("code", F.when(asked, _code(F.col("record"), width=width))).drop(
        "whole_when_cut"
    )


def _code(record: Column, *, width: Column) -> Column:
    text = without_mark(record)
    # A CNT_ORDER has 12 digits, and no column's name has: hardly any record is looked at closer.
    order = F.col("count_order")
    maybe_key = F.coalesce((F.length(order) == 12) & (order < "A"), F.lit(False))
    maybe_header = width.isNull() | ~maybe_key
    return (
        F.when(maybe_header & names_columns(text), F.lit(HEADER))
        .when(is_blank(record), F.lit(BLANK))
        .otherwise(code_of(text, width=width))
    )


def kept_lines(lines: DataFrame) -> DataFrame:
    """The lines of `read_lines` that can be kept, with `code` and `unread`."""
    return with_unread(with_code(lines)).where(F.col("code").isNull())


def take_survey(
    lines: DataFrame, *, files: Sequence[ResearchFile]
) -> tuple[list[FileSurvey], list[FileSplit]]:
    """What every file holds, and the stretches it was read in.

    Args:
        lines: from `read_lines`.
        files: the files they come from.

    Raises:
        InputRefused: a file cannot be read to its end.
    """
    told = F.least(fields_found(F.col("record")), F.lit(_MOST_FIELDS_TOLD))
    found = F.when(F.col("code") == "FIELD_COUNT", told)
    text = without_mark(F.col("record"))
    other = F.col("code").eqNullSafe(HEADER) & ~is_usual_header(text)
    header = F.when(other, F.substr(text, F.lit(1), F.lit(_LONGEST_HEADER)))
    coded = with_unread(with_code(lines))
    counts = coded.groupBy(
        "file", "start", "code", "unread", found.alias("found"), header.alias("header")
    ).agg(
        F.count(F.lit(1)).alias("lines"),
        F.min("id").alias("first"),
        F.max("id").alias("last"),
        *present_counts(DATES),
    )
    with _read_faults(files):
        groups = counts.collect()
    by_stretch: dict[tuple[str, int], list[Any]] = {}
    for group in groups:
        by_stretch.setdefault((group.file, group.start), []).append(group)
    stretches: list[FileSplit] = []
    surveys: list[FileSurvey] = []
    for file in files:
        blocks = sorted(key for key in by_stretch if key[0] == file.address)
        before, own = 0, []
        for block in blocks:
            held = by_stretch[block]
            odd = [group for group in held if group.code is not None]
            stretches.append(
                FileSplit(
                    *block,
                    first_id=min(group["first"] for group in held),
                    lines_before=before,
                    first_odd=min((group["first"] for group in odd), default=None),
                    last_odd=max((group["last"] for group in odd), default=None),
                )
            )
            before += sum(group.lines for group in held)
            own.append((stretches[-1], held))
        surveys.append(_file_survey(file, own))
    return _with_present(surveys, lines), stretches


def _with_present(surveys: list[FileSurvey], lines: DataFrame) -> list[FileSurvey]:
    """The surveys with the number of values of each text that has unread ones.

    Texts in another alphabet are rare: a file that has several is gone through once more.
    """
    doubtful = {
        survey.file.address: [field for field in survey.unread if field not in DATES]
        for survey in surveys
        if any(
            found.unread >= SEVERAL for field, found in survey.unread.items() if field not in DATES
        )
    }
    if not doubtful:
        return surveys
    fields = sorted({field for some in doubtful.values() for field in some})
    held = kept_lines(lines).where(F.col("file").isin(*doubtful))
    with storage_faults("counting values"):
        counts = held.groupBy("file").agg(*present_counts(fields)).collect()
    present = {row.file: row for row in counts}
    return [
        replace(
            survey,
            unread={
                field: replace(found, present=present[survey.file.address][field])
                if field in doubtful.get(survey.file.address, ())
                else found
                for field, found in survey.unread.items()
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
    for stretch, groups in blocks:
        for group in groups:
            total += group.lines
            if group.code == BLANK:
                blanks += group.lines
                continue
            place = group["last"] - stretch.first_id + stretch.lines_before + 1
            last_line = max(last_line, place)
            if group.code == HEADER:
                continue
            rows += group.lines
            if group.code is not None:
                codes[group.code] += group.lines
            if group.found is not None:
                field_counts[group.found] += group.lines
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
            for field, unread in unread_values(kept).items()
        },
    )


@contextmanager
def _read_faults(files: Sequence[ResearchFile]) -> Iterator[None]:
    with storage_faults("reading the research files"):
        try:
            yield
        except Exception as error:
            told = str(error)
            named = [file.path for file in files if file.address in told]
            is_damaged = any(sign in told for sign in _DAMAGED)
            if not is_damaged and "FAILED_READ_FILE" not in told:
                raise
            which = ", ".join(named) or "One of the files"
            if is_damaged:
                raise damaged(which) from error
            raise InputRefused(
                f"{which} could not be read to its end ({kind_of(chain(error))}). Nothing was "
                "taken in.",
                "See that it is still there, that every machine of the cluster may read it and "
                "that nobody changes it meanwhile, then run the same command.",
            ) from error
