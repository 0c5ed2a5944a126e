"""California made up and run through the line: what the benches of whole states share."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

# This checkout goes before an installed copy.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from measure import ROOT, Run, measured

from clearance.synth.california.step import synthesize_state
from clearance.synth.feeds import MadeFeed, later_day
from clearance.synth.step import SynthResult

AS_OF = date(2026, 11, 1)
LATER = later_day(AS_OF, 1, "M")
STEPS = ("ingest", "prepare", "determine", "publish", "report")
MILLION = 1e6


def made(people: int, *, out: Path, second_month: bool = False) -> SynthResult:
    """The people, the same every time."""
    return synthesize_state(people=people, out=out, seed=1, as_of=AS_OF, second_month=second_month)


def command(words: Sequence[str], *, store: Path, prefix: Sequence[str] = ()) -> Measured:
    """A command of this checkout, measured; it must end well.

    Args:
        words: without `clearance` and the store.
        store: where the tables are.
        prefix: a program to start it with.
    """
    run = [*prefix, sys.executable, "-m", "clearance.cli", *words, "--store", str(store), "--json"]
    return Measured.of(measured(run, tree=ROOT, store=store, events=False))


@dataclass(frozen=True)
class Measured:
    """What a command took, as a whole and by step.

    Attributes:
        run: of the process.
        said: its document.
        steps: figures of `--json`, by step.
    """

    run: Run
    said: dict[str, Any]
    steps: dict[str, dict[str, int]]

    @classmethod
    def of(cls, run: Run) -> Measured:
        """A run with what its document says."""
        said = json.loads(run.output)
        return cls(run, said, said.get("steps", {}))

    def seconds(self, *steps: str) -> float:
        """On the clock, of these steps together."""
        return sum(self.steps[step]["milliseconds"] for step in steps) / 1000

    def cpu(self, *steps: str) -> float:
        """CPU seconds of these steps together."""
        return sum(self.steps[step]["cpu_milliseconds"] for step in steps) / 1000


def take_feeds(feeds: Sequence[MadeFeed], *, store: Path, dated: date) -> None:
    """Each feed by a command of its own."""
    for feed in feeds:
        command(["feed", feed.kind, feed.file, "--dated", dated.isoformat()], store=store)


def whole_run(extract: SynthResult, *, store: Path, out: Path, on: date) -> Measured:
    """The extract's feeds, then the five steps as of its day."""
    take_feeds(extract.feeds, store=store, dated=on)
    day = on.isoformat()
    dates = ["--extract-date", day, "--as-of", day, "--complete"]
    folder = str(Path(extract.files[0]).parent)
    return command(["run", folder, *dates, "--out", str(out)], store=store)


def table(columns: Mapping[str, Measured], *, rows: Mapping[str, int]) -> Iterator[str]:
    """A line a step and one for all: seconds, and CPU seconds a million rows, of each run.

    Args:
        columns: the runs by name.
        rows: of each run's extract.
    """
    yield f"{'':12}" + "".join(f"{name:>24}" for name in columns)
    yield f"{'':12}" + f"{'seconds':>12}{'CPU s/M rows':>12}" * len(columns)
    for step in (*STEPS, "all"):
        steps = STEPS if step == "all" else (step,)
        yield f"{step:12}" + "".join(
            f"{run.seconds(*steps):12.1f}{run.cpu(*steps) / rows[name] * MILLION:12.1f}"
            for name, run in columns.items()
        )


def answer(**figures: Any) -> None:
    """The figures as one JSON line, the last of the output."""
    print(json.dumps(figures, sort_keys=True), flush=True)
