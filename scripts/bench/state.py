"""Measures `clearance run` over California at growing sizes, to compare the cost of a row.

    .venv/bin/python scripts/bench/state.py --people 250000 500000 1000000

Makes the people, takes their feeds in, runs the five steps with the project's own configuration,
one size after the other, each in a store of its own. Prints seconds and CPU seconds a million rows
by step, peak memory, and how many times as much CPU a row takes at each size as at the first; last
one JSON line. A million people need some 40 GB of disk (`--in FOLDER`).
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path
from typing import Any

from california import AS_OF, MILLION, STEPS, Measured, answer, made, table, whole_run


def figures(run: Measured, *, rows: int) -> dict[str, Any]:
    """The figures of a size for the JSON line."""
    by_step = {
        step: {
            "seconds": run.seconds(step),
            "cpu_seconds_per_million_rows": run.cpu(step) / rows * MILLION,
            "bytes_spilled": run.steps[step].get("bytes_spilled", 0),
        }
        for step in STEPS
    }
    return {
        "rows": rows,
        "seconds": run.run.wall,
        "peak_bytes": run.run.peak,
        "cpu_seconds_per_million_rows": run.run.cpu / rows * MILLION,
        "steps": by_step,
    }


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--people", type=int, nargs="+", default=[250_000, 500_000, 1_000_000])
    parser.add_argument("--in", type=Path, dest="folder", help="where people and stores lie")
    given = parser.parse_args()
    runs: dict[str, Measured] = {}
    rows: dict[str, int] = {}
    for people in given.people:
        with tempfile.TemporaryDirectory(prefix="state-", dir=given.folder) as name:
            folder = Path(name)
            extract = made(people, out=folder / "input")
            column = f"{people:,}"
            rows[column] = extract.rows
            runs[column] = whole_run(extract, store=folder / "store", out=folder / "out", on=AS_OF)
            shutil.rmtree(folder / "out")
            run = runs[column].run
            print(
                f"{column} people, {extract.rows:,} rows, {extract.bytes / 1e9:.2f} GB: "
                f"{run.wall:.0f} s, {run.cpu:.0f} CPU s, peak {run.peak / 2**30:.2f} GiB",
                flush=True,
            )
    print("\n".join(table(runs, rows=rows)))
    first, *larger = runs
    growth = {
        column: (runs[column].cpu(*STEPS) / rows[column]) / (runs[first].cpu(*STEPS) / rows[first])
        for column in larger
    }
    for column, ratio in growth.items():
        print(f"CPU a row at {column} people is {ratio:.2f} times that at {first}")
    answer(
        bench="state",
        sizes={column: figures(run, rows=rows[column]) for column, run in runs.items()},
        growth_per_row=growth,
    )


if __name__ == "__main__":
    main()
