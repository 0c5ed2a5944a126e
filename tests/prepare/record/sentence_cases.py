"""The rows of one convicted count, and when its sentence ends.

All convictions are of 2001-01-31 unless a case says otherwise.
"""

from __future__ import annotations

import datetime

from clearance.prepare.record.sentences import LATER as LATER_WORD
from clearance.prepare.record.sentences import NO_END, NOT_READ

DAY = datetime.date
CONVICTED = DAY(2001, 1, 31)


def part(kind: str, length: str = "", unit: str = "", **given: str) -> dict[str, str]:
    return {"sent_loc_descr": kind, "sent_length": length, "sent_time_code": unit, **given}


LATER = {"disp_descr": "SENTENCE MODIFIED", "disp_order": "2", "disp_date": "20050115"}
PROB_JAIL = {"disp_descr": "CONVICTED-PROB/JAIL"}

# The rows of a count, the end, the basis, whether probation was granted.
CASES: dict[str, tuple[list[dict[str, str]], datetime.date | None, str, bool]] = {
    "days are days": ([part("JAIL", "30", "D")], DAY(2001, 3, 2), "jail", False),
    "a month later goes down": ([part("JAIL", "1", "M")], DAY(2001, 2, 28), "jail", False),
    "years are anniversaries": (
        [part("PRISON", "3", "Y")],
        DAY(2004, 1, 31),
        "prison",
        False,
    ),
    "a year from 29 February ends on the 28th": (
        [part("PRISON", "1", "Y", stp_event_date="20000229")],
        DAY(2001, 2, 28),
        "prison",
        False,
    ),
    "four years from 29 February end on the 29th": (
        [part("PRISON", "4", "Y", stp_event_date="20000229")],
        DAY(2004, 2, 29),
        "prison",
        False,
    ),
    "the latest end counts, parts are not added": (
        [part("PROBATION", "3", "Y"), part("JAIL", "90", "D")],
        DAY(2004, 1, 31),
        "probation",
        True,
    ),
    "jail longer than probation": (
        [part("PROBATION", "1", "M"), part("JAIL", "90", "D")],
        DAY(2001, 5, 1),
        "jail",
        True,
    ),
    "the same part twice is one part": (
        [part("JAIL", "1", "Y"), part("JAIL", "1", "Y")],
        DAY(2002, 1, 31),
        "jail",
        False,
    ),
    "probation that was extended ends nobody knows when": (
        [part("PROBATION", "3", "Y"), {**LATER, "disp_descr": "PROBATION EXTENDED"}],
        None,
        "unknown: probation not recorded",
        True,
    ),
    "unless the extension has its length": (
        [
            part("PROBATION", "3", "Y"),
            {**LATER, **part("PROBATION", "1", "Y"), "disp_descr": "PROB EXTENDED"},
        ],
        DAY(2006, 1, 15),
        "later disposition",
        True,
    ),
    "a sentence that is void leaves none": (
        [part("PRISON", "3", "Y"), {**LATER, "disp_descr": "SENTENCE VACATED"}],
        None,
        "unknown: new sentence not recorded",
        False,
    ),
    "until there is another": (
        [
            part("PRISON", "3", "Y"),
            {**LATER, "disp_descr": "SENTENCE VACATED"},
            {**LATER, **part("JAIL", "1", "Y"), "disp_descr": "RESENTENCED", "disp_order": "3"},
        ],
        DAY(2006, 1, 15),
        "later disposition",
        False,
    ),
    "a term behind another one ends nobody knows when": (
        [part("PRISON-CONSECUTIVE", "2", "Y")],
        None,
        NOT_READ,
        False,
    ),
    "a concurrent one does not": (
        [part("PRISON CONCURRENT", "2", "Y")],
        DAY(2003, 1, 31),
        "prison",
        False,
    ),
    "a part that extends probation is not read": (
        [part("PROBATION", "3", "Y"), part("PROBATION EXTENDED", "1", "Y")],
        None,
        NOT_READ,
        True,
    ),
    "prison goes before the probation in its part": (
        [part("PRISON/PROBATION", "3", "Y")],
        DAY(2004, 1, 31),
        "prison",
        False,
    ),
    "a unit may be written out": ([part("PRISON", "2", "YRS")], DAY(2003, 1, 31), "prison", False),
    "probation that was modified and extended ends nobody knows when": (
        [part("PROBATION", "3", "Y"), {**LATER, "disp_descr": "PROBATION MODIFIED-EXTENDED"}],
        None,
        "unknown: probation not recorded",
        True,
    ),
    "probation that gave way to prison asks for its term": (
        [part("PROBATION", "3", "Y"), {**LATER, "disp_descr": "PROBATION TERMINATED-PRISON"}],
        None,
        "unknown: prison not recorded",
        True,
    ),
    "a fine ends the day it starts": ([part("FINE")], CONVICTED, "fine", False),
    "a fine has an amount, not a term": ([part("FINE", "500", "D")], CONVICTED, "fine", False),
    "known untimed parts end the day they start": (
        [part("RESTITUTION")],
        CONVICTED,
        "other",
        False,
    ),
    "a term without a place counts": ([part("-", "2", "Y")], DAY(2003, 1, 31), "term", False),
    "a term without a place or unit is unknown": (
        [part("-", "2")],
        None,
        "unknown: term length missing",
        False,
    ),
    "jail without a length is unknown": (
        [part("JAIL")],
        None,
        "unknown: jail length missing",
        False,
    ),
    "jail without a unit is unknown": (
        [part("JAIL", "30")],
        None,
        "unknown: jail length missing",
        False,
    ),
    "prison without a length is unknown beside a known part": (
        [part("PRISON"), part("FINE")],
        None,
        "unknown: prison length missing",
        False,
    ),
    "probation without a length was granted all the same": (
        [part("PROBATION"), part("JAIL", "30", "D")],
        None,
        "unknown: probation length missing",
        True,
    ),
    "known probation makes missing jail not matter": (
        [part("PROBATION", "3", "Y"), part("JAIL")],
        DAY(2004, 1, 31),
        "probation",
        True,
    ),
    "known probation does not make missing prison not matter": (
        [part("PROBATION", "3", "Y"), part("PRISON")],
        None,
        "unknown: prison length missing",
        True,
    ),
    "a conviction without parts is unknown": ([{}], None, "unknown: no sentence recorded", False),
    "the text names jail and no part has it": (
        [{"disp_descr": "CONVICTED-JAIL"}],
        None,
        "unknown: jail not recorded",
        False,
    ),
    "the text names probation, which is granted by it": (
        [{"disp_descr": "CONVICTED-PROBATION"}],
        None,
        "unknown: probation not recorded",
        True,
    ),
    "the text names both and the parts have probation": (
        [part("PROBATION", "3", "Y", **PROB_JAIL)],
        DAY(2004, 1, 31),
        "probation",
        True,
    ),
    "the text names both and the parts have jail": (
        [part("JAIL", "30", "D", **PROB_JAIL)],
        None,
        "unknown: probation not recorded",
        True,
    ),
    "a term without a place is what the text names": (
        [part("-", "30", "D", disp_descr="CONVICTED-JAIL")],
        DAY(2001, 3, 2),
        "term",
        False,
    ),
    "a fine that is named only does not matter beside a term": (
        [part("JAIL", "30", "D", disp_descr="CONVICTED-JAIL/FINE")],
        DAY(2001, 3, 2),
        "jail",
        False,
    ),
    "a part of a later disposition starts on its date": (
        [part("PROBATION", "3", "Y"), part("JAIL", "1", "Y", **LATER)],
        DAY(2006, 1, 15),
        "later disposition",
        True,
    ),
    "or on its event date where it has none": (
        [part("FINE"), part("JAIL", "1", "Y", **{**LATER, "disp_date": "20050000"})],
        DAY(2002, 1, 31),
        "later disposition",
        False,
    ),
    "later probation was not granted by the conviction": (
        [part("JAIL", "30", "D"), part("PROBATION", "1", "Y", **LATER)],
        DAY(2006, 1, 15),
        "later disposition",
        False,
    ),
    "parts of a dismissal do not count": (
        [part("JAIL", "30", "D"), part("JAIL", "9", "Y", disp_descr="DISMISSED")],
        DAY(2001, 3, 2),
        "jail",
        False,
    ),
    "an undated conviction has no end": (
        [part("JAIL", "30", "D", stp_event_date="00000000")],
        None,
        "unknown: undated",
        False,
    ),
    "a conviction of a year ends as one of its last day": (
        [part("JAIL", "30", "D", stp_event_date="20010000")],
        DAY(2002, 1, 30),
        "jail",
        False,
    ),
    "a disposition date stands in for a partial event date": (
        [part("JAIL", "30", "D", stp_event_date="20010000", disp_date="20010131")],
        DAY(2001, 3, 2),
        "jail",
        False,
    ),
    "the event date goes before the disposition date": (
        [part("JAIL", "30", "D", disp_date="20020131")],
        DAY(2001, 3, 2),
        "jail",
        False,
    ),
    "a length that is no number is not read": (
        [part("JAIL", "15/25", "Y")],
        None,
        NOT_READ,
        False,
    ),
    "nor is one whose unit is not known": ([part("JAIL", "10", "W")], None, NOT_READ, False),
    "nor does known probation excuse it": (
        [part("PROBATION", "3", "Y"), part("JAIL", "1O", "D")],
        None,
        NOT_READ,
        True,
    ),
    "a part of an unknown kind is not read, with a term or without": (
        [part("FURLOUGH ISLAND", "2", "Y"), part("FINE")],
        None,
        NOT_READ,
        False,
    ),
    "life in a length has no end": ([part("PRISON", "25 TO LIFE")], None, NO_END, False),
    "life as a unit has no end": ([part("PRISON", "25", "L")], None, NO_END, False),
    "life as a part beside a term has no end": (
        [part("PRISON", "25", "Y"), part("LIFE")],
        None,
        NO_END,
        False,
    ),
    "death has no end": ([part("DEATH")], None, NO_END, False),
    "nor has a state hospital": ([part("PATTON STATE HOSPITAL", "2", "Y")], None, NO_END, False),
    "a conviction that names life has no end": (
        [part("FINE", disp_descr="CONVICTED-LIFE W/O PAROLE")],
        None,
        NO_END,
        False,
    ),
    "probation that is denied is not granted": (
        [part("JAIL", "30", "D", disp_descr="CONVICTED-PROB DENIED/JAIL")],
        DAY(2001, 3, 2),
        "jail",
        False,
    ),
    "no probation is none": (
        [part("JAIL", "30", "D", disp_descr="CONVICTED-NO PROBATION, JAIL")],
        DAY(2001, 3, 2),
        "jail",
        False,
    ),
    "time served ends the day it starts": (
        [part("TIME SERVED", disp_descr="CONVICTED-JAIL")],
        CONVICTED,
        "other",
        False,
    ),
    "jail as time served, by its unit": (
        [part("JAIL", "", "TS", disp_descr="CONVICTED-JAIL")],
        CONVICTED,
        "jail",
        False,
    ),
    "jail as time served, by its length": (
        [part("JAIL", "TIME SERVED", disp_descr="CONVICTED-JAIL")],
        CONVICTED,
        "jail",
        False,
    ),
    "credit for days says nothing of the jail": (
        [part("CREDIT TIME SERVED", "30", "D", disp_descr="CONVICTED-JAIL")],
        None,
        "unknown: jail not recorded",
        False,
    ),
    "a conditional sentence is a term": (
        [part("COND SENT", "24", "M")],
        DAY(2003, 1, 31),
        "conditional",
        False,
    ),
    "without a length its end is not known": (
        [part("COND SENT")],
        None,
        "unknown: term length missing",
        False,
    ),
    "a revocation that names jail asks for its term": (
        [part("PROBATION", "3", "Y"), {**LATER, "disp_descr": "PROB REV-JAIL"}],
        None,
        "unknown: jail not recorded",
        True,
    ),
    "and has it": (
        [
            part("PROBATION", "3", "Y"),
            part("JAIL", "1", "Y", **{**LATER, "disp_descr": "PROB REV-JAIL"}),
        ],
        DAY(2006, 1, 15),
        LATER_WORD,
        True,
    ),
    "a later part whose date is not read is not": (
        [part("FINE"), part("JAIL", "1", "Y", **{**LATER, "disp_date": "2005/1/15"})],
        None,
        NOT_READ,
        False,
    ),
    "an event date that is not read has no stand-in": (
        [part("JAIL", "30", "D", stp_event_date="1/31/2001", disp_date="20010131")],
        None,
        "unknown: undated",
        False,
    ),
}
