"""What is public brings no withheld figure back: an attacker with a solver tries.

He has the report and `statistics.csv` of two months, knows that the packs have one scope, and how
much a figure can have changed between the months.
"""

from __future__ import annotations

from random import Random

import pytest

from clearance.publish.figures.small_cells import (
    SMALLEST,
    Number,
    public_figures,
    withheld_keys,
)
from tests.publish.figures.attacker import (
    PACKS,
    STATES,
    State,
    a_month_later,
    decisions,
    opened,
    page_of,
    page_of_1877464,
)


def test_no_withheld_figure_can_be_worked_out_from_what_is_public_in_two_months() -> None:
    dice, withheld_figures, crossed, of_state, totals = Random(14), 0, 0, 0, 0
    for _ in range(STATES // 2):
        first = decisions(dice)
        states = [State.of(first), State.of(a_month_later(first, dice))]
        pages = [page_of(state) for state in states]
        assert opened(*zip(pages, states, strict=True)) == []
        hidden, later = ({key for key, n in page.outcomes.items() if n is None} for page in pages)
        withheld_figures += len(hidden)
        totals += sum(len(page.totals) for page in pages)
        of_state += sum(
            units is None
            for page in pages
            for parts, _ in page.lines.values()
            for units in parts.values()
        )
        crossed += hidden != later
        # One that the other month shows is for that month alone to keep.
        if hidden != later:
            for month in zip(pages, states, strict=True):
                assert opened(month) == []
    # What is withheld in a month and shown in the next is what an attacker looks for.
    assert withheld_figures > STATES // 2 and crossed > STATES // 20
    assert of_state > STATES // 20 and totals > STATES


def test_no_small_figure_is_public_and_many_of_the_others_are() -> None:
    dice, shown, large = Random(15), 0, 0
    for _ in range(STATES // 5):
        truth = State.of(decisions(dice))
        public = public_figures(truth.outcomes, truth.reasons)
        for cell, number in {**public.outcomes, **public.reasons}.items():
            exact = (truth.outcomes | truth.reasons).get(cell, Number(0, 0))
            assert number is None or number == exact
            assert number is None or number.people >= SMALLEST
            large += exact.people >= SMALLEST
            shown += number is not None
    assert shown > 0.3 * large


def test_the_attacker_opens_the_page_of_1877464() -> None:
    # The county of the review: a policy with a small outcome beside a scenario of the same scope.
    truth = State(
        {
            ("YOLO", "policy", "ELIGIBLE"): Number(300, 300),
            ("YOLO", "policy", "REVIEW"): Number(5, 5),
            ("YOLO", "policy", "NOT_ELIGIBLE"): Number(40, 40),
            ("YOLO", "scenario", "ELIGIBLE"): Number(345, 345),
            ("YOLO", "law", "ELIGIBLE"): Number(345, 345),
        },
        {
            ("YOLO", "policy", "ELIGIBLE", "A"): Number(300, 300),
            ("YOLO", "policy", "REVIEW", "A"): Number(5, 5),
            ("YOLO", "policy", "NOT_ELIGIBLE", "B"): Number(40, 40),
            ("YOLO", "scenario", "ELIGIBLE", "A"): Number(345, 345),
            ("YOLO", "law", "ELIGIBLE", "A"): Number(345, 345),
        },
        {},
    )
    small = ("YOLO", "policy", "REVIEW")
    assert (0, small) in opened((page_of_1877464(truth), truth))
    today = page_of(truth)
    assert today.outcomes["YOLO", "policy", "NOT_ELIGIBLE"] is None
    assert opened((today, truth)) == []
    # And most of the pages that it would have made of random states.
    dice, open_pages = Random(16), 0
    for _ in range(20):
        state = State.of(decisions(dice))
        page = page_of_1877464(state)
        found = opened((page, state))
        open_pages += any(len(key) == 3 for _, key in found)
    assert open_pages >= 4


def test_a_figure_that_passes_eleven_gives_away_no_other() -> None:
    """Two months of one line: `E` passes eleven, and only it may be known to within a few."""
    first = {"NOT_ELIGIBLE": 40, "REVIEW": 3, "ELIGIBLE": 10, "NOT_YET": 60}
    months = []
    for line in (first, first | {"ELIGIBLE": 12, "NOT_YET": 58}):
        outcomes = {("YOLO", "policy", name): Number(n, n) for name, n in line.items()}
        outcomes |= {("YOLO", pack, "ELIGIBLE"): Number(113, 113) for pack in PACKS[1:]}
        state = State(outcomes, {(*cell, "A"): number for cell, number in outcomes.items()}, {})
        months.append((page_of(state), state))
    assert [page.outcomes["YOLO", "policy", "ELIGIBLE"] for page, _ in months] == [None, 12]
    assert opened(*months) == []


@pytest.mark.parametrize(
    ("line", "hidden"),
    [
        ({"A": Number(11, 11), "B": Number(40, 40)}, set()),
        ({"A": Number(10, 10), "B": Number(40, 40)}, {"A", "B"}),
        ({"A": Number(0, 0), "B": Number(40, 40)}, set()),
        ({"A": Number(90, 10), "B": Number(40, 40), "C": Number(11, 11)}, {"A", "B"}),
        # However many are small, a large one goes with them: one of them may not be so next month.
        ({"A": Number(5, 5), "B": Number(9, 9), "C": Number(50, 50)}, {"A", "B", "C"}),
        ({"A": Number(3, 3)}, {"A"}),
    ],
)
def test_a_small_figure_is_never_withheld_alone(line: dict[str, Number], hidden: set[str]) -> None:
    assert withheld_keys(line, order=str) == hidden


def test_what_goes_with_a_small_figure_does_not_depend_on_sizes() -> None:
    small = {"A": Number(3, 3), "B": Number(40, 40), "C": Number(50, 50)}
    later = {"A": Number(3, 3), "B": Number(60, 60), "C": Number(50, 50)}
    assert withheld_keys(small, order=str) == withheld_keys(later, order=str) == {"A", "B"}
