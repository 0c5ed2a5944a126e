"""Lines of research files: their shape, their position, their code. All files in one Spark job."""

from __future__ import annotations

import gzip
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pyspark.sql import Row, SparkSession

from clearance.errors import InputRefused
from clearance.ingest.files.found import ResearchFile, find_files
from clearance.ingest.kept_rows import Extract, kept_rows, quarantined_rows, with_positions
from clearance.ingest.layout import FIELDS, NEEDED
from clearance.ingest.quarantine import CODES
from clearance.ingest.survey import (
    FileSurvey,
    fixed_splits,
    read_faults,
    read_lines,
    take_survey,
)

HEADER = ",".join(FIELDS)


def line(**fields: str) -> str:
    """A line of 95 fields; each value stands as given, quotes included."""
    given = {"SUBJECT_ID": "100", "CNT_ORDER": "101001001000"} | fields
    return ",".join(given.get(name, "") for name in FIELDS)


def ended(*lines: str, end: str = "\n") -> bytes:
    return "".join(text + end for text in lines).encode()


# As a machine with another encoding names it.
NO_UTF_8 = os.fsdecode(b"pe\xf1a.csv")
N_TILDE = line(PRI_NAME='"MUÑOZ,ANA"', COMMENT_TEXT="AÑO")
CODED = {
    line().rsplit(",", 1)[0]: ("FIELD_COUNT", "94 fields, 95 expected"),
    line() + ",x": ("FIELD_COUNT", "96 fields, 95 expected"),
    line() + ",,": ("FIELD_COUNT", "97 fields, 95 expected"),
    "a,b,c": ("FIELD_COUNT", "3 fields, 95 expected"),
    "," * 30_000: ("FIELD_COUNT", "30001 fields, 95 expected"),
    "x" * 300_000: ("FIELD_COUNT", "1 fields, 95 expected"),
    line(PRI_NAME='"DOE,JAN'): ("UNBALANCED_QUOTES", None),
    line(COMMENT_TEXT='5" KNIFE'): ("UNBALANCED_QUOTES", None),
    line(END_OF_REC='"'): ("UNBALANCED_QUOTES", None),
    line(PRI_NAME=' "DOE,JAN"'): ("UNBALANCED_QUOTES", None),
    line(COMMENT_TEXT="A\0B"): ("UNDECODABLE", "control character in COMMENT_TEXT"),
    line(OFN="\x07", SUBJECT_ID="\x1b"): ("UNDECODABLE", "control character in SUBJECT_ID, OFN"),
    line(SUBJECT_ID=""): ("NO_SUBJECT_ID", "SUBJECT_ID is missing"),
    line(SUBJECT_ID='"  -  "'): ("NO_SUBJECT_ID", "SUBJECT_ID is missing"),
    line(SUBJECT_ID=" null "): ("NO_SUBJECT_ID", "SUBJECT_ID is missing"),
    line(CNT_ORDER="   "): ("NO_COUNT_ORDER", "CNT_ORDER is missing"),
    line(CNT_ORDER="NULL  "): ("NO_COUNT_ORDER", "CNT_ORDER is missing"),
    line(CNT_ORDER="-"): ("NO_COUNT_ORDER", "CNT_ORDER is missing"),
    line(CNT_ORDER="10100100100"): (
        "BAD_COUNT_ORDER",
        "CNT_ORDER is not 12 digits (11 characters)",
    ),
    line(CNT_ORDER="1010010010000"): (
        "BAD_COUNT_ORDER",
        "CNT_ORDER is not 12 digits (13 characters)",
    ),
    line(CNT_ORDER="1.01001E+11"): (
        "BAD_COUNT_ORDER",
        "CNT_ORDER is not 12 digits (11 characters)",
    ),
}
KEPT = [
    line(),
    line() + ",",
    line() + ',"  "',
    line(END_OF_REC='"  -  "') + ",",
    line(SUBJECT_ID='"  100 "', CNT_ORDER=" 101001015500 "),
    line(PRI_NAME='"DOE,JAN ""J"""', OFN='""'),
    line(CYC_ORDER="x", SENT_TIME_CODE="?", STP_EVENT_DATE="19990000"),
    line(REQ_NAME="A\0B"),
    line(RECORD_ID="RECORD_ID"),
    line(COMMENT_TEXT="NULL"),
]
BAD = {500: "a,b", 1500: line(SUBJECT_ID=""), 1501: "", 2900: line(COMMENT_TEXT='5" KNIFE')}
MANY = [line(SUBJECT_ID=str(1000 + n), COMMENT_TEXT="x" * (n % 97)) for n in range(3000)]

