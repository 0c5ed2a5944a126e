"""The next month's extract: of a hundred people one is different.

Somebody is arrested, a case ends, a row is corrected, an arrest is taken off the record, somebody
is on it for the first time, two records are found to be one person's or found not to be.
"""

from __future__ import annotations

from datetime import date, timedelta

from clearance.synth.california.charges import charge_in
from clearance.synth.california.people import arrest, world
from clearance.synth.cases import sentence
from clearance.synth.dice import Dice, Weighted
from clearance.synth.people import until
from clearance.synth.record import COURT, LEVELS, Cycle, Entry, Person, Step
from clearance.synth.words import spell

CHANGED, NEW = 0.01, 0.001
KINDS = Weighted(
    {
        "arrest": 42.0,
        "outcome": 28.0,
        "correction": 14.0,
        "removal": 6.0,
        "merge": 10.0,
    }
)
# Of odd numbers so many are merged before, and of those so many are parted again.
MERGED, PARTED = 0.004, 0.1


def change_of(seed: int, number: int) -> str:
    """What is to happen to person `number` in the month after; empty for nothing.

    `new` for somebody who is not yet in the first extract.
    """
    dice = Dice(world(seed), number, "second month")
    share = dice.throw()
    if share < NEW:
        return "new"
    return dice.draw(KINDS) if share < CHANGED else ""


def merged_on(seed: int, number: int, as_of: date) -> date | None:
    """The day on which person `number` was found to be the one before, or None.

    Only somebody with an odd number is, so that nobody is merged in a circle.
    """
    dice = Dice(world(seed), number, "merged")
    if number % 2 == 0 or not dice.chance(MERGED):
        return None
    return as_of - timedelta(dice.between(30, 3000))


def possible(change: str, seed: int, number: int, *, merged: bool, twin: bool) -> str:
    """The change that can happen to this person: an arrest where a merge cannot.

    Args:
        change: of `change_of`.
        seed: which world.
        number: which person.
        merged: whether this record was merged before; one in some is parted again.
        twin: whether the one before is on record.
    """
    if merged and Dice(world(seed), number, "parted").chance(PARTED):
        return "unmerge"
    if change == "merge" and (number % 2 == 0 or merged or not twin):
        return "arrest"
    return change


def a_month_later(
    somebody: Person, change: str, *, seed: int, as_of: date, later: date
) -> tuple[Person | None, str]:
    """Somebody's record in the next extract, and what has happened; changes the record given.

    Args:
        somebody: as of the first extract.
        change: what is to happen, one that is possible.
        seed: of the world.
        as_of: the day of the first extract.
        later: the day of the next.

    Returns:
        The record, None where nothing is left of it; `arrest` where there was nothing to decide.
    """
    dice = Dice(world(seed), somebody.number, "changed")
    on = as_of + timedelta(dice.between(1, (later - as_of).days))
    if change == "outcome" and not _outcome(somebody, on, dice):
        change = "arrest"
    if change == "arrest":
        somebody.cycles += until(later, [arrest(somebody, on, dice)])
    elif change == "correction":
        _correct(somebody, dice)
    elif change == "removal":
        del somebody.cycles[dice.between(0, len(somebody.cycles) - 1)]
    return (somebody if somebody.cycles else None), change


def _outcome(somebody: Person, on: date, dice: Dice) -> bool:
    """A court's decision about the last arrest without one, or relief of the last conviction."""
    for cycle in reversed(somebody.cycles):
        if len(cycle.steps) == 1 and _is_open(cycle):
            cycle.steps.append(_decided(cycle.steps[0], on, dice))
            return True
    for cycle in reversed(somebody.cycles):
        for step in cycle.steps:
            for entry in step.entries:
                if step.kind == COURT and entry.disposition.startswith("CONVICTED"):
                    relieved = Entry(entry.charge, entry.level, 1, case=entry.case)
                    relieved.disposition = "CONV SET ASIDE & DISM PER 1203.4 PC"
                    relieved.disposition_order = 1
                    cycle.steps.append(Step(COURT, on, step.county, [relieved]))
                    return True
    return False


def _is_open(cycle: Cycle) -> bool:
    step = cycle.steps[0]
    return step.kind.startswith("ARREST") and not any(entry.disposition for entry in step.entries)


def _decided(arrested: Step, on: date, dice: Dice) -> Step:
    case = f"CR{dice.digits(6)}"
    entries = []
    for entry in arrested.entries:
        decided = Entry(entry.charge, entry.level, entry.number, entry.comment, entry.qualifier)
        decided.case, decided.disposition_order = case, 1
        if dice.chance(0.6):
            decided.disposition, decided.parts = sentence(entry.level, dice)
            decided.convicted_level = LEVELS.get(entry.level, "")
        else:
            decided.disposition = "DISMISSED/FURTHERANCE OF JUSTICE"
        entries.append(decided)
    return Step(COURT, on, arrested.county, entries)


def _correct(somebody: Person, dice: Dice) -> None:
    """One thing on the record is another now: a level, a charge, a day, the day of birth."""
    cycle = dice.pick(somebody.cycles)
    step = dice.pick(cycle.steps)
    entry = dice.pick(step.entries)
    what = dice.pick(("level", "charge", "day", "birth"))
    if what == "birth":
        somebody.born -= timedelta(dice.between(1, 700))
    elif what == "day":
        step.on -= timedelta(dice.between(1, 40))
    elif what == "charge":
        entry.charge, entry.comment = spell(charge_in(step.on.year, dice), dice)
    else:
        entry.level = "M" if entry.level == "F" else "F"
