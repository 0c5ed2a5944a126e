"""Made-up people of the whole state. Person i depends only on the seed and i.

Days are drawn as shares of all arrests of the years covered. A person's first arrest is drawn
anywhere; each further one is a little later (for every second person, earlier), and is folded back
at the ends of the years. So every year has its share of arrests, and the arrests of a person are
near each other. A record is cut off at as-of, as in the small state.
"""

from __future__ import annotations

from datetime import date, timedelta

from clearance.synth import words
from clearance.synth.california.charges import charge_in
from clearance.synth.california.counties import HOMES
from clearance.synth.california.practice import TO_COURT, practice_of
from clearance.synth.california.years import day_at, fold_back
from clearance.synth.cases import arrest_cycle
from clearance.synth.dice import Dice, Weighted
from clearance.synth.names import full_name
from clearance.synth.people import applicant, cut_off, one_step_cycle, registration
from clearance.synth.record import Cycle, Entry, Person
from clearance.synth.words import Charge

RACES = Weighted(
    {
        ("H", "HISPANIC"): 39.0,
        ("W", "WHITE"): 37.0,
        ("B", "BLACK"): 17.0,
        ("A", "OTHER ASIAN"): 5.0,
        ("X", "UNKNOWN"): 2.0,
    }
)
# The share of people with at least n arrests is n to the power of minus this.
TAIL = 1.16
MOST_ARRESTS = 850
# The share of all arrests between two arrests of a person with few (about a year), and in all.
GAP, WHOLE = 0.018, 0.5
LEVELS = "FMI"


def world_key(seed: int) -> str:
    """The key of this state's random numbers, apart from the small state's of the same seed."""
    return f"california-{seed}"


def person(seed: int, number: int, as_of: date) -> Person | None:
    """Person `number` with the record up to as-of; None if the record begins later.

    Args:
        seed: the seed of the world.
        number: the person's number, from 0.
        as_of: the last day of the record.
    """
    dice = Dice(world_key(seed), number)
    days = _arrest_days(dice)
    age = timedelta(16 * 366 + int(15_000 * dice.throw() ** 2.6) + dice.between(0, 364))
    somebody = Person(
        number=number,
        name=full_name(dice),
        gender="F" if dice.chance(0.21) else "M",
        born=days[0] - age,
        race=dice.draw(RACES),
        county=dice.draw(HOMES),
        cycles=[],
    )
    somebody.cycles = cut_off(as_of, _make_cycles(somebody, days, dice))
    return somebody if somebody.cycles else None


def _arrest_days(dice: Dice) -> list[date]:
    """The days of a person's arrests, in order."""
    # A throw may be 0, one minus a throw never is.
    arrests = min(int((1.0 - dice.throw()) ** (-1.0 / TAIL)), MOST_ARRESTS)
    share = dice.throw()
    gap = min(GAP, WHOLE / arrests) * (1.0 if dice.chance(0.5) else -1.0)
    days = []
    for _ in range(arrests):
        days.append(day_at(fold_back(share)))
        share += 3.0 * gap * dice.throw() ** 2
    return sorted(days)


def _make_cycles(somebody: Person, days: list[date], dice: Dice) -> list[Cycle]:
    cycles = [make_arrest(somebody, on, dice) for on in days]
    if dice.chance(0.011):
        on = days[dice.between(0, len(days) - 1)] + timedelta(dice.between(1, 300))
        charge = dice.draw(words.REGISTRABLE)
        practice = practice_of(charge.level)
        found_guilty = arrest_cycle(
            [charge], on=on, county=somebody.county, dice=dice, ends="convicted", practice=practice
        )
        cycles.append(found_guilty)
        if dice.chance(0.85):
            released = on + timedelta(dice.between(400, 1500))
            cycles.append(registration(released, somebody.county, dice))
    if dice.chance(0.006):
        text = dice.pick(words.OTHER_REGISTRATIONS)
        after = days[-1] + timedelta(dice.between(20, 400))
        cycles.append(one_step_cycle("REGISTRATION", after, somebody.county, Entry(text, "X", 1)))
    if dice.chance(0.08):
        applied_on = days[0] + timedelta(dice.between(-700, 5000))
        applied_on = max(applied_on, somebody.born + timedelta(6600), date(1973, 1, 1))
        cycles.append(applicant(applied_on, somebody.county, dice))
    # The record does not have every death.
    if dice.chance(0.05 if somebody.born.year > 1955 else 0.25):
        last = max(step.on for cycle in cycles for step in cycle.steps)
        died = last + timedelta(dice.between(30, 9000))
        cycles.append(one_step_cycle("DECEASED", died, somebody.county, Entry("", "X", 1)))
    return cycles


def make_arrest(somebody: Person, on: date, dice: Dice) -> Cycle:
    """The cycle of a person's arrest on a day.

    Args:
        somebody: the person.
        on: the day.
        dice: the random source.
    """
    charges = charges_on(on, dice)
    level = min((charge.level for charge in charges), key=LEVELS.index)
    return arrest_cycle(
        charges,
        on=on,
        county=dice.draw(HOMES) if dice.chance(0.16) else somebody.county,
        dice=dice,
        to_court=TO_COURT[level],
        practice=practice_of(level),
    )


def charges_on(on: date, dice: Dice) -> list[Charge]:
    """The charges of an arrest, most often one."""
    count = 1 + int(3 * dice.throw() ** 2.4)
    if dice.chance(0.01):
        count += dice.between(3, 12)
    return [charge_in(on.year, dice) for _ in range(count)]
