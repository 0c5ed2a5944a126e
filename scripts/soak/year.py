"""A year of months, each disturbed: every grant and every correction is told to its court once.

    scripts/soak/year.py --people 40 --seed 1 --kills 3

Each month an extract brings new people and changes to others, feeds come anew, and `run` and
`grant` follow, into one of two folders; in each month some command ends at a commit or a move, and
is run again. What each person's story says must have been granted and corrected, and nothing else,
stands in the end on one line of one notice. Prints a line of figures; exit code 1 where something
differs.
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

from clearance.cli import _code
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
    """What happens to a person over the year.

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
        """What the extract of a month says of the person."""
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
        """What other offices say of the person in a month: feed, cells."""
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
            case "petition before":
                yield "petitions", (*count, f"{YEAR - 1}-12-01")
            case "petition after":
                yield "petitions", (*count, day)

    def lines(self, last: int) -> Iterator[Line]:
        """What a court must be told of the conviction until a month, each once."""
        granted = self.turn if self.kind == "due at the turn" else self.first
        first = as_of(granted).isoformat()
        if granted <= last:
            yield self.subject, LAW, first, "grant"
        if self.kind in CORRECTED and self.turn <= last:
            yield self.subject, LAW, first, "correction"
        if self.kind in GRANTED_AGAIN and self.back <= last:
            yield self.subject, LAW, as_of(self.back).isoformat(), "grant"


STORIES = (
    *("as it was", "due at the turn", "longer for a while", "vacated"),
    *("registered before", "registered after", "petition before", "petition after"),
    *("arrested before", "arrested after", "registered nobody knows when", "gone", "no date"),
)
# Why the grant was not due, where the record shows that later.
CORRECTED = {
    "longer for a while": "SERVING_SENTENCE",
    "registered before": "REGISTERED",
    "petition before": "PETITION_GRANTED",
    "arrested before": "ARREST_PENDING",
}
GRANTED_AGAIN = ("longer for a while", "arrested before")


def as_of(month: int) -> date:
    """The day that a month's run decides as of."""
    return date(YEAR, month, 10)


def stories(people: int, *, dice: random.Random) -> list[Story]:
    """A story each, the kinds in turn, the months drawn; some end after the year."""
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
class Told:
    """Figures of a year."""

    months: int = 0
    kills: int = 0
    granted: int = 0
    corrected: int = 0
    differences: list[str] = field(default_factory=list)


