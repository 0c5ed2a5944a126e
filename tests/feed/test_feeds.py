"""The files of a feed: right values are stored as they are, each fault is listed."""

from __future__ import annotations

import gzip
import re
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearance.errors import MOST_LISTED, InputRefused, UsageError
from clearance.feed import forms
from clearance.feed.read import checked_feed
from clearance.feed.sheet import LONGEST_LINE
from clearance.prepare.record import fields
from clearance.schemas import FEEDS
from tests.feed.reading import fingerprint, problem_lines, rows
from tests.support.feed_files import HASH, RIGHT, kind_of, text_of, write


@pytest.mark.parametrize("kind", FEEDS)
def test_a_row_is_kept_with_its_file_and_nulls_for_what_is_missing(
    kind: str, tmp_path: Path
) -> None:
    file = write(tmp_path / "feed.csv", text_of(kind, {}))
    (row,) = rows(kind, file)
    more = {"surviving_subject_id": "10000002"} if kind == "merges" else {}
    expected = {name: value or None for name, value in RIGHT[kind].items()}
    assert row == expected | {"source_file": file} | more
    assert {*row, "dated"} == set(FEEDS[kind].columns)


@pytest.mark.parametrize(
    ("kind", "change", "column"),
    [
        ("registry", {"subject_id": ""}, "subject_id"),
        ("registry", {"subject_id": "-"}, "subject_id"),
        ("registry", {"subject_id": "1.0E+07"}, "subject_id"),
        ("registry", {"subject_id": "1000 0001"}, "subject_id"),
        ("registry", {"registration": ""}, "registration"),
        ("registry", {"registration": "290 PC"}, "registration"),
        ("registry", {"registered_on": "2001-02-29"}, "registered_on"),
        ("registry", {"registered_on": "2/3/2001"}, "registered_on"),
        ("registry", {"registered_on": "20010203"}, "registered_on"),
        ("registry", {"registered_on": "2001-2-3"}, "registered_on"),
        ("registry", {"registered_on": "1849-12-31"}, "registered_on"),
        ("registry", {"ended_on": "2200-01-01"}, "ended_on"),
        ("registry", {"ended_on": "2001-02-02"}, "ended_on"),
        ("supervision", {"type": "Parole"}, "type"),
        ("supervision", {"type": ""}, "type"),
        ("supervision", {"county": "YOLLO"}, "county"),
        ("supervision", {"ended_on": "2001-02-02"}, "ended_on"),
        ("petitions", {"cnt_order": "1.01002E+11"}, "cnt_order"),
        ("petitions", {"cnt_order": "10100200100"}, "cnt_order"),
        ("petitions", {"cnt_order": "١٠١٠٠٢٠٠١٠٠٠"}, "cnt_order"),
        ("petitions", {"status": "GRANTED"}, "status"),
        ("petitions", {"status": "pending"}, "decided_on"),
        ("petitions", {"decided_on": "2019-05-05"}, "decided_on"),
        ("merges", {"into_subject_id": "10000001"}, "into_subject_id"),
        ("reviews", {"unit_id": "10000001"}, "unit_id"),
        ("reviews", {"unit_id": "10000001-1010020010"}, "unit_id"),
        ("reviews", {"unit_id": "-101002001000"}, "unit_id"),
        ("reviews", {"pack": "PC 1203.425"}, "pack"),
        ("reviews", {"content_hash": HASH[1:]}, "content_hash"),
        ("reviews", {"content_hash": "g" + HASH[1:]}, "content_hash"),
        ("reviews", {"outcome": "NOT_YET", "relief": ""}, "outcome"),
        ("reviews", {"outcome": "REVIEW", "relief": ""}, "outcome"),
        ("reviews", {"relief": ""}, "relief"),
        ("reviews", {"relief": "pardon"}, "relief"),
        ("reviews", {"outcome": "NOT_ELIGIBLE"}, "relief"),
        ("reviews", {"decided_by": " "}, "decided_by"),
        ("reviews", {"decided_on": ""}, "decided_on"),
        ("reviews", {"note": "a\x07b"}, "note"),
    ],
)
def test_a_wrong_value_refuses_the_feed_and_names_line_and_column(
    kind: str, change: dict[str, str], column: str, tmp_path: Path
) -> None:
    file = write(tmp_path / "feed.csv", text_of(kind, change))
    (line,) = problem_lines(kind, file)
    assert line.startswith(f"{file}:2: {column}: ")
    assert re.search(r"\b(write|remove|correct|copy|leave)\b", line), "what to do"