FILES = {
    "header.csv": ended(HEADER, line(), line()),
    "no_header.dat": ended(line(), line()).rstrip(b"\n"),
    "crlf.csv": ended(HEADER + ",", line() + ",", end="\r\n"),
    "comma_on_rows.csv": ended(HEADER, line() + ","),
    "comma_on_header.csv": ended(HEADER + ",", line()),
    "joined.csv": ended(HEADER, line(), HEADER, line()),
    "dressed_header.csv": ended(",".join(f'" {name} "' for name in FIELDS).lower(), line()),
    "worded_header.csv": ended(HEADER.replace("_", " ").lower() + ",", line()),
    "marked_header.csv": b"\xef\xbb\xbf" + ended(HEADER, line()),
    "marked_row.csv": b"\xef\xbb\xbf" + ended(line(), line()),
    "marked_quoted.csv.gz": gzip.compress(b"\xef\xbb\xbf" + ended(line(RECORD_ID='"a,b"'))),
    "latin.csv": N_TILDE.encode("latin-1") + b"\n" + N_TILDE.encode() + b"\n",
    "blanks.csv": ended(HEADER, line(), "", line(), "", "  "),
    "only_blanks.csv": b"\n\n",
    "coded.csv": ended(*CODED),
    "kept.csv": ended(*KEPT),
    "broken_record.csv": ended(line(COMMENT_TEXT='"first half\nsecond half"'), line()),
    "named.GZ": gzip.compress(ended(HEADER, line())),
    "zipped_though.csv": gzip.compress(ended(HEADER, line())),
    "_hidden [1]{a}*.csv": ended(line()),
    "spaced %41 [1].csv": ended(line(SUBJECT_ID="7")),
    "2019:10 batch.csv": ended(HEADER, line()),
    "2019:11 [x]/part:1.csv": ended(HEADER, line(SUBJECT_ID="8")),
    "plain.csv.bz2": ended(HEADER, line(SUBJECT_ID="9")),
    "plain.deflate": ended(HEADER, line(SUBJECT_ID="10")),
    "plain.gz": ended(HEADER, line(SUBJECT_ID="11")),
    NO_UTF_8: ended(HEADER, line(SUBJECT_ID="12")),
    "members.csv.gz": gzip.compress(ended(HEADER, line())) + gzip.compress(ended(line())),
    "cr_only.csv": ended(HEADER, line(), line(), end="\r"),
    "cp1252.csv": line(COMMENT_TEXT="X\x92S \x96 Y").encode("latin-1") + b"\n",
    "ctrl_z.csv": ended(line(), "\x1a"),
    "many.csv": ended(HEADER, *MANY),
    "holes.csv": ended(*(BAD.get(n, text) for n, text in enumerate(MANY, 1))),
}


@dataclass
class Taken:
    surveys: dict[str, FileSurvey]
    kept: dict[str, list[Row]]
    aside: dict[str, list[Row]]
    plan: str


