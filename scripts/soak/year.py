"""Runs a year of disturbed months, and checks that courts get each grant and correction once.

    scripts/soak/year.py --people 40 --seed 1 --kills 3

Each month has an extract with new and changed people, and new feeds; then `run` and `grant` write
into one of two folders. In each month a command is killed at a commit or a move, and run again. At
the end the notices must have one line for each grant and correction of the people's stories, and no
other. Prints a line of figures; exit code 1 where something differs.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

# This checkout goes before an installed copy.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from clearance.cli import exit_code
from clearance.ingest.layout import FIELDS
from clearance.platform.store.store import Store
from soak.sessions import QUICK, forget_ended_jobs
from soak.victims import Killed, dying

YEAR = 2024
LAW = "pc1203_425"
CONFIG = "packs: [pc1203_425, pc851_93]\n"
COUNTIES = ("YOLO", "MARIN", "KERN")
FEEDS = {
    "registry": ("subject_id", "registration", "registered_on", "ended_on"),
    "supervision": ("subject_id", "type", "county", "started_on", "ended_on"),
    "petitions": ("subject_id", "cnt_order", "county", "filed_on", "status", "decided_on"),
}
COUNT = "101001001000"
# A line of a notice: subject, pack, day of the grant, and whether it is a grant or a correction.
Line = tuple[str, str, str, str]


@dataclass(frozen=True)
class Story:
    """The events of a person over the year.

    Attributes:
        kind: of `STORIES`.
        subject: the number.
        county: of the court.
        first: the month in which the extract brings the person.
        turn: the month in which something changes.
        back: the month in which it is as before, after `turn`.
    """

    kind: str
    subject: str
    county: str
    first: int
    turn: int
    back: int

    def rows(self, month: int) -> list[dict[str, str]]:
        """The person's rows in the extract of a month."""
        changed = self.turn <= month < self.back
        convicted = {
            "CNT_ORDER": COUNT,
            "STP_TYPE_DESCR": "COURT ACTION",
            "STP_EVENT_DATE": "20100228",
            "DISP_DESCR": "CONVICTED-PROBATION",
            "SENT_LOC_DESCR": "PROBATION",
            "SENT_LENGTH": "02",
            "SENT_TIME_CODE": "Y",
        }
        arrested = {"STP_TYPE_DESCR": "ARREST/DETAINED/CITED"}
        if self.kind == "longer for a while" and changed:
            convicted |= {"SENT_LENGTH": "30"}
        if self.kind == "due at the turn":
            before = date(YEAR - 2, self.turn - 1, 15)
            convicted |= {"STP_EVENT_DATE": f"{before:%Y%m%d}"}
        if self.kind == "vacated" and changed:
            convicted |= dict.fromkeys(("SENT_LOC_DESCR", "SENT_LENGTH", "SENT_TIME_CODE"), "")
            convicted |= {"DISP_DESCR": "DISMISSED"}
        if self.kind == "no date" and changed:
            convicted |= {"STP_EVENT_DATE": ""}
        rows = [] if self.kind == "gone" and changed else [convicted]
        if self.kind == "registered for a while" and month >= self.turn:
            rows.append(convicted | {"CNT_ORDER": "102001001000"})
        if self.kind == "arrested before" and changed:
            day = f"{YEAR - 1}1220"
            rows.append(arrested | {"CNT_ORDER": "102001001000", "STP_EVENT_DATE": day})
        if self.kind == "arrested after" and changed:
            day = f"{YEAR}{self.turn:02}02"
            rows.append(arrested | {"CNT_ORDER": "102001001000", "STP_EVENT_DATE": day})
        own = {
            "SUBJECT_ID": self.subject,
            "PRI_NAME": f"NAME,OF {self.subject}",
            "PRI_DOB": "19800229",
            "STP_ORI_DESCR": f"SUPERIOR COURT, {self.county}",
            "STP_ORI_CNTY_NAME": self.county,
            "OFFENSE_DESCR": "484 PC-THEFT",
            "OFFENSE_TOC": "M",
            "OFN": "CR-10",
        }
        return [own | row for row in rows]

    def feeds(self, month: int) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The person's rows in the feeds of a month: feed, cells."""
        if month < self.turn:
            return
        day = as_of(self.turn).isoformat()
        count = (self.subject, COUNT, self.county, "", "granted")
        match self.kind:
            case "registered before":
                yield "registry", (self.subject, "290", f"{YEAR - 1}-12-01", "")
            case "registered after":
                yield "registry", (self.subject, "290", day, "")
            case "registered nobody knows when":
                yield "registry", (self.subject, "290", "", "")
            case "registered for a while" if month >= self.back:
                ended = f"{YEAR}-{self.turn:02}-01"
                yield "registry", (self.subject, "290", f"{YEAR - 1}-12-01", ended)
            case "petition before":
                yield "petitions", (*count, f"{YEAR - 1}-12-01")
            case "petition after":
                yield "petitions", (*count, day)

    @property
    def corrected_in(self) -> int:
        """The month in which the record shows that the first grant was not due."""
        return self.back if self.kind == "registered for a while" else self.turn

    def lines(self, last: int) -> Iterator[Line]:
        """The lines about the convictions that notices must have until a month, each once."""
        granted = self.turn if self.kind == "due at the turn" else self.first
        first = as_of(granted).isoformat()
        if granted <= last:
            yield self.subject, LAW, first, "grant"
        if self.kind == "registered for a while" and self.turn <= last:
            # The second conviction, which was due: the registration had ended.
            yield self.subject, LAW, as_of(self.turn).isoformat(), "grant"
        if self.kind in CORRECTED and self.corrected_in <= last:
            yield self.subject, LAW, first, "correction"
        if self.kind in GRANTED_AGAIN and self.back <= last:
            yield self.subject, LAW, as_of(self.back).isoformat(), "grant"


