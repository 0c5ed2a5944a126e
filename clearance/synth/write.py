"""Writes a made-up record as rows of the research file: 95 fields, with padding and blanks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from clearance.ingest.layout import FIELDS
from clearance.synth.dice import Dice, Weighted
from clearance.synth.names import CODES
from clearance.synth.record import COURT, Cycle, Entry, Part, Person, Step

FIELD_INDEX = {name: place for place, name in enumerate(FIELDS)}
FIRST_SUBJECT = 90_000_000
FIRST_CYCLE = 101
# The spellings of an absent value on one row: always the same, or several in turn.
ABSENT = Weighted(
    {("",): 50.0, ("  -  ", "", "  -  "): 25.0, ("", " " * 12, "-", "NULL     "): 25.0}
)
BAD_DATES = Weighted({"day": 0.004, "month": 0.003, "zero": 0.003, "blank": 0.003, "": 0.987})
SEPARATORS = tuple(place for name, place in FIELD_INDEX.items() if name.endswith("SEG_SEP"))
# The widths of fields that the old system pads with blanks.
WIDTHS = tuple(
    (FIELD_INDEX[name], width)
    for name, width in {
        "STP_TYPE_DESCR": 24,
        "STP_ORI_CNTY_NAME": 18,
        "DISP_DESCR": 40,
        "OFFENSE_DESCR": 60,
    }.items()
)


@dataclass(frozen=True, slots=True)
class Shape:
    """The shape of a file: its header and its line ends.

    Attributes:
        header: whether the first line has the names of the fields.
        trailing: whether every line ends in a comma, which makes an empty 96th field.
    """

    header: bool
    trailing: bool

    def line(self, cells: list[str]) -> str:
        """The cells as a line of a file of this shape."""
        return ",".join(cells) + (",\n" if self.trailing else "\n")


SHAPES = (Shape(True, False), Shape(False, False), Shape(True, True), Shape(False, True))


def record_lines(
    person: Person, *, seed: int | str, shape: Shape, absent: Weighted[tuple[str, ...]] = ABSENT
) -> Iterator[bytes]:
    """The rows of a person, each as the bytes of a line.

    Args:
        person: the person.
        seed: the seed of the world; with the person's number it decides the writing.
        shape: the shape of the file.
        absent: the spellings of an absent value.
    """
    dice = Dice(seed, person.number, "written")
    encoding = "utf-8" if dice.chance(0.3) else "iso-8859-1"
    padded = dice.chance(0.35)
    template = _person_cells(person, dice, absent)
    for index, cycle in enumerate(person.cycles):
        for cells in _cycle_rows(cycle, FIRST_CYCLE + index, person, template, dice):
            if padded:
                _pad(cells)
            line = shape.line(cells).encode(encoding)
            yield line
            if dice.chance(0.003):
                yield line


def _person_cells(person: Person, dice: Dice, absent: Weighted[tuple[str, ...]]) -> list[str]:
    blanks = dice.draw(absent)
    first = dice.between(0, len(blanks) - 1)
    cells = [blanks[(first + index) % len(blanks)] for index in range(len(FIELDS))]
    if dice.chance(0.5):
        for index in SEPARATORS:
            cells[index] = "#"
    values = {
        "RECORD_ID": dice.pick(("1", "", f"{person.number}")),
        "SUBJECT_ID": str(FIRST_SUBJECT + person.number),
        "CII_NUMBER": f"A{FIRST_SUBJECT + person.number:08d}",
        "PRI_NAME": _quoted(person.name),
        "GENDER": person.gender,
        "PRI_DOB": _digits(person.born),
        "PRI_SSN": f"9{dice.digits(8)}",  # numbers that begin with 9 are never given out
        "PRI_CDL": f"X{dice.digits(7)}" if dice.chance(0.7) else "",
        "FBI_NUMBER": f"{dice.digits(6)}ZZ{dice.digits(1)}" if dice.chance(0.5) else "",
        "RACE_CODE": person.race[0],
        "RACE_DESCR": person.race[1],
        "HEIGHT": str(dice.pick((502, 506, 509, 511, 602))),
        "WEIGHT": str(dice.between(110, 260)),
    }
    for name, value in values.items():
        if value:
            cells[FIELD_INDEX[name]] = value
    return cells


def _cycle_rows(
    cycle: Cycle, cycle_number: int, person: Person, template: list[str], dice: Dice
) -> Iterator[list[str]]:
    in_cycle = template.copy()
    in_cycle[FIELD_INDEX["CYC_ORDER"]] = "x" if dice.chance(0.002) else str(cycle_number)
    in_cycle[FIELD_INDEX["CYC_DATE"]] = _digits(cycle.on)
    in_cycle[FIELD_INDEX["CYC_AGE"]] = str((cycle.on - person.born).days // 365)
    for step_number, step in enumerate(cycle.steps, start=1):
        cells = _step_cells(step, step_number, in_cycle, dice)
        tail = dice.pick(("500", "010", "001")) if dice.chance(0.01) else "000"
        for entry in step.entries:
            key = f"{cycle_number:03d}{step_number:03d}{entry.number:03d}{tail}"
            yield from _entry_rows(entry, step, key, cells, dice)


def _step_cells(step: Step, number: int, in_cycle: list[str], dice: Dice) -> list[str]:
    cells = in_cycle.copy()
    cells[FIELD_INDEX["STP_ORDER"]] = str(number)
    cells[FIELD_INDEX["STP_TYPE_DESCR"]] = step.kind
    event = _written_date(step.on, dice)
    if event:
        cells[FIELD_INDEX["STP_EVENT_DATE"]] = event
    county = "" if dice.chance(0.003) else step.county
    if county:
        cells[FIELD_INDEX["STP_ORI_CNTY_NAME"]] = county
    code = CODES.get(county, 0)
    if code:
        agency = "CASC" if step.kind == COURT else "CAPD"
        cells[FIELD_INDEX["STP_ORI_CODE"]] = f"CA{code:03d}{dice.digits(2)}00"
        cells[FIELD_INDEX["STP_ORI_DESCR"]] = f"{agency} {county}"
        cells[FIELD_INDEX["STP_ORI_CNTY_CODE"]] = str(code)
    return cells


def _entry_rows(
    entry: Entry, step: Step, key: str, in_step: list[str], dice: Dice
) -> Iterator[list[str]]:
    cells = in_step.copy()
    disposed = entry.disposed_later or (step.on if dice.chance(0.6) else None)
    values = {
        "CNT_ORDER": key,
        "OFN": entry.case,
        "OFFENSE_DESCR": entry.charge,
        "OFFENSE_TOC": "" if dice.chance(0.02) else entry.level,
        "OFFENSE_QUAL_LST": entry.qualifier,
        "CONV_OFFENSE_DESCR": entry.convicted_charge,
        "CONV_OFFENSE_TOC": entry.level if entry.convicted_charge else "",
        "DISP_ORDER": str(entry.disposition_order) if entry.disposition_order else "",
        "DISP_DESCR": _quoted(entry.disposition),
        "DISP_DATE": _digits(disposed) if disposed and entry.disposition else "",
        "CONV_STAT_DESCR": entry.convicted_level,
        "COMMENT_TEXT": _quoted(entry.comment),
    }
    for name, value in values.items():
        if value:
            cells[FIELD_INDEX[name]] = value
    if not entry.parts:
        yield cells
        return
    unnumbered = len(entry.parts) > 1 and dice.chance(0.15)
    for number, part in enumerate(entry.parts, start=1):
        yield _with_part(cells.copy(), part, "" if unnumbered else str(number))


def _with_part(cells: list[str], part: Part, order: str) -> list[str]:
    for name, value in (
        ("SENT_ORDER", order),
        ("SENT_LOC_CODE", part.location[:1]),
        ("SENT_LOC_DESCR", part.location),
        ("SENT_LENGTH", part.length),
        ("SENT_TIME_CODE", part.unit),
    ):
        if value:
            cells[FIELD_INDEX[name]] = value
    return cells


def _quoted(value: str) -> str:
    if "," in value or '"' in value:
        return '"' + value.replace('"', '""') + '"'
    return value


def _pad(cells: list[str]) -> None:
    for index, width in WIDTHS:
        if not cells[index].startswith('"'):
            cells[index] = cells[index].ljust(width)


def _written_date(on: date, dice: Dice) -> str:
    digits = _digits(on)
    flaw = dice.draw(BAD_DATES)
    if not flaw:
        return digits
    return {"day": digits[:6] + "00", "month": digits[:4] + "0000", "zero": "0" * 8}.get(flaw, "")


def _digits(on: date) -> str:
    return f"{on.year:04d}{on.month:02d}{on.day:02d}"
