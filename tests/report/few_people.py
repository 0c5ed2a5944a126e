"""What a report is made of: decisions of a few counties, some of them of few people."""

from __future__ import annotations

from datetime import date

from tests.support.literal_tables import (
    PACKS,
    charge,
    court,
    determination,
    source_row,
)


def people(
    county: str, number: int, outcome: str, relief: str | None, reason: str, **more: object
) -> list[dict]:
    """One decided conviction of each of `number` people."""
    start = f"{county}{outcome}{reason}".replace(" ", "")
    return [
        determination(
            f"{start}{i}-101002001000", county, "quiet_record", outcome, relief, reason, **more
        )
        for i in range(number)
    ]


# Marin has set the years itself: the same pack under another fingerprint.
MARIN = {
    **PACKS[0],
    "fingerprint": "f2",
    "yaml": PACKS[0]["yaml"] + 'settled: {"options": {"years_quiet": 7}}\n',
}
SCENARIO = {"pack": "dismiss_all", "kind": "scenario", "pack_fingerprint": "s1"}
LAW = {"pack": "state_law", "kind": "law", "pack_fingerprint": "l1", "pack_version": "2024-10-01"}
POINTER = {"pack": "ask_a_court", "kind": "pointer", "pack_fingerprint": "p1"}
EFFECT = {"pack": "by_itself", "kind": "effect", "pack_fingerprint": "e1", "unit": "arrest"}
LAW_YAML = """
pack: state_law
title: Automatic relief
authority: {cite: PC 1, read_on: 2026-05-04}
in_force: {from: 2024-10-01, to: null}
flow: []
"""
WAITS = {
    date(2026, 11, 30): 15,
    date(2027, 1, 1): 3,
    date(2028, 10, 31): 12,
    date(2028, 11, 1): 14,
}
RELIEVED = [
    *people("LOS ANGELES", 50, "ELIGIBLE", "grant_conviction_relief", "OLD", **LAW),
    # Of people whose county may not say how many there are.
    *people("ALPINE", 9, "ELIGIBLE", "grant_conviction_relief", "OLD", **LAW),
]
DETERMINATIONS = [
    *people("LOS ANGELES", 40, "ELIGIBLE", "dismiss", "NO_RECENT"),
    *people("LOS ANGELES", 23, "REVIEW", None, "NO_CRITERIA"),
    *people("LOS ANGELES", 14, "REVIEW", None, "NOT_A_FELONY"),
    *people("LOS ANGELES", 3, "REVIEW", None, "MISSING_INFORMATION"),
    *people("ALPINE", 10, "ELIGIBLE", "dismiss", "NO_RECENT"),
    *people("MARIN", 11, "ELIGIBLE", "dismiss", "NO_RECENT", pack_fingerprint="f2"),
    # Each outcome that is withheld takes another with it; the county has 71 and 26 more.
    *people("ORANGE", 71, "ELIGIBLE", "dismiss", "NO_RECENT"),
    *people("ORANGE", 5, "REVIEW", None, "NO_CRITERIA"),
    *people("ORANGE", 21, "NOT_ELIGIBLE", None, "AFTER_PROP64"),
    *people("LOS ANGELES", 61, "ELIGIBLE", "dismiss", "EVERY", **SCENARIO),
    *RELIEVED,
    *(
        row
        for day, number in WAITS.items()
        for row in people(
            *("MARIN", number, "NOT_YET", "grant_conviction_relief", f"WAIT{day:%Y%m%d}"),
            **LAW,
            eligible_on=day,
        )
    ),
    *people("ALPINE", 5, "REVIEW", None, "NO", pack="no_law", kind="law", pack_fingerprint="n1"),
    *people("LOS ANGELES", 17, "REVIEW", None, "RELEASE", **EFFECT),
    *people("LOS ANGELES", 25, "REVIEW", None, "PETITION", **POINTER),
    *people("LOS ANGELES", 13, "NOT_ELIGIBLE", None, "PENDING", **POINTER),
    *people("MARIN", 4, "REVIEW", None, "PETITION", **POINTER),
]
# Of three decades, in one of which few were convicted.
CONVICTED = [
    *(14 * [date(1996, 5, 6)]),
    *(32 * [date(2008, 5, 6)]),
    *(4 * [date(2014, 5, 6)]),
    *(9 * [date(1996, 5, 6)]),
]
# Whom the law relieves: 50 of Los Angeles, of whom 12 keep a felony of a long time ago.
CHARGES = [
    *(
        charge(row["subject_id"], "101002001000", row["county"], "459", conviction_date=day)
        for row, day in zip(RELIEVED, CONVICTED, strict=True)
    ),
    *(
        charge(row["subject_id"], "201002001000", "MARIN", "459", convicted=True)
        for row in RELIEVED[:12]
    ),
    # Twelve people have a charge that nobody can read; of eleven it keeps a decision open. More
    # people have a text that keeps none open.
    *(
        charge(row["subject_id"], "101002001000", "LOS ANGELES", "", parsed=False)
        | {"charge_text": "77 NO SUCH", "section": None, "tags": []}
        for row in [*DETERMINATIONS[40:51], DETERMINATIONS[0]]
    ),
    *(
        charge(row["subject_id"], "301002001000", "LOS ANGELES", "", parsed=False)
        | {"charge_text": "TEACHER", "section": None, "tags": []}
        for row in DETERMINATIONS[:30]
    ),
]
SOURCE = [source_row(1, court("X", "101002001000", "MARIN", "459 PC"))]
