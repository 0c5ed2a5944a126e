"""What is public brings no withheld figure back: an attacker with a solver tries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from random import Random

import pytest
import z3

from clearance.publish.withheld import (
    OUTCOMES,
    SMALLEST,
    Cell,
    Number,
    PublicFigures,
    ReasonCell,
    public_figures,
    withheld,
)

STATES = 1_000
COUNTIES, PACKS, REASONS = ("ALPINE", "YOLO"), ("policy", "scenario", "law"), ("A", "B", "C")
# An attacker who knows a figure to within so many has worked it out.
NEAR = 3


@dataclass
class State:
    """Decisions of people: the packs have one scope, so each decides every unit."""

    outcomes: dict[Cell, Number]
    reasons: dict[ReasonCell, Number]


def state(dice: Random) -> State:
    """Units of people in two counties, decided by three packs with few or many outcomes."""
    outcomes: dict[Cell, set[tuple[str, int]]] = defaultdict(set)
    reasons: dict[ReasonCell, set[tuple[str, int]]] = defaultdict(set)
    units = [
        (county, f"{county}{dice.randrange(size)}", at)
        for county in COUNTIES
        for size in [dice.choice([4, 12, 30, 90])]
        for at in range(dice.choice([3, 11, 25, 60, 200]))
    ]
    for pack in PACKS:
        often = {
            county: [dice.choice((0.001, 0.05, 0.3, 1)) for _ in OUTCOMES] for county in COUNTIES
        }
        for county, person, at in units:
            outcome = dice.choices(OUTCOMES, often[county])[0]
            reason = dice.choices(REASONS, [1, 0.2, 0.05])[0]
            outcomes[county, pack, outcome].add((person, at))
            reasons[county, pack, outcome, reason].add((person, at))
    return State(_numbers(outcomes), _numbers(reasons))


def _numbers(of: Mapping) -> dict:  # type: ignore[type-arg]
    return {
        key: Number(len(units), len({person for person, _ in units})) for key, units in of.items()
    }


@dataclass
class Page:
    """What a page says: figures by cell, and of each outcome's reasons the sums over the state."""

    outcomes: Mapping[Cell, int | None]
    reasons: Mapping[ReasonCell, int | None]
    sums: Mapping[tuple[str, str, str], int]


def page_of(public: PublicFigures) -> Page:
    sums: dict[tuple[str, str, str], int] = defaultdict(int)
    for (_, pack, outcome, reason), number in public.reasons.items():
        sums[pack, outcome, reason] += number.units if number else 0
    return Page(_units(public.outcomes), _units(public.reasons), sums)


def _units(of: Mapping) -> dict:  # type: ignore[type-arg]
    return {key: number.units if number else None for key, number in of.items()}


def opened(page: Page, truth: State, *, over_all: bool = False) -> Iterator[Cell | ReasonCell]:
    """The withheld figures that a page gives away, to one who knows that the packs' scopes are one.

    Args:
        page: what is public.
        truth: what is not.
        over_all: whether the page's sums are over withheld figures, too.
    """
    # An outcome that is withheld is one of somebody; a reason that is not there may be of nobody.
    each_reason = {(*cell, reason) for cell in page.outcomes for reason in REASONS}
    said = {**dict.fromkeys(each_reason), **page.reasons, **page.outcomes}
    figures = {key: z3.Int("/".join(key)) for key in said}
    solver = z3.Solver()
    for key, figure in figures.items():
        least = 1 if len(key) == 3 else 0
        solver.add(figure >= least if said[key] is None else figure == said[key])
    for cell in page.outcomes:
        solver.add(figures[cell] == z3.Sum([figures[*cell, reason] for reason in REASONS]))
    for county in COUNTIES:
        lines: dict[str, list[z3.ArithRef]] = defaultdict(list)
        for cell in page.outcomes:
            if cell[0] == county:
                lines[cell[1]].append(figures[cell])
        for line, other in pairwise(lines.values()):
            solver.add(z3.Sum(line) == z3.Sum(other))
    if over_all:
        for key, units in page.sums.items():
            solver.add(z3.Sum([figures[cell] for cell in each_reason if cell[1:] == key]) == units)
    assert solver.check() == z3.sat
    true = {**truth.outcomes, **truth.reasons}
    for key, figure in figures.items():
        if said[key] is not None or key not in true:
            continue
        solver.push()
        solver.add(z3.Or(figure <= true[key].units - NEAR, figure >= true[key].units + NEAR))
        if solver.check() == z3.unsat:
            yield key
        solver.pop()