STORIES = (
    *("as it was", "due at the turn", "longer for a while", "vacated"),
    *("registered before", "registered after", "petition before", "petition after"),
    *("arrested before", "arrested after", "registered nobody knows when", "gone", "no date"),
    "registered for a while",
)
# Why the grant was not due, where the record shows that later.
CORRECTED = {
    "longer for a while": "SERVING_SENTENCE",
    "registered before": "REGISTERED",
    "registered for a while": "REGISTERED",
    "petition before": "PETITION_GRANTED",
    "arrested before": "ARREST_PENDING",
}
GRANTED_AGAIN = ("longer for a while", "arrested before", "registered for a while")


def as_of(month: int) -> date:
    """The day that a month's run decides as of."""
    return date(YEAR, month, 10)


def stories(people: int, *, dice: random.Random) -> list[Story]:
    """One story per person, the kinds in turn, with random months; some end after the year."""
    made = []
    for number in range(people):
        first = 1 + number % 9 if number < 9 else dice.randrange(1, 10)
        turn = dice.randrange(first + 1, 12)
        made.append(
            Story(
                STORIES[number % len(STORIES)],
                f"{70_000_001 + number}",
                dice.choice(COUNTIES),
                first,
                turn,
                dice.randrange(turn + 1, 14),
            )
        )
    return made


@dataclass
class Figures:
    """The figures of a year."""

    months: int = 0
    kills: int = 0
    granted: int = 0
    corrected: int = 0
    differences: list[str] = field(default_factory=list)


