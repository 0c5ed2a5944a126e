"""The feeds of made-up people: registry, supervision and petitions, as CSV files.

Each file has the form of another office: one is from a spreadsheet, one has its columns in another
order. Unknown cells are blank, `-` or `NULL`.
"""

from __future__ import annotations

import csv
from calendar import monthrange
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TextIO

from clearance.errors import StoreFault
from clearance.synth.dice import Dice, Weighted
from clearance.synth.names import CODES
from clearance.synth.people import person
from clearance.synth.record import COURT, Entry, Person, Step
from clearance.synth.write import FIRST_CYCLE, FIRST_SUBJECT

Cells = dict[str, str]
Convicted = tuple[str, Step, Entry]

# The day from which relief is given without a petition, so that a prosecutor can object to it.
FIRST_PETITION = date(2022, 7, 1)
MONTHS_OF = {"M": 1, "Y": 12}
ABSENT = Weighted({"": 80.0, "-": 12.0, "NULL": 8.0})
PETITIONS_END = Weighted({"granted": 45.0, "denied": 25.0, "pending": 20.0, "withdrawn": 10.0})


@dataclass(frozen=True)
class Form:
    """The form of an office's file.

    Attributes:
        columns: the columns in the office's order.
        encoding: UTF-8, with or without a byte order mark.
        newline: the end of a line.
        quoting: a constant of the `csv` module.
    """

    columns: tuple[str, ...]
    encoding: str = "utf-8"
    newline: str = "\n"
    quoting: Any = csv.QUOTE_MINIMAL

    def sheet(self, file: TextIO) -> Any:
        """A CSV writer of the form on an open file; the header is not written."""
        return csv.writer(file, lineterminator=self.newline, quoting=self.quoting)


FORMS = {
    "registry": Form(("subject_id", "registration", "registered_on", "ended_on")),
    "supervision": Form(
        ("subject_id", "type", "county", "started_on", "ended_on"), "utf-8-sig", "\r\n"
    ),
    "petitions": Form(
        ("county", "subject_id", "cnt_order", "status", "filed_on", "decided_on"),
        quoting=csv.QUOTE_ALL,
    ),
}


@dataclass(frozen=True)
class MadeFeed:
    """The file of a feed.

    Attributes:
        kind: of the feed.
        file: the path of the file.
        rows: number of rows, without the header.
    """

    kind: str
    file: str
    rows: int


def write_feeds(*, people: int, out: Path, seed: int, as_of: date) -> tuple[MadeFeed, ...]:
    """Write the feeds about the people of `synthesize`; the same arguments give the same bytes.

    Args:
        people: number of people.
        out: the folder to write to; files of an earlier run are replaced.
        seed: the seed of the world.
        as_of: the last day of a begin or a decision; a planned end may be later.

    Raises:
        StoreFault: the folder cannot be written to.
    """
    counts = dict.fromkeys(FORMS, 0)
    files = {kind: out / f"{kind}.csv" for kind in FORMS}
    unfinished = {kind: path.with_suffix(".unfinished") for kind, path in files.items()}
    try:
        out.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            sheets = {}
            for kind, form in FORMS.items():
                file = stack.enter_context(
                    unfinished[kind].open("w", encoding=form.encoding, newline="")
                )
                sheets[kind] = form.sheet(file)
                sheets[kind].writerow(form.columns)
            for number in range(people):
                somebody = person(seed, number, as_of)
                if somebody is None:
                    continue
                for kind in FORMS:
                    for row in rows_about(somebody, kind=kind, seed=seed, as_of=as_of):
                        sheets[kind].writerow(row)
                        counts[kind] += 1
        for kind, path in files.items():
            unfinished[kind].replace(path)
    except OSError as error:
        raise StoreFault(
            f"{out} cannot be written to ({error.strerror}).",
            "Name another folder, or free some space, and run this again.",
        ) from error
    return tuple(MadeFeed(kind, str(path), counts[kind]) for kind, path in files.items())


def rows_about(somebody: Person, *, kind: str, seed: int | str, as_of: date) -> Iterator[list[str]]:
    """The rows about a person in a feed, as cells of its file.

    Args:
        somebody: the person.
        kind: of the feed.
        seed: the seed of the world.
        as_of: the last day of a begin or a decision.
    """
    dice = Dice(seed, somebody.number, kind)
    for cells in ROWS_BY_KIND[kind](somebody, as_of, dice):
        yield _cells_as_written(cells, FORMS[kind], dice)


def _cells_as_written(cells: Cells, form: Form, dice: Dice) -> list[str]:
    """The cells of a row in the file's order, sometimes with blanks around one cell."""
    values = [cells.get(column) or dice.draw(ABSENT) for column in form.columns]
    if dice.chance(0.05):
        at = dice.between(0, len(values) - 1)
        values[at] = f" {values[at]}  "
    return values


