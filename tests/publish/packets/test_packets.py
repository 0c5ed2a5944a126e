"""County packets: what stands in each file, byte for byte."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, datetime

from openpyxl import load_workbook

from clearance.ingest.layout import FIELDS
from clearance.publish.column_order import APPENDED, CONDENSED, RELIEF
from clearance.publish.figures.summary import IMPACT, NOTHING_DECIDED
from tests.publish.packets.county_packets import (
    ARREST,
    DECIDED,
    DISMISSED,
    ELSEWHERE,
    IN_LATIN_1,
    IN_UTF_8,
    LATIN,
    PETITIONS,
    SAME_STEP,
    SECOND_PART,
    Published,
)
from tests.support.literal_tables import (
    SWEEP,
    record,
)


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
