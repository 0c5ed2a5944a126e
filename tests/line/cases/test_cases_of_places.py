"""Cases of ../shared/cases about places: counties, steps, comments, rows that were lost.

Their files as they lie there, and made-up rows of the same kinds, went through one run.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from soak.months import Place

from clearance.cli import exit_code
from clearance.platform.store.store import Store


@dataclass(frozen=True)
class Ran:
    """A store and what was published of it."""

    store: Store
    out: Path

    def packet(self, county: str, file: str = "all") -> list[dict[str, str]]:
        """The rows of a county's packet."""
        path = self.out / "packets" / county / f"{file}.csv"
        return list(csv.DictReader(path.read_text("iso-8859-1").splitlines()))

    def people(self, county: str) -> set[str]:
        """Who is in a county's packet."""
        return {row["SUBJECT_ID"] for row in self.packet(county)}

    def decided(self, spark: SparkSession, pack: str) -> dict[str, tuple[str, str]]:
        """Outcome and reason by unit."""
        rows = self.store.read(spark, "determinations").where(f"pack = '{pack}'").collect()
        return {row["unit_id"]: (row["outcome"], row["reason"]) for row in rows}

    def answer(self, *words: str) -> Any:
        """What a command says as JSON."""
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            assert (
                exit_code([*words, "--store", self.store.uri, "--json", "--quiet"], debug=True) == 0
            )
        return json.loads(said.getvalue())


@pytest.fixture(scope="module")
def ran(cases: Place) -> Ran:
    return Ran(Store(str(cases.store)), cases.out)


def test_a_county_has_one_packet_however_its_name_is_written(ran: Ran) -> None:
    """Cases 09 and 09b."""
    assert ran.people("los-angeles") == {
        *("090000", "090001", "090002", "090003", "090005", "090008")
    }
    assert ran.people("san-bernardino") == {"090007"}
    assert ran.people("kern") == {"970001", "970002", "970003"}
    made = {path.name for path in (ran.out / "packets").iterdir()}
    assert not any(name.endswith("-2") for name in made)
    assert {"l05-angeles", "sn-francisco", "out-of-state", "kerm"} <= made
    assert "unknown" not in made


def test_its_policy_decides_each_of_them(spark: SparkSession, ran: Ran) -> None:
    decided = ran.decided(spark, "los_angeles")
    assert {unit[:6] for unit in decided} == ran.people("los-angeles")
    assert set(decided.values()) == {("ELIGIBLE", "AGE_THRESHOLD")}


def test_a_step_of_a_court_is_one_however_it_is_written(ran: Ran) -> None:
    """Case 42."""
    assert ran.people("alpine") == {"420001", "420004"}
    assert {row["SUBJECT_ID"]: row["Case Number"] for row in ran.packet("amador", "prop64")} == {
        "420002": "AM1",
        "420003": "AM2",
    }
    assert {row["SUBJECT_ID"]: row["Case Number"] for row in ran.packet("kern", "prop64")} == {
        "970001": "K-1",
        "970002": "K-2",
        "970003": "K-3",
    }


def test_a_comment_that_is_the_charge_names_no_other(ran: Ran) -> None:
    """Case 12."""
    possible = {
        row["SUBJECT_ID"]: row["Possible Other P64 Charges"]
        for row in ran.packet("yolo")
        if row["SUBJECT_ID"].startswith("12")
    }
    assert possible == {
        "120000": "11357(A)",
        "120001": "CHRG 11357(A) HS",
        "120002": "11357(C)",
        "120003": "",
        "120004": "11357(C)",
        "120005": "",
        "120006": "ALSO 11358 HS",
        "120007": "",
        "120008": "",
    }


INCOMPLETE = ("NOT_ELIGIBLE", "INCOMPLETE_RECORD")


def test_a_record_of_which_a_row_was_lost_gives_no_relief(spark: SparkSession, ran: Ran) -> None:
    """Case 46: a court row with a tab, and one with a line break, of people arrested for 211 PC."""
    arrests = ran.decided(spark, "pc851_93")
    assert arrests["4600001-101001"] == arrests["4600002-101001"] == INCOMPLETE
    others = [said for unit, said in arrests.items() if unit[:7] not in ("4600001", "4600002")]
    assert len(others) > 100
    assert INCOMPLETE not in others


def test_quarantine_tells_whose_a_row_is_or_between_whose_rows_it_stood(
    spark: SparkSession, ran: Ran
) -> None:
    rows = ran.store.read(spark, "quarantine").orderBy("position").collect()
    assert [(row["code"], row["subject_id"], row["neighbours"]) for row in rows] == [
        ("UNDECODABLE", "4600001", None),
        ("UNBALANCED_QUOTES", "4600002", None),
        ("UNBALANCED_QUOTES", None, ["4600002"]),
    ]


def test_explain_says_that_the_record_is_incomplete(
    ran: Ran, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ran.answer("explain", "4600001")["incomplete"] is True
    assert ran.answer("explain", "4610000")["incomplete"] is False
    assert exit_code(["explain", "4600002", "--store", ran.store.uri, "--quiet"], debug=True) == 0
    assert "The record is incomplete" in " ".join(capsys.readouterr().out.split())


def test_a_county_that_cannot_be_read_goes_to_a_person_where_counties_differ(
    spark: SparkSession, ran: Ran
) -> None:
    decided = ran.decided(spark, "prop64_statute")
    unread = {unit[:6] for unit, said in decided.items() if said == ("REVIEW", "COUNTY_UNREAD")}
    assert unread == {"090004", "090006", "090009", "970004"}
    assert decided["090007-101002001000"][0] == "ELIGIBLE"


def test_that_an_extract_was_refused_is_said_while_none_was_accepted_since(
    cases: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = cases.copy_to(tmp_path / "copy")
    ran = Ran(Store(str(place.store)), place.out)
    (tmp_path / "bad.csv").write_text("1,2,3\n")
    store = ["--store", ran.store.uri, "--quiet"]
    assert ran.answer("sweeps")[-1]["refused_since"] is None
    assert exit_code(["ingest", str(tmp_path / "bad.csv"), *store], debug=False) == 3
    refused = ran.answer("sweeps")[-1]["refused_since"]
    assert refused.startswith("undated-")
    sentence = f"extract {refused} was refused since the last one that was accepted"
    capsys.readouterr()
    assert exit_code(["sweeps", *store], debug=True) == 0
    assert sentence in " ".join(capsys.readouterr().out.split())
    assert exit_code(["report", "--out", str(tmp_path / "report.html"), *store], debug=True) == 0
    assert sentence in (tmp_path / "report.html").read_text()
    notes = ran.answer("determine", "--as-of", "2026-11-20", "--pack", "prop64_statute")["notes"]
    assert any(note.startswith(sentence) for note in notes)
