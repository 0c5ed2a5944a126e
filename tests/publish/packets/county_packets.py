"""Rows, counts, arrests and decisions of a few counties, published as packets."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from clearance.platform.paths import rules_folder
from clearance.platform.store.store import Store
from clearance.publish.column_order import APPENDED
from clearance.publish.step import PublishResult
from tests.support.literal_tables import (
    REASONS,
    charge,
    court,
    determination,
    record,
    source_row,
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
