"""One county's file through `clearance run`: seconds, MB/s and memory.

    scripts/bench/county.py --rows 1000000

The rows are a sample's, repeated with other people's numbers until there are enough. Prints a line
a step: wall seconds, CPU seconds of all processes, MB of input a second, the exchanges of its plans
and the MB they moved; then the totals, with the peak memory of the process tree.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT.parent / "shared" / "samples" / "sacramento_20k.csv.gz"
AS_OF = "2026-11-01"
SUBJECT = 2
PAGE = os.sysconf("SC_PAGE_SIZE")
TICK = os.sysconf("SC_CLK_TCK")


def repeat(sample: Path, target: Path, *, rows: int) -> int:
    """Write `rows` rows of the sample, over and over, each time other people; returns the bytes."""
    header, *lines = gzip.decompress(sample.read_bytes()).splitlines(keepends=True)
    cut = [(line.split(b",", SUBJECT + 1)) for line in lines]
    written = 0
    with target.open("wb") as out:
        out.write(header)
        for turn in itertools.count():
            for fields in cut:
                if written == rows:
                    return target.stat().st_size if out.flush() is None else 0
                number = int(fields[SUBJECT]) + turn * 100_000
                start = b",".join([*fields[:SUBJECT], str(number).encode()])
                out.write(start + b"," + fields[SUBJECT + 1])
                written += 1
    return 0


@dataclass(frozen=True)
class Mark:
    """A line of progress: what was said, and the wall clock and CPU seconds when it was."""

    said: str
    at: float
    cpu: float


@dataclass(frozen=True)
class Exchange:
    """A shuffle that ran: when it began (wall clock), and what it wrote."""

    at: float
    bytes: int


@dataclass
class Watch:
    """What the process tree used, sampled while it runs."""

    root: int
    peak: int = 0
    ended: float = 0.0
    now: dict[int, float] = field(default_factory=dict)
    running: bool = True

    def look(self) -> None:
        """Sample until told to stop."""
        while self.running:
            memory: dict[tuple[str, int], int] = {}
            for process in self._tree():
                try:
                    stat = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
                    program = Path(f"/proc/{process}/cmdline").read_text()
                except OSError:
                    continue
                pages = int(stat[21])
                # A child that is not yet a program of its own is its parent, seen a second time.
                memory[program, pages] = pages * PAGE
                self.now[process] = (int(stat[11]) + int(stat[12])) / TICK
            self.peak = max(self.peak, sum(memory.values()))
            time.sleep(0.1)

    @property
    def cpu(self) -> float:
        """CPU seconds of all processes so far."""
        return sum(self.now.values())

    def _tree(self) -> Iterator[int]:
        parents: dict[int, list[int]] = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                except OSError:
                    continue
                parents.setdefault(parent, []).append(int(entry.name))
        waiting = [self.root]
        while waiting:
            process = waiting.pop()
            yield process
            waiting += parents.get(process, [])


def run(file: Path, folder: Path, *, config: list[str]) -> tuple[list[Mark], Watch]:
    """Run the line on a file; returns a mark for each line of progress, and one for the end."""
    command = [sys.executable, "-m", "clearance.cli", "run", str(file), "--as-of", AS_OF, "--json"]
    command += ["--store", str(folder / "store"), "--out", str(folder / "out"), *config]
    (folder / "events").mkdir()
    environment = os.environ | {"PYSPARK_SUBMIT_ARGS": _event_log(folder / "events")}
    with (folder / "said.json").open("w") as said:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdout=said,
            stderr=subprocess.PIPE,
            text=True,
        )
        watch = Watch(process.pid)
        looker = threading.Thread(target=watch.look)
        looker.start()
        marks = [Mark("Starting Spark", time.time(), 0.0)]
        assert process.stderr is not None
        for line in process.stderr:
            marks.append(Mark(line.strip()[:60], time.time(), watch.cpu))
        code = process.wait()
        marks.append(Mark("", time.time(), watch.cpu))
        watch.running = False
        looker.join()
    if code:
        sys.exit(f"clearance run ended with {code}: {marks[-2].said}")
    return marks, watch


def _event_log(folder: Path) -> str:
    settings = {"enabled": "true", "compress": "false", "dir": folder.as_uri()}
    given = [f"--conf spark.eventLog.{name}={value}" for name, value in settings.items()]
    return " ".join([*given, "pyspark-shell"])


def exchanges(folder: Path) -> list[Exchange]:
    """The exchanges of a run's plans that moved rows, from Spark's event log.

    Args:
        folder: where the log is.
    """
    found = []
    for path in folder.rglob("events_*"):
        for line in path.open(encoding="utf-8"):
            event = json.loads(line)
            if event["Event"] == "SparkListenerStageCompleted":
                info = event["Stage Info"]
                wrote = {item["Name"]: item["Value"] for item in info["Accumulables"]}
                moved = wrote.get("internal.metrics.shuffle.write.bytesWritten")
                if moved is not None:
                    found.append(Exchange(info["Submission Time"] / 1000, int(moved)))
    return found


def table(marks: list[Mark], moves: list[Exchange], *, size: int) -> Iterator[str]:
    """A line for each step that took time, then one for all of them.

    Args:
        marks: of the run.
        moves: its exchanges.
        size: bytes of the input.
    """
    yield f"{'':60} {'wall s':>7} {'CPU s':>7} {'MB/s':>7} {'exchanges':>10} {'MB moved':>9}"
    steps = [*itertools.pairwise(marks), (Mark("all", marks[0].at, 0.0), marks[-1])]
    for begun, ended in steps:
        wall = ended.at - begun.at
        own = [move.bytes for move in moves if begun.at <= move.at < ended.at]
        if wall >= 0.05:
            yield (
                f"{begun.said:60} {wall:7.1f} {ended.cpu - begun.cpu:7.1f} "
                f"{size / 1e6 / wall:7.0f} {len(own):10} {sum(own) / 1e6:9.0f}"
            )


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--sample", type=Path, default=SAMPLE)
    parser.add_argument("--file", type=Path, help="a research file, instead of the sample repeated")
    parser.add_argument("--config", type=Path)
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="county-"))
    try:
        file = given.file or folder / "county.csv"
        if given.file is None:
            repeat(given.sample, file, rows=given.rows)
        size = file.stat().st_size
        config = [] if given.config is None else ["--config", str(given.config.resolve())]
        marks, watch = run(file, folder, config=config)
        said = json.loads((folder / "said.json").read_text())
        moves = exchanges(folder / "events")
    finally:
        shutil.rmtree(folder)
    print("\n".join(table(marks, moves, size=size)))
    print(
        f"{said['ingest']['rows_read']:,} rows, {size / 1e6:,.0f} MB; peak memory of the process "
        f"tree {watch.peak / 2**30:.2f} GiB"
    )


if __name__ == "__main__":
    main()
