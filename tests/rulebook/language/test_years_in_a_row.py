"""Years without an event: the days are columns, how many years they run is the pack's to say."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from clearance.rulebook.english.fact_words import FactWords
from clearance.rulebook.language.facts import NotAFact, resolve_fact
from clearance.rulebook.language.resolved import ResolvedPack, resolve
from clearance.rulebook.loading.load import Rulebook
from clearance.rulebook.oracle import Determination, decide, truth
from tests.law.test_law_packs import CONVICTION
from tests.support.rulebook.packs import bound_pack

END = date(2010, 3, 1)
ROW: dict[str, Any] = {
    "tags": ["p64"],
    "terms_end": END,
    "terms_end_bounded": False,
    "later_felonies": [],
    "later_felonies_partly": False,
}
FACTS = {
    "in_a_row": "terms_end is at least felony_years years before as-of free of later_felonies",
    "new_one": "later_felonies has a day within felony_years years after terms_end",
}


def pack_of(rulebook: Rulebook, years: int, **changes: Any) -> ResolvedPack:
    return bound_pack(
        rulebook.catalogue,
        params={"felony_years": {"value": years, "cite": "a test"}},
        facts=FACTS,
        flow=[
            {"rule": name, "when": name, "then": "REVIEW", "reason": "POSSESSION", "cite": "a test"}
            for name in FACTS
        ],
        **changes,
    )


def said(bound: ResolvedPack, day: date, **given: Any) -> tuple[bool | None, bool | None]:
    first, second = (truth(bound, fact, {**ROW, **given}, day) for fact in bound.facts)
    return first, second


@pytest.mark.parametrize("years", [3, 4, 7])
def test_the_years_of_the_pack_are_those_of_the_window(rulebook: Rulebook, years: int) -> None:
    bound = pack_of(rulebook, years)
    over = END.replace(year=END.year + years)
    before = date(over.year, 2, 28)
    assert [said(bound, day)[0] for day in (before, over)] == [False, True]
    # On the anniversary it begins the years anew; a day later they are over.
    for later, anew in ((over, True), (date(over.year, 3, 2), False)):
        assert said(bound, later, later_felonies=[later]) == (not anew, anew)
        then = later.replace(year=later.year + years)
        assert said(bound, then, later_felonies=[later])[0]


def test_days_follow_one_another_as_long_as_each_is_in_time(rulebook: Rulebook) -> None:
    days = [date(2013, 1, 1), date(2015, 12, 31), date(2019, 1, 1)]
    for years, begun in ((3, date(2015, 12, 31)), (4, date(2019, 1, 1)), (2, END)):
        bound = pack_of(rulebook, years)
        over = begun.replace(year=begun.year + years)
        assert [
            said(bound, day, later_felonies=days)[0]
            for day in (date(over.year - 1, over.month, over.day), over)
        ] == [False, True]


@pytest.mark.parametrize(
    ("leap_day", "over"), [("down", date(2023, 2, 28)), ("up", date(2023, 3, 1))]
)
def test_the_window_ends_where_the_pack_has_the_leap_day(
    rulebook: Rulebook, leap_day: str, over: date
) -> None:
    bound = pack_of(rulebook, 3, leap_day=leap_day)
    row = {"terms_end": date(2020, 2, 29), "later_felonies": [date(2023, 3, 1)]}
    assert said(bound, over, **row)[1] is (leap_day == "up")


def test_after_a_bound_only_what_comes_too_late_is_known(rulebook: Rulebook) -> None:
    bound, day = pack_of(rulebook, 4), date(2030, 1, 1)
    bounded = {"terms_end_bounded": True}
    for felony, known in (
        (date(2009, 1, 1), None),
        (date(2014, 3, 1), None),
        (date(2014, 3, 2), False),
    ):
        assert said(bound, day, later_felonies=[felony], **bounded)[1] is known
    assert said(bound, day, **bounded) == (True, False)
    assert said(bound, date(2014, 2, 28), **bounded) == (None, False)


def test_of_a_day_that_is_only_the_first_or_the_last_possible_one_the_window_is_not_known(
    rulebook: Rulebook,
) -> None:
    bound = pack_of(rulebook, 4)
    of_2012 = {"later_felonies": [date(2012, 1, 1), date(2012, 12, 31)]}
    partly = {**of_2012, "later_felonies_partly": True}
    assert said(bound, date(2016, 12, 30), **partly) == (None, None)
    assert said(bound, date(2016, 12, 31), **partly) == (True, None)
    of_2020 = {"later_felonies": [date(2020, 1, 1), date(2020, 12, 31)]}
    assert said(bound, date(2030, 1, 1), **of_2020, later_felonies_partly=True) == (True, False)


def law(rulebook: Rulebook, years: int, window: str) -> ResolvedPack:
    found = rulebook.find("pc1203_425", as_of=date(2026, 11, 23))
    assert found is not None
    param = found.pack.params["felony_years"].model_copy(update={"value": years})
    pack = found.pack.model_copy(update={"params": {**found.pack.params, "felony_years": param}})
    return resolve(
        pack, rulebook.catalogue, switches={"four_year_window": window}, inputs_fingerprint="a test"
    )


# A felony whose terms ended on 2010-03-01, another one of 2013-06-01.
DECIDED = {
    (3, "first"): ("ELIGIBLE", date(2024, 10, 1)),
    (4, "first"): ("NOT_ELIGIBLE", None),
    (7, "first"): ("NOT_ELIGIBLE", None),
    (4, "any"): ("ELIGIBLE", date(2024, 10, 1)),
    (14, "any"): ("NOT_YET", date(2027, 6, 1)),
}


@pytest.mark.parametrize(("years", "window"), DECIDED)
def test_with_other_years_the_law_decides_otherwise(
    rulebook: Rulebook, years: int, window: str
) -> None:
    row = {**CONVICTION, "later_felonies": [date(2013, 6, 1)]}
    found: Determination | None = decide(law(rulebook, years, window), row, date(2026, 11, 23))
    assert found is not None
    assert (found.outcome, found.eligible_on) == DECIDED[years, window]


def test_both_are_said_in_words_with_the_years_of_the_pack(rulebook: Rulebook) -> None:
    bound = pack_of(rulebook, 7)
    words = FactWords(bound, rulebook.catalogue["conviction"])
    row, new = (words.of(fact) for fact in bound.facts)
    assert row.yes == (
        "at least 7 years (`felony_years`) in a row without a new felony conviction have passed "
        "since the end of all terms"
    )
    assert row.no.startswith("less than 7 years (`felony_years`) in a row")
    rest = "new felony conviction came within 7 years (`felony_years`) of the end of all terms"
    assert (new.yes, new.no) == (f"a {rest}", f"no {rest}")


@pytest.mark.parametrize(
    ("sentence", "problem"),
    [
        ("terms_end is at least 4 years before as-of free of tags", "a column of dates"),
        ("later_felonies has a day within 4 years after as-of", "as-of can be compared with"),
        ("terms_end has a day within 4 years after sentence_end", "can be used with dates"),
        ("later_felonies is before 2010-01-01", "can be used with date"),
    ],
)
def test_a_sentence_that_does_not_fit_is_refused(
    rulebook: Rulebook, sentence: str, problem: str
) -> None:
    with pytest.raises(NotAFact, match=problem):
        resolve_fact("over", sentence, features=rulebook.catalogue["conviction"], params={})
