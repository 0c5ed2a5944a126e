"""Made-up people: the same every time, in the real format, with the real mess, in little memory."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from clearance.feed.kinds import find_kind
from clearance.feed.read import checked_feed
from clearance.ingest.layout import FIELDS
from clearance.synth.feeds import write_feeds
from clearance.synth.names import STATE
from clearance.synth.people import person
from clearance.synth.step import synthesize

AS_OF = date(2026, 11, 1)
Row = dict[str, str]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("demo")
    synthesize(people=2_000, out=out, seed=1, as_of=AS_OF)
    return out / "synthetic-0001.csv"


@pytest.fixture(scope="module")
def rows(demo: Path) -> list[Row]:
    with demo.open(encoding="iso-8859-1", newline="") as file:
        return [{key: value.strip() for key, value in row.items()} for row in csv.DictReader(file)]


def test_two_thousand_people_give_fifteen_to_twentyfive_thousand_rows_in_twelve_counties(
    rows: list[Row],
) -> None:
    assert 15_000 <= len(rows) <= 25_000
    assert len({row["SUBJECT_ID"] for row in rows}) == 2_000
    courts = {row["STP_ORI_CNTY_NAME"] for row in rows if row["STP_TYPE_DESCR"] == "COURT ACTION"}
    assert len(courts & set(STATE)) == 12


def test_beyond_the_first_people_the_whole_state_occurs() -> None:
    people = (person(1, number, AS_OF) for number in range(5_000, 8_000))
    assert {somebody.county for somebody in people if somebody} == set(STATE)


def test_nobody_is_arrested_as_a_child_or_very_old() -> None:
    for number in range(2_000):
        somebody = person(1, number, AS_OF)
        assert somebody
        for cycle in somebody.cycles:
            assert 15 <= (cycle.on - somebody.born).days / 365.25 <= 110


def kinds(kind: str) -> Callable[[Row], bool]:
    return lambda row: row["STP_TYPE_DESCR"] == kind


def disposed(text: str) -> Callable[[Row], bool]:
    return lambda row: text in row["DISP_DESCR"]


def charged(pattern: str) -> Callable[[Row], bool]:
    compiled = re.compile(pattern)
    return lambda row: bool(compiled.match(row["OFFENSE_DESCR"]))


MESS: dict[str, Callable[[Row], bool]] = {
    "a step of custody": kinds("CUSTODY:CDC"),
    "a registration": lambda row: kinds("REGISTRATION")(row) and charged("290")(row),
    "another registration": lambda row: kinds("REGISTRATION")(row) and charged("11590|457")(row),
    "a death": kinds("DECEASED"),
    "a supplemental arrest": kinds("SUPPLEMENTAL ARR"),
    "an applicant": kinds("APPLICANT"),
    "rejected": disposed("PROS REJ"),
    "released": disposed("RELEASED/DETENTION ONLY"),
    "dismissed": disposed("DISMISSED/FURTHERANCE"),
    "acquitted": disposed("ACQUITTED"),
    "diverted": disposed("DIVERTED PER 1000 PC"),
    "diversion completed": disposed("DIVERSION COMPLETED"),
    "set aside": disposed("1203.4"),
    "reduced": disposed("REDUCED TO MISDEMEANOR"),
    "revoked": disposed("PROBATION REVOKED"),
    "reinstated": disposed("REINSTATED"),
    "sentence modified": disposed("SENTENCE MODIFIED"),
    "an arrest without a disposition": lambda row: (
        kinds("ARREST/DETAINED/CITED")(row) and not row["DISP_DESCR"]
    ),
    "a court count without a disposition": lambda row: (
        kinds("COURT ACTION")(row) and not row["DISP_DESCR"]
    ),
    "no blank before the book": charged(r"11357\(\w\)HS-"),
    "no brackets": charged(r"1136?\d+[A-Z]\d? HS"),
    "no code book": charged(r"113\d\d(\(\w\))? [A-Z]{3}"),
    "an attempt by its section": charged(r"664/113(58|59|60)"),
    "an attempt by its words": charged(r"113(58|59|60).*-ATTEMPTED"),
    "two sections": charged(r"484\(A\)/490\.5 PC"),
    "blanks around the dash": charged(r"\d+.* [A-Z]{2} - [A-Z]"),
    "the charge in the comment": lambda row: (
        row["OFFENSE_DESCR"] == "SEE COMMENT FOR CHARGE" and row["COMMENT_TEXT"].startswith("CHRG ")
    ),
    "a blank charge, a comment with a colon": lambda row: (
        not row["OFFENSE_DESCR"] and row["COMMENT_TEXT"].startswith(":CHRG ")
    ),
    "a comment that corrects a charge": lambda row: "SHOULD" in row["COMMENT_TEXT"],
    "a quote inside a comment": lambda row: '"' in row["COMMENT_TEXT"],
    "a conspiracy, its target in the comment": lambda row: (
        charged(r"182\(A\)\(1\) PC")(row) and "11359 HS" in row["COMMENT_TEXT"]
    ),
    "not cannabis: 11357.5": charged(r"11357\.5"),
    "not cannabis: 11361": charged(r"11361\(A\)"),
    "not a super-strike: 537": charged(r"537\(A\)\(1\) PC"),
    "a super-strike": charged(r"187\(A\) PC"),
    "a gang enhancement": charged(r"186\.22\(B\)\(4\) PC"),
    "a date without a day": lambda row: bool(
        re.fullmatch(r"\d{4}\d[1-9]00", row["STP_EVENT_DATE"])
    ),
    "a date without a month": lambda row: bool(
        re.fullmatch(r"[12]\d{3}0000", row["STP_EVENT_DATE"])
    ),
    "a zero date": lambda row: row["STP_EVENT_DATE"] == "00000000",
    "no date": lambda row: row["STP_EVENT_DATE"] in ("", "-", "NULL"),
    "no case number": lambda row: kinds("COURT ACTION")(row) and row["OFN"] == "NULL",
    "a key that does not end in 000": lambda row: not row["CNT_ORDER"].endswith("000"),
    "no county": lambda row: row["STP_ORI_CNTY_NAME"] in ("", "-", "NULL"),
    "an unknown county": lambda row: row["STP_ORI_CNTY_NAME"] == "OUT OF STATE",
    "a part without a length": lambda row: (
        row["SENT_LOC_DESCR"] == "PROBATION" and row["SENT_LENGTH"] in ("", "-", "NULL")
    ),
    "a part without a place": lambda row: (
        row["SENT_LOC_DESCR"] in ("", "-", "NULL") and row["SENT_LENGTH"].isdigit()
    ),
    "another unit of time": lambda row: row["SENT_TIME_CODE"] == "N",
    "an x for a cycle": lambda row: row["CYC_ORDER"] == "x",
    "a level at conviction below the charge": lambda row: (
        row["OFFENSE_TOC"] == "F" and row["CONV_STAT_DESCR"] == "MISDEMEANOR"
    ),
    "a convicted charge": lambda row: row["CONV_OFFENSE_DESCR"][:1].isdigit(),
}


def test_every_kind_of_mess_occurs(rows: list[Row]) -> None:
    missing = [kind for kind, occurs in MESS.items() if not any(map(occurs, rows))]
    assert missing == []


def test_absent_is_spelled_in_several_ways_and_values_are_padded(demo: Path) -> None:
    with demo.open(encoding="iso-8859-1", newline="") as file:
        raw = list(csv.DictReader(file))
    spellings = {row["EYE_COLOR_CODE"] for row in raw}
    assert {"", "  -  ", "-", "NULL     ", " " * 12} <= spellings
    assert any(row["DISP_DESCR"].startswith("CONVICTED ") for row in raw)
    assert any(row["OFN"] == " NULL " for row in raw)


def test_sentence_parts_repeat_their_count_and_some_rows_stand_twice(demo: Path) -> None:
    with demo.open(encoding="iso-8859-1", newline="") as file:
        raw = list(csv.reader(file))[1:]
    at = {name: place for place, name in enumerate(FIELDS)}
    parts: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for row in raw:
        if "CONVICTED" in row[at["DISP_DESCR"]]:
            key = (row[at["SUBJECT_ID"]], row[at["CNT_ORDER"]])
            order = row[at["SENT_ORDER"]].strip(" -").replace("NULL", "")
            parts[key].append((order, row[at["SENT_LOC_DESCR"]].strip()))
    assert any({order for order, _ in found} >= {"1", "2", "3"} for found in parts.values())
    assert any(
        [order for order, _ in found].count("") > 1 and len({place for _, place in found}) > 1
        for found in parts.values()
    )
    assert len({tuple(row) for row in raw}) < len(raw)


def test_later_dispositions_name_the_same_case_on_a_later_step(rows: list[Row]) -> None:
    first: dict[tuple[str, str, str], str] = {}
    linked = same_count = 0
    for row in rows:
        key = (row["SUBJECT_ID"], row["CNT_ORDER"][:3], row["OFN"])
        if row["DISP_DESCR"].startswith("CONVICTED"):
            first[key] = row["CNT_ORDER"]
        elif "1203.4 PC" in row["DISP_DESCR"] and key in first:
            linked += row["CNT_ORDER"][:6] > first[key][:6]
            same_count += row["CNT_ORDER"] == first[key]
    assert linked > 10
    assert same_count > 3


def test_people_have_courts_in_several_counties(rows: list[Row]) -> None:
    counties = defaultdict(set)
    for row in rows:
        if row["STP_TYPE_DESCR"] == "COURT ACTION":
            counties[row["SUBJECT_ID"]].add(row["STP_ORI_CNTY_NAME"])
    assert sum(len(found) > 1 for found in counties.values()) > 100


def test_cannabis_convictions_fall_on_both_sides_of_prop_64(rows: list[Row]) -> None:
    on = [
        row["STP_EVENT_DATE"]
        for row in rows
        if row["DISP_DESCR"].startswith("CONVICTED") and charged(r"113(57|58|59|60)\b(?!\.5)")(row)
    ]
    assert sum("19000000" < day < "20161109" for day in on) > 300
    assert sum(day >= "20161109" for day in on) > 100


def test_some_names_are_in_one_encoding_and_some_in_the_other(demo: Path) -> None:
    named = [
        line for line in demo.read_bytes().split(b"\n") if b"\xd1" in line or b"\xc3\x91" in line
    ]
    assert any(b"\xc3\x91" in line for line in named)
    assert any(b"\xc3\x91" not in line for line in named)


KINDS = ("registry", "supervision", "petitions")


@pytest.fixture(scope="module")
def feeds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    made = write_feeds(people=2_000, out=tmp_path_factory.mktemp("feeds"), seed=1, as_of=AS_OF)
    return {feed.kind: Path(feed.file) for feed in made}


def told(path: Path) -> list[Row]:
    """The rows of a feed, each cell as it is written."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_every_feed_is_one_that_the_command_takes(feeds: dict[str, Path]) -> None:
    assert tuple(feeds) == KINDS
    for kind, path in feeds.items():
        with checked_feed(find_kind(kind, counties=STATE), [str(path)]) as checked:
            assert checked.rows == len(told(path)) > 50, kind