@pytest.fixture(scope="module")
def taken(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Taken]:
    folder = tmp_path_factory.mktemp("files")
    for name, content in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    # Blocks small enough that files have several, and plans written out in full.
    settings = {
        "spark.sql.files.maxPartitionBytes": "65536",
        "spark.sql.debug.maxToStringFields": "1000",
    }
    before = {name: spark.conf.get(name) for name in settings}
    for name, value in settings.items():
        spark.conf.set(name, value)
    try:
        with fixed_splits(spark):
            inputs = [str(folder / name) for name in FILES]
            links = tmp_path_factory.mktemp("links")
            files = find_files(spark, inputs, links=links).distinct
            lines = read_lines(spark, files)
            surveys, stretches = take_survey(lines, files=files)
            names = {file.sha256: Path(file.path).name for file in files}
            rows = with_positions(lines, extract=Extract("e", None, names, surveys, stretches))
            kept, aside = kept_rows(rows), quarantined_rows(rows, codes=dict.fromkeys(CODES, 1))
            yield Taken(
                {Path(survey.file.path).name: survey for survey in surveys},
                by_file(kept.collect()),
                by_file(aside.collect()),
                kept._jdf.queryExecution().toString(),
            )
    finally:
        for name, value in before.items():
            spark.conf.set(name, value)