@pytest.mark.parametrize(
    ("kind", "change", "kept"),
    [
        ("registry", {"registered_on": "1850-01-01"}, {}),
        ("registry", {"ended_on": "2199-12-31"}, {}),
        ("registry", {"ended_on": "2001-02-03"}, {}),
        ("registry", {"registered_on": "2004-02-29"}, {}),
        ("registry", {"registration": "457.1"}, {}),
        ("registry", {"registered_on": "NULL", "ended_on": "-"}, dict.fromkeys(
            ("registered_on", "ended_on")
        )),
        ("supervision", {"county": " los  angeles "}, {"county": "LOS ANGELES"}),
        ("supervision", {"county": ""}, {"county": None}),
        ("supervision", {"ended_on": "2001-02-03"}, {}),
        ("petitions", {"status": "pending", "decided_on": ""}, {"decided_on": None}),
        ("petitions", {"decided_on": "2019-05-06"}, {}),
        ("reviews", {"unit_id": "10000001-101002"}, {}),
        ("reviews", {"content_hash": HASH.upper()}, {"content_hash": HASH}),
        ("reviews", {"outcome": "NOT_ELIGIBLE", "relief": ""}, {"relief": None}),
        ("reviews", {"note": 'He said "no", twice.\nThen Peña signed.'}, {}),
    ],
)  # fmt: skip
def test_what_is_on_the_right_side_of_a_bound_is_kept(
    kind: str, change: dict[str, str], kept: dict[str, str | None], tmp_path: Path
) -> None:
    (row,) = rows(kind, write(tmp_path / "feed.csv", text_of(kind, change)))
    expected = change | kept
    assert {name: row[name] for name in expected} == expected


def test_a_feed_knows_the_same_days_as_the_record() -> None:
    assert (str(forms.FIRST_DAY), str(forms.LAST_DAY)) == (fields.FIRST_DAY, fields.LAST_DAY)


def test_everything_wrong_in_every_file_is_told_at_once(tmp_path: Path) -> None:
    changes = ({"subject_id": "", "type": "jail"}, {}, {"county": "OZ"})
    first = write(tmp_path / "first.csv", text_of("supervision", *changes))
    header = write(tmp_path / "header.csv", "subject_id,type,county,started_on,endet_on\n")
    last = write(tmp_path / "last.csv", text_of("supervision", {"started_on": "soon"}))
    places = [line.split(": ")[:2] for line in problem_lines("supervision", first, header, last)]
    assert places == [
        [f"{first}:2", "subject_id"],
        [f"{first}:2", "type"],
        [f"{first}:4", "county"],
        [f"{header}:1", "endet_on"],
        [f"{header}:1", "ended_on"],
        [f"{last}:2", "started_on"],
    ]


def test_a_line_number_counts_the_lines_inside_quoted_cells(tmp_path: Path) -> None:
    text = text_of("reviews", {"note": "one\ntwo\nthree"}, {"pack": "B"})
    (line,) = problem_lines("reviews", write(tmp_path / "feed.csv", text))
    assert ":5: pack: " in line


def test_of_very_many_problems_the_first_are_told_and_all_are_counted(tmp_path: Path) -> None:
    text = text_of("registry", *[{"subject_id": ""}] * (MOST_LISTED + 1_000))
    lines = problem_lines("registry", write(tmp_path / "feed.csv", text))
    assert len(lines) == MOST_LISTED + 1
    assert lines[-1] == "... and 1,000 more"


