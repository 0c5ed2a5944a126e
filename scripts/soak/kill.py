"""Kills commands at random moments, runs them again, and compares with undisturbed runs.

Run: .venv/bin/python scripts/soak/kill.py --kills 100 --seed 1 [--people 60]

Each story starts from the store of an undisturbed run and kills the command's process group one to
five times. It checks the packets after each kill, runs the command again to its end, and compares
every table and file with those of the undisturbed run.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import io
import itertools
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

# This checkout goes before an installed copy.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from soak.months import STEPS, Place, Undisturbed, command, run, undisturbed
from soak.state import Torn, check_nothing_left, check_packets, check_sweeps, commits
from soak.victims import Victim

# Where a step can be hit: a line that it says, or a table or folder that changes; in order.
LINES = {
    "ingest": ["Looking at", "Checking", "Setting bad", "Writing source_rows"],
    "prepare": ["Preparing"],
    "determine": ["determining", "digest and"],
    "publish": ["Writing the counties", "Counting for the summaries"],
    "report": ["Counting for the report"],
}
CHANGES = {
    "ingest": ["store/quarantine", "store/source_rows", "store/source_files"],
    "prepare": ["store/arrests", "store/charges"],
    "determine": ["store/packs", "store/reasons", "store/determinations", "store/sweeps"],
    "publish": ["out/.publishing", "out/.publishing/made", "out/packets", "out/statistics.csv"],
    "report": ["out/report.html"],
}
LONGEST = 4.0
MOST_FAULTS = 10


@dataclass(frozen=True)
class Moment:
    """A moment to kill at: a delay after a step prints a line or changes a path."""

    step: str
    what: str
    delay: float


@dataclass
class Figures:
    """The figures of a soak."""

    kills: collections.Counter[str] = field(default_factory=collections.Counter)
    stories: int = 0
    too_late: int = 0
    packets_seen: int = 0
    faults: list[str] = field(default_factory=list)

    def line(self, seconds: float) -> str:
        """All figures in one line."""
        steps = ", ".join(f"{step} {self.kills[step]}" for step in STEPS)
        return (
            f"{self.kills.total()} kills ({steps}) in {self.stories} stories, {self.too_late} came "
            f"too late, {self.packets_seen} packets seen after a kill, {len(self.faults)} faults, "
            f"{seconds:.0f} s"
        )


def moment_in(step: str, dice: random.Random) -> Moment:
    """A random moment of a step."""
    at = dice.choice(LINES[step] + CHANGES[step])
    longest = LONGEST if at in LINES[step] else 0.6
    return Moment(step, at, dice.random() ** 2 * longest)


def watch(moment: Moment, place: Place) -> Callable[[Victim], bool]:
    """A function that returns whether the moment has come."""
    path = place.folder / moment.what
    if moment.what in LINES[moment.step]:
        return lambda victim: victim.has_printed(moment.what)
    before = _look(path)
    return lambda victim: _look(path) != before


def _look(path: Path) -> tuple[object, ...]:
    """The state of a path, to compare: a table's log, or a folder's or file's time of change."""
    if path.parent.name == "store":
        log = path / "_delta_log"
        with contextlib.suppress(OSError):
            return tuple(sorted(entry.name for entry in log.iterdir()))
        return (path.exists(),)
    with contextlib.suppress(OSError):
        return (path.stat().st_mtime_ns,)
    return ()


def story(
    kept: Undisturbed,
    folder: Path,
    *,
    month: int,
    step: str,
    moments: list[Moment],
    figures: Figures,
) -> Place:
    """Kill a command at each moment in turn, then let it end, and compare."""
    place = kept.start(month, step, folder)
    arguments = command(step, place, file=kept.files[month], month=month)
    known = [kept.before[month, "ingest"].content().files, kept.end(month, step).content().files]
    known.append(kept.before[month, step if step in STEPS else "ingest"].content().files)
    for moment in moments:
        victim = Victim(arguments)
        killed = victim.kill_when(watch(moment, place), delay=moment.delay)
        victim.wait()
        if not killed:
            figures.too_late += 1
            if victim.process.returncode != 0:
                printed = " / ".join(line for _, line in victim.lines[-2:])
                raise Torn(f"run again, it ended with {victim.process.returncode}: {printed}")
            break
        figures.kills[moment.step] += 1
        look(place, known=known, figures=figures)
    with captured_stderr() as stderr:
        try:
            run(arguments)
        except AssertionError as error:
            raise Torn(f"{error}: {stderr.getvalue()[-1500:]}") from error
    different = place.content().differences(kept.end(month, step).content())
    if different:
        raise Torn(f"not the same: {different}")
    if step in ("run", "report"):
        check_nothing_left(place.store, place.out)
    figures.stories += 1
    return place


@contextlib.contextmanager
def captured_stderr() -> Iterator[io.StringIO]:
    """Capture the stderr of commands that run in the block, and drop their stdout."""
    stderr = io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(stderr):
        yield stderr


def look(place: Place, *, known: list[dict[str, str]], figures: Figures) -> None:
    """Check the store after a kill: every commit whole, no sweep twice, every packet old or new."""
    for table in place.store.glob("*"):
        if table.is_dir():
            commits(table)
    check_sweeps(place.store)
    figures.packets_seen += check_packets(place.out, known=known)


def plan(dice: random.Random, kills: int) -> tuple[int, str, list[Moment]]:
    """A random story of at most so many kills: month, command, moments in the order of steps."""
    month = dice.randrange(2)
    step = dice.choice(["run", "run", *STEPS])
    count = min(kills, dice.randint(1, 5) if step == "run" else dice.randint(1, 2))
    hit = sorted((dice.choice(STEPS) for _ in range(count)), key=STEPS.index)
    return month, step, [moment_in(step if step in STEPS else name, dice) for name in hit]


def soak(folder: Path, *, kills: int, seed: int, people: int) -> Figures:
    """Run stories until so many kills are done."""
    dice = random.Random(seed)
    kept = undisturbed(folder, people=people, seed=seed)
    figures, number = Figures(), itertools.count(1)
    while figures.kills.total() < kills and len(figures.faults) < MOST_FAULTS:
        month, step, moments = plan(dice, kills - figures.kills.total())
        # A folder of its own: Spark remembers what it saw of a table by its path.
        here = folder / f"story-{next(number)}"
        where = f"month {month + 1} {step} {[(m.what, round(m.delay, 2)) for m in moments]}"
        try:
            story(kept, here, month=month, step=step, moments=moments, figures=figures)
            print(f"{figures.kills.total():4} ok {where}", file=sys.stderr, flush=True)
        except Torn as torn:
            figures.faults.append(f"{where}: {torn}")
            print(f"FAULT {where}: {torn}", file=sys.stderr, flush=True)
            here.rename(folder / f"fault-{len(figures.faults)}")
        shutil.rmtree(here, ignore_errors=True)
    return figures


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--people", type=int, default=60)
    parser.add_argument("--keep", type=Path, help="work here and keep it")
    given = parser.parse_args()
    from clearance.platform.spark.session import build_session

    began = time.monotonic()
    session = build_session(extra={"spark.sql.shuffle.partitions": "2"})
    with tempfile.TemporaryDirectory() as folder:
        where = given.keep or Path(folder)
        figures = soak(where, kills=given.kills, seed=given.seed, people=given.people)
    session.stop()
    for fault in figures.faults:
        print(f"FAULT {fault}")
    print(figures.line(time.monotonic() - began))
    return 1 if figures.faults else 0


if __name__ == "__main__":
    sys.exit(main())
