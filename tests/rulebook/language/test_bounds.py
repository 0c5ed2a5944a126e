"""A date that is a bound: the true day is on or before it, and no more is known of it."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest

from clearance.errors import RulebookInvalid
from clearance.rulebook.language.catalogue import load_catalogue
from clearance.rulebook.language.resolved import ResolvedPack
from clearance.rulebook.language.sentences import Param
from clearance.rulebook.loading.load import Rulebook
from clearance.rulebook.oracle import decide, flip_date, truth
from tests.support.rulebook.packs import BOUNDS, PARAMS, bound_pack, random_pack, with_bounds
from tests.support.rulebook.random_rows import random_row

AS_OF = date(2024, 2, 29)
DAY = timedelta(days=1)
LONG_AGO = date(1700, 1, 1)
TIMED = {
    "before": "sentence_end is before as-of",
    "until": "sentence_end is on or before as-of",
    "after": "sentence_end is after as-of",
    "from": "sentence_end is on or after as-of",
    "years": "sentence_end is at least 4 years before as-of",
}
# How each stands the day before it flips, and from then on.
END = date(2020, 2, 29)
FLIPS = {
    "before": (date(2020, 3, 1), None, True),
    "until": (END, None, True),
    "after": (END, None, False),
    "from": (date(2020, 3, 1), None, False),
    "years": (date(2024, 2, 29), None, True),
}


def asked(rulebook: Rulebook, **facts: str) -> ResolvedPack:
    catalogue = with_bounds(rulebook.catalogue)
    flow = [
        {"rule": name, "when": name, "then": "REVIEW", "reason": "POSSESSION", "cite": "a test"}
        for name in facts
    ]
    return bound_pack(catalogue, facts=facts, flow=flow, params=PARAMS)


def said(bound: ResolvedPack, row: dict[str, Any], day: date = AS_OF) -> dict[str, bool | None]:
    return {fact.name: truth(bound, fact, row, day) for fact in bound.facts}


@pytest.mark.parametrize("name", TIMED)
def test_time_makes_a_fact_of_a_bound_known_on_the_day_it_would_flip(
    rulebook: Rulebook, name: str
) -> None:
    bound = asked(rulebook, **{name: TIMED[name]})
    day, before, since = FLIPS[name]
    row = {"sentence_end": END, "attempt": True}
    assert [said(bound, row, at)[name] for at in (day - DAY, day)] == [before, since]
    exact = {**row, "attempt": False}
    assert [said(bound, exact, at)[name] for at in (day - DAY, day)] == [not since, since]


def test_what_is_asked_of_a_bound_beside_another_day_is_known_where_every_day_says_the_same(
    rulebook: Rulebook,
) -> None:
    bound = asked(
        rulebook,
        before="sentence_end is before 2016-11-09",
        until="sentence_end is on or before 2016-11-09",
        after="sentence_end is after 2016-11-09",
        since="sentence_end is on or after 2016-11-09",
        known="sentence_end is known",
    )
    over = {"before": True, "until": True, "after": False, "since": False, "known": True}
    open_ = {"before": None, "until": None, "after": None, "since": None, "known": True}
    for end, expected in (
        (date(2016, 11, 8), over),
        (date(2016, 11, 9), {**open_, "until": True, "after": False}),
        (date(2016, 11, 10), open_),
    ):
        assert said(bound, {"sentence_end": end, "attempt": True}) == expected


def test_a_fact_is_known_exactly_where_every_day_up_to_the_bound_says_the_same(
    rulebook: Rulebook,
) -> None:
    catalogue = with_bounds(rulebook.catalogue)
    marked, seen = {mark: column for column, mark in BOUNDS.items()}, set()
    for seed in range(30):
        bound = random_pack(seed, catalogue)
        for i in range(20):
            row = random_row(random.Random(f"{seed} {i}"), bound, catalogue, AS_OF)
            for fact in bound.facts:
                marks = [mark for mark in fact.bounds.values() if row[mark]]
                if not marks or any(
                    # A mark of later felonies is for `test_years_in_a_row`.
                    mark not in marked or row[marked[mark]] is None
                    for mark in marks
                ):
                    continue
                found = truth(bound, fact, row, AS_OF)
                exact = {**row, **dict.fromkeys(marks, False)}
                days = [{}, *({marked[mark]: LONG_AGO} for mark in marks)]
                if len(marks) == 2:
                    days.append({marked[mark]: LONG_AGO for mark in marks})
                # A felony lies within years after some day before it.
                days += [
                    {marked[mark]: felony - DAY}
                    for felony in row.get("later_felonies", ())
                    for mark in marks
                    if felony - DAY <= row[marked[mark]]
                ]
                every = {truth(bound, fact, {**exact, **moved}, AS_OF) for moved in days}
                assert found == (every.pop() if len(every) == 1 else None), (fact.text, row)
                seen.add((fact.operator, found))
    assert {found for _, found in seen} == {True, False, None}
    assert len({operator for operator, found in seen if found is None}) > 4


SPAN = (date(1991, 6, 1), date(1991, 6, 30))


def of_june(**given: Any) -> dict[str, Any]:
    first, last = SPAN
    row = {"conviction_date": None, "conviction_earliest": first, "conviction_latest": last}
    return {**row, "sentence_end": None, "attempt": False, "arrest_date": None, **given}


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("conviction_date is before 1991-06-01", False),
        ("conviction_date is before 1991-06-02", None),
        ("conviction_date is before 1991-06-30", None),
        ("conviction_date is before 1991-07-01", True),
        ("conviction_date is on or after 1991-06-01", True),
        ("conviction_date is on or after 1991-06-02", None),
        ("conviction_date is on or after 1991-07-01", False),
        ("conviction_date is at least 2 years before 1993-05-31", False),
        ("conviction_date is at least 2 years before 1993-06-01", None),
        ("conviction_date is at least 2 years before 1993-06-29", None),
        ("conviction_date is at least 2 years before 1993-06-30", True),
        ("conviction_date is known", True),
    ],
)
def test_of_a_month_is_known_what_its_first_and_its_last_day_say(
    rulebook: Rulebook, sentence: str, expected: bool | None
) -> None:
    bound = bound_pack(rulebook.catalogue, facts={"over": sentence})
    assert said(bound, of_june())["over"] is expected


@pytest.mark.parametrize(
    ("arrested", "expected"),
    [(date(1991, 5, 31), False), (date(1991, 6, 1), None), (date(1991, 6, 30), True)],
)
def test_another_day_is_compared_with_every_day_of_a_month(
    rulebook: Rulebook, arrested: date, expected: bool | None
) -> None:
    bound = bound_pack(
        rulebook.catalogue, facts={"over": "arrest_date is on or after conviction_date"}
    )
    assert said(bound, of_june(arrest_date=arrested))["over"] is expected


def test_time_makes_a_fact_of_a_month_known_on_the_day_of_its_last_day(rulebook: Rulebook) -> None:
    fact = {"over": "conviction_date is at least 4 years before as-of"}
    bound = bound_pack(rulebook.catalogue, facts=fact)
    days = (date(1995, 5, 31), date(1995, 6, 29), date(1995, 6, 30))
    assert [said(bound, of_june(), day)["over"] for day in days] == [None, None, True]
    row = {**of_june(), "tags": ["p64"]}
    open_ = decide(bound, row, days[1])
    assert open_ is not None
    assert (open_.outcome, open_.revisit_on) == ("REVIEW", days[2])
    nothing = {**row, "conviction_earliest": None, "conviction_latest": None}
    unknown = decide(bound, nothing, days[1])
    assert unknown is not None
    assert (unknown.outcome, unknown.revisit_on) == ("REVIEW", None)


def test_no_answer_about_a_month_is_another_than_that_of_one_of_its_days(
    rulebook: Rulebook,
) -> None:
    seen = set()
    for seed in range(60):
        bound = random_pack(seed, rulebook.catalogue)
        for i in range(40):
            row = random_row(random.Random(f"{seed} {i}"), bound, rulebook.catalogue, AS_OF)
            if row.get("conviction_latest") is None or row["conviction_date"] is not None:
                continue
            first, last = row["conviction_earliest"], row["conviction_latest"]
            inside = {first, last, last - DAY if last > first else last}
            for fact in bound.facts:
                if not fact.spans or fact.years == Param("wait"):
                    continue
                found = truth(bound, fact, row, AS_OF)
                every = {
                    truth(bound, fact, {**row, "conviction_date": day}, AS_OF) for day in inside
                }
                if found is not None:
                    assert every == {found}, (fact.text, row)
                elif not fact.timed:
                    assert len(every) > 1 or None in every, (fact.text, row)
                seen.add(found)
    assert seen == {True, False, None}


def test_an_answer_that_a_bound_leaves_open_is_revisited_the_day_after_it(
    rulebook: Rulebook,
) -> None:
    bound = bound_pack(with_bounds(rulebook.catalogue))
    row = {"tags": ["p64"], "sentence_end": date(2026, 11, 23), "attempt": True}
    row["conviction_date"] = date(2020, 1, 1)
    open_ = decide(bound, row, date(2026, 11, 23))
    assert open_ is not None
    assert (open_.outcome, open_.facts_known) == ("REVIEW", 0)
    assert (open_.eligible_on, open_.revisit_on) == (date(2026, 11, 24), date(2026, 11, 24))
    over = decide(bound, row, date(2026, 11, 24))
    assert over is not None
    assert (over.outcome, over.facts_known, over.revisit_on) == ("ELIGIBLE", 1, None)
    assert over.eligible_on == date(2026, 11, 24)


def test_no_answer_about_a_bound_is_better_than_of_some_day_up_to_it(rulebook: Rulebook) -> None:
    catalogue = with_bounds(rulebook.catalogue)
    eligible = 0
    for seed in range(60):
        bound = random_pack(seed, catalogue)
        if bound.unknown_passes:
            continue
        for i in range(20):
            row = random_row(random.Random(f"{seed} {i}"), bound, catalogue, AS_OF)
            row["tags"] = ["p64"]
            got = decide(bound, row, AS_OF)
            if got is None or got.outcome != "ELIGIBLE":
                continue
            marks = {mark: False for mark in BOUNDS.values() if mark in row}
            for column, mark in BOUNDS.items():
                if row.get(mark) and row.get(column) is not None:
                    for end in {row[column], row[column] - DAY, *near(bound, row, column)}:
                        exact = decide(bound, {**row, **marks, column: end}, AS_OF)
                        assert exact is not None
                        said_of_it = (exact.outcome, exact.relief)
                        assert said_of_it == (got.outcome, got.relief), (seed, row, column, end)
                        eligible += 1
    assert eligible > 20


def near(bound: ResolvedPack, row: dict[str, Any], column: str) -> set[date]:
    """Days on which a fact would flip that are possible under the bound."""
    days = {flip_date(bound, bound.facts[i], row) for i in bound.timed}
    return {day for day in days if day is not None and day <= row[column]} | {LONG_AGO}


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("{type: number, null: unknown, label: n, meaning: n, bounded: mark}", "only a date"),
        ("{type: date, null: unknown, label: n, meaning: n, bounded: other}", "`other` must be"),
        ("{type: date, null: unknown, label: n, meaning: n, bounded: perhaps}", "always has"),
    ],
)
def test_a_mark_that_cannot_mark_a_bound_is_refused(
    tmp_path: Any, entry: str, problem: str
) -> None:
    (tmp_path / "features.yaml").write_text(
        "conviction:\n"
        f"  day:\n    {entry}\n"
        "  mark:\n    {type: yes_no, null: never, label: m, meaning: m}\n"
        "  perhaps:\n    {type: yes_no, null: unknown, label: m, meaning: m}\n"
        "arrest: {}\n"
    )
    with pytest.raises(RulebookInvalid, match=problem) as refused:
        load_catalogue(tmp_path)
    assert "features.yaml:3" in refused.value.message


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("{type: number, null: unknown, label: n, meaning: n, between: [a, b]}", "only a date"),
        (
            "{type: date, null: never, label: n, meaning: n, between: [a, b]}",
            "only a date that may",
        ),
        ("{type: date, null: unknown, label: n, meaning: n, between: [a, other]}", "`other` must"),
        ("{type: date, null: unknown, label: n, meaning: n, between: [a, mark]}", "`mark` must be"),
    ],
)
def test_columns_that_a_date_cannot_lie_between_are_refused(
    tmp_path: Any, entry: str, problem: str
) -> None:
    ends = "".join(
        f"  {name}:\n    {{type: date, null: unknown, label: n, meaning: n}}\n" for name in "ab"
    )
    (tmp_path / "features.yaml").write_text(
        f"conviction:\n  day:\n    {entry}\n{ends}"
        "  mark:\n    {type: yes_no, null: never, label: m, meaning: m}\n"
        "arrest: {}\n"
    )
    with pytest.raises(RulebookInvalid, match=problem):
        load_catalogue(tmp_path)


def test_the_periods_of_a_param_do_not_go_by_a_bound(rulebook: Rulebook) -> None:
    params = {"wait": {**PARAMS["wait"], "by": "latest_conviction"}}
    facts = {"over": "sentence_end is at least wait years before as-of"}
    with pytest.raises(ValueError, match="go by `latest_conviction`, a bound"):
        bound_pack(with_bounds(rulebook.catalogue), params=params, facts=facts)
    bound_pack(rulebook.catalogue, params=params, facts=facts)