class Year:
    """A store, its output folders, and the people's stories."""

    def __init__(self, folder: Path, stories: list[Story], *, dice: random.Random) -> None:
        self.folder, self.stories, self.dice, self.figures = folder, stories, dice, Figures()
        self.store, self.outs = folder / "store", (folder / "one", folder / "other")
        self.into = ["--store", str(self.store), "--config", str(folder / "year.yaml")]
        (folder / "year.yaml").write_text(CONFIG)
        self.loaded: dict[str, list[tuple[str, ...]]] = {}
        self.lines: Counter[Line] = Counter()

    def month(self, month: int, *, kills: int) -> None:
        """Run the month's feeds, extract, `run` and `grant`, each killed at a random write."""
        killed, out = self.figures.kills, self.dice.choice(self.outs)
        self.run(month, out=out, kills=kills)
        self.grant(kills=(kills + 1) // 2)
        # A run that called less than what was drawn, and a grant without anything to record.
        unharmed = kills > 0 and self.figures.kills == killed
        if unharmed or month % 4 == 0:
            self.publish(out, kills=1 if unharmed else kills // 2)
        self.look()

    def run(self, month: int, *, out: Path, kills: int = 0) -> None:
        """Load the month's feeds and do its `run`."""
        day, self.figures.months = f"{YEAR}-{month:02}-05", month
        for arguments in self._feeds(month, day):
            self._end_well(arguments)
        dated = ["--extract-date", day, "--as-of", as_of(month).isoformat()]
        run = ["run", *self._extract(month), *dated, "--out", str(out), *self.into]
        self._through(run, kills=kills)

    def grant(self, *, at: int = -1, kills: int = 0) -> None:
        """Run `grant` for a sweep, by default the latest."""
        sweep = json.loads(self._end_well(["sweeps", "--json", *self.into]))[at]["sweep_id"]
        self._through(["grant", sweep, *self.into], kills=kills, most=1)

    def publish(self, out: Path, *, kills: int = 0) -> None:
        """Run `publish` and `report` into a folder."""
        self._through(["publish", "--out", str(out), *self.into], kills=kills, most=1)
        self._end_well(["report", "--out", str(out / "report.html"), *self.into])

    def _extract(self, month: int) -> list[str]:
        """Write the research file of the month: new people, changed people, and people as before.

        Where somebody is gone, it is a complete one.
        """
        file = self.folder / f"extract-{month:02}.csv"
        whole = any(
            story.first < month and story.rows(month - 1) and not story.rows(month)
            for story in self.stories
        )
        known = [story for story in self.stories if story.first < month]
        some = [self.dice.choice(known)] if known else []
        with file.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, FIELDS, restval="", lineterminator="\n")
            writer.writeheader()
            for story in self.stories:
                is_new = story.first == month or (whole and story.first < month)
                is_other = story.first < month and story.rows(month) != story.rows(month - 1)
                if is_new or is_other or story in some:
                    writer.writerows(story.rows(month))
        return [str(file), *(["--complete"] if whole else [])]

    def _feeds(self, month: int, day: str) -> Iterator[list[str]]:
        """The commands that load the feeds which have changed."""
        for kind, columns in FEEDS.items():
            here = [story for story in self.stories if story.first <= month]
            rows = [row for story in here for of, row in story.feeds(month) if of == kind]
            if self.loaded.get(kind) == rows:
                continue
            self.loaded[kind] = rows
            file = self.folder / f"{kind}-{month:02}.csv"
            with file.open("w", encoding="utf-8", newline="") as out:
                csv.writer(out, lineterminator="\n").writerows([columns, *rows])
            yield ["feed", kind, str(file), "--dated", day, *self.into]

    def _end_well(self, arguments: list[str]) -> str:
        stdout = io.StringIO()
        with contextlib.redirect_stdout(stdout):
            code = exit_code([*arguments, "--quiet"], debug=True)
        if code:
            raise AssertionError(f"{' '.join(arguments[:2])} ended with {code}")
        return stdout.getvalue()

    def _through(self, arguments: list[str], *, kills: int, most: int = 12) -> None:
        """Run the command, killed up to so many times, and then to its end."""
        for _ in range(kills):
            at, late = self.dice.randrange(1, most + 1), self.dice.random() < 0.7
            with dying(at, late=late):
                try:
                    self._end_well(arguments)
                except Killed:
                    self.figures.kills += 1
        self._end_well(arguments)

    def look(self) -> None:
        """Check that no line of a notice is there twice, and that none is lost."""
        now = notice_lines(*self.outs)
        twice = sorted(line for line, times in now.items() if times > 1)
        gone = sorted(set(self.lines) - set(now))
        for what, found in (("twice", twice), ("gone", gone)):
            position = f"after month {self.figures.months}, {what}"
            self.figures.differences += [f"{position}: {line}" for line in found]
        self.lines = now

    def settle(self, spark: SparkSession) -> Figures:
        """The figures, with the differences between the stories and the year's notices."""
        grants = Store(str(self.store)).read(spark, "grants").collect()
        given = {(*_of(row), "grant") for row in grants}
        taken = {(*_of(row), "correction") for row in grants if row["corrected_on"] is not None}
        due = {line for story in self.stories for line in story.lines(self.figures.months)}
        self.look()
        in_notices = set(self.lines)
        of_law = {line for line in given | taken if line[1] == LAW}
        for what, lines in {
            "recorded and in no notice": (given | taken) - in_notices,
            "in a notice and not recorded": in_notices - given - taken,
            "due and not recorded": due - of_law,
            "recorded and not due": of_law - due,
        }.items():
            self.figures.differences += [f"{what}: {line}" for line in sorted(lines)]
        known = {story.subject: story for story in self.stories}
        for row in grants:
            story = known[row["subject_id"]]
            why = CORRECTED.get(story.kind), as_of(story.corrected_in)
            if row["corrected_on"] and (row["correction_reason"], row["corrected_on"]) != why:
                self.figures.differences.append(f"corrected for another reason: {_of(row)}")
        unmarked = [row for row in grants if row["noticed_in"] is None]
        self.figures.differences += [f"not marked as noticed: {_of(row)}" for row in unmarked]
        self.figures.granted, self.figures.corrected = len(given), len(taken)
        return self.figures


def _of(row: Any) -> tuple[str, str, str]:
    return row["subject_id"], row["pack"], row["granted_on"].isoformat()


def notice_lines(*outs: Path) -> Counter[Line]:
    """How often each line is in the notices of some folders, of all months and courts."""
    lines: Counter[Line] = Counter()
    for path in (path for out in outs for path in out.glob("courts/*/notice-*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                lines[row["subject_id"], row["pack"], row["granted_on"], row["kind"]] += 1
    return lines


def run(
    spark: SparkSession, folder: Path, *, people: int, seed: int, kills: int = 1, months: int = 12
) -> Figures:
    """Run a year; each difference is listed with its month.

    Args:
        spark: the session in which the commands run.
        folder: where to work.
        people: how many stories.
        seed: of people, months and kills.
        kills: how often each month's `run` is killed at most; half as often its `grant`. Unless it
            is 0, something is killed in every month.
        months: how many.
    """
    dice = random.Random(seed)
    year = Year(folder, stories(people, dice=dice), dice=dice)
    for month in range(1, months + 1):
        year.month(month, kills=kills)
        forget_ended_jobs(spark)
    for out in year.outs:
        year.publish(out)
    return year.settle(spark)


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--people", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=3, help="of each month's run")
    parser.add_argument("--months", type=int, default=12)
    given = parser.parse_args()
    from clearance.platform.spark.session import build_session, java_options

    extra = {
        "spark.sql.shuffle.partitions": "2",
        "spark.driver.extraJavaOptions": f"{java_options(small=True)} {QUICK}",
    }
    spark = build_session(small=True, extra=extra)
    with tempfile.TemporaryDirectory(prefix="year-") as folder:
        figures = run(spark, Path(folder), **vars(given))
    spark.stop()
    for line in figures.differences:
        print(line)
    print(
        f"seed {given.seed}: {figures.months} months, {figures.kills} kills, "
        f"{figures.granted} grants, {figures.corrected} corrections, "
        f"{len(figures.differences)} differences"
    )
    return 1 if figures.differences else 0


if __name__ == "__main__":
    sys.exit(main())
