"""A row that was lost is a hole in a record: whose it is, when it opens, when it closes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from clearance.errors import InputRefused
from clearance.ingest.layout import FIELDS
from clearance.ingest.ledger import refused_since
from clearance.ingest.step import ingest
from clearance.platform.paths import rules_folder
from clearance.platform.store.store import Store
from clearance.prepare.holes import lost_rows, open_holes
from clearance.prepare.side_feeds import SideFeeds
from clearance.prepare.step import prepare
from tests.support.rows import prepared, source_rows

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
HEADER = ",".join(FIELDS)


def line(subject: str, **fields: str) -> str:
    given = {
        "SUBJECT_ID": subject,
        "REQ_SEG_SEP": "#",
        "CNT_ORDER": "101001001000",
        "STP_TYPE_DESCR": "ARREST/DETAINED/CITED",
        **fields,
    }
    return ",".join(given.get(name, "") for name in FIELDS)


BAD = {"CNT_ORDER": "1.01E+11"}
LOST = line("GG")
# The line, the code, whose it is, the subjects beside it.
LINES: list[tuple[str, str | None, str | None, list[str] | None]] = [
    (line("AA"), None, None, None),
    (line("AA", COMMENT_TEXT="A\tB"), "UNDECODABLE", "AA", None),
    (line("BB", **BAD), "BAD_COUNT_ORDER", "BB", None),
    (line("CC"), None, None, None),
    # A line break inside quotes: the first half tells whose it is, the second does not.
    (line("DD", COMMENT_TEXT='"SEE')[:-1], "UNBALANCED_QUOTES", "DD", None),
    ('FILE",', "UNBALANCED_QUOTES", None, ["DD", "EE"]),
    (line("EE"), None, None, None),
    (line("FF") + ",,", "FIELD_COUNT", "FF", None),
    # Nothing of these tells whose they are: they stand between FF and HH.
    ("", "FIELD_COUNT", None, ["FF", "HH"]),
    (line("-"), "NO_SUBJECT_ID", None, ["FF", "HH"]),
    (HEADER, None, None, None),
    ("1,2,3", "FIELD_COUNT", None, ["FF", "HH"]),
    (line("G\tG"), "UNDECODABLE", None, ["FF", "HH"]),
    # The comma too many stands before SUBJECT_ID.
    ("," + LOST, "NO_SUBJECT_ID", None, ["FF", "HH"]),
    (line("HH"), None, None, None),
    # Two records in a line.
    (line("II") + LOST, "FIELD_COUNT", "II", ["HH", "JJ"]),
    (line("JJ"), None, None, None),
]


def write(path: Path, *lines: str) -> str:
    path.write_text("".join(f"{text}\n" for text in lines))
    return str(path)


def test_a_lost_row_is_of_its_subject_or_of_those_beside_it(
    spark: SparkSession, store: Store, tmp_path: Path
) -> None:
    file = write(tmp_path / "file.csv", *(text for text, *_ in LINES))
    ingest(spark, store, inputs=[file], accept_quarantine=True, clock=lambda: NOON)
    found = {
        row["position"]: (row["code"], row["subject_id"], row["neighbours"])
        for row in store.read(spark, "quarantine").collect()
    }
    assert found == {
        at: (code, subject, beside)
        for at, (_, code, subject, beside) in enumerate(LINES, 1)
        if code is not None
    }


class Months:
    """A store, and what each extract makes of it."""

    def __init__(self, spark: SparkSession, store: Store, folder: Path) -> None:
        self.spark, self.store, self.folder = spark, store, folder
        self.taken = 0

    def take(
        self, dated: date | None, *lines: str, complete: bool = False, limit: float = 1
    ) -> set[str]:
        """Take an extract in; whose record is incomplete then."""
        self.taken += 1
        file = write(self.folder / f"{self.taken}.csv", *lines)
        moment = NOON + timedelta(hours=self.taken)
        ingest(
            self.spark,
            self.store,
            inputs=[file],
            extract_date=dated,
            complete=complete,
            quarantine_limit=limit,
            clock=lambda: moment,
        )
        return self.incomplete

    @property
    def incomplete(self) -> set[str]:
        """Whose record is, by what the extracts lost."""
        source = self.store.read(self.spark, "source_rows")
        holes = open_holes(lost_rows(self.spark, self.store), source=source)
        return set() if holes is None else {row["subject_id"] for row in holes.collect()}

    def prepare(self) -> bool:
        """Prepare; whether it had anything to do. `charges` and `arrests` say the same."""
        changed = prepare(self.spark, self.store, rules=rules_folder()).changed
        incomplete = self.incomplete
        for table in ("charges", "arrests"):
            rows = self.store.read(self.spark, table).where("record_incomplete")
            assert {row["subject_id"] for row in rows.collect()} == incomplete
        return changed


@contextmanager
def refusal() -> Iterator[None]:
    with pytest.raises(InputRefused):
        yield


def test_a_hole_opens_with_a_lost_row_and_closes_with_a_later_extract_without(
    spark: SparkSession, store: Store, tmp_path: Path
) -> None:
    months = Months(spark, store, tmp_path)
    others = [line(f"P{at}") for at in range(8)]
    first = date(2026, 1, 1)
    lost_one = [line("A"), line("B"), line("B", **BAD), line("C"), *others]
    assert months.take(first, *lost_one) == {"B"}
    assert months.prepare()
    # Refused: it changes nobody, and that it was is known.
    with refusal():
        months.take(date(2026, 2, 1), line("A", **BAD), line("C"), limit=0.1)
    assert refused_since(spark, store) is not None
    assert not months.prepare()
    assert months.incomplete == {"B"}
    # All of A's rows are lost: the earlier ones stay, and are no longer all.
    assert months.take(date(2026, 2, 2), line("C"), line("A", **BAD)) == {"A", "B"}
    assert refused_since(spark, store) is None
    # An older extract knows nothing better; a later one that lost another row of B neither.
    assert months.take(date(2026, 1, 15), line("A"), line("D")) == {"A", "B"}
    assert months.take(date(2026, 3, 1), line("B"), line("B", **BAD)) == {"A", "B"}
    # It says of A what was known, and that this is all.
    assert months.take(date(2026, 3, 2), line("A"), line("E")) == {"B"}
    # The whole state, of which a row of D was lost and none of B.
    whole = [line("A"), line("B"), line("D"), line("D", **BAD), *others]
    assert months.take(date(2026, 4, 1), *whole, complete=True) == {"D"}
    assert months.prepare()


def test_a_merged_person_has_the_hole_of_each_subject(spark: SparkSession) -> None:
    merges = spark.createDataFrame(
        [("2", "1")], "from_subject_id string, surviving_subject_id string"
    )
    feeds = SideFeeds(merges=merges, holes=spark.createDataFrame([("2",)], "subject_id string"))
    rows = source_rows(spark, *({"subject_id": subject} for subject in ("1", "2", "3")))
    counts = prepared(rows, feeds=feeds).charges.values()
    assert {row.subject_id for row in counts if row.record_incomplete} == {"1", "2"}