def test_no_withheld_figure_can_be_worked_out_from_what_is_public() -> None:
    dice, withheld_figures = Random(14), 0
    for _ in range(STATES):
        truth = state(dice)
        public = public_figures(truth.outcomes, truth.reasons)
        withheld_figures += sum(number is None for number in public.outcomes.values())
        assert list(opened(page_of(public), truth)) == []
    assert withheld_figures > STATES


def test_no_small_figure_is_public_and_most_of_the_others_are() -> None:
    dice, shown, large = Random(15), 0, 0
    for _ in range(STATES):
        truth = state(dice)
        public = public_figures(truth.outcomes, truth.reasons)
        for cell, number in {**public.outcomes, **public.reasons}.items():
            exact = (truth.outcomes if len(cell) == 3 else truth.reasons)[cell]
            assert number is None or number == exact
            assert number is None or number.people >= SMALLEST
            large += exact.people >= SMALLEST
            shown += number is not None
    assert shown > 0.4 * large


def test_the_attacker_opens_a_page_that_withholds_only_what_is_small() -> None:
    truth = State(
        {
            ("YOLO", "policy", "ELIGIBLE"): Number(300, 300),
            ("YOLO", "policy", "REVIEW"): Number(5, 5),
            ("YOLO", "policy", "NOT_ELIGIBLE"): Number(40, 40),
            ("YOLO", "scenario", "ELIGIBLE"): Number(345, 345),
            ("YOLO", "law", "ELIGIBLE"): Number(345, 345),
        },
        {},
    )
    small_only = Page(
        {
            cell: number.units if number.people >= SMALLEST else None
            for cell, number in truth.outcomes.items()
        },
        {},
        {},
    )
    assert list(opened(small_only, truth)) == [("YOLO", "policy", "REVIEW")]
    public = page_of(public_figures(truth.outcomes, {}))
    assert public.outcomes["YOLO", "policy", "NOT_ELIGIBLE"] is None
    assert list(opened(public, truth)) == []


def test_the_attacker_opens_sums_over_what_is_withheld() -> None:
    truth = State(
        {("ALPINE", "law", "REVIEW"): Number(30, 30), ("YOLO", "law", "REVIEW"): Number(60, 60)},
        {
            ("ALPINE", "law", "REVIEW", "A"): Number(25, 25),
            ("ALPINE", "law", "REVIEW", "B"): Number(5, 5),
            ("YOLO", "law", "REVIEW", "B"): Number(60, 60),
        },
    )
    public = public_figures(truth.outcomes, truth.reasons)
    sums = {("law", "REVIEW", "A"): 25, ("law", "REVIEW", "B"): 65}
    whole = Page(_units(public.outcomes), _units(public.reasons), sums)
    open_cells = set(opened(whole, truth, over_all=True))
    assert open_cells == {("ALPINE", "law", "REVIEW", "A"), ("ALPINE", "law", "REVIEW", "B")}
    assert list(opened(page_of(public), truth)) == []


@pytest.mark.parametrize(
    ("line", "hidden"),
    [
        ({"A": Number(11, 11), "B": Number(40, 40)}, set()),
        ({"A": Number(10, 10), "B": Number(40, 40)}, {"A", "B"}),
        ({"A": Number(0, 0), "B": Number(40, 40)}, set()),
        ({"A": Number(90, 10), "B": Number(40, 40), "C": Number(11, 11)}, {"A", "B"}),
        # Two small ones of fewer than eleven units between them take another with them.
        ({"A": Number(5, 5), "B": Number(5, 5), "C": Number(50, 50)}, {"A", "B", "C"}),
        ({"A": Number(5, 5), "B": Number(6, 6), "C": Number(50, 50)}, {"A", "B"}),
        ({"A": Number(3, 3)}, {"A"}),
    ],
)
def test_a_small_figure_is_never_withheld_alone(line: dict[str, Number], hidden: set[str]) -> None:
    assert withheld(line, order=str) == hidden


def test_what_goes_with_a_small_figure_does_not_depend_on_sizes() -> None:
    small = {"A": Number(3, 3), "B": Number(40, 40), "C": Number(50, 50)}
    later = {"A": Number(3, 3), "B": Number(60, 60), "C": Number(50, 50)}
    assert withheld(small, order=str) == withheld(later, order=str) == {"A", "B"}
