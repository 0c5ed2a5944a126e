"""The cases of ../shared/cases that the line decides, and rows of the same kinds that are made up.

What is right of each stands in test_cases_of_the_record.py and test_cases_of_places.py. All are one
store (`cases` in stores.py): a case is one person, or a few.
"""

from __future__ import annotations

from pathlib import Path

from tests.support.literal_tables import court, record
from tests.support.places import shared

OF_THE_RECORD = (
    *("04-life-sentence", "05-time-served", "06-relief-denied", "07-revocation-link"),
    *("08-odd-endings", "10-appeal-dismissed", "13-sentence-updates", "14-sentencing-count"),
    *("44-toc-x", "45-life-code", "47-outcome-on-arrest-row", "48-dej-1203-43"),
)
OF_PLACES = (
    *("09-county-names", "42-court-step-word", "12-comment-p64", "46-row-lost-to-quarantine"),
)
P64 = {
    "STP_EVENT_DATE": "20080506",
    "DISP_DESCR": "CONVICTED-JAIL",
    "OFFENSE_TOC": "F",
    "CONV_STAT_DESCR": "FELONY",
    "PRI_DOB": "19600101",
}
# Of one kind with the cases of places: subject, fields.
OWN = {
    "970001": {"STP_ORI_CNTY_NAME": "COUNTY OF KERN", "OFN": "K-1"},
    "970002": {"STP_ORI_CNTY_NAME": "-", "STP_ORI_CODE": "CA0150000", "OFN": "K-2"},
    "970003": {"STP_ORI_CNTY_NAME": "KERN", "STP_TYPE_DESCR": "Court-Action", "OFN": "K-3"},
    "970004": {"STP_ORI_CNTY_NAME": "KERM", "OFN": "K-4"},
}


def files(folder: Path) -> list[str]:
    """The files of all cases, and one of the made-up rows, which is written into the folder."""
    cases = shared("cases")
    own = folder / "own.csv"
    rows = [
        record(court(subject, "101001001000", "", "11359 HS-SELL") | P64 | given)
        for subject, given in OWN.items()
    ]
    own.write_text("\n".join([*rows, ""]))
    folders = (cases / name for name in (*OF_THE_RECORD, *OF_PLACES))
    return [*sorted(str(path) for folder in folders for path in folder.glob("*.csv")), str(own)]
