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
from soak.stories import CORRECTED, LAW, YEAR, Line, Story, as_of, stories
from soak.victims import Killed, dying

CONFIG = "packs: [pc1203_425, pc851_93]\n"
FEEDS = {
    "registry": ("subject_id", "registration", "registered_on", "ended_on"),
    "supervision": ("subject_id", "type", "county", "started_on", "ended_on"),
    "petitions": ("subject_id", "cnt_order", "county", "filed_on", "status", "decided_on"),
}


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