def registry_rows(somebody: Person, as_of: date, dice: Dice) -> Iterator[Cells]:
    """Rows of the registry: registrations of the record, yearly visits, and a few others."""
    for cycle in somebody.cycles:
        for step in cycle.steps:
            if step.kind != "REGISTRATION":
                continue
            entry = step.entries[0]
            digits = entry.charge.split(" ")[0].split("(")[0]
            row = {
                "subject_id": subject_id(somebody.number),
                "registration": digits,
                "registered_on": "" if dice.chance(0.08) else step.on.isoformat(),
            }
            released = step.on + timedelta(dice.between(1500, 5000))
            if entry.disposition.startswith("NO LONGER") and released <= as_of:
                row["ended_on"] = released.isoformat()
            yield row
            visit = step.on + timedelta(365)
            if dice.chance(0.3) and visit <= as_of:
                yield row | {"registered_on": visit.isoformat()}
    if dice.chance(0.004):
        # A registration of another state, which the record does not have.
        yield {"subject_id": subject_id(somebody.number), "registration": "290"}
    if dice.chance(0.01):
        yield {"subject_id": f"8{dice.digits(7)}", "registration": "290"}


def supervision_rows(somebody: Person, as_of: date, dice: Dice) -> Iterator[Cells]:
    """Rows of supervision: reported probation, and supervision after prison."""
    for _, step, entry in _convictions(somebody):
        for part in entry.parts:
            if (
                part.location == "PROBATION"
                and part.unit in ("D", *MONTHS_OF)
                and dice.chance(0.35)
            ):
                ends = later_day(step.on, int(part.length), part.unit)
                yield _supervision_row("probation", somebody, step, (ends - step.on).days, dice)
        if "JAIL" in entry.disposition and entry.level == "F" and dice.chance(0.1):
            yield _supervision_row("mandatory", somebody, step, dice.between(180, 900), dice)
    for cycle in somebody.cycles:
        for step in cycle.steps:
            if any(entry.disposition == "PAROLED FROM CDC" for entry in step.entries):
                kind = "prcs" if step.on >= date(2011, 10, 1) and dice.chance(0.6) else "parole"
                yield _supervision_row(kind, somebody, step, dice.between(365, 1100), dice)
    if dice.chance(0.003):
        on = as_of - timedelta(dice.between(100, 4000))
        yield _supervision_row("federal", somebody, Step("", on, "", []), 1095, dice)


def later_day(start: date, length: int, unit: str) -> date:
    """The day a number of days, months or years later; 29 February becomes 28 February."""
    if unit not in MONTHS_OF:
        return start + timedelta(length)
    year, month = divmod(start.year * 12 + start.month - 1 + length * MONTHS_OF[unit], 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def _supervision_row(kind: str, somebody: Person, step: Step, days: int, dice: Dice) -> Cells:
    county = step.county if step.county in CODES else ""
    if dice.chance(0.15):
        county = county.title()
    return {
        "subject_id": subject_id(somebody.number),
        "type": kind,
        "county": county,
        "started_on": "" if dice.chance(0.03) else step.on.isoformat(),
        "ended_on": "" if dice.chance(0.02) else (step.on + timedelta(days)).isoformat(),
    }


def petition_rows(somebody: Person, as_of: date, dice: Dice) -> Iterator[Cells]:
    """Rows of petitions to prohibit relief, each about one conviction."""
    for count, step, _ in _convictions(somebody):
        filed = max(step.on, FIRST_PETITION) + timedelta(dice.between(30, 1600))
        if not dice.chance(0.04) or filed > as_of:
            continue
        decided = filed + timedelta(dice.between(30, 300))
        status = dice.draw(PETITIONS_END) if decided <= as_of else "pending"
        yield {
            "subject_id": subject_id(somebody.number),
            "cnt_order": count,
            "county": step.county if step.county in CODES else "",
            "filed_on": "" if dice.chance(0.05) else filed.isoformat(),
            "status": status,
            "decided_on": "" if status == "pending" else decided.isoformat(),
        }


def _convictions(somebody: Person) -> Iterator[Convicted]:
    """The CNT_ORDER, the step and the entry of each conviction."""
    for number, cycle in enumerate(somebody.cycles, start=FIRST_CYCLE):
        for index, step in enumerate(cycle.steps, start=1):
            for entry in step.entries:
                if step.kind == COURT and entry.disposition.startswith("CONVICTED"):
                    yield f"{number:03d}{index:03d}{entry.number:03d}000", step, entry


def subject_id(number: int) -> str:
    """The SUBJECT_ID of person `number`."""
    return str(FIRST_SUBJECT + number)


ROWS_BY_KIND: dict[str, Callable[[Person, date, Dice], Iterator[Cells]]] = {
    "registry": registry_rows,
    "supervision": supervision_rows,
    "petitions": petition_rows,
}
