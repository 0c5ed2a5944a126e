"""What becomes of an arrest: the court's decision on each count, the sentence, what came later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from clearance.synth.dice import Dice, Weighted
from clearance.synth.record import ARREST, COURT, LEVELS, Cycle, Entry, Part, Step
from clearance.synth.words import (
    CONSPIRACY,
    OTHER_COMMENTS,
    P64_COMMENTS,
    TARGET_COMMENTS,
    Charge,
    spell,
)

ENDED_AT_ARREST = Weighted(
    {
        "": 45.0,
        "PROS REJ-LACK OF PROBABLE CAUSE": 12.0,
        "PROS REJ-OTHER": 8.0,
        "PROS REJ-COMB W/OTHER CNTS": 3.0,
        "RELEASED/DETENTION ONLY": 14.0,
        "REL/TOT OTHER JURIS/AUTH": 6.0,
    }
)
IN_COURT = Weighted(
    {"convicted": 66.0, "dismissed": 17.0, "diverted": 8.0, "acquitted": 4.0, "": 5.0}
)
DISMISSALS = ("DISMISSED", "DISMISSED/FURTHERANCE OF JUSTICE", "DISMISSED/CHARGE DROPPED")
DIVERSIONS = ("DIVERTED PER 1000 PC", "DIVERTED PER 1000 PC", "DIVERTED PER 1001.36 PC")
AFTER_DIVERSION = Weighted(
    {
        "DISMISSED/DIVERSION COMPLETED": 50.0,
        "DISMISSED/FURTHERANCE OF JUSTICE": 20.0,
        "DIVERSION TERMINATED": 10.0,
        "": 20.0,
    }
)
AFTER_CONVICTION = Weighted(
    {
        "": 68.0,
        "PROBATION REVOKED": 8.0,
        "PROB REVOKED, REINSTATED": 3.0,
        "CONV SET ASIDE & DISM PER 1203.4 PC": 9.0,
        "REDUCED TO MISDEMEANOR": 5.0,
        "SENTENCE MODIFIED": 5.0,
        "RESENTENCED PER 1170.18 PC": 1.0,
    }
)


@dataclass(frozen=True)
class Practice:
    """How often arrests and cases come to what end.

    Attributes:
        ended_at_arrest: dispositions of an arrest that no case followed.
        in_court: what the court decides, by the words of `IN_COURT`.
        dismissals: texts, all equally likely.
        diversions: texts, all equally likely.
        after_diversion: what became of a diversion.
        after_conviction: what became of a conviction.
        not_before: the first day of what a law brought, by text; what falls due earlier comes then.
        comments: what somebody noted at a charge, all equally likely.
    """

    ended_at_arrest: Weighted[str] = ENDED_AT_ARREST
    in_court: Weighted[str] = IN_COURT
    dismissals: tuple[str, ...] = DISMISSALS
    diversions: tuple[str, ...] = DIVERSIONS
    after_diversion: Weighted[str] = AFTER_DIVERSION
    after_conviction: Weighted[str] = AFTER_CONVICTION
    not_before: Mapping[str, date] = field(default_factory=dict)
    comments: tuple[str, ...] = OTHER_COMMENTS


SMALL = Practice()
"""That of the small state."""


def probation(dice: Dice, *, felony: bool) -> list[Part]:
    """The parts of a sentence with probation, jail as its condition, and perhaps a fine."""
    if felony:
        length = Part("PROBATION", str(dice.pick((3, 3, 5))), "Y")
    else:
        length = dice.pick((Part("PROBATION", "12", "M"), Part("PROBATION", "3", "Y")))
    parts = [length]
    if dice.chance(0.6):
        parts.append(Part("JAIL", str(dice.between(1, 364 if felony else 90)), "D"))
    if dice.chance(0.35):
        parts.append(Part("FINE"))
    return parts


def sentence(level: str, dice: Dice, *, long: bool = False) -> tuple[str, list[Part]]:
    """The disposition of a conviction of this level and its sentence parts."""
    if level == "I":
        return "CONVICTED", [Part("FINE")]
    felony = level == "F"
    if long:
        return "CONVICTED-PRISON", [Part("PRISON", str(dice.between(20, 30)), "Y"), Part("FINE")]
    if felony and dice.chance(0.25):
        term = (str(dice.pick((16, 24, 36, 48))), "M") if dice.chance(0.7) else ("2", "Y")
        return "CONVICTED-PRISON", [Part("PRISON", *term)]
    if dice.chance(0.08):
        return "CONVICTED", []
    if dice.chance(0.15):
        return "CONVICTED-JAIL", [Part("JAIL", str(dice.between(2, 180)), "D")]
    parts = probation(dice, felony=felony)
    jail = any(part.location == "JAIL" for part in parts)
    if dice.chance(0.02):
        parts[0] = Part("PROBATION")  # the term was never reported
    elif dice.chance(0.01):
        parts[0] = Part("", parts[0].length, parts[0].unit)
    elif dice.chance(0.005):
        parts[0] = Part("PROBATION", "3", "N")
    return "CONVICTED-PROB/JAIL" if jail else "CONVICTED-PROBATION", parts


def written(charge: Charge, number: int, dice: Dice, practice: Practice = SMALL) -> Entry:
    """An arrest entry of the charge, as somebody wrote it down."""
    text, comment = spell(charge, dice)
    entry = Entry(charge=text, level=charge.level, number=number, comment=comment)
    if not comment:
        if charge.book == "HS" and dice.chance(0.03):
            comment = dice.pick(P64_COMMENTS)
        elif dice.chance(0.04):
            comment = dice.pick(practice.comments)
        docket = dice.digits(8) if "{docket}" in comment else ""
        entry.comment = comment.format(section=charge.section, cite="11357(B) HS", docket=docket)
    if "ATTEMPTED" in text or dice.chance(0.004):
        entry.qualifier = "-ATTEMPTED"
    return entry


def arrest_cycle(
    charges: list[Charge],
    *,
    on: date,
    county: str,
    dice: Dice,
    to_court: float = 0.62,
    ends: str | None = None,
    long: bool = False,
    practice: Practice = SMALL,
) -> Cycle:
    """An arrest for these charges and everything that follows from it.

    Args:
        charges: one count each.
        on: the day of the arrest.
        county: where.
        dice: chance.
        to_court: how likely it comes to court.
        ends: what the court decides; drawn when None.
        long: whether the prison term is a very long one.
        practice: how often a case comes to what end.
    """
    entries = [
        written(charge, number, dice, practice) for number, charge in enumerate(charges, start=1)
    ]
    for charge, entry in zip(charges, entries, strict=True):
        if charge is CONSPIRACY and entry.charge.startswith(charge.section):
            entry.comment = dice.pick(TARGET_COMMENTS).format(cite=charges[0].cite)
    arrest = Step(ARREST, on, county, entries)
    cycle = Cycle(on, [arrest])
    if dice.chance(0.03):
        again = written(charges[0], 1, dice, practice)
        cycle.steps.append(
            Step("SUPPLEMENTAL ARR", on + timedelta(dice.between(1, 9)), county, [again])
        )
    if not (long or ends or dice.chance(to_court)):
        disposition = dice.draw(practice.ended_at_arrest)
        for entry in entries:
            entry.disposition = disposition
        return cycle
    if dice.chance(0.3):
        for entry in entries:
            entry.case = dice.digits(7)  # the agency's own number
    _court(cycle, entries, ends or dice.draw(practice.in_court), dice, practice, long=long)
    return cycle


def _court(
    cycle: Cycle, arrested: list[Entry], ends: str, dice: Dice, practice: Practice, *, long: bool
) -> None:
    first = cycle.steps[0]
    on = first.on + timedelta(int(400 * dice.throw() ** 2) + 1)
    case = f"{dice.pick(('CR', 'SC', 'M', 'F', ''))}{dice.digits(6)}"
    if dice.chance(0.04):
        case = dice.pick((" NULL ", ""))
    entries = [
        Entry(
            entry.charge,
            entry.level,
            entry.number,
            entry.comment,
            entry.qualifier,
            case,
            disposition_order=1,
        )
        for entry in arrested
    ]
    cycle.steps.append(Step(COURT, on, first.county, entries))
    for place, entry in enumerate(entries):
        if ends == "convicted" and (place == 0 or dice.chance(0.45)):
            _convict(entry, dice, long=long)
        elif ends == "diverted":
            entry.disposition = dice.pick(practice.diversions)
        elif ends == "acquitted" and dice.chance(0.8):
            entry.disposition = "ACQUITTED"
        elif ends:
            entry.disposition = dice.pick(practice.dismissals)
    if ends == "convicted":
        _after_conviction(cycle, entries[0], on, dice, practice)
    elif ends == "diverted":
        happened = dice.draw(practice.after_diversion)
        _later(cycle, entries, happened, on + timedelta(dice.between(360, 800)), dice)


def _convict(entry: Entry, dice: Dice, *, long: bool) -> None:
    level = "M" if entry.level == "F" and not long and dice.chance(0.12) else entry.level
    entry.disposition, entry.parts = sentence(level, dice, long=long)
    if dice.chance(0.97):
        entry.convicted_level = LEVELS[level]
    if dice.chance(0.03):
        entry.convicted_charge = entry.charge


def _after_conviction(cycle: Cycle, entry: Entry, on: date, dice: Dice, practice: Practice) -> None:
    county = cycle.steps[0].county
    if entry.disposition == "CONVICTED-PRISON":
        arrived = Entry(entry.charge, entry.level, 1, comment=entry.comment)
        cycle.steps.append(
            Step("CUSTODY:CDC", on + timedelta(dice.between(5, 40)), county, [arrived])
        )
        if dice.chance(0.5):
            out = Entry(entry.charge, entry.level, 1, entry.comment, disposition="PAROLED FROM CDC")
            later = on + timedelta(dice.between(300, 1200))
            cycle.steps.append(Step("CUSTODY:CDC", later, county, [out]))
        return
    happened = dice.draw(practice.after_conviction)
    wait = (
        dice.between(90, 700)
        if "PROB" in happened or "SENT" in happened
        else dice.between(900, 5000)
    )
    later_on = on + timedelta(wait)
    earliest = practice.not_before.get(happened)
    if earliest is not None and later_on < earliest:
        later_on = earliest + timedelta(wait // 2)
    _later(cycle, [entry], happened, later_on, dice)


def _later(cycle: Cycle, entries: list[Entry], happened: str, later_on: date, dice: Dice) -> None:
    """A later disposition: on a later step with the same case number, or on the count itself."""
    if not happened:
        return
    later = []
    same_count = dice.chance(0.3)
    for number, entry in enumerate(entries, start=1):
        change = Entry(
            "" if not same_count and dice.chance(0.15) else entry.charge,
            entry.level,
            entry.number if same_count else number,
            case=entry.case,
            comment=entry.comment,
            disposition=happened,
            disposition_order=2 if same_count else 1,
        )
        if happened.startswith("REDUCED"):
            change.convicted_level = "MISDEMEANOR"
        elif happened == "SENTENCE MODIFIED":
            change.parts = [Part("JAIL", str(dice.between(10, 120)), "D")]
        later.append(change)
    court = cycle.steps[-1]
    if same_count:
        for change in later:
            change.disposed_later = later_on
        court.entries.extend(later)
    else:
        cycle.steps.append(Step(COURT, later_on, court.county, later))
