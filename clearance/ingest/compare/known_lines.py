"""Finds the lines of a complete extract that `source_rows` has already.

Most lines of a month are those of the month before. Such a line is known by its hash and is not
parsed again. A person who has the same lines as in the table, repeated ones counted, does not
differ: the rows stay, with the file, the position and the extract that brought them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from pyspark import StorageLevel
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from clearance.ingest.compare.fields_hash import COLUMN, signed_halves, sums_differ
from clearance.ingest.files.found import ResearchFile
from clearance.ingest.survey import (
    number_lines,
    parse_lines,
    read_faults,
    survey_columns,
    with_reason_code,
)
from clearance.ingest.unread import DATES, present_marks, with_unread
from clearance.platform.spark.broadcasts import broadcast_if_few
from clearance.platform.store.store import Store, storage_faults
from clearance.schemas import SOURCE_ROWS

# Beyond this share of new lines, parsing all lines at once is quicker.
LARGEST_SHARE = 0.1


@dataclass(frozen=True)
class KnownLines:
    """The lines of a complete extract, beside the rows of `source_rows` before it.

    Attributes:
        version: of `source_rows`.
        record: its rows at that version.
        numbered: the lines, from `number_lines`.
        lines: one row per line: file, start, id, line_hash, and subject_id, unread and marks of the
            dates from the row with the same hash; null where the line is new.
        known: the number of lines that the table has.
        new: the number of lines that it does not have.
    """

    version: int
    record: DataFrame
    numbered: DataFrame
    lines: DataFrame
    known: int
    new: int

    def survey_columns(self) -> DataFrame:
        """One row per line, as of `survey.survey_columns`; only new lines are parsed."""
        parsed = survey_columns(self._parsed(self._new_ids(), at_most=self.new))
        none = F.lit(None).cast("string")
        known = self.lines.where(_is_known()).select(
            *("file", "start", "id", "unread", *DATES),
            none.alias("code"),
            none.cast("int").alias("field_count"),
            none.alias("header"),
        )
        return parsed.unionByName(known)

    @contextmanager
    def differing(self) -> Iterator[Differing]:
        """The people whose lines are others than in the table; cached until the block ends."""
        new = with_reason_code(self._parsed(self._new_ids(), at_most=self.new))
        before = self.record.withColumn("line_hash", _line_hash())
        now = self.lines.where(_is_known())
        sums = now.select("subject_id", *signed_halves("line_hash", sign=1)).unionByName(
            before.select("subject_id", *signed_halves("line_hash", sign=-1))
        )
        others = sums.groupBy("subject_id").agg(sums_differ().alias("differs")).where("differs")
        subjects = new.where("code IS NULL").select("subject_id")
        people = others.select("subject_id").unionByName(subjects).distinct()
        people.persist(StorageLevel.MEMORY_AND_DISK)
        try:
            with storage_faults("comparing the extract with source_rows"):
                number = people.count()
                few = broadcast_if_few(people, at_most=number)
                theirs = now.join(few, on="subject_id", how="left_semi").select("id")
                known = theirs.count()
            ids = theirs.unionByName(self._new_ids())
            lines = self._parsed(ids, at_most=known + self.new)
            yield Differing(few, lines, rows_unchanged=self.known - known)
        finally:
            people.unpersist()

    def _new_ids(self) -> DataFrame:
        return self.lines.where(~_is_known()).select("id")

    def _parsed(self, ids: DataFrame, *, at_most: int) -> DataFrame:
        few = broadcast_if_few(ids, at_most=at_most)
        return parse_lines(self.numbered.join(few, on="id", how="left_semi"))


@dataclass(frozen=True)
class Differing:
    """The people of whom a complete extract has other lines than `source_rows`.

    Attributes:
        people: one row per subject, those among them whom the extract does not have: subject_id.
        lines: all lines of these people in the extract, and the lines that cannot be kept, in the
            columns of `read_lines`.
        rows_unchanged: the number of lines of all other people.
    """

    people: DataFrame
    lines: DataFrame
    rows_unchanged: int


@contextmanager
def known_lines(
    spark: SparkSession, store: Store, files: Sequence[ResearchFile], *, version: int | None
) -> Iterator[KnownLines | None]:
    """The lines of a complete extract that the table has, cached until the block ends.

    None where there is nothing to compare with, where the table is of a release that kept fewer
    fields, and where so many lines are new that all are better parsed at once.

    Args:
        spark: the session.
        store: the store.
        files: the extract's files.
        version: the version of `source_rows` to compare with; None for no comparison.

    Raises:
        InputRefused: a file cannot be read to its end.
    """
    if version is None:
        yield None
        return
    record = store.read_rows_of(spark, "source_rows", version=version)
    if not set(SOURCE_ROWS.columns) <= set(record.columns):
        yield None
        return
    # A row without a hash is of such a release: its line counts as new.
    rows = with_unread(record.where(F.col(COLUMN).isNotNull())).select(
        _line_hash().alias("line_hash"), "subject_id", "unread", *present_marks(DATES)
    )
    numbered = number_lines(spark, files)
    hashed = numbered.select("file", "start", "id", _line_hash().alias("line_hash"))
    lines = hashed.join(rows.dropDuplicates(["line_hash"]), on="line_hash", how="left")
    lines.persist(StorageLevel.MEMORY_AND_DISK)
    try:
        with read_faults(files):
            counts = lines.agg(F.count("*"), F.count_if(_is_known())).first()
        assert counts is not None
        number, known = counts
        few_are_new = number - known <= LARGEST_SHARE * number
        found = KnownLines(version, record, numbered, lines, known, number - known)
        yield found if few_are_new else None
    finally:
        lines.unpersist()


def _line_hash() -> Column:
    """The 64-bit hash of a whole line, with the encoding of its bytes."""
    return F.xxhash64("encoding", "record")


def _is_known() -> Column:
    return F.col("subject_id").isNotNull()
