"""The cycle of an arrest: the court's decision on each count, the sentence, later dispositions."""

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
    """The probabilities of the outcomes of arrests and cases.

    Attributes:
        ended_at_arrest: dispositions of an arrest without a case.
        in_court: decisions of the court, with the keys of `IN_COURT`.
        dismissals: texts of a dismissal, all equally likely.
        diversions: texts of a diversion, all equally likely.
        after_diversion: dispositions after a diversion; empty for none.
        after_conviction: dispositions after a conviction; empty for none.
        not_before: the first day of a disposition, by text; an earlier one is moved after that day.
        comments: comments at a charge, all equally likely.
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
"""The practice of the small state."""


def probation(dice: Dice, *, felony: bool) -> list[Part]:
    """The parts of a sentence with probation, perhaps with jail and a fine."""
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
    """The disposition and the sentence parts of a conviction of a level."""
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


def charge_entry(charge: Charge, number: int, dice: Dice, practice: Practice = SMALL) -> Entry:
    """An arrest entry of a charge, in one of its spellings."""
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
    """The cycle of an arrest for some charges, with its court steps and later dispositions.

    Args:
        charges: the charges, one count each.
        on: the day of the arrest.
        county: the county of the arrest.
        dice: the random source.
        to_court: the probability that the arrest comes to court.
        ends: the court's decision, a key of `IN_COURT`; drawn if None.
        long: whether the sentence is a very long prison term.
        practice: the probabilities of outcomes.
    """
    entries = [
        charge_entry(charge, number, dice, practice)
        for number, charge in enumerate(charges, start=1)
    ]
    for charge, entry in zip(charges, entries, strict=True):
        if charge is CONSPIRACY and entry.charge.startswith(charge.section):
            entry.comment = dice.pick(TARGET_COMMENTS).format(cite=charges[0].cite)
    arrest = Step(ARREST, on, county, entries)
    cycle = Cycle(on, [arrest])
    if dice.chance(0.03):
        supplemental = charge_entry(charges[0], 1, dice, practice)
        cycle.steps.append(
            Step("SUPPLEMENTAL ARR", on + timedelta(dice.between(1, 9)), county, [supplemental])
        )
    if not (long or ends or dice.chance(to_court)):
        disposition = dice.draw(practice.ended_at_arrest)
        for entry in entries:
            entry.disposition = disposition
        return cycle
    if dice.chance(0.3):
        for entry in entries:
            entry.case = dice.digits(7)  # the agency's own number
    _add_court_step(cycle, entries, ends or dice.draw(practice.in_court), dice, practice, long=long)
    return cycle


def _add_court_step(
    cycle: Cycle, arrested: list[Entry], ends: str, dice: Dice, practice: Practice, *, long: bool
) -> None:
    arrest = cycle.steps[0]
    on = arrest.on + timedelta(int(400 * dice.throw() ** 2) + 1)
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
    cycle.steps.append(Step(COURT, on, arrest.county, entries))
    for index, entry in enumerate(entries):
        if ends == "convicted" and (index == 0 or dice.chance(0.45)):
            _convict(entry, dice, long=long)
        elif ends == "diverted":
            entry.disposition = dice.pick(practice.diversions)
        elif ends == "acquitted" and dice.chance(0.8):
            entry.disposition = "ACQUITTED"
        elif ends:
            entry.disposition = dice.pick(practice.dismissals)
    if ends == "convicted":
        _add_after_conviction(cycle, entries[0], on, dice, practice)
    elif ends == "diverted":
        disposition = dice.draw(practice.after_diversion)
        _add_later_dispositions(
            cycle, entries, disposition, on + timedelta(dice.between(360, 800)), dice
        )


def _convict(entry: Entry, dice: Dice, *, long: bool) -> None:
    level = "M" if entry.level == "F" and not long and dice.chance(0.12) else entry.level
    entry.disposition, entry.parts = sentence(level, dice, long=long)
    if dice.chance(0.97):
        entry.convicted_level = LEVELS[level]
    if dice.chance(0.03):
        entry.convicted_charge = entry.charge


def _add_after_conviction(
    cycle: Cycle, entry: Entry, on: date, dice: Dice, practice: Practice
) -> None:
    county = cycle.steps[0].county
    if entry.disposition == "CONVICTED-PRISON":
        custody = Entry(entry.charge, entry.level, 1, comment=entry.comment)
        cycle.steps.append(
            Step("CUSTODY:CDC", on + timedelta(dice.between(5, 40)), county, [custody])
        )
        if dice.chance(0.5):
            parole = Entry(
                entry.charge, entry.level, 1, entry.comment, disposition="PAROLED FROM CDC"
            )
            released_on = on + timedelta(dice.between(300, 1200))
            cycle.steps.append(Step("CUSTODY:CDC", released_on, county, [parole]))
        return
    disposition = dice.draw(practice.after_conviction)
    wait = (
        dice.between(90, 700)
        if "PROB" in disposition or "SENT" in disposition
        else dice.between(900, 5000)
    )
    later_on = on + timedelta(wait)
    earliest = practice.not_before.get(disposition)
    if earliest is not None and later_on < earliest:
        later_on = earliest + timedelta(wait // 2)
    _add_later_dispositions(cycle, [entry], disposition, later_on, dice)


def _add_later_dispositions(
    cycle: Cycle, entries: list[Entry], disposition: str, later_on: date, dice: Dice
) -> None:
    """Add later dispositions, on a step with the same case number or on the counts themselves."""
    if not disposition:
        return
    changes = []
    same_count = dice.chance(0.3)
    for number, entry in enumerate(entries, start=1):
        change = Entry(
            "" if not same_count and dice.chance(0.15) else entry.charge,
            entry.level,
            entry.number if same_count else number,
            case=entry.case,
            comment=entry.comment,
            disposition=disposition,
            disposition_order=2 if same_count else 1,
        )
        if disposition.startswith("REDUCED"):
            change.convicted_level = "MISDEMEANOR"
        elif disposition == "SENTENCE MODIFIED":
            change.parts = [Part("JAIL", str(dice.between(10, 120)), "D")]
        changes.append(change)
    court = cycle.steps[-1]
    if same_count:
        for change in changes:
            change.disposed_later = later_on
        court.entries.extend(changes)
    else:
        cycle.steps.append(Step(COURT, later_on, court.county, changes))