@pytest.mark.parametrize("kind", FEEDS)
def test_no_problem_quotes_a_cell_since_it_may_be_a_name(kind: str, tmp_path: Path) -> None:
    slipped = dict.fromkeys(RIGHT[kind], "SKYWALKER, LUKE\x07")
    lines = problem_lines(kind, write(tmp_path / "feed.csv", text_of(kind, slipped)))
    lines += problem_lines(kind, write(tmp_path / "feed.csv", '"SKYWALKER, LUKE",290,,\n'))
    header = ",".join([*RIGHT[kind], '"SKYWALKER, LUKE"'])
    lines += problem_lines(kind, write(tmp_path / "feed.csv", header + "\n"))
    assert len(lines) >= 4
    assert "SKYWALKER" not in "".join(lines)


@pytest.mark.parametrize(
    ("header", "starts"),
    [
        ("registration,subject_id,ended_on,registered_on", []),
        (" subject_id, registration ,registered_on,ended_on", []),
        ("subject_id,registration,registered_on", ["ended_on: this column is missing"]),
        (
            "subject_id,registration,registered_on,ended_on,ended",
            ["ended: no column of this feed; did you mean `ended_on`?"],
        ),
        (
            "subject_id,registration,registered_on,ended_on,",
            ["column 5: no column of this feed"],
        ),
        (
            "subject_id,registration,registered_on,ended_on,ended_on",
            ["ended_on: named twice"],
        ),
        ("Subject_ID,registration,registered_on,ended_on", ["Subject_ID: no col", "subject_id: "]),
        ("10000001,290,2001-02-03,", ["the first line does not name the columns"]),
        ("subject_id;registration;registered_on;ended_on", ["the first line does not name"]),
        ("", ["empty; a feed without rows still needs a header"]),
    ],
)
def test_the_header_names_every_column_once_and_no_other_in_any_order(
    header: str, starts: list[str], tmp_path: Path
) -> None:
    file = write(tmp_path / "feed.csv", header)
    if not starts:
        assert rows("registry", file) == []
        return
    lines = problem_lines("registry", file)
    assert len(lines) == len(starts)
    for line, start in zip(lines, starts, strict=True):
        assert line.startswith(f"{file}:1: {start}")


def test_cells_follow_the_header_whatever_its_order(tmp_path: Path) -> None:
    text = "ended_on,registration,subject_id,registered_on\n,290,7,2001-02-03\n"
    (row,) = rows("registry", write(tmp_path / "feed.csv", text))
    assert (row["subject_id"], row["registration"], row["registered_on"]) == (
        "7",
        "290",
        "2001-02-03",
    )


def test_what_spreadsheets_do_to_a_file_changes_nothing(tmp_path: Path) -> None:
    change = {"note": "a, b", "decided_by": "Peña & Co"}
    plain = text_of("reviews", change)
    expected = rows("reviews", write(tmp_path / "feed.csv", plain))
    assert expected[0]["note"] == "a, b"
    for changed in (
        "\ufeff" + plain,
        plain.replace("\n", "\r\n"),
        plain.rstrip("\n"),
        plain + "\n\n   \n",
        plain + ",,,,,,,,\n,,,,,,,,\n",
        "\ufeff" + (plain + ",,,,,,,,\n").replace("\n", "\r\n"),
        plain.replace("10000001-101002001000", '" 10000001-101002001000 "'),
    ):
        assert rows("reviews", write(tmp_path / "feed.csv", changed)) == expected


