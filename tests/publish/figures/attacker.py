"""An attacker with a solver: random states, what is public of them, and what follows from that."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import Any, NamedTuple

import z3

from clearance.publish.figures.small_cells import (
    OUTCOMES,
    SMALLEST,
    Cell,
    Line,
    Number,
    PublicFigures,
    ReasonCell,
    public_figures,
)
from clearance.report.months import publishable_months
from clearance.report.people import publishable_left
from clearance.report.years import publishable_decades

STATES = 1_000
STATE, YEARS, PARTS = "the state", "the state, by year of conviction", 3
COUNTIES, PACKS, REASONS = ("ALPINE", "YOLO"), ("policy", "scenario", "law"), ("A", "B", "C")
# An attacker who knows a figure to within so many has worked it out.
NEAR = 3
# So many units of a pack in a county are decided otherwise from one month to the next.
CHANGES = 2


class Decision(NamedTuple):
    """What a pack decides of a person's unit; the packs have one scope, so each decides it."""

    county: str
    pack: str
    person: str
    unit: int
    outcome: str
    reason: str
    month: int
    cleared: bool
    decade: int


@dataclass
class State:
    """Decisions counted: units and people by outcome and by reason.

    Attributes:
        lines: of the state, in counties that show the outcome: by `STATE`, pack and outcome the
            months in which units become eligible, and people who are left with none or not; by
            `YEARS` and pack the decades of the eligible units.
    """

    outcomes: dict[Cell, Number]
    reasons: dict[ReasonCell, Number]
    lines: dict[Cell, dict[Any, Number]]

    @classmethod
    def of(cls, decisions: Iterable[Decision]) -> State:
        """The figures of some decisions."""
        outcomes: dict[Cell, list[str]] = defaultdict(list)
        reasons: dict[ReasonCell, list[str]] = defaultdict(list)
        given = list(decisions)
        for county, pack, person, _, outcome, reason, *_ in given:
            outcomes[county, pack, outcome].append(person)
            reasons[county, pack, outcome, reason].append(person)
        made = cls(_numbers(outcomes), _numbers(reasons), {})
        made.lines = made.of_state(given, public_of(made))
        return made

    @staticmethod
    def of_state(given: list[Decision], public: PublicFigures) -> dict[Cell, dict[Any, Number]]:
        """The lines of the state, of what is shown."""
        months: dict[Cell, dict[Any, list[str]]] = defaultdict(lambda: defaultdict(list))
        left: dict[Cell, dict[Any, set[str]]] = defaultdict(lambda: defaultdict(set))
        years: dict[Cell, dict[Any, list[str]]] = defaultdict(lambda: defaultdict(list))
        for decision in given:
            if not public.outcomes[decision.county, decision.pack, decision.outcome]:
                continue
            if decision.outcome == "NOT_YET":
                months[STATE, decision.pack, "NOT_YET"][decision.month].append(decision.person)
            if decision.outcome == "ELIGIBLE":
                left[STATE, decision.pack, "ELIGIBLE"][decision.cleared].add(decision.person)
                years[YEARS, decision.pack, "ELIGIBLE"][decision.decade].append(decision.person)
        people = {
            cell: {cleared: Number(len(of), len(of)) for cleared, of in line.items()}
            for cell, line in left.items()
        }
        return {cell: _numbers(line) for cell, line in (months | years).items()} | people

    @property
    def units(self) -> dict[Cell | ReasonCell, int]:
        """The true units of each figure."""
        figures = self.outcomes | self.reasons
        of_state = {
            (*cell, str(part)): number.units
            for cell, line in self.lines.items()
            for part, number in line.items()
        }
        return {key: number.units for key, number in figures.items()} | of_state


def _numbers(people: Mapping) -> dict:  # type: ignore[type-arg]
    return {key: Number(len(of), len(set(of))) for key, of in people.items()}


def decisions(dice: Random) -> list[Decision]:
    """Units of people in two counties, decided by three packs with few or many outcomes."""
    units = [
        (county, f"{county}{dice.randrange(size)}", at)
        for county in COUNTIES
        for size in [dice.choice([4, 12, 30, 90])]
        for at in range(dice.choice([3, 11, 25, 60, 200]))
    ]
    made = []
    for pack in PACKS:
        often = {
            county: [dice.choice((0.001, 0.05, 0.3, 1)) for _ in OUTCOMES] for county in COUNTIES
        }
        for county, person, at in units:
            outcome = dice.choices(OUTCOMES, often[county])[0]
            reason = dice.choices(REASONS, [1, 0.2, 0.05])[0]
            month = dice.choices(range(PARTS), [1, 0.3, 0.05])[0]
            # By person, as a person has one record.
            cleared = random_of(f"{pack}{person}") < often[county][0]
            # By unit, as a conviction has one day whatever is decided.
            decade = int(PARTS * random_of(f"{county}{at}") ** 3)
            made.append(Decision(county, pack, person, at, outcome, reason, month, cleared, decade))
    return made


