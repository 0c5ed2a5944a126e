"""A made-up record before it becomes rows: person, cycle, step, entry, sentence part."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

ARREST = "ARREST/DETAINED/CITED"
COURT = "COURT ACTION"
LEVELS = {"F": "FELONY", "M": "MISDEMEANOR", "I": "INFRACTION"}


@dataclass(slots=True)
class Part:
    """One part of a sentence; an empty text means that the field is absent in the file."""

    location: str
    length: str = ""
    unit: str = ""


@dataclass(slots=True)
class Entry:
    """A count on a step with one disposition; one row for each of its sentence parts.

    Attributes:
        charge: the text of OFFENSE_DESCR.
        level: F, M, I or X.
        number: the number of the count in its step; two entries of one count are two dispositions.
        disposed_later: DISP_DATE, if it differs from the step's date; else None.
    """

    charge: str
    level: str
    number: int
    comment: str = ""
    qualifier: str = ""
    case: str = ""
    disposition: str = ""
    disposition_order: int = 0
    disposed_later: date | None = None
    convicted_level: str = ""
    convicted_charge: str = ""
    parts: list[Part] = field(default_factory=list)


@dataclass(slots=True)
class Step:
    """An event of a cycle."""

    kind: str
    on: date
    county: str
    entries: list[Entry]


@dataclass(slots=True)
class Cycle:
    """One contact of a person with the system."""

    on: date
    steps: list[Step]


@dataclass(slots=True)
class Person:
    """A made-up person with a record in order of time."""

    number: int
    name: str
    gender: str
    born: date
    race: tuple[str, str]
    county: str
    cycles: list[Cycle]