@pytest.mark.parametrize(
    ("body", "line", "words"),
    [
        (b"1,290,,\n\n2,290,,\n", 3, "blank line between rows"),
        (b"1,290,,\n,,,\n\n2,290,,\n", 3, "blank line between rows"),
        (b"1,290,\n", 2, "3 cells under 4 columns"),
        (b"1,290,,,\n", 2, "5 cells under 4 columns"),
        (b"1,290,,\n2\xff,290,,\n", 3, "not UTF-8"),
        (b'1,290,,\n2,"290,,\n3,290,,\n', 3, "a quote has no partner"),
        (b'1,"29"0,,\n', 2, "a quote has no partner"),
        (b"1,290,,\r2,290,,\r\n", 2, "lone carriage return"),
        (b"1,290,," + b" " * LONGEST_LINE, 2, "a line of more than 1 MB"),
    ],
)
def test_a_file_that_is_no_whole_csv_is_refused_at_its_line(
    body: bytes, line: int, words: str, tmp_path: Path
) -> None:
    header = b"subject_id,registration,registered_on,ended_on\n"
    first, *_ = problem_lines("registry", write(tmp_path / "feed.csv", header + body))
    assert first.startswith(f"{tmp_path}/feed.csv:{line}: ")
    assert words in first


def test_a_file_of_another_kind_is_told_in_one_line(tmp_path: Path) -> None:
    text = text_of("registry", {}, {})
    for other in (text.encode("utf-16"), gzip.compress(text.encode()), b"PK\x03\x04" + b"\n" * 9):
        (line,) = problem_lines("registry", write(tmp_path / "feed.csv", other))
        assert "not plain text in UTF-8" in line


@given(
    kind=st.sampled_from(list(FEEDS)),
    body=st.binary(max_size=60)
    | st.lists(st.sampled_from(['"', ",", "\n", "\r\n", "\r", "290", "\x00", "é", "-"])).map(
        lambda parts: "".join(parts).encode()
    ),
)
def test_whatever_a_file_holds_it_is_a_feed_or_refused(kind: str, body: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = write(Path(folder) / "feed.csv", text_of(kind, {}).encode() + body)
        with suppress(InputRefused), checked_feed(kind_of(kind), [file]) as feed:
            assert feed.rows >= 1


def test_a_feed_of_no_rows_is_a_feed(tmp_path: Path) -> None:
    for kind in FEEDS:
        assert rows(kind, write(tmp_path / f"{kind}.csv", text_of(kind))) == []


def test_files_are_read_in_turn_each_once(tmp_path: Path) -> None:
    one = write(tmp_path / "one.csv", text_of("registry", {}))
    two = write(tmp_path / "two.csv", text_of("registry", {"subject_id": "2"}))
    kept = rows("registry", one, two, str(tmp_path / "." / "one.csv"))
    assert [(row["subject_id"], row["source_file"]) for row in kept] == [
        ("10000001", one),
        ("2", two),
    ]


def test_a_missing_file_a_folder_and_an_unknown_kind_are_named(tmp_path: Path) -> None:
    for name in ("nowhere.csv", str(tmp_path), "s3a://bucket/registry.csv"):
        with pytest.raises(InputRefused, match=re.escape(name)), checked_feed(
            kind_of("registry"), [name]
        ):  # fmt: skip
            pass
    with pytest.raises(UsageError, match="Did you mean `petitions`"):
        kind_of("petition")


def test_the_fingerprint_is_of_the_rows_whatever_their_order_and_files(tmp_path: Path) -> None:
    a, b = {"subject_id": "1"}, {"subject_id": "2"}
    ab = write(tmp_path / "ab.csv", text_of("registry", a, b))
    ba = write(tmp_path / "ba.csv", "\ufeff" + text_of("registry", b, a).replace("\n", "\r\n"))
    one = write(tmp_path / "a.csv", text_of("registry", a))
    two = write(tmp_path / "b.csv", text_of("registry", b))
    assert len({fingerprint("registry", *files) for files in ([ab], [ba], [one, two])}) == 1
    twice = write(tmp_path / "twice.csv", text_of("registry", a, b, b))
    other = write(tmp_path / "other.csv", text_of("registry", a, b | {"ended_on": "2020-01-01"}))
    files = ([ab], [one], [two], [twice], [other])
    assert len({fingerprint("registry", *each) for each in files}) == len(files)