def random_of(text: str) -> float:
    """A number from 0 to 1 that depends on the text alone."""
    return Random(text).random()


def a_month_later(before: list[Decision], dice: Random) -> list[Decision]:
    """The same units, a few of them decided otherwise."""
    lines: dict[tuple[str, str], list[int]] = defaultdict(list)
    for at, decision in enumerate(before):
        lines[decision.county, decision.pack].append(at)
    after = list(before)
    for line in lines.values():
        for at in dice.sample(line, min(len(line), dice.randrange(CHANGES + 1))):
            other = {
                "outcome": dice.choice(OUTCOMES),
                "reason": dice.choice(REASONS),
                "month": dice.randrange(PARTS),
            }
            after[at] = before[at]._replace(**other)
    return after


@dataclass
class Page:
    """What is public of a state.

    Attributes:
        outcomes: units; None where withheld, be it of nobody. One that is not there is of nobody.
        reasons: the same by reason, where it is shown; what is not there is withheld or of nobody.
        sums: of an outcome's reasons over all counties whose outcome is shown; None where withheld.
        totals: units of all outcomes by county and pack, where that is said.
        lines: parts of the state's lines, None where withheld, and what they add up to.
    """

    outcomes: Mapping[Cell, int | None]
    reasons: Mapping[ReasonCell, int]
    sums: Mapping[tuple[str, str, str], int | None]
    totals: Mapping[Line, int]
    lines: Mapping[Cell, tuple[Mapping[str, int | None], int]]


def page_of(state: State) -> Page:
    """The report and `statistics.csv` of today; the report's sums are those of the latter."""
    public = public_of(state)
    shown = {key: number.units for key, number in public.reasons.items() if number}
    units = {key: number.units if number else None for key, number in public.outcomes.items()}
    lines: dict[Cell, tuple[Mapping[str, int | None], int]] = {}
    for cell, line in state.lines.items():
        whole = sum(number.units for number in line.values())
        if cell[0] == YEARS or cell[2] == "NOT_YET":
            publishable = publishable_decades if cell[0] == YEARS else publishable_months
            shown_parts = publishable(line)
            # What is withheld is not listed, as what is of nobody.
            parts = {
                str(at): shown_parts[at].units if at in shown_parts else None for at in range(PARTS)
            }
            lines[cell] = parts, whole
        elif whole >= SMALLEST:
            left = publishable_left(whole, line[True].units if True in line else 0)
            both = {"True": left, "False": None if left is None else whole - left}
            lines[cell] = both, whole
    return Page(units, shown, {}, public.totals, lines)


def public_of(state: State) -> PublicFigures:
    """What may be shown of a state."""
    return public_figures(state.outcomes, state.reasons)


def page_of_1877464(truth: State) -> Page:
    """The report of that commit: `county_lines` and `publishable` of its report/figures.py.

    Only small outcomes are withheld; reasons are counted over the shown cells of all counties, and
    the small ones withheld with the next smallest.
    """
    shown = {key: n.units if n.people >= SMALLEST else None for key, n in truth.outcomes.items()}
    groups: dict[tuple[str, str], dict[str, Number]] = defaultdict(dict)
    for (county, pack, outcome, reason), number in truth.reasons.items():
        if shown[county, pack, outcome] is not None:
            so_far = groups[pack, outcome].get(reason, Number(0, 0))
            groups[pack, outcome][reason] = Number(
                so_far.units + number.units, so_far.people + number.people
            )
    sums: dict[tuple[str, str, str], int | None] = {}
    for key, group in groups.items():
        ordered = sorted(group, key=lambda reason: (group[reason].people, group[reason].units))
        small = sum(number.people < SMALLEST for number in group.values())
        for at, reason in enumerate(ordered):
            sums[*key, reason] = None if small and at <= small else group[reason].units
    return Page(shown, {}, sums, {}, {})


Figure = tuple[int, Cell | ReasonCell]
"""A month's figure."""


