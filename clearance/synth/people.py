"""Made-up people of the small state. Person i depends only on the seed and i.

A record is made complete and then cut off at as-of: with a later as-of, the same person has the
same record with later events. Cannabis cases are far more frequent than in reality, on purpose.
"""

from __future__ import annotations

from datetime import date, timedelta

from clearance.synth import words
from clearance.synth.cases import arrest_cycle
from clearance.synth.dice import Dice, Weighted
from clearance.synth.names import EVERYWHERE, TWELVE, full_name
from clearance.synth.record import Cycle, Entry, Person, Step
from clearance.synth.words import Charge

FIRST_BIRTH, LAST_BIRTH = date(1940, 1, 1).toordinal(), date(2001, 12, 31).toordinal()
LATEST_START = date(2021, 6, 30)
EARLIEST = date(1965, 1, 1)
LONGEST_LIFE = 90
# The first so many live in a dozen counties, so that a small run makes few packets.
IN_TWELVE = 5_000
RACES = Weighted(
    {("W", "WHITE"): 30.0, ("H", "HISPANIC"): 40.0, ("B", "BLACK"): 20.0, ("A", "OTHER ASIAN"): 6.0}
)
THEMES = Weighted(
    {"cannabis": 26.0, "common": 70.0, "strike": 1.5, "registrable": 1.0, "shop": 1.5}
)


def person(seed: int, number: int, as_of: date) -> Person | None:
    """Person `number` with the record up to as-of; None if the record begins later.

    Args:
        seed: the seed of the world.
        number: the person's number, from 0.
        as_of: the last day of the record.
    """
    dice = Dice(seed, number)
    somebody = Person(
        number=number,
        name=full_name(dice),
        gender="F" if dice.chance(0.2) else "M",
        born=date.fromordinal(dice.between(FIRST_BIRTH, LAST_BIRTH)),
        race=dice.draw(RACES),
        county=dice.draw(TWELVE if number < IN_TWELVE else EVERYWHERE),
        cycles=[],
    )
    somebody.cycles = cut_off(as_of, _make_cycles(somebody, dice))
    return somebody if somebody.cycles else None


def cut_off(as_of: date, cycles: list[Cycle]) -> list[Cycle]:
    """The cycles in order of time without events after as-of; the given cycles are changed."""
    cycles.sort(key=lambda cycle: cycle.on)
    remaining = []
    for cycle in cycles:
        cycle.steps = [step for step in cycle.steps if step.on <= as_of]
        for step in cycle.steps:
            step.entries = [
                entry
                for entry in step.entries
                if entry.disposed_later is None or entry.disposed_later <= as_of
            ]
        cycle.steps.sort(key=lambda step: step.on)
        if cycle.steps:
            remaining.append(cycle)
    return remaining


def _make_cycles(somebody: Person, dice: Dice) -> list[Cycle]:
    young = somebody.born + timedelta(16 * 366 + int(9000 * dice.throw() ** 2.5))
    on = max(min(young, LATEST_START), EARLIEST + timedelta(dice.between(0, 2000)))
    cycles = []
    themes = _themes(dice, old_enough=somebody.born.year < 1994)
    same = dice.draw(words.CANNABIS_OLD) if themes.count("cannabis") > 2 else None
    for theme in themes:
        cycles.append(_make_cycle(theme, somebody, on, dice, same))
        if theme == "registrable":
            cycles.append(
                registration(on + timedelta(dice.between(400, 900)), somebody.county, dice)
            )
        on += timedelta(30 + int(2600 * dice.throw() ** 2))
        if on.year - somebody.born.year > LONGEST_LIFE:
            break
    if dice.chance(0.01):
        text = dice.pick(words.OTHER_REGISTRATIONS)
        cycles.append(one_step_cycle("REGISTRATION", on, somebody.county, Entry(text, "X", 1)))
    if dice.chance(0.08):
        applied_on = cycles[0].on + timedelta(dice.between(-700, 4000))
        cycles.append(
            applicant(max(applied_on, somebody.born + timedelta(6600)), somebody.county, dice)
        )
    if dice.chance(0.04):
        last = max(step.on for cycle in cycles for step in cycle.steps)
        died = last + timedelta(dice.between(30, 4000))
        cycles.append(one_step_cycle("DECEASED", died, somebody.county, Entry("", "X", 1)))
    return cycles


