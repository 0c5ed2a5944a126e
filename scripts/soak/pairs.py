"""Runs two commands at once on one store: one succeeds, the other waits or exits with 5.

Run: .venv/bin/python scripts/soak/pairs.py --pairs 20 --seed 1 [--people 60] [--unclaimed]

Two processes, each with a session, start a command at the same time. The command that exits with 5
runs again; then the store must have the content that one of the two orders gives. `--unclaimed`
works without the lock on the store's folder, as on HDFS or in a cloud, with Delta's checks alone.
"""

from __future__ import annotations

import argparse
import collections
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# This checkout goes before an installed copy.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from soak.months import AS_OF, Place, make_months
from soak.state import Torn, check_sweeps, commits, content_of, files_of
from soak.victims import environment

WORKER = """
import contextlib, io, json, os, sys
os.umask(0o077)
from clearance.cli import exit_code
from clearance.platform.spark.session import build_session
from clearance.platform.store.store import Store
if {unclaimed}:
    Store.claimed = lambda self, make=False: contextlib.nullcontext()
# The JVM speaks on stdout too, of its code cache.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
build_session(extra={{"spark.sql.shuffle.partitions": "2"}})
for line in sys.stdin:
    stderr = io.StringIO()
    with contextlib.redirect_stderr(stderr), contextlib.redirect_stdout(io.StringIO()):
        code = exit_code(json.loads(line), debug=False)
    answers.write(json.dumps([code, stderr.getvalue()]) + "\\n")
    answers.flush()
"""