class Year:
    """A store, its output folders, and the people's stories."""

    def __init__(self, folder: Path, stories: list[Story], *, dice: random.Random) -> None:
        self.folder, self.stories, self.dice, self.told = folder, stories, dice, Told()
        self.store, self.outs = folder / "store", (folder / "one", folder / "other")
        self.into = ["--store", str(self.store), "--config", str(folder / "year.yaml")]
        (folder / "year.yaml").write_text(CONFIG)
        self.loaded: dict[str, list[tuple[str, ...]]] = {}
        self.lines: Counter[Line] = Counter()

    def month(self, month: int, *, kills: int) -> None:
        """The feeds and the extract of a month through `run` and `grant`, each killed somewhere."""
        killed, out = self.told.kills, self.dice.choice(self.outs)
        self.run(month, out=out, kills=kills)
        self.grant(kills=(kills + 1) // 2)
        # A run that called less than what was drawn, and a grant without anything to record.
        unharmed = kills > 0 and self.told.kills == killed
        if unharmed or month % 4 == 0:
            self.publish(out, kills=1 if unharmed else kills // 2)
        self.look()

    def run(self, month: int, *, out: Path, kills: int = 0) -> None:
        """The month's feeds and its `run`."""
        day, self.told.months = f"{YEAR}-{month:02}-05", month
        for arguments in self._feeds(month, day):
            self._end_well(arguments)
        dated = ["--extract-date", day, "--as-of", as_of(month).isoformat()]
        run = ["run", *self._extract(month), *dated, "--out", str(out), *self.into]
        self._through(run, kills=kills)

    def grant(self, *, at: int = -1, kills: int = 0) -> None:
        """`grant` of a sweep, by default the latest."""
        sweep = json.loads(self._end_well(["sweeps", "--json", *self.into]))[at]["sweep_id"]
        self._through(["grant", sweep, *self.into], kills=kills, most=1)

    def publish(self, out: Path, *, kills: int = 0) -> None:
        """`publish` and `report` into a folder."""
        self._through(["publish", "--out", str(out), *self.into], kills=kills, most=1)
        self._end_well(["report", "--out", str(out / "report.html"), *self.into])

    def _extract(self, month: int) -> list[str]:
        """The research file: who is new, who is another than before, and somebody as before.

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
        """The commands that load the feeds which say something else than those before."""
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
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            code = _code([*arguments, "--quiet"], debug=True)
        if code:
            raise AssertionError(f"{' '.join(arguments[:2])} ended with {code}")
        return said.getvalue()

    def _through(self, arguments: list[str], *, kills: int, most: int = 12) -> None:
        """The command, killed up to so many times on its way, and run to its end after that."""
        for _ in range(kills):
            at, late = self.dice.randrange(1, most + 1), self.dice.random() < 0.7
            with dying(at, late=late):
                try:
                    self._end_well(arguments)
                except Killed:
                    self.told.kills += 1
        self._end_well(arguments)

    def look(self) -> None:
        """No line is there twice, and none that was there before is gone."""
        now = notice_lines(*self.outs)
        twice = sorted(line for line, times in now.items() if times > 1)
        gone = sorted(set(self.lines) - set(now))
        for what, found in (("twice", twice), ("gone", gone)):
            said = f"after month {self.told.months}, {what}"
            self.told.differences += [f"{said}: {line}" for line in found]
        self.lines = now

    def settle(self, spark: SparkSession) -> Told:
        """The figures, with what the year's grants and notices say otherwise than the stories."""
        grants = Store(str(self.store)).read(spark, "grants").collect()
        given = {(*_of(row), "grant") for row in grants}
        taken = {(*_of(row), "correction") for row in grants if row["corrected_on"] is not None}
        due = {line for story in self.stories for line in story.lines(self.told.months)}
        self.look()
        told = set(self.lines)
        of_law = {line for line in given | taken if line[1] == LAW}
        for what, lines in {
            "recorded and not told": (given | taken) - told,
            "told and not recorded": told - given - taken,
            "due and not recorded": due - of_law,
            "recorded and not due": of_law - due,
        }.items():
            self.told.differences += [f"{what}: {line}" for line in sorted(lines)]
        known = {story.subject: story for story in self.stories}
        for row in grants:
            story = known[row["subject_id"]]
            why = CORRECTED.get(story.kind), as_of(story.turn)
            if row["corrected_on"] and (row["correction_reason"], row["corrected_on"]) != why:
                self.told.differences.append(f"corrected for another reason: {_of(row)}")
        unmarked = [row for row in grants if row["noticed_in"] is None]
        self.told.differences += [f"not marked as noticed: {_of(row)}" for row in unmarked]
        self.told.granted, self.told.corrected = len(given), len(taken)
        return self.told


def _of(row: Any) -> tuple[str, str, str]:
    return row["subject_id"], row["pack"], row["granted_on"].isoformat()


def notice_lines(*outs: Path) -> Counter[Line]:
    """How often each line stands in the notices of some folders, all months and courts."""
    lines: Counter[Line] = Counter()
    for path in (path for out in outs for path in out.glob("courts/*/notice-*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                lines[row["subject_id"], row["pack"], row["granted_on"], row["kind"]] += 1
    return lines


def run(
    spark: SparkSession, folder: Path, *, people: int, seed: int, kills: int = 1, months: int = 12
) -> Told:
    """A year; what differs is told with its month.

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
    """Run from the command line."""
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
        told = run(spark, Path(folder), **vars(given))
    spark.stop()
    for line in told.differences:
        print(line)
    print(
        f"seed {given.seed}: {told.months} months, {told.kills} kills, {told.granted} grants, "
        f"{told.corrected} corrections, {len(told.differences)} differences"
    )
    return 1 if told.differences else 0


if __name__ == "__main__":
    sys.exit(main())
