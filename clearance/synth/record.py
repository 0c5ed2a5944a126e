"""A made-up record before it becomes rows: person, cycle, step, entry, sentence part."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

ARREST = "ARREST/DETAINED/CITED"
COURT = "COURT ACTION"
LEVELS = {"F": "FELONY", "M": "MISDEMEANOR", "I": "INFRACTION"}


@dataclass(slots=True)
class Part:
    """One part of a sentence; an empty text is absent in the file."""

    location: str
    length: str = ""
    unit: str = ""


@dataclass(slots=True)
class Entry:
    """A count on a step with one disposition; one row for each of its sentence parts.

    Attributes:
        charge: OFFENSE_DESCR as it was written.
        level: F, M, I or X.
        number: which count of its step this is; two entries of one number are two dispositions.
        disposed_later: DISP_DATE, where it differs from the step's date.
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
    """One contact with the system."""

    on: date
    steps: list[Step]


@dataclass(slots=True)
class Person:
    """Somebody who does not exist, and their record in order of time."""

    number: int
    name: str
    gender: str
    born: date
    race: tuple[str, str]
    county: str
    cycles: list[Cycle]
