"""Compares California's next month, in which one person in a hundred has changed, with the first.

    .venv/bin/python scripts/bench/month.py --people 250000

Both extracts are complete. Prints each step's seconds and CPU seconds in both months and the second
as a share of the first, `prepare` and `determine` together as well; last one JSON line.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path

from california import AS_OF, LATER, STEPS, answer, made, whole_run

from clearance.synth.step import SynthResult

BOTH = ("prepare", "determine")


def moved(extract: SynthResult, *, to: Path) -> SynthResult:
    """The extract with the paths of its files in another folder."""
    folder = Path(extract.files[0]).parent
    folder.rename(to)
    feeds = [
        replace(feed, file=str(to / Path(feed.file).relative_to(folder))) for feed in extract.feeds
    ]
    files = [str(to / Path(file).name) for file in extract.files]
    return replace(extract, files=tuple(files), feeds=tuple(feeds))


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--people", type=int, default=250_000)
    parser.add_argument("--in", type=Path, dest="folder", help="where people and the store lie")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="month-", dir=given.folder) as name:
        folder = Path(name)
        extract = made(given.people, out=folder / "input", second_month=True)
        assert extract.second_month is not None
        # Below the first one's folder it would be taken in with it.
        later = moved(extract.second_month, to=folder / "second-month")
        into = {"store": folder / "store", "out": folder / "out"}
        first = whole_run(extract, on=AS_OF, **into)
        second = whole_run(later, on=LATER, **into)
    changed = sum(later.changed.values())
    print(f"{extract.people:,} people, {extract.rows:,} rows; {changed:,} people differ")
    print(
        f"{'':22}{'first s':>10}{'second s':>10}{'share':>8}{'CPU s':>10}{'CPU s':>10}{'share':>8}"
    )
    shares = {}
    for steps in (*((step,) for step in STEPS), BOTH, STEPS):
        label = "all" if steps == STEPS else " + ".join(steps)
        on_clock = second.seconds(*steps) / first.seconds(*steps)
        in_cpu = second.cpu(*steps) / first.cpu(*steps)
        shares[label] = {"seconds": on_clock, "cpu_seconds": in_cpu}
        print(
            f"{label:22}{first.seconds(*steps):10.1f}{second.seconds(*steps):10.1f}"
            f"{on_clock:8.2f}{first.cpu(*steps):10.1f}{second.cpu(*steps):10.1f}{in_cpu:8.2f}"
        )
    answer(
        bench="month",
        people=extract.people,
        rows=extract.rows,
        people_changed=changed,
        share_of_first=shares,
        first=first.steps,
        second=second.steps,
    )


if __name__ == "__main__":
    main()
