"""The next month's extract, in which one person of a hundred differs.

The changes: a new arrest, the end of a case, a corrected row, a removed arrest, a new person, a
merge of two people, and the end of a merge.
"""

from __future__ import annotations

from datetime import date, timedelta

from clearance.synth.california.charges import charge_in
from clearance.synth.california.people import make_arrest, world_key
from clearance.synth.cases import sentence
from clearance.synth.dice import Dice, Weighted
from clearance.synth.people import cut_off
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
# The share of odd numbers that are merged in the first month, and of these, of merges ended later.
MERGED, PARTED = 0.004, 0.1


def planned_change(seed: int, number: int) -> str:
    """The planned change of person `number` in the next month; empty for none.

    `new` for a person who is not in the first extract.
    """
    dice = Dice(world_key(seed), number, "second month")
    share = dice.throw()
    if share < NEW:
        return "new"
    return dice.draw(KINDS) if share < CHANGED else ""


def merged_on(seed: int, number: int, as_of: date) -> date | None:
    """The day on which person `number` was merged with the previous person; None if never.

    Only odd numbers are merged, so that there is no circle.
    """
    dice = Dice(world_key(seed), number, "merged")
    if number % 2 == 0 or not dice.chance(MERGED):
        return None
    return as_of - timedelta(dice.between(30, 3000))


def possible_change(
    change: str, seed: int, number: int, *, merged: bool, previous_exists: bool
) -> str:
    """The change that is possible for a person: an arrest instead of an impossible merge.

    Args:
        change: the planned change.
        seed: the seed of the world.
        number: the person's number.
        merged: whether the person is merged; some merges are ended.
        previous_exists: whether the previous person is on record.
    """
    if merged and Dice(world_key(seed), number, "parted").chance(PARTED):
        return "unmerge"
    if change == "merge" and (number % 2 == 0 or merged or not previous_exists):
        return "arrest"
    return change


def change_record(
    somebody: Person, change: str, *, seed: int, as_of: date, later: date
) -> tuple[Person | None, str]:
    """The person in the next extract, and the change made; the given person is changed.

    Args:
        somebody: the person as of the first extract.
        change: a change that is possible.
        seed: the seed of the world.
        as_of: the day of the first extract.
        later: the day of the next.

    Returns:
        The person, None if no cycle is left; and the change, `arrest` if no case was open.
    """
    dice = Dice(world_key(seed), somebody.number, "changed")
    on = as_of + timedelta(dice.between(1, (later - as_of).days))
    if change == "outcome" and not _add_outcome(somebody, on, dice):
        change = "arrest"
    if change == "arrest":
        somebody.cycles += cut_off(later, [make_arrest(somebody, on, dice)])
    elif change == "correction":
        _correct(somebody, dice)
    elif change == "removal":
        del somebody.cycles[dice.between(0, len(somebody.cycles) - 1)]
    return (somebody if somebody.cycles else None), change


def _add_outcome(somebody: Person, on: date, dice: Dice) -> bool:
    """Add a court step to the last open arrest, or else relief to the last conviction."""
    for cycle in reversed(somebody.cycles):
        if len(cycle.steps) == 1 and _is_open(cycle):
            cycle.steps.append(_court_step(cycle.steps[0], on, dice))
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


def _court_step(arrested: Step, on: date, dice: Dice) -> Step:
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
    """Change one thing of the record: a level, a charge, a day, or the birth date."""
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