def _themes(dice: Dice, *, old_enough: bool) -> list[str]:
    count = 1
    while count < 14 and dice.chance(0.58):
        count += 1
    themes = [dice.draw(THEMES) for _ in range(count)]
    if dice.chance(0.03):
        themes += ["cannabis"] * 3
    if dice.chance(0.03):
        themes.insert(0, dice.pick(("strike", "registrable", "gang")))
        themes.append("cannabis")
    if old_enough and dice.chance(0.012):
        themes.insert(dice.between(0, count), "long")
    return themes


def _make_cycle(theme: str, somebody: Person, on: date, dice: Dice, same: Charge | None) -> Cycle:
    county = somebody.county
    if dice.chance(0.18):
        county = dice.draw(TWELVE if somebody.number < IN_TWELVE else EVERYWHERE)
    if theme in ("cannabis", "long"):
        new_law = on >= words.PROP64 and dice.chance(0.9)
        table = words.CANNABIS_NEW if new_law else words.CANNABIS_OLD
        first = dice.draw(table) if same is None or new_law or theme == "long" else same
        charges = _with_others(first, dice)
        return arrest_cycle(
            charges,
            on=date(2012, 1, 1) + timedelta(dice.between(0, 1400)) if theme == "long" else on,
            county=county,
            dice=dice,
            to_court=0.85,
            ends="convicted" if theme == "long" or dice.chance(0.45) else None,
            long=theme == "long",
        )
    if theme == "strike":
        charges, ends = [dice.draw(words.SUPER_STRIKES)], "convicted"
    elif theme == "registrable":
        charges, ends = [dice.draw(words.REGISTRABLE)], "convicted"
    elif theme == "gang":
        charges, ends = list(words.GANG), "convicted"
    elif theme == "shop":
        charges, ends = [words.SHOPLIFTING], None
    else:
        charges, ends = [dice.draw(words.COMMON) for _ in range(_number_of_charges(dice))], None
    return arrest_cycle(charges, on=on, county=county, dice=dice, ends=ends)


def _with_others(first: Charge, dice: Dice) -> list[Charge]:
    charges = [first]
    for _ in range(_number_of_charges(dice) - 1):
        charges.append(dice.draw(words.BESIDE_CANNABIS))
    if dice.chance(0.12):
        charges.append(dice.draw(words.CANNABIS_OLD))
    if dice.chance(0.03):
        charges.append(words.CONSPIRACY)
    return charges


def _number_of_charges(dice: Dice) -> int:
    return 1 + int(3 * dice.throw() ** 2.2)


def registration(on: date, county: str, dice: Dice) -> Cycle:
    """The cycle of a registration after a conviction, sometimes ended later."""
    entry = Entry(dice.draw(words.REGISTRATIONS), "X", 1)
    if dice.chance(0.05):
        entry.disposition = "NO LONGER REQUIRED TO REGISTER"
    return one_step_cycle("REGISTRATION", on, county, entry)


def applicant(on: date, county: str, dice: Dice) -> Cycle:
    """The cycle of an applicant's fingerprints, for a licence or a job."""
    entry = Entry(dice.pick(("APPLICANT-TEACHER", "APPLICANT-SECURITY GUARD", "")), "X", 1)
    if dice.chance(0.2):
        entry.disposition = "NO LONGER INTERESTED"
    return one_step_cycle("APPLICANT", on, dice.pick((county, "OUT OF STATE", "")), entry)


def one_step_cycle(kind: str, on: date, county: str, entry: Entry) -> Cycle:
    """A cycle of one step with one entry."""
    return Cycle(on, [Step(kind, on, county, [entry])])
