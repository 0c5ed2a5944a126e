"""Helpers of the benches of whole states: makes California up and runs the steps on it."""

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
    """Make the people up, the same every time."""
    return synthesize_state(people=people, out=out, seed=1, as_of=AS_OF, second_month=second_month)


def command(words: Sequence[str], *, store: Path, prefix: Sequence[str] = ()) -> Measured:
    """Run and measure a command of this checkout, which must succeed.

    Args:
        words: without `clearance` and the store.
        store: where the tables are.
        prefix: a program to start it with.
    """
    run = [*prefix, sys.executable, "-m", "clearance.cli", *words, "--store", str(store), "--json"]
    return Measured.of(measured(run, tree=ROOT, store=store, events=False))


@dataclass(frozen=True)
class Measured:
    """The cost of a command, as a whole and by step.

    Attributes:
        run: of the process.
        document: its JSON document.
        steps: figures of `--json`, by step.
    """

    run: Run
    document: dict[str, Any]
    steps: dict[str, dict[str, int]]

    @classmethod
    def of(cls, run: Run) -> Measured:
        """The cost of a run, with the figures of its JSON document."""
        document = json.loads(run.output)
        return cls(run, document, document.get("steps", {}))

    def seconds(self, *steps: str) -> float:
        """The sum of the steps' seconds on the clock."""
        return sum(self.steps[step]["milliseconds"] for step in steps) / 1000

    def cpu(self, *steps: str) -> float:
        """The sum of the steps' CPU seconds."""
        return sum(self.steps[step]["cpu_milliseconds"] for step in steps) / 1000


def take_feeds(feeds: Sequence[MadeFeed], *, store: Path, dated: date) -> None:
    """Load each feed by its own command."""
    for feed in feeds:
        command(["feed", feed.kind, feed.file, "--dated", dated.isoformat()], store=store)


def whole_run(extract: SynthResult, *, store: Path, out: Path, on: date) -> Measured:
    """Load the extract's feeds, then run the five steps as of its day."""
    take_feeds(extract.feeds, store=store, dated=on)
    day = on.isoformat()
    dates = ["--extract-date", day, "--as-of", day, "--complete"]
    folder = str(Path(extract.files[0]).parent)
    return command(["run", folder, *dates, "--out", str(out)], store=store)


def table(columns: Mapping[str, Measured], *, rows: Mapping[str, int]) -> Iterator[str]:
    """A line per step and a line of sums: for each run seconds, and CPU seconds per million rows.

    Args:
        columns: the runs by name.
        rows: of each run's extract.
    """
    yield f"{'':12}" + "".join(f"{name:>27}" for name in columns)
    yield f"{'':12}" + f"{'seconds':>12}{'CPU s/M rows':>15}" * len(columns)
    for step in (*STEPS, "all"):
        steps = STEPS if step == "all" else (step,)
        yield f"{step:12}" + "".join(
            f"{run.seconds(*steps):12.1f}{run.cpu(*steps) / rows[name] * MILLION:15.1f}"
            for name, run in columns.items()
        )


def answer(**figures: Any) -> None:
    """Print the figures as one JSON line, the last of the output."""
    print(json.dumps(figures, sort_keys=True), flush=True)