def test_a_feed_is_the_same_for_the_same_seed_and_another_for_another(tmp_path: Path) -> None:
    def made(name: str, *, people: int = 150, seed: int = 3) -> list[bytes]:
        found = write_feeds(people=people, out=tmp_path / name, seed=seed, as_of=AS_OF)
        return [Path(feed.file).read_bytes() for feed in found]

    first, longer = made("first"), made("longer", people=300)
    assert made("again") == first
    assert all(one != other for one, other in zip(first, made("other", seed=4), strict=True))
    assert all(long.startswith(short) for short, long in zip(first, longer, strict=True))
    assert sorted(path.name for path in (tmp_path / "first").iterdir()) == sorted(
        f"{kind}.csv" for kind in KINDS
    )


KNOWN_MESS: dict[str, tuple[str, Callable[[Row], bool]]] = {
    "another registration": ("registry", lambda row: row["registration"] == "457.1"),
    "a day that nobody knows": ("registry", lambda row: row["registered_on"] in ("", "-", "NULL")),
    "a registration that ended": ("registry", lambda row: row["ended_on"][:2] in ("19", "20")),
    "somebody with no record": ("registry", lambda row: row["subject_id"][0] == "8"),
    "parole": ("supervision", lambda row: row["type"] == "parole"),
    "supervision after jail": ("supervision", lambda row: row["type"] == "mandatory"),
    "supervision of the state's": ("supervision", lambda row: row["type"] == "prcs"),
    "federal supervision": ("supervision", lambda row: row["type"] == "federal"),
    "a county in small letters": ("supervision", lambda row: row["county"] == "Los Angeles"),
    "no end": ("supervision", lambda row: row["ended_on"] in ("", "-", "NULL")),
    "an end ahead": ("supervision", lambda row: row["ended_on"][:4] > "2026"),
    "blanks around a cell": ("petitions", lambda row: any(v != v.strip() for v in row.values())),
    "a petition that was granted": ("petitions", lambda row: row["status"] == "granted"),
    "a petition that is open": ("petitions", lambda row: row["status"] == "pending"),
}