def by_file(rows: list[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: (row.source_file, row.position)):
        found.setdefault(row.source_file, []).append(row)
    return found


def positions(rows: list[Row]) -> list[int]:
    return [row.position for row in rows]


def test_a_header_is_found_by_looking_and_is_a_line_but_no_row(taken: Taken) -> None:
    expected = {
        "header.csv": [2, 3],
        "no_header.dat": [1, 2],
        "crlf.csv": [2],
        "comma_on_rows.csv": [2],
        "comma_on_header.csv": [2],
        "joined.csv": [2, 4],
        "dressed_header.csv": [2],
        "worded_header.csv": [2],
        "marked_header.csv": [2],
        "named.GZ": [2],
        "_hidden [1]{a}*.csv": [1],
        "spaced %41 [1].csv": [1],
        "2019:10 batch.csv": [2],
        "part:1.csv": [2],
        "plain.csv.bz2": [2],
        "plain.deflate": [2],
        "plain.gz": [2],
        r"pe\xf1a.csv": [2],
        "members.csv.gz": [2, 3],
        "cr_only.csv": [2, 3],
        "ctrl_z.csv": [1],
    }
    assert {name: positions(taken.kept[name]) for name in expected} == expected
    assert expected.keys() & taken.aside.keys() == {"ctrl_z.csv"}
    assert taken.surveys["joined.csv"].rows_read == 2


def test_every_row_is_kept_or_set_aside_once_and_the_survey_knew_how_many(taken: Taken) -> None:
    for name, survey in taken.surveys.items():
        kept, aside = taken.kept.get(name, []), taken.aside.get(name, [])
        assert (survey.rows_accepted, survey.rows_quarantined) == (len(kept), len(aside)), name
        places = positions([*kept, *aside])
        assert len(set(places)) == len(places) == survey.rows_read, name


def test_each_fault_of_a_row_has_its_code_and_a_detail_without_values(taken: Taken) -> None:
    rows = taken.aside["coded.csv"]
    assert [row.record for row in rows] == list(CODED)
    assert [row.code for row in rows] == [code for code, _ in CODED.values()]
    for row, (_, detail) in zip(rows, CODED.values(), strict=True):
        assert detail is None or row.detail == detail
        assert "DOE" not in row.detail and "KNIFE" not in row.detail


def test_rows_that_are_only_odd_are_kept_as_they_stand(taken: Taken) -> None:
    rows = taken.kept["kept.csv"]
    assert [row.record for row in rows] == KEPT
    assert rows[4].subject_id == "100" and rows[4].count_order == "101001015500"
    assert rows[6].stp_event_date == "19990000"
    assert rows[9].comment_text == "NULL"


def test_the_bytes_of_a_line_come_back_from_record_and_encoding(taken: Taken) -> None:
    rows = taken.kept["latin.csv"]
    assert [row.encoding for row in rows] == ["iso-8859-1", "utf-8"]
    assert [row.record.encode(row.encoding) for row in rows] == [
        N_TILDE.encode("latin-1"),
        N_TILDE.encode(),
    ]
    assert {row.comment_text for row in rows} == {"AÑO"}
    (windows,) = taken.kept["cp1252.csv"]
    assert windows.record.encode(windows.encoding) == FILES["cp1252.csv"].rstrip(b"\n")


def test_a_byte_order_mark_hurts_no_header_and_stays_in_the_record(taken: Taken) -> None:
    assert [row.record for row in taken.kept["marked_row.csv"]] == ["\ufeff" + line(), line()]
    (quoted,) = taken.kept["marked_quoted.csv.gz"]
    assert quoted.record == "\ufeff" + line(RECORD_ID='"a,b"')
    assert [row.record for row in taken.kept["marked_header.csv"]] == [line()]


def test_a_blank_line_inside_is_a_bad_row_and_blank_lines_at_the_end_are_none(taken: Taken) -> None:
    assert positions(taken.kept["blanks.csv"]) == [2, 4]
    assert [(row.position, row.code) for row in taken.aside["blanks.csv"]] == [(3, "FIELD_COUNT")]
    assert taken.surveys["only_blanks.csv"].rows_read == 0


def test_a_line_break_inside_quotes_sets_both_halves_aside(taken: Taken) -> None:
    assert positions(taken.kept["broken_record.csv"]) == [3]
    codes = {row.code for row in taken.aside["broken_record.csv"]}
    assert codes <= {"UNBALANCED_QUOTES", "FIELD_COUNT"}
    assert positions(taken.aside["broken_record.csv"]) == [1, 2]


def test_position_is_the_line_number_also_in_a_file_read_in_blocks(taken: Taken) -> None:
    rows = taken.kept["many.csv"]
    assert positions(rows) == list(range(2, 3002))
    assert [row.record for row in rows] == MANY


def test_bad_lines_are_set_aside_and_the_good_ones_between_them_kept(taken: Taken) -> None:
    assert [(row.position, row.code) for row in taken.aside["holes.csv"]] == [
        (500, "FIELD_COUNT"),
        (1500, "NO_SUBJECT_ID"),
        (1501, "FIELD_COUNT"),
        (2900, "UNBALANCED_QUOTES"),
    ]
    rows = taken.kept["holes.csv"]
    assert [(row.position, row.record) for row in rows] == [
        (n, text) for n, text in enumerate(MANY, 1) if n not in BAD
    ]


def test_a_line_is_parsed_in_one_place_and_again_only_without_its_end(taken: Taken) -> None:
    # Within a projection Spark takes the same expression once, however often it is written.
    physical = taken.plan.split("== Physical Plan ==")[1].split("== Initial Plan ==")[0]
    nodes = re.split(r"\n(?=[ :]*[:+]-)", physical)  # a line end stands within a node, too
    assert sum("from_csv(" in node for node in nodes) == 2
    assert "Python" not in physical


def test_the_layout_has_95_fields_and_every_needed_one_is_among_them() -> None:
    assert len(FIELDS) == len(set(FIELDS)) == 95
    assert set(NEEDED) <= set(FIELDS)


def test_damage_is_said_of_what_is_damaged_and_of_that_file_alone() -> None:
    files = [ResearchFile(f"/in/{name}", name, 1, "", f"file:/in/{name}", False) for name in "ab"]
    for message, which, words in (
        ("[FAILED_READ_FILE.NO_HINT] file:/in/b: java.io.EOFException", "/in/b", "damaged"),
        (
            "[FAILED_READ_FILE.NO_HINT] file:/in/b: java.io.IOException",
            "/in/b",
            "could not be read",
        ),
        ("java.util.zip.ZipException: invalid block type", "One of the files", "damaged"),
    ):
        with pytest.raises(InputRefused) as caught, read_faults(files):
            raise RuntimeError(message)
        assert caught.value.message.startswith(which) and words in caught.value.message
        assert "/in/a" not in caught.value.message
        assert ("damaged" in caught.value.message) == (words == "damaged")
    with pytest.raises(RuntimeError), read_faults(files):
        raise RuntimeError("java.io.IOException: No space left on device")
