"""Lives of the whole state. Person i depends on the seed and i alone.

Days are drawn as shares of all arrests of the years that there are: an arrest of somebody anywhere,
each further one a little later, or for every second person a little earlier, turned back where it
would leave those years. So every year has its share of arrests, and a life stays together. It is
cut off at as-of, as those of the small state are.
"""

from __future__ import annotations

from datetime import date, timedelta

from clearance.synth import words
from clearance.synth.california.charges import charge_in
from clearance.synth.california.counties import HOMES
from clearance.synth.california.practice import TO_COURT, practice_of
from clearance.synth.california.years import day_at, folded
from clearance.synth.cases import arrest_cycle
from clearance.synth.dice import Dice, Weighted
from clearance.synth.names import full_name
from clearance.synth.people import applicant, registration, single, until
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
# Of people with a record, so many were arrested at least n times: n to the power of minus this.
TAIL = 1.16
MOST_ARRESTS = 850
# A share of all arrests between two arrests of somebody with few of them: about a year.
GAP, WHOLE = 0.018, 0.5
LEVELS = "FMI"


def world(seed: int) -> str:
    """The key of this state's chance, apart from that of the small state of the same seed."""
    return f"california-{seed}"


def person(seed: int, number: int, as_of: date) -> Person | None:
    """Person `number` as the record stands at as-of, or None when it does not begin before.

    Args:
        seed: which world.
        number: which person of it, from 0.
        as_of: nothing later is on the record.
    """
    dice = Dice(world(seed), number)
    days = _days(dice)
    age = timedelta(16 * 366 + int(15_000 * dice.throw() ** 2.6) + dice.between(0, 364))
    made = Person(
        number=number,
        name=full_name(dice),
        gender="F" if dice.chance(0.21) else "M",
        born=days[0] - age,
        race=dice.draw(RACES),
        county=dice.draw(HOMES),
        cycles=[],
    )
    made.cycles = until(as_of, _cycles(made, days, dice))
    return made if made.cycles else None


def _days(dice: Dice) -> list[date]:
    """The days of somebody's arrests, in order."""
    # Never 0: a throw may be.
    arrests = min(int((1.0 - dice.throw()) ** (-1.0 / TAIL)), MOST_ARRESTS)
    share = dice.throw()
    gap = min(GAP, WHOLE / arrests) * (1.0 if dice.chance(0.5) else -1.0)
    days = []
    for _ in range(arrests):
        days.append(day_at(folded(share)))
        share += 3.0 * gap * dice.throw() ** 2
    return sorted(days)


def _cycles(made: Person, days: list[date], dice: Dice) -> list[Cycle]:
    cycles = [arrest(made, on, dice) for on in days]
    if dice.chance(0.011):
        on = days[dice.between(0, len(days) - 1)] + timedelta(dice.between(1, 300))
        charge = dice.draw(words.REGISTRABLE)
        practice = practice_of(charge.level)
        found_guilty = arrest_cycle(
            [charge], on=on, county=made.county, dice=dice, ends="convicted", practice=practice
        )
        cycles.append(found_guilty)
        if dice.chance(0.85):
            released = on + timedelta(dice.between(400, 1500))
            cycles.append(registration(released, made.county, dice))
    if dice.chance(0.006):
        text = dice.pick(words.OTHER_REGISTRATIONS)
        after = days[-1] + timedelta(dice.between(20, 400))
        cycles.append(single("REGISTRATION", after, made.county, Entry(text, "X", 1)))
    if dice.chance(0.08):
        asked = days[0] + timedelta(dice.between(-700, 5000))
        asked = max(asked, made.born + timedelta(6600), date(1973, 1, 1))
        cycles.append(applicant(asked, made.county, dice))
    # Of those who are long dead the record does not always know.
    if dice.chance(0.05 if made.born.year > 1955 else 0.25):
        last = max(step.on for cycle in cycles for step in cycle.steps)
        died = last + timedelta(dice.between(30, 9000))
        cycles.append(single("DECEASED", died, made.county, Entry("", "X", 1)))
    return cycles


def arrest(made: Person, on: date, dice: Dice) -> Cycle:
    """An arrest of somebody on a day, and what comes of it.

    Args:
        made: who.
        on: the day.
        dice: chance.
    """
    charges = charges_on(on, dice)
    level = min((charge.level for charge in charges), key=LEVELS.index)
    return arrest_cycle(
        charges,
        on=on,
        county=dice.draw(HOMES) if dice.chance(0.16) else made.county,
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
