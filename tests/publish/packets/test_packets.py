"""County packets: what stands in each file, byte for byte."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from pyspark.sql import SparkSession

from clearance.determine.recorded import WHAT_IF
from clearance.errors import StoreFault, UsageError
from clearance.ingest.layout import FIELDS
from clearance.platform.paths import rules_folder
from clearance.platform.store.store import Store
from clearance.publish.column_order import APPENDED, CONDENSED, RELIEF
from clearance.publish.figures.summary import IMPACT, NOTHING_DECIDED
from clearance.publish.step import PublishResult, publish
from tests.support.literal_tables import (
    PACKS,
    REASONS,
    SWEEP,
    charge,
    court,
    determination,
    record,
    recorded,
    source_row,
    sweep,
    write,
)

# Input order is the order of positions; the table holds the rows in another order.
A = {"SUBJECT_ID": "A"}
ARREST = {
    **A,
    "CNT_ORDER": "101001001000",
    "STP_TYPE_DESCR": "ARREST/DETAINED/CITED",
    "STP_ORI_CNTY_NAME": "ALPINE",
    "PRI_NAME": 'DOE, "JO" A',
    "OFFENSE_DESCR": "  -  ",
    "COMMENT_TEXT": "CHRG 11359 - Should be reviewed, see file",
}
DECIDED = court(
    *("A", "101002001000", "SAN JOAQUIN", "11357 HS-POSSESS"),
    OFN="  B-777  ",
    COMMENT_TEXT=" 11357(C) HS ",
    DISP_DESCR="CONVICTED-JAIL",
)
SECOND_PART = {**DECIDED, "OFN": "NULL", "COMMENT_TEXT": "", "SENT_LENGTH": "90"}
SAME_STEP = court("A", "101002002000", "SAN JOAQUIN", "647(F) PC", OFN="888, 889")
ELSEWHERE = court("A", "102001001000", "CONTRA COSTA", "11360(A) HS", OFN="-")
LATIN = court("Ñ1", "101001001000", "SAN JOAQUIN", "11358 HS", PRI_NAME="PEÑA, JOSÉ", OFN="Ñ9")
DISMISSED = court("B", "101001001000", " marin ", "459 PC", END_OF_REC="  ")
# Two offices of one county write the same letter in two ways.
IN_UTF_8 = court("D", "101001001000", "NAPA", "11357 HS", PRI_NAME="NUÑEZ, ANA")
IN_LATIN_1 = court("E", "101001001000", "NAPA", "11357 HS", PRI_NAME="MUÑOZ, EVA")
JAILED = {
    **court("C", "101001001000", "DEL NORTE", "11358 HS", DISP_DESCR="CONVICTED"),
    "STP_TYPE_DESCR": "DECEASED",
}

ROWS = [
    source_row(70, DISMISSED, record=record(DISMISSED)[:-2] + "  "),
    source_row(50, LATIN, encoding="iso-8859-1", record=record(LATIN) + ","),
    source_row(40, ELSEWHERE),
    source_row(30, SAME_STEP, record=record(SAME_STEP) + ",   "),
    source_row(20, SECOND_PART),
    source_row(10, DECIDED),
    source_row(5, ARREST, record="\ufeff" + record(ARREST)),
    # Positions count the lines of one file.
    source_row(10, DECIDED, extract="2", source_file="0.csv"),
    source_row(80, JAILED),
    source_row(90, IN_UTF_8),
    source_row(100, IN_LATIN_1, encoding="iso-8859-1"),
]

CHARGES = [
    charge(
        *("A", "101002001000", "SAN JOAQUIN", "11357"),
        convictions_on_record=3,
        latest_conviction=date(2012, 2, 29),
        super_strike_charges=["187(A) PC", "136.1 PC + 186.22(B)(4) PC"],
        registrable_charges=["288(A) PC"],
        registered_290=True,
        p64_convictions=2,
        p64_11357=1,
        p64_11360=1,
    ),
    charge(
        *("A", "102001001000", "CONTRA COSTA", "11360"),
        conviction_date=date(2016, 11, 9),
        deceased=True,
        level="M",
        subdivisions=["A", "3"],
    ),
    charge(
        *("Ñ1", "101001001000", "SAN JOAQUIN", "11358"),
        conviction_date=None,
        level=None,
        # Another is dated; the undated one may be the latest all the same.
        latest_conviction=date(2012, 2, 29),
        every_conviction_dated=None,
    ),
    charge("B", "101001001000", "MARIN", "459", tags=[], convicted=False, status="dismissed"),
    charge("C", "101001001000", "DEL NORTE", "11358", conviction_date=date(2016, 11, 10)),
    *(charge(who, "101001001000", "NAPA", "11357", convicted=False) for who in "DE"),
    # An arrest of several charges, one of which cannot be read.
    *(
        charge("Ñ1", f"10200100{number}000", "SAN JOAQUIN", section, convicted=False)
        for number, section in ((1, "11360"), (2, "11358"))
    ),
    charge("Ñ1", "102001003000", "SAN JOAQUIN", "", convicted=False) | {"section": None},
]

ARRESTS = [
    {
        "subject_id": who,
        "unit_id": f"{who}-102001",
        "county": county,
        "level": "M",
        "arrest_date": date(2021, 3, 4),
    }
    for who, county in (("Ñ1", "SAN JOAQUIN"), ("A", "ALPINE"))
]

PETITIONS = {
    "no_such_pointer": "no_such_pointer",
    "pc1203_4": "Dismissal after probation, where a petition may be open",
}
LAW = {"kind": "law", "pack": "state_law", "pack_fingerprint": "l1", "pack_version": "2024-10-01"}
LAW_YAML = """
pack: state_law
title: Automatic relief
petition: [pc1203_4, no_such_pointer]
params: {years: {value: 4, cite: law}}
flow: []
"""

DETERMINATIONS = [
    determination(
        "A-101002001000", "SAN JOAQUIN", "quiet_record", "ELIGIBLE", "dismiss", "NO_RECENT"
    ),
    determination("A-102001001000", "CONTRA COSTA", "minor", "REVIEW", None, "CHARGE_ITSELF"),
    determination(
        "Ñ1-101001001000", "SAN JOAQUIN", "unknown", "REVIEW", None, "MISSING_INFORMATION"
    ),
    determination("C-101001001000", "DEL NORTE", "too_late", "NOT_ELIGIBLE", None, "NO_TEXT"),
    *(
        determination(
            *(unit, county, "every_one", "ELIGIBLE", "dismiss", "EVERY"),
            **{"pack": "dismiss_all", "pack_fingerprint": "s1", "kind": "scenario"},
        )
        for unit, county in (
            ("A-101002001000", "SAN JOAQUIN"),
            ("Ñ1-101001001000", "SAN JOAQUIN"),
            ("A-102001001000", "CONTRA COSTA"),
            ("C-101001001000", "DEL NORTE"),
        )
    ),
    determination("A-101002001000", "SAN JOAQUIN", "felony", "NOT_ELIGIBLE", None, "NO_LAW", **LAW),
    determination(
        *("Ñ1-101001001000", "SAN JOAQUIN", "year", "NOT_YET", "grant_conviction_relief", "WAIT"),
        **LAW,
        eligible_on=date(2027, 5, 6),
        revisit_on=date(2027, 5, 6),
    ),
    *(
        determination(
            *(unit, county, "old", "ELIGIBLE", "grant_arrest_relief", "OLD"),
            **{**LAW, "unit": "arrest", "eligible_on": date(2024, 10, 1)},
        )
        for unit, county in (("Ñ1-102001", "SAN JOAQUIN"), ("A-102001", "ALPINE"))
    ),
]


@dataclass(frozen=True)
class Published:
    out: Path
    result: PublishResult
    store: Store
    rules: Path

    def bytes_of(self, county: str, file: str) -> list[bytes]:
        return (self.out / "packets" / county / f"{file}.csv").read_bytes().split(b"\n")[:-1]

    def appended(self, county: str, file: str = "all") -> list[dict[str, str]]:
        """The appended columns of each row."""
        text = b"\n".join(self.bytes_of(county, file)).decode("latin-1")
        rows = list(csv.reader(io.StringIO(text)))
        width = len(rows[0]) - len(APPENDED)
        assert all(len(row) == len(rows[0]) for row in rows)
        return [dict(zip(APPENDED, row[width:], strict=True)) for row in rows[1:]]

    def summary(self, county: str) -> dict:
        return json.loads((self.out / "packets" / county / "summary.json").read_text())


def rules_with_reasons(folder: Path) -> Path:
    """The project's rules with this test's reason texts."""
    import shutil

    shutil.copytree(rules_folder(), folder)
    (folder / "reasons.yaml").write_text(f'{REASONS}WAIT: "{{years}} years for {{charge}}"\n')
    return folder


@pytest.fixture(scope="module")
def published(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Published:
    folder = tmp_path_factory.mktemp("packets")
    store, rules = Store(str(folder / "store")), rules_with_reasons(folder / "rules")
    write(spark, store, "source_rows", ROWS)
    write(spark, store, "charges", CHARGES)
    write(spark, store, "determinations", DETERMINATIONS)
    write(spark, store, "arrests", ARRESTS)
    law = {"pack": "state_law", "version": "2024-10-01", "yaml": LAW_YAML, "facts": []}
    write(spark, store, "packs", [*PACKS, {"fingerprint": "l1", **law}])
    write(spark, store, "sweeps", [sweep()])
    out = folder / "out"
    result = publish(spark, store, out=out, rules=rules, sweep=recorded(), xlsx=True)
    return Published(out, result, store, rules)


def test_a_packet_holds_every_row_of_every_person_with_a_count_in_the_county_in_input_order(
    published: Published,
) -> None:
    lines = published.bytes_of("san-joaquin", "all")
    received = [ARREST, DECIDED, SECOND_PART, SAME_STEP, ELSEWHERE, LATIN, DECIDED]
    assert len(lines) == 1 + len(received)
    assert lines[0].decode() == ",".join((*FIELDS, *APPENDED))
    for line, values in zip(lines[1:], received, strict=True):
        encoding = "latin-1" if values is LATIN else "utf-8"
        assert line.startswith(record(values).encode(encoding) + b",")
    assert len(published.bytes_of("contra-costa", "all")) == 1 + 6


def test_the_96th_blank_field_is_not_carried_over_and_a_blank_95th_is(
    published: Published,
) -> None:
    same_step = published.bytes_of("san-joaquin", "all")[4]
    assert same_step == record(SAME_STEP).encode() + b"," + b"," * (len(APPENDED) - 1)
    (dismissed,) = published.bytes_of("marin", "all")[1:]
    assert dismissed == record(DISMISSED).encode() + b"," + b"," * (len(APPENDED) - 1)
    assert record(DISMISSED).endswith(",  ")


def test_a_county_where_a_person_was_only_arrested_gets_no_packet(published: Published) -> None:
    folders = {path.name for path in (published.out / "packets").iterdir()}
    assert folders == {"san-joaquin", "contra-costa", "marin", "del-norte", "napa"}


def test_a_conviction_outside_a_court_step_still_belongs_to_its_county(
    published: Published,
) -> None:
    assert len(published.bytes_of("del-norte", "all")) == 2


def test_the_columns_stand_on_the_first_row_of_each_decided_count(published: Published) -> None:
    rows = published.appended("san-joaquin")
    assert rows[1] == {
        "Case Number": "B-777; 888, 889",
        "# of convictions on record": "3",
        "Possible Other P64 Charges": "11357(C) HS",
        "Occurred after 11/9/2016": "N",
        "Superstrike Code Section(s)": "187(A) PC;136.1 PC + 186.22(B)(4) PC",
        "PC290 Code Section(s)": "288(A) PC",
        "PC290 Registration": "Yes",
        "Date of Conviction": "05/06/2008",
        "Years Since This Conviction": "18.5",
        "Years Since Any Conviction": "14.7",
        "# of Prop 64 convictions": "2",
        "# of HS 11357 convictions": "1",
        "# of HS 11358 convictions": "0",
        "# of HS 11359 convictions": "0",
        "# of HS 11360 convictions": "1",
        "Deceased": "-",
        "Eligibility Determination": "Eligible for Dismissal",
        "Eligibility Reason": "No convictions in past 10 years",
    }
    blank = dict.fromkeys(APPENDED, "")
    assert rows[2] == blank, "a sentence part of the same count"
    assert rows[3] == blank, "another count, not decided"
    assert rows[4] == blank, "decided by another county's policy"
    assert rows[6] == {**blank, "Possible Other P64 Charges": "11357(C) HS"}, "the count again"


def test_the_other_countys_packet_carries_the_other_countys_decision(published: Published) -> None:
    rows = published.appended("contra-costa")
    assert [row["Eligibility Determination"] for row in rows] == [
        *("", "", "", "", "To be reviewed by City Attorneys", "")
    ]
    decided = rows[4]
    assert decided["Eligibility Reason"] == "11360(A)(3) HS"
    assert decided["Case Number"] == ""
    assert decided["Occurred after 11/9/2016"] == "N"
    assert decided["Deceased"] == "Deceased"
    assert decided["Superstrike Code Section(s)"] == "-"
    assert decided["PC290 Registration"] == "-"


def test_what_the_record_does_not_say_shows_as_unknown(published: Published) -> None:
    latin = published.appended("san-joaquin")[5]
    assert latin["Case Number"] == "Ñ9"
    assert latin["Date of Conviction"] == ""
    assert latin["Occurred after 11/9/2016"] == ""
    assert latin["Years Since This Conviction"] == "-1.0"
    assert latin["Years Since Any Conviction"] == "-1.0"
    assert latin["Eligibility Determination"] == "Maybe Eligible - Flag for Review"
    assert latin["Eligibility Reason"] == "Missing information"


def test_a_conviction_the_day_after_is_after_and_an_unknown_reason_prints_its_code(
    published: Published,
) -> None:
    (row,) = published.appended("del-norte")
    assert row["Occurred after 11/9/2016"] == "Y"
    assert row["Eligibility Determination"] == "Not eligible"
    assert row["Eligibility Reason"] == "NO_TEXT"


def test_a_comment_is_shown_on_every_row_decided_or_not(published: Published) -> None:
    first = published.appended("san-joaquin")[0]
    assert first["Possible Other P64 Charges"] == "CHRG 11359 - Should be reviewed, see file"


def test_prop64_holds_only_first_rows_of_decided_counts(published: Published) -> None:
    everything = published.bytes_of("san-joaquin", "all")
    assert published.bytes_of("san-joaquin", "prop64") == [everything[i] for i in (0, 2, 6)]


def test_condensed_holds_the_named_columns_as_received(published: Published) -> None:
    lines = published.bytes_of("san-joaquin", "condensed")
    assert lines[0].decode() == ",".join((*CONDENSED, *APPENDED))
    received = list(csv.reader(line.decode("latin-1") for line in lines[1:]))
    for row, values in zip(
        received, [ARREST, DECIDED, SECOND_PART, SAME_STEP, ELSEWHERE, LATIN, DECIDED], strict=True
    ):
        assert row[: len(CONDENSED)] == [values.get(field, "") for field in CONDENSED]
    assert published.appended("san-joaquin", "condensed") == published.appended("san-joaquin")


def test_a_county_without_determinations_gets_headers_and_a_summary_that_says_so(
    published: Published,
) -> None:
    assert published.bytes_of("marin", "prop64") == [",".join((*FIELDS, *APPENDED)).encode()]
    summary = published.summary("marin")
    assert summary == {
        "county": "MARIN",
        "as_of": "2026-11-01",
        "sweep_id": SWEEP,
        "line_count": 1,
        "lines": {"all": 1, "condensed": 1, "prop64": 0, "relief": 0},
        "encodings": dict.fromkeys(("all", "condensed", "prop64", "relief"), "utf-8"),
        "policy": None,
        "policy_version": None,
        "policy_fingerprint": None,
        "note": NOTHING_DECIDED,
        "earliest_prop64_conviction": None,
        "prop64_convictions": {"total": 0, "felony": 0, "non_felony": 0, "unknown_level": 0},
        "prop64_convictions_by_section": {},
        "people_with_a_prop64_conviction": 0,
        "people_with_an_incomplete_record": 0,
        "determinations": 0,
        "by_determination": {
            word: {"total": 0, "by_section": {}, "by_reason": {}}
            for word in ("Eligible for Dismissal", "Eligible for Reduction")
        },
        "impact": {
            "policy": dict.fromkeys(IMPACT, 0),
            "scenarios": {"dismiss_all": dict.fromkeys(IMPACT, 0)},
        },
        "relief": {},
        "petitions": PETITIONS,
    }


def test_the_summary_counts_convictions_decisions_and_impact(published: Published) -> None:
    summary = published.summary("san-joaquin")
    assert summary["county"] == "SAN JOAQUIN"
    assert summary["as_of"] == "2026-11-01"
    assert summary["sweep_id"] == SWEEP
    assert summary["policy"] == "county_pilot"
    assert summary["policy_fingerprint"] == "f1"
    assert summary["note"] is None
    assert summary["line_count"] == 7
    assert summary["earliest_prop64_conviction"] == "2008-05-06"
    assert summary["people_with_a_prop64_conviction"] == 2
    assert summary["prop64_convictions"] == {
        "total": 2,
        "felony": 1,
        "non_felony": 0,
        "unknown_level": 1,
    }
    assert summary["prop64_convictions_by_section"] == {
        "11357 HS": {"total": 1, "felony": 1, "non_felony": 0, "unknown_level": 0},
        "11358 HS": {"total": 1, "felony": 0, "non_felony": 0, "unknown_level": 1},
    }
    elsewhere = published.summary("contra-costa")["prop64_convictions_by_section"]
    assert elsewhere["11360 HS"] == {"total": 1, "felony": 0, "non_felony": 1, "unknown_level": 0}
    assert summary["by_determination"]["Eligible for Dismissal"] == {
        "total": 1,
        "by_section": {"11357 HS": 1},
        "by_reason": {"No convictions in past 10 years": 1},
    }
    # A keeps a misdemeanor of 2016 in another county; the undated conviction goes with its person.
    assert summary["impact"]["policy"] == {
        "people_with_some_relief": 1,
        "people_left_with_no_felony": 1,
        "people_left_with_no_conviction": 0,
        "people_left_with_no_conviction_in_7_years": 0,
    }
    assert summary["impact"]["scenarios"]["dismiss_all"] == {
        "people_with_some_relief": 2,
        "people_left_with_no_felony": 1,
        "people_left_with_no_conviction": 1,
        "people_left_with_no_conviction_in_7_years": 0,
    }


def test_a_workbook_lies_in_each_packet_and_says_what_its_files_say(published: Published) -> None:
    packets = published.out / "packets"
    assert {path.parent for path in packets.glob("*/packet.xlsx")} == set(packets.iterdir())
    book = load_workbook(packets / "san-joaquin" / "packet.xlsx", read_only=True)
    titles = {
        "prop64": "Prop 64",
        "relief": "Relief",
        "condensed": "Condensed",
        "all": "All rows",
    }
    assert book.sheetnames == ["Summary", *titles.values(), "Reasons", "Columns"]
    encodings = published.summary("san-joaquin")["encodings"]
    for file, title in titles.items():
        text = (packets / "san-joaquin" / f"{file}.csv").read_text(encodings[file])
        rows = [[as_shown(field) for field in row] for row in csv.reader(io.StringIO(text))]
        shown = [[as_shown(cell) for cell in row] for row in book[title].values]
        assert sorted(shown[0]) == sorted(rows[0])
        places = [rows[0].index(name) for name in shown[0]]
        assert shown == [[row[place] for place in places] for row in rows]
    reasons = [line[2] for line in book["Reasons"].values]
    assert reasons[1:] == ["Code", *("AFTER_PROP64", "NOT_A_FELONY", "NO_RECENT"), *reasons[-2:]]
    nothing = load_workbook(packets / "marin" / "packet.xlsx", read_only=True)
    assert NOTHING_DECIDED in [line[0] for line in nothing["Summary"].values]


def as_shown(value: object) -> str:
    """A value of the CSV file or a cell, so that the two can be compared."""
    if isinstance(value, datetime):
        return value.strftime("%m/%d/%Y")
    text = "" if value is None else str(value).strip().removesuffix(".0")
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return date.fromisoformat(text).strftime("%m/%d/%Y")
    return text


def relief_of(published: Published, county: str) -> list[dict[str, str]]:
    path = published.out / "packets" / county / "relief.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_relief_holds_every_unit_of_the_county_and_pack_with_reason_cite_and_dates(
    published: Published,
) -> None:
    rows = relief_of(published, "san-joaquin")
    assert [(row["unit_id"], row["pack"], row["outcome"]) for row in rows] == [
        ("A-101002001000", "county_pilot", "ELIGIBLE"),
        ("A-101002001000", "dismiss_all", "ELIGIBLE"),
        ("A-101002001000", "state_law", "NOT_ELIGIBLE"),
        ("Ñ1-101001001000", "county_pilot", "REVIEW"),
        ("Ñ1-101001001000", "dismiss_all", "ELIGIBLE"),
        ("Ñ1-101001001000", "state_law", "NOT_YET"),
        ("Ñ1-102001", "state_law", "ELIGIBLE"),
    ]
    assert list(rows[0]) == list(RELIEF)
    assert rows[0] == {
        "subject_id": "A",
        "unit_id": "A-101002001000",
        "charge": "11357 HS",
        "pack": "county_pilot",
        "outcome": "ELIGIBLE",
        "kind": "policy",
        "relief": "dismiss",
        "eligible_on": "",
        "revisit_on": "",
        "reason_text": "No convictions in past 10 years",
        "cite": "office policy",
        "petition": "",
        "unit": "conviction",
        "level": "F",
        "dated": "2008-05-06",
        "case_number": "B-777; 888, 889",
        "pack_version": "2019-01-01",
        "reason": "NO_RECENT",
        "rule": "quiet_record",
        "as_of": "2026-11-01",
    }
    waits, arrest = rows[5], rows[6]
    assert waits["reason_text"] == "4 years for 11358 HS"
    assert waits["eligible_on"] == waits["revisit_on"] == "2027-05-06"
    assert (arrest["unit"], arrest["charge"], arrest["level"], arrest["dated"]) == (
        *("arrest", "11358 HS; 11360 HS", "M", "2021-03-04"),
    )
    assert arrest["reason_text"] == "OLD", "a code without a text stands for itself"
    others = [row["unit_id"] for row in relief_of(published, "contra-costa")]
    assert others == ["A-102001001000"] * 2, "not the arrest in a county without a packet"


def test_after_a_no_of_automatic_law_relief_names_the_petitions_that_may_be_open(
    published: Published,
) -> None:
    petitions = {row["outcome"]: row["petition"] for row in relief_of(published, "san-joaquin")}
    assert petitions == {
        "NOT_ELIGIBLE": "pc1203_4; no_such_pointer",
        **dict.fromkeys(("ELIGIBLE", "REVIEW", "NOT_YET"), ""),
    }
    assert published.summary("san-joaquin")["petitions"] == PETITIONS
    assert published.summary("san-joaquin")["relief"]["state_law"] == {
        "kind": "law",
        "version": "2024-10-01",
        "title": "Automatic relief",
        "units": {"NOT_ELIGIBLE": 1, "NOT_YET": 1, "ELIGIBLE": 1},
    }


def test_a_packet_has_one_encoding_as_received_where_its_lines_agree(
    published: Published,
) -> None:
    agree = published.summary("san-joaquin")["encodings"]
    assert agree == {
        **dict.fromkeys(("all", "condensed", "prop64"), "iso-8859-1"),
        "relief": "utf-8",
    }
    assert record(LATIN).encode("iso-8859-1") in published.bytes_of("san-joaquin", "all")[6]
    mixed = published.summary("napa")["encodings"]
    assert set(mixed.values()) == {"utf-8"}
    lines = published.bytes_of("napa", "all")[1:]
    for line, values in zip(lines, (IN_UTF_8, IN_LATIN_1), strict=True):
        assert line.startswith(record(values).encode("utf-8") + b",")
    names = [
        line.decode("utf-8").split('"')[1] for line in published.bytes_of("napa", "condensed")[1:]
    ]
    assert names == ["NUÑEZ, ANA", "MUÑOZ, EVA"]


def test_statistics_count_units_and_people(published: Published) -> None:
    lines = (published.out / "internal" / "statistics.csv").read_text().splitlines()
    assert lines[0] == "county,pack,outcome,reason,units,people"
    assert "SAN JOAQUIN,dismiss_all,ELIGIBLE,EVERY,2,2" in lines
    assert "DEL NORTE,county_pilot,NOT_ELIGIBLE,NO_TEXT,1,1" in lines
    public = (published.out / "statistics.csv").read_text().splitlines()
    assert public == lines[:1], "no reason is of eleven people"


def test_the_result_counts_the_rows_of_each_file(published: Published) -> None:
    assert published.result.as_dict()["counties"]["SAN JOAQUIN"] == {
        "all": 7,
        "condensed": 7,
        "prop64": 2,
        "relief": 7,
    }
    assert not (published.out / ".publishing").exists()


def test_a_failed_publish_leaves_the_earlier_packets_and_the_next_one_replaces_them(
    published: Published, spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def again(counties: list[str]) -> PublishResult:
        return publish(
            *(spark, published.store),
            out=published.out,
            rules=published.rules,
            sweep=recorded(sweep_id="another"),
            counties=counties,
            files=("prop64",),
        )

    def fails(*_: object, **__: object) -> None:
        raise StoreFault("The cluster is gone.", "Run it again.")

    before = {path: path.read_bytes() for path in published.out.rglob("*") if path.is_file()}
    with monkeypatch.context() as broken:
        broken.setattr("clearance.publish.packets.packets.summaries", fails)
        with pytest.raises(StoreFault):
            again(["MARIN"])
    packets = published.out / "packets"
    assert before == {p: p.read_bytes() for p in before}
    assert len(list(packets.iterdir())) == 5
    assert again(["marin", "Yolo"]).rows == {"MARIN": {"prop64": 0}, "YOLO": {"prop64": 0}}
    for folder in ("marin", "yolo"):
        names = {path.name for path in (packets / folder).iterdir()}
        assert names == {"prop64.csv", "summary.json"}
    assert published.summary("marin")["sweep_id"] == "another"
    assert published.summary("san-joaquin")["sweep_id"] == SWEEP
    assert not (published.out / ".publishing").exists()


def test_the_packets_of_a_what_if_say_so_until_others_take_their_place(
    published: Published, spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A county of several chunks, and no file of source rows.
    monkeypatch.setattr("clearance.publish.packets.relief.CHUNK_ROWS", 2)

    def said(**more: Any) -> tuple[list[str], bool, bool | None]:
        publish(
            *(spark, published.store),
            out=tmp_path,
            rules=published.rules,
            sweep=recorded(**more),
            counties=["SAN JOAQUIN"],
            files=("relief",),
            xlsx=True,
        )
        folder = tmp_path / "packets" / "san-joaquin"
        texts = [path.read_text() for path in folder.glob("*.txt")]
        sheet = load_workbook(folder / "packet.xlsx")["Summary"]
        cells = [cell.value for row in sheet.iter_rows() for cell in row]
        what_if = json.loads((folder / "summary.json").read_text()).get("what_if")
        return texts, WHAT_IF in cells, what_if

    assert said(what_if=True) == ([f"{WHAT_IF}\n"], True, True)
    assert said() == ([], False, None)
    header, *rows = (tmp_path / "packets" / "san-joaquin" / "relief.csv").read_bytes().splitlines()
    assert [header, *sorted(rows)] == published.bytes_of("san-joaquin", "relief")


def test_an_unknown_county_or_file_is_refused_with_the_nearest(
    published: Published, spark: SparkSession
) -> None:
    def asked(**more: object) -> PublishResult:
        return publish(
            *(spark, published.store),
            out=published.out,
            rules=published.rules,
            sweep=recorded(),
            **more,
        )

    with pytest.raises(UsageError, match="no county `SAN JAOQUIN`") as error:
        asked(counties=["SAN JAOQUIN"])
    assert "SAN JOAQUIN" in error.value.remedy
    with pytest.raises(UsageError, match="no packet file `condensd`") as error:
        asked(files=("condensd",))
    assert "condensed" in error.value.remedy
