"""The statewide law as a whole: which version holds on which day, and what holds for all."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from clearance.platform.paths import rules_folder
from clearance.prepare.record.rules import load_record_rules
from clearance.rulebook.check.cases import ReadyCase, load_cases
from clearance.rulebook.language.calendar import add_years
from clearance.rulebook.language.resolved import ResolvedPack
from clearance.rulebook.loading.load import Rulebook
from clearance.rulebook.oracle import Determination, decide

ARREST: dict[str, Any] = {
    "record_incomplete": False,
    "county": "YOLO",
    "level": "F",
    "tags": [],
    "every_felony_on": [],
    "unread_charge": False,
    "arrest_date": date(1990, 5, 1),
    "counts": 1,
    "court_step_in_cycle": False,
    "conviction_in_cycle": False,
    "standing_conviction_in_cycle": False,
    "undisposed_court_count": False,
    "court_statuses": [],
    "court_level": None,
    "arrest_statuses": ["undisposed"],
    "deceased": False,
    "turned_20_on": None,
}
COUNTY_JAIL = {"every_felony_on": ["county_jail_felony", "county_jail_felony:possible"]}
ROBBERY = {"tags": ["max_term_8y"]}
DISMISSED = {"court_step_in_cycle": True, "court_statuses": ["dismissed"], "court_level": "F"}
ACQUITTED = {"court_step_in_cycle": True, "court_statuses": ["acquitted"]}

CONVICTION: dict[str, Any] = {
    "record_incomplete": False,
    "level": "F",
    "section": "484",
    "tags": [],
    "set_aside": False,
    "conviction_date": date(2008, 3, 1),
    "probation_granted": False,
    "probation_revoked": False,
    "probation_ever_revoked": False,
    "prison_imposed": False,
    "sentence_end": date(2010, 3, 1),
    "last_serving_end": date(2010, 3, 1),
    "serving_end_known": True,
    "serving_end_unknown": False,
    "serving_without_end": False,
    "sentence_without_end": False,
    "unread_on_record": False,
    "status": "convicted",
    "pending_charge": False,
    "pending_charge_active_on": None,
    "every_pending_charge_dated": True,
    "open_arrest": False,
    "latest_open_arrest": None,
    "open_arrest_until": None,
    "open_arrest_unbarred": False,
    "every_open_arrest_dated": True,
    "terms_end": date(2010, 3, 1),
    "sentence_end_bounded": False,
    "terms_end_bounded": False,
    "parole_bound_end": None,
    "later_felonies": [],
    "later_felonies_partly": False,
    "registration": "none",
    "registration_end": None,
    "supervision": "none",
    "supervision_end": None,
    "petition_granted": False,
}
PROBATION = {"probation_granted": True}
NO_FEED = {"registration": None, "supervision": None, "petition_granted": None}

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
CONVICTIONS: dict[str, tuple[dict[str, Any], tuple[str, str, str, str]]] = {
    "a felony with completed probation": (PROBATION, ("ELIGIBLE",) * 4),
    "a felony with county jail": ({}, ("NOT_ELIGIBLE", "NOT_ELIGIBLE", "ELIGIBLE", "ELIGIBLE")),
    "a felony with prison": (
        {
            "prison_imposed": True,
            "parole_bound_end": date(2014, 3, 1),
        },
        ("NOT_ELIGIBLE", "NOT_ELIGIBLE", "ELIGIBLE", "ELIGIBLE"),
    ),
    "a serious felony": ({"tags": ["serious"]}, ("NOT_ELIGIBLE",) * 4),
    "a felony whose terms ended in 2021": (
        {name: date(2021, 6, 1) for name in ("sentence_end", "last_serving_end", "terms_end")},
        ("NOT_ELIGIBLE", "NOT_ELIGIBLE", "NOT_YET", "ELIGIBLE"),
    ),
    "a misdemeanor without probation": ({"level": "M"}, ("ELIGIBLE",) * 4),
    "a misdemeanor whose probation was revoked": (
        {**PROBATION, "level": "M", "probation_revoked": True, "probation_ever_revoked": True},
        ("NOT_ELIGIBLE", "NOT_ELIGIBLE", "ELIGIBLE", "ELIGIBLE"),
    ),
    "a conviction of 1972": (
        {**PROBATION, "conviction_date": date(1972, 12, 31)},
        ("NOT_ELIGIBLE",) * 4,
    ),
}


def bound(rulebook: Rulebook, name: str, *, as_of: date = TODAY, **switches: Any) -> ResolvedPack:
    found = rulebook.find(name, as_of=as_of)
    assert found is not None
    return rulebook.resolve(found.pack, switches=switches)


def law_cases(
    rulebook: Rulebook, bounds: list[ResolvedPack]
) -> list[tuple[ResolvedPack, ReadyCase]]:
    return [
        (case.under(pack), case)
        for item, pack in zip(rulebook.packs, bounds, strict=True)
        if item.pack.kind == "law"
        for case in load_cases(item.cases, resolved=pack, catalogue=rulebook.catalogue)
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


@pytest.mark.parametrize("history", CONVICTIONS)
def test_the_same_conviction_under_the_version_of_the_day(rulebook: Rulebook, history: str) -> None:
    differs, expected = CONVICTIONS[history]
    days = (V3_FIRST, V3_LAST, V6_FIRST, TODAY)
    got = [
        _decided(bound(rulebook, "pc1203_425", as_of=day), {**CONVICTION, **differs}, day).outcome
        for day in days
    ]
    assert tuple(got) == expected


@pytest.mark.parametrize("pack", ["pc851_93", "pc1203_425"])
def test_before_july_2022_no_version_is_in_force(rulebook: Rulebook, pack: str) -> None:
    assert rulebook.find(pack, as_of=date(2022, 6, 30)) is None


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


@pytest.mark.parametrize(
    ("version", "differs", "outcome", "reason"),
    [
        ("2021-01-01-enacted", PROBATION, "NOT_ELIGIBLE", "BEFORE_FLOOR"),
        ("2022-07-01-enacted", PROBATION, "NOT_ELIGIBLE", "BEFORE_FLOOR"),
        ("2022-07-01", {}, "NOT_ELIGIBLE", "NO_BRANCH"),
        ("2023-07-01-enacted", {}, "ELIGIBLE", "FOUR_YEARS_WITHOUT_FELONY"),
        ("2024-07-01-enacted", {}, "ELIGIBLE", "FOUR_YEARS_WITHOUT_FELONY"),
        (
            "2023-07-01-enacted",
            {"conviction_date": date(2004, 12, 31)},
            "NOT_ELIGIBLE",
            "BEFORE_FELONY_FLOOR",
        ),
        (
            "2024-10-01",
            {"conviction_date": date(2004, 12, 31)},
            "ELIGIBLE",
            "FOUR_YEARS_WITHOUT_FELONY",
        ),
        (
            "2024-10-01",
            {"pending_charge": True, "pending_charge_active_on": date(2011, 1, 1)},
            "NOT_ELIGIBLE",
            "CHARGE_PENDING",
        ),
        (
            "sb834-amended",
            {"pending_charge": True, "pending_charge_active_on": date(2011, 1, 1)},
            "ELIGIBLE",
            "FOUR_YEARS_WITHOUT_FELONY",
        ),
    ],
)
def test_a_version_of_the_conviction_law_says_what_it_enacted(
    rulebook: Rulebook, version: str, differs: dict[str, Any], outcome: str, reason: str
) -> None:
    pack = bound(rulebook, f"pc1203_425@{version}")
    got = _decided(pack, {**CONVICTION, **differs}, TODAY)
    assert (got.outcome, got.reason) == (outcome, reason)


NEW_FELONY = {"later_felonies": [date(2013, 1, 1)]}
OLD_ARREST = {
    "open_arrest": True,
    "latest_open_arrest": date(2015, 1, 1),
    "open_arrest_until": date(2027, 1, 1),
}
OLD_CHARGE = {"pending_charge": True, "pending_charge_active_on": date(2011, 1, 1)}
REINSTATED = {**PROBATION, "tags": ["serious"], "probation_ever_revoked": True}
PRISON_TOO = {**PROBATION, "tags": ["serious"], "prison_imposed": True}
REVOKED = {
    **PROBATION,
    "level": "M",
    "probation_revoked": True,
    "probation_ever_revoked": True,
    "sentence_end": date(2026, 6, 1),
    "last_serving_end": date(2026, 6, 1),
}
OTHER_END = {"serving_end_unknown": True}
UNREAD = {"unread_on_record": True}


@pytest.mark.parametrize(
    ("switch", "value", "differs", "outcome"),
    [
        ("four_year_window", "any", NEW_FELONY, "ELIGIBLE"),
        ("four_year_window", "first", NEW_FELONY, "NOT_ELIGIBLE"),
        ("four_year_window", "first", {}, "ELIGIBLE"),
        ("pending_arrests", "three_years", OLD_ARREST, "ELIGIBLE"),
        ("pending_arrests", "limitation", OLD_ARREST, "NOT_YET"),
        ("pending_arrests", "for_ever", OLD_ARREST, "NOT_ELIGIBLE"),
        ("pending_charges", "always", OLD_CHARGE, "NOT_ELIGIBLE"),
        ("pending_charges", "until_quiet", OLD_CHARGE, "ELIGIBLE"),
        ("parole_after_prison", "longest", {"prison_imposed": True}, "NOT_ELIGIBLE"),
        ("parole_after_prison", "on_record", {"prison_imposed": True}, "ELIGIBLE"),
        ("reinstated_probation", "revoked", REINSTATED, "NOT_ELIGIBLE"),
        ("reinstated_probation", "completed", REINSTATED, "ELIGIBLE"),
        ("prison_beside_probation", "imposed", PRISON_TOO, "NOT_ELIGIBLE"),
        ("prison_beside_probation", "suspended", PRISON_TOO, "ELIGIBLE"),
        ("judgment_after_revocation", "revocation", REVOKED, "NOT_YET"),
        ("judgment_after_revocation", "conviction", REVOKED, "ELIGIBLE"),
        ("unknown_other_sentence", "ignore", OTHER_END, "ELIGIBLE"),
        ("unknown_other_sentence", "block", OTHER_END, "NOT_ELIGIBLE"),
        ("unknown_other_sentence", "block", {}, "ELIGIBLE"),
        ("unknown_other_sentence", "block_unread", OTHER_END, "ELIGIBLE"),
        ("unknown_other_sentence", "block_unread", UNREAD, "NOT_ELIGIBLE"),
        ("unknown_other_sentence", "block", UNREAD, "NOT_ELIGIBLE"),
        ("unknown_other_sentence", "ignore", UNREAD, "ELIGIBLE"),
        ("absent_feeds", "unknown", NO_FEED, "NOT_ELIGIBLE"),
        ("absent_feeds", "none_recorded", NO_FEED, "ELIGIBLE"),
        ("absent_feeds", "none_recorded", {"registration": "open"}, "NOT_ELIGIBLE"),
        ("absent_feeds", "none_recorded", {"supervision": "open"}, "NOT_ELIGIBLE"),
        ("absent_feeds", "none_recorded", {"petition_granted": True}, "NOT_ELIGIBLE"),
    ],
)
def test_each_reading_of_the_conviction_law_does_what_its_switch_says(
    rulebook: Rulebook, switch: str, value: Any, differs: dict[str, Any], outcome: str
) -> None:
    pack = bound(rulebook, "pc1203_425", **{switch: value})
    assert _decided(pack, {**CONVICTION, **differs}, TODAY).outcome == outcome


@pytest.mark.parametrize("feed", NO_FEED)
def test_without_one_of_the_feeds_no_conviction_is_relieved(
    rulebook: Rulebook, bounds: list[ResolvedPack], feed: str
) -> None:
    cases = [item for item in law_cases(rulebook, bounds) if item[0].pack.pack == "pc1203_425"]
    assert len(cases) > 450
    for pack, case in cases:
        got = _decided(pack, {**case.row, feed: None}, case.as_of)
        assert got.outcome == "NOT_ELIGIBLE", (pack.pack.version, case.name)


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
    rulebook: Rulebook, bounds: list[ResolvedPack]
) -> None:
    cases = [item for item in law_cases(rulebook, bounds) if item[0].pack.pack == "pc851_93"]
    assert len(cases) > 500
    for missing in ("arrest_date", "level"):
        for pack, case in cases:
            got = _decided(pack, {**case.row, missing: None}, case.as_of)
            assert got.outcome == "NOT_ELIGIBLE", (pack.pack.version, case.name, missing)


def test_growing_older_takes_no_grant_away(rulebook: Rulebook, bounds: list[ResolvedPack]) -> None:
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
    rulebook: Rulebook, bounds: list[ResolvedPack]
) -> None:
    """Whatever the missing value turns out to be, a grant given without it stands."""
    for at, (pack, case) in enumerate(law_cases(rulebook, bounds)):
        # Of the versions that hold on no day a fifth.
        if pack.pack.in_force == "never" and at % 5:
            continue
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


def test_a_window_without_a_felony_is_no_shorter_than_a_parole_that_may_have_come_before_it(
    rulebook: Rulebook,
) -> None:
    """Else a felony after a short parole lay in neither of the two windows that a pack asks."""
    parole = load_record_rules(rules_folder()).longest_terms.parole
    longest = max(entry.years for entry in parole if entry.years is not None)
    windows = [
        item.pack.params["felony_years"].value
        for item in rulebook.packs
        if "parole_after_prison" in item.pack.params
    ]
    assert len(windows) == 4
    assert all(isinstance(years, int) and years >= longest for years in windows)


def _values(kind: str, codes: tuple[str, ...], pack: ResolvedPack) -> list[Any]:
    match kind:
        case "date":
            return [date(1960, 1, 1), date(1990, 1, 1), TODAY, date(2040, 1, 1)]
        case "code":
            return list(codes)
        case "yes_no":
            return [True, False]
        case "tags":
            return [[], ["county_jail_felony:possible"], *COUNTY_JAIL.values()]
        case "text":
            return ["484", "187"]
        case _:
            raise AssertionError(f"{pack.pack.pack} asks a {kind} that may be missing")


def _decided(pack: ResolvedPack, row: dict[str, Any], as_of: date) -> Determination:
    got = decide(pack, row, as_of)
    assert got is not None
    return got
