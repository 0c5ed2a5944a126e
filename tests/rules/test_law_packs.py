"""The statewide law as a whole: which version holds on which day, and what holds for all."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from clearance.rulebook.bound import BoundPack, bind
from clearance.rulebook.calendar import add_years
from clearance.rulebook.cases import ReadyCase, load_cases
from clearance.rulebook.load import Rulebook
from clearance.rulebook.oracle import Determination, decide

ARREST: dict[str, Any] = {
    "county": "YOLO",
    "level": "F",
    "tags": [],
    "every_felony_on": [],
    "unread_charge": False,
    "arrest_date": date(1990, 5, 1),
    "counts": 1,
    "court_step_in_cycle": False,
    "conviction_in_cycle": False,
    "undisposed_court_count": False,
    "court_statuses": [],
    "arrest_statuses": ["undisposed"],
    "deceased": False,
    "turned_20_on": None,
}
COUNTY_JAIL = {"every_felony_on": ["county_jail_felony", "county_jail_felony:possible"]}
ROBBERY = {"tags": ["max_term_8y"]}
DISMISSED = {"court_step_in_cycle": True, "court_statuses": ["dismissed"]}
ACQUITTED = {"court_step_in_cycle": True, "court_statuses": ["acquitted"]}

V3_FIRST, V3_LAST = date(2022, 7, 1), date(2024, 9, 30)
V6_FIRST, TODAY = date(2024, 10, 1), date(2026, 11, 23)

# One history, and what the law said of it on four days.
ARRESTS: dict[str, tuple[dict[str, Any], tuple[str, str, str, str]]] = {
    "an old misdemeanor arrest": ({"level": "M"}, ("ELIGIBLE",) * 4),
    "an old county-jail felony arrest": (COUNTY_JAIL, ("ELIGIBLE",) * 4),
    "an old state-prison felony arrest": (
        {},
        ("NOT_ELIGIBLE", "NOT_ELIGIBLE", "ELIGIBLE", "ELIGIBLE"),
    ),
    "a robbery arrest of 2019": (
        {**ROBBERY, "arrest_date": date(2019, 6, 1)},
        ("NOT_ELIGIBLE", "NOT_ELIGIBLE", "NOT_YET", "ELIGIBLE"),
    ),
    "a county-jail felony arrest of October 2021": (
        {**COUNTY_JAIL, "arrest_date": date(2021, 10, 1)},
        ("NOT_YET", "NOT_YET", "ELIGIBLE", "ELIGIBLE"),
    ),
    "a dismissed felony": (DISMISSED, ("NOT_ELIGIBLE",) * 4),
    "a dismissed misdemeanor": ({**DISMISSED, "level": "M"}, ("ELIGIBLE",) * 4),
    "an arrest of 1972": ({"level": "M", "arrest_date": date(1972, 12, 31)}, ("NOT_ELIGIBLE",) * 4),
}


def bound(rulebook: Rulebook, name: str, *, as_of: date = TODAY, **switches: Any) -> BoundPack:
    found = rulebook.find(name, as_of=as_of)
    assert found is not None
    return bind(found.pack, rulebook.catalogue, switches=switches, reads=rulebook.reads)


def law_cases(rulebook: Rulebook, bounds: list[BoundPack]) -> list[tuple[BoundPack, ReadyCase]]:
    return [
        (pack, case)
        for item, pack in zip(rulebook.packs, bounds, strict=True)
        if item.pack.kind == "law"
        for case in load_cases(item.cases, bound=pack, catalogue=rulebook.catalogue)
    ]


@pytest.mark.parametrize("history", ARRESTS)
def test_the_same_arrest_under_the_version_of_the_day(rulebook: Rulebook, history: str) -> None:
    differs, expected = ARRESTS[history]
    days = (V3_FIRST, V3_LAST, V6_FIRST, TODAY)
    got = [
        _decided(bound(rulebook, "pc851_93", as_of=day), {**ARREST, **differs}, day).outcome
        for day in days
    ]
    assert tuple(got) == expected


def test_before_july_2022_no_version_is_in_force(rulebook: Rulebook) -> None:
    assert rulebook.find("pc851_93", as_of=date(2022, 6, 30)) is None


@pytest.mark.parametrize(
    ("version", "differs", "outcome", "reason"),
    [
        ("2021-01-01-enacted", {"level": "M"}, "NOT_ELIGIBLE", "BEFORE_FLOOR"),
        ("2022-07-01-enacted", {"level": "M"}, "NOT_ELIGIBLE", "BEFORE_FLOOR"),
        ("2022-07-01", {}, "NOT_ELIGIBLE", "STATE_PRISON_FELONY"),
        ("2023-07-01-enacted", {}, "ELIGIBLE", "NO_PROCEEDINGS"),
        ("2024-07-01-enacted", {}, "ELIGIBLE", "NO_PROCEEDINGS"),
        ("2024-10-01", DISMISSED, "NOT_ELIGIBLE", "FELONY_DISMISSED"),
        ("sb834-introduced", DISMISSED, "ELIGIBLE", "CHARGE_DISMISSED"),
    ],
)
def test_a_version_that_is_named_says_what_it_enacted(
    rulebook: Rulebook, version: str, differs: dict[str, Any], outcome: str, reason: str
) -> None:
    pack = bound(rulebook, f"pc851_93@{version}")
    got = _decided(pack, {**ARREST, **differs}, TODAY)
    assert (got.outcome, got.reason) == (outcome, reason)


@pytest.mark.parametrize("level", ["M", "F"])
@pytest.mark.parametrize("waits", [True, False])
def test_an_acquittal_waits_as_the_switch_says(rulebook: Rulebook, level: str, waits: bool) -> None:
    row = {**ARREST, **ACQUITTED, **ROBBERY, "level": level, "arrest_date": TODAY}
    pack = bound(rulebook, "pc851_93", acquittal_requires_wait=waits)
    got = _decided(pack, row, TODAY)
    assert got.outcome == ("NOT_YET" if waits else "ELIGIBLE")
    idle = {**row, "court_step_in_cycle": False, "court_statuses": []}
    assert _decided(pack, idle, TODAY).outcome == "NOT_YET"


def test_an_arrest_without_date_or_level_is_never_granted(
    rulebook: Rulebook, bounds: list[BoundPack]
) -> None:
    cases = [item for item in law_cases(rulebook, bounds) if item[0].pack.pack == "pc851_93"]
    assert len(cases) > 500
    for missing in ("arrest_date", "level"):
        for pack, case in cases:
            got = _decided(pack, {**case.row, missing: None}, case.as_of)
            assert got.outcome == "NOT_ELIGIBLE", (pack.pack.version, case.name, missing)


def test_growing_older_takes_no_grant_away(rulebook: Rulebook, bounds: list[BoundPack]) -> None:
    granted = 0
    for pack, case in law_cases(rulebook, bounds):
        if case.expect is None or case.expect.outcome != "ELIGIBLE":
            continue
        granted += 1
        for years in (1, 5, 40):
            later = add_years(case.as_of, years, "down")
            assert _decided(pack, case.row, later).outcome == "ELIGIBLE", case.name
    assert granted > 200


def test_a_grant_never_rests_on_what_is_not_known(
    rulebook: Rulebook, bounds: list[BoundPack]
) -> None:
    """Whatever the missing value turns out to be, a grant given without it stands."""
    for pack, case in law_cases(rulebook, bounds):
        features = rulebook.catalogue[pack.pack.unit]
        for name in sorted(pack.columns):
            if features[name].null == "never":
                continue
            got = decide(pack, {**case.row, name: None}, case.as_of)
            if got is None or got.outcome != "ELIGIBLE":
                continue
            for value in _values(features[name].type, features[name].codes, pack):
                sure = _decided(pack, {**case.row, name: value}, case.as_of)
                assert sure.outcome == "ELIGIBLE", (pack.pack.version, case.name, name, value)


def _values(kind: str, codes: tuple[str, ...], pack: BoundPack) -> list[Any]:
    match kind:
        case "date":
            return [date(1960, 1, 1), date(1990, 1, 1), TODAY, date(2040, 1, 1)]
        case "code":
            return list(codes)
        case "yes_no":
            return [True, False]
        case "tags":
            return [[], ["county_jail_felony:possible"], *COUNTY_JAIL.values()]
        case _:
            raise AssertionError(f"{pack.pack.pack} asks a {kind} that may be missing")


def _decided(pack: BoundPack, row: dict[str, Any], as_of: date) -> Determination:
    got = decide(pack, row, as_of)
    assert got is not None
    return got