class Worker:
    """A process with a session, which runs commands one after the other."""

    def __init__(self, *, unclaimed: bool) -> None:
        self.process: subprocess.Popen[Any] = subprocess.Popen(
            [sys.executable, "-c", WORKER.format(unclaimed=unclaimed)],
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def start(self, arguments: Sequence[str]) -> None:
        """Start a command."""
        self.process.stdin.write(json.dumps([*arguments, "--quiet"]) + "\n")
        self.process.stdin.flush()

    def end(self) -> tuple[int, str]:
        """Wait for the command; returns its exit code and its lines on stderr."""
        code, stderr = json.loads(self.process.stdout.readline())
        return code, stderr

    def run(self, arguments: Sequence[str]) -> None:
        """Run a command that must succeed."""
        self.start(arguments)
        code, stderr = self.end()
        if code != 0:
            raise Torn(f"alone, `{arguments[0]}` ended with {code}: {stderr}")

    def stop(self) -> None:
        """End the process and its JVM."""
        self.process.stdin.close()
        self.process.wait()


@dataclass
class Figures:
    """The figures of a soak."""

    pairs: int = 0
    ends: collections.Counter[str] = field(default_factory=collections.Counter)
    faults: list[str] = field(default_factory=list)

    def line(self, seconds: float) -> str:
        """All figures in one line."""
        ends = ", ".join(f"{name} {count}" for name, count in sorted(self.ends.items()))
        return f"{self.pairs} pairs ({ends}), {len(self.faults)} faults, {seconds:.0f} s"


@dataclass(frozen=True)
class Files:
    """Extracts: the second shares people with the first, the third does not."""

    first: Path
    second: Path
    other: Path


def make_files(folder: Path, *, people: int, seed: int) -> Files:
    """Make people up for the pairs."""
    first, second = make_months(folder, people=people, seed=seed)
    shared = {line.split(b",")[2] for line in first.read_bytes().splitlines()}
    other = folder / "other.csv"
    lines = second.read_bytes().splitlines(keepends=True)
    moved = [line for line in lines if line.split(b",")[2] not in shared]
    other.write_bytes(b"".join(moved))
    return Files(first, second, other)


@dataclass(frozen=True)
class Kind:
    """A pair of commands, the commands before and after them, and the tables to compare.

    Attributes:
        before: commands on an empty store.
        first: a command of the pair.
        second: the other command.
        after: commands that bring both orders to the same end.
        tables: what is compared; all tables where empty.
    """

    name: str
    before: tuple[tuple[str, ...], ...]
    first: tuple[str, ...]
    second: tuple[str, ...]
    after: tuple[tuple[str, ...], ...] = ()
    tables: tuple[str, ...] = ()


def kinds(files: Files) -> list[Kind]:
    """Every pair; STORE and OUT are placeholders."""
    first, second, other = (
        ("ingest", str(path), "--extract-date", "2026-10-01")
        for path in (files.first, files.second, files.other)
    )
    prepare = ("prepare",)
    now, later = (("determine", "--as-of", day) for day in AS_OF)
    publish, report = ("publish", "--out", "OUT"), ("report", "--out", "OUT/report.html")
    ready, swept = (first, prepare), (first, prepare, now)
    state = ("determinations", "charges", "arrests", "history", "source_rows")
    return [
        Kind("same sweep, first", ready, now, now),
        Kind("two sweeps, first", ready, now, later, (later,), state),
        Kind("two sweeps, again", swept, later, now, (now,), state),
        Kind("same sweep, again", (*swept, second, prepare), now, now),
        Kind("same file, empty store", (), first, first),
        Kind("same file, existing store", (first,), second, second),
        Kind("other people, empty store", (), first, other),
        Kind("shared people, empty store", (), first, second),
        Kind("other people, existing store", (second,), first, other),
        Kind("shared people, existing store", (other,), first, second),
        Kind("ingest beside prepare, first", (first,), second, prepare, (prepare,)),
        Kind("ingest beside prepare, again", ready, second, prepare, (prepare,)),
        Kind("prepare beside determine", (*swept, second), prepare, now, (now,), state),
        Kind("prepare twice, first", (first,), prepare, prepare),
        Kind("prepare twice, again", (*ready, second), prepare, prepare),
        Kind("publish twice", swept, publish, publish),
        Kind("report twice", swept, report, report),
    ]


def filled(arguments: Sequence[str], place: Place) -> list[str]:
    """The command line with the paths of a place."""
    here = [word.replace("OUT", str(place.out)) for word in arguments]
    return [*here, "--store", str(place.store)]


def says(place: Place, kind: Kind) -> dict[str, str]:
    """The content of a place that is compared."""
    content = content_of(place.store, place.out)
    tables = {k: v for k, v in content.tables.items() if not kind.tables or k in kind.tables}
    return tables | content.files


class Pairs:
    """Runs pairs of commands on two workers."""

    def __init__(self, folder: Path, *, people: int, seed: int, unclaimed: bool) -> None:
        self.folder = folder
        self.files = make_files(folder / "input", people=people, seed=seed)
        self.workers = [Worker(unclaimed=unclaimed) for _ in range(2)]
        self.figures = Figures()
        self._ends: dict[str, list[dict[str, str]]] = {}
        self._starts: dict[tuple[tuple[str, ...], ...], Place] = {}
        self._number = 0

    def _new(self) -> Path:
        self._number += 1
        return self.folder / f"place-{self._number}"

    def start(self, kind: Kind) -> Place:
        """A copy of the store and output before the pair."""
        if kind.before not in self._starts:
            place = Place(self._new())
            place.folder.mkdir()
            for arguments in kind.before:
                self.workers[0].run(filled(arguments, place))
            self._starts[kind.before] = place
        return self._starts[kind.before].copy_to(self._new())

    def orders(self, kind: Kind) -> list[dict[str, str]]:
        """The content of the store after both commands, in both orders."""
        if kind.name not in self._ends:
            ends = []
            orders = [(kind.first, kind.second), (kind.second, kind.first)]
            for pair in orders if kind.first != kind.second else orders[:1]:
                place = self.start(kind)
                for arguments in (*pair, *kind.after):
                    if self._runs_alone(arguments, place):
                        self.workers[0].run(filled(arguments, place))
                ends.append(says(place, kind))
            self._ends[kind.name] = ends
        return self._ends[kind.name]

    def _runs_alone(self, arguments: Sequence[str], place: Place) -> bool:
        return arguments[0] == "ingest" or place.store.exists()

    def run(self, kind: Kind, *, lead: float) -> str:
        """Run a pair; returns the exit codes of the two."""
        orders = self.orders(kind)
        place = self.start(kind)
        for worker, arguments in zip(self.workers, (kind.first, kind.second), strict=True):
            worker.start(filled(arguments, place))
            time.sleep(lead)
            lead = 0.0
        ends = [worker.end() for worker in self.workers]
        codes = sorted(code for code, _ in ends)
        if codes not in ([0, 0], [0, 5]):
            raise Torn(f"ended with {ends}")
        for code, stderr in ends:
            if code == 5 and "run the same command again" not in stderr.splitlines()[-1]:
                raise Torn(f"no remedy: {stderr}")
        self._whole(place)
        for (code, _), arguments in zip(ends, (kind.first, kind.second), strict=True):
            if code == 5:
                self.workers[1].run(filled(arguments, place))
        for arguments in kind.after:
            self.workers[1].run(filled(arguments, place))
        check_sweeps(place.store)
        found = says(place, kind)
        if found not in orders:
            named = [sorted(k for k in found | end if found.get(k) != end.get(k)) for end in orders]
            raise Torn(f"ended with {codes}; not as in either order: {named}")
        if kind.first[0] in ("publish", "report") and not files_of(place.out):
            raise Torn("nothing was published")
        return f"{codes[0]}+{codes[1]}"

    def _whole(self, place: Place) -> None:
        for table in place.store.iterdir():
            if table.is_dir():
                commits(table)

    def soak(self, *, pairs: int, dice: random.Random) -> Figures:
        """Every kind in turn, in a random order, with a random small head start."""
        every = kinds(self.files)
        while self.figures.pairs < pairs:
            for kind in dice.sample(every, len(every)):
                if self.figures.pairs == pairs:
                    break
                self.figures.pairs += 1
                lead = dice.choice([0.0, 0.0, dice.random() * 2])
                try:
                    end = self.run(kind, lead=lead)
                except Torn as torn:
                    end = "FAULT"
                    self.figures.faults.append(f"{kind.name}, head start {lead:.2f} s: {torn}")
                self.figures.ends[end] += 1
                print(f"{self.figures.pairs:4} {end} {kind.name}", file=sys.stderr, flush=True)
        return self.figures


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--people", type=int, default=60)
    parser.add_argument("--unclaimed", action="store_true")
    parser.add_argument("--keep", type=Path, help="work here and keep it")
    given = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        pairs = Pairs(
            given.keep or Path(folder),
            people=given.people,
            seed=given.seed,
            unclaimed=given.unclaimed,
        )
        figures = pairs.soak(pairs=given.pairs, dice=random.Random(given.seed))
        for worker in pairs.workers:
            worker.stop()
    for fault in figures.faults:
        print(f"FAULT {fault}")
    print(figures.line(time.monotonic() - began))
    return 1 if figures.faults else 0


if __name__ == "__main__":
    sys.exit(main())