def opened(*months: tuple[Page, State]) -> list[Figure]:
    """The figures that are withheld in every month and that the pages give away all the same.

    A figure that some month shows is known for the others to within what can have changed.

    Args:
        months: what is public of each, and what is not.
    """
    solver = z3.Solver()
    known = [_put(page, solver, month=at) for at, (page, _) in enumerate(months)]
    pages = [page for page, _ in months]
    for (before, after), two in zip(pairwise(known), pairwise(pages), strict=True):
        for key in before.keys() & after.keys():
            figure, next_figure = before[key], after[key]
            if not (isinstance(figure, int) and isinstance(next_figure, int)):
                most = may_change(key, *two)
                solver.add(figure - next_figure <= most, next_figure - figure <= most)
    far: dict[Figure, z3.BoolRef] = {}
    for key in set.intersection(*(set(figures) for figures in known)):
        true = [truth.units.get(key, 0) for _, truth in months]
        if not all(true) or any(isinstance(figures[key], int) for figures in known):
            continue
        for at, figures in enumerate(known):
            far[at, key] = z3.Bool(f"far {at} {key}")
            off = [figures[key] <= true[at] - NEAR, figures[key] >= true[at] + NEAR]
            solver.add(far[at, key] == z3.Or(off))
    assert solver.check() == z3.sat
    return _never_far(far, solver)


def may_change(key: Cell | ReasonCell, page: Page, next_page: Page) -> int:
    """How far a figure can lie from that of the next month.

    One of the state is of the counties that show its outcome; others may come in or drop out.
    """
    if key[0] not in (STATE, YEARS):
        return CHANGES
    cells = [
        [month.outcomes.get((c, *key[1:3])) or 0 for month in (page, next_page)] for c in COUNTIES
    ]
    return sum(max(units) if 0 in units else CHANGES for units in cells)


def _never_far(far: Mapping[Figure, z3.BoolRef], solver: z3.Solver) -> list[Figure]:
    """The figures that no answer has far from the truth.

    A question asks for one of every line that no answer has had far yet, of fewer lines where there
    is no such answer.
    """
    rest: dict[tuple[str, ...], set[Figure]] = defaultdict(set)
    for figure in far:
        rest[figure[1][:-1]].add(figure)
    found: list[Figure] = []
    at_once = len(rest)
    while rest:
        lines = list(rest)[:at_once]
        solver.push()
        for line in lines:
            solver.add(z3.Or([far[figure] for figure in rest[line]]))
        answer = solver.model() if solver.check() == z3.sat else None
        solver.pop()
        if answer is not None:
            at_once = 2 * len(lines)
            for figures in rest.values():
                figures -= {figure for figure in figures if z3.is_true(answer[far[figure]])}
        elif len(lines) == 1:
            found += sorted(rest.pop(lines[0]))
        else:
            at_once = len(lines) // 2
        rest = {line: figures for line, figures in rest.items() if figures}
    return found


def _sum(figures: Iterable[Any]) -> Any:
    known, unknown = 0, []
    for figure in figures:
        if isinstance(figure, int):
            known += figure
        else:
            unknown.append(figure)
    return z3.Sum([*unknown, z3.IntVal(known)]) if unknown else known


def _put(page: Page, solver: z3.Solver, *, month: int) -> dict[Cell | ReasonCell, Any]:
    """What a page says, put into the solver: a figure is its number, or an unknown one."""
    figures: dict[Cell | ReasonCell, Any] = {}

    def figure(key: Cell | ReasonCell, units: int | None) -> Any:
        if units is None:
            units = z3.Int(f"{month} {key}")
            solver.add(units >= 0)
        figures[key] = units
        return units

    for county in COUNTIES:
        totals = []
        for pack in PACKS:
            line = []
            for outcome in OUTCOMES:
                cell = (county, pack, outcome)
                units = page.outcomes.get(cell, 0)
                line.append(figure(cell, units))
                # The reasons of an outcome that is withheld are withheld, and say nothing of it.
                if units:
                    # One that is not there may be of nobody.
                    reasons = [
                        figure((*cell, reason), page.reasons.get((*cell, reason)))
                        for reason in REASONS
                    ]
                    solver.add(_sum(reasons) == units)
            totals.append(_sum(line))
            if (county, pack) in page.totals:
                solver.add(totals[-1] == page.totals[county, pack])
        for total, other in pairwise(totals):
            solver.add(total == other)
    for cell, (parts, whole) in page.lines.items():
        of_state = [figure((*cell, part), units) for part, units in parts.items()]
        solver.add(_sum(of_state) == whole)
    for (pack, outcome, reason), units in page.sums.items():
        added = _sum(
            figures[county, pack, outcome, reason]
            for county in COUNTIES
            if page.outcomes.get((county, pack, outcome)) is not None
        )
        solver.add(units is None or added == units)
    return figures