def test_every_kind_of_mess_occurs_in_the_feeds(feeds: dict[str, Path]) -> None:
    rows = {kind: told(path) for kind, path in feeds.items()}
    missing = [
        name for name, (kind, occurs) in KNOWN_MESS.items() if not any(map(occurs, rows[kind]))
    ]
    assert missing == []
    assert {kind: path.read_bytes()[:3] for kind, path in feeds.items()} == {
        "registry": b"sub",
        "supervision": b"\xef\xbb\xbf",
        "petitions": b'"co',
    }
    assert b"\r\n" in feeds["supervision"].read_bytes()


def test_nothing_in_a_feed_began_or_was_decided_after_as_of(feeds: dict[str, Path]) -> None:
    begins = {
        "registry": ("registered_on", "ended_on"),
        "supervision": ("started_on",),
        "petitions": ("filed_on", "decided_on"),
    }
    for kind, columns in begins.items():
        days = [row[name].strip() for row in told(feeds[kind]) for name in columns]
        known = [day for day in days if day[:1] in ("1", "2")]
        assert len(known) > 50 and max(known) <= AS_OF.isoformat(), kind


def test_petitions_are_about_convictions_of_the_record(
    feeds: dict[str, Path], rows: list[Row]
) -> None:
    convicted = {
        (row["SUBJECT_ID"], row["CNT_ORDER"][:9])
        for row in rows
        if row["DISP_DESCR"].startswith("CONVICTED")
    }
    asked = [
        (row["subject_id"].strip(), row["cnt_order"].strip()) for row in told(feeds["petitions"])
    ]
    assert asked and all((subject, count[:9]) in convicted for subject, count in asked)
