"""What other offices know of made-up people: registry, supervision and petitions, as CSV files.

Each file is from another office: one from a spreadsheet, one with its columns in an order of its
own. What an office does not know it leaves blank, or writes `-` or `NULL`.
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

# Relief without a petition is given since then, and only since then can a prosecutor object to it.
FIRST_PETITION = date(2022, 7, 1)
MONTHS_OF = {"M": 1, "Y": 12}
ABSENT = Weighted({"": 80.0, "-": 12.0, "NULL": 8.0})
PETITIONS_END = Weighted({"granted": 45.0, "denied": 25.0, "pending": 20.0, "withdrawn": 10.0})


@dataclass(frozen=True)
class Form:
    """How an office writes its file.

    Attributes:
        columns: in its order.
        encoding: UTF-8, with or without the mark that a spreadsheet puts first.
        newline: the end of a line.
        quoting: of the `csv` module.
    """

    columns: tuple[str, ...]
    encoding: str = "utf-8"
    newline: str = "\n"
    quoting: Any = csv.QUOTE_MINIMAL

    def sheet(self, file: TextIO) -> Any:
        """A writer of such rows, without a header yet."""
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
    """A feed that was written.

    Attributes:
        kind: of the feed.
        file: where it lies.
        rows: how many it holds.
    """

    kind: str
    file: str
    rows: int


def write_feeds(*, people: int, out: Path, seed: int, as_of: date) -> tuple[MadeFeed, ...]:
    """The feeds about the people of `synthesize`; the same arguments always give the same bytes.

    Args:
        people: how many.
        out: the folder to write to; files of an earlier run there are replaced.
        seed: which world.
        as_of: nothing has begun or was decided later; what was set to end later ends later.

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
    """The rows about a person in a feed, as its office writes them.

    Args:
        somebody: who.
        kind: of the feed.
        seed: of the world.
        as_of: nothing began or was decided later.
    """
    dice = Dice(seed, somebody.number, kind)
    for cells in KNOWN[kind](somebody, as_of, dice):
        yield _written(cells, FORMS[kind], dice)


def _written(cells: Cells, form: Form, dice: Dice) -> list[str]:
    """A row of the file, with blanks around a cell where somebody's hand slipped."""
    values = [cells.get(column) or dice.draw(ABSENT) for column in form.columns]
    if dice.chance(0.05):
        at = dice.between(0, len(values) - 1)
        values[at] = f" {values[at]}  "
    return values


def registered(somebody: Person, as_of: date, dice: Dice) -> Iterator[Cells]:
    """Rows of the registry: those of the record, some with each yearly visit, and a few others."""
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
        # From another state: nothing on the record says so.
        yield {"subject_id": subject_id(somebody.number), "registration": "290"}
    if dice.chance(0.01):
        yield {"subject_id": f"8{dice.digits(7)}", "registration": "290"}


def supervised(somebody: Person, as_of: date, dice: Dice) -> Iterator[Cells]:
    """Rows of supervision: probation that was reported, and what follows prison."""
    for _, step, entry in _convictions(somebody):
        for part in entry.parts:
            if (
                part.location == "PROBATION"
                and part.unit in ("D", *MONTHS_OF)
                and dice.chance(0.35)
            ):
                ends = later_day(step.on, int(part.length), part.unit)
                yield _term("probation", somebody, step, (ends - step.on).days, dice)
        if "JAIL" in entry.disposition and entry.level == "F" and dice.chance(0.1):
            yield _term("mandatory", somebody, step, dice.between(180, 900), dice)
    for cycle in somebody.cycles:
        for step in cycle.steps:
            if any(entry.disposition == "PAROLED FROM CDC" for entry in step.entries):
                kind = "prcs" if step.on >= date(2011, 10, 1) and dice.chance(0.6) else "parole"
                yield _term(kind, somebody, step, dice.between(365, 1100), dice)
    if dice.chance(0.003):
        on = as_of - timedelta(dice.between(100, 4000))
        yield _term("federal", somebody, Step("", on, "", []), 1095, dice)


def later_day(start: date, length: int, unit: str) -> date:
    """A day so many days, months or years later by the calendar; 29 February goes down."""
    if unit not in MONTHS_OF:
        return start + timedelta(length)
    year, month = divmod(start.year * 12 + start.month - 1 + length * MONTHS_OF[unit], 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def _term(kind: str, somebody: Person, step: Step, days: int, dice: Dice) -> Cells:
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


def petitioned(somebody: Person, as_of: date, dice: Dice) -> Iterator[Cells]:
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
    """Each conviction with its CNT_ORDER, its step and its entry."""
    for number, cycle in enumerate(somebody.cycles, start=FIRST_CYCLE):
        for place, step in enumerate(cycle.steps, start=1):
            for entry in step.entries:
                if step.kind == COURT and entry.disposition.startswith("CONVICTED"):
                    yield f"{number:03d}{place:03d}{entry.number:03d}000", step, entry


def subject_id(number: int) -> str:
    """The SUBJECT_ID of person `number`."""
    return str(FIRST_SUBJECT + number)


KNOWN: dict[str, Callable[[Person, date, Dice], Iterator[Cells]]] = {
    "registry": registered,
    "supervision": supervised,
    "petitions": petitioned,
}
