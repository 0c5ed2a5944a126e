"""Measures prepare and determine on one core and on two, to show the gain of the second.

    .venv/bin/python scripts/bench/cores.py --people 250000

California is loaded once; then both steps run on a copy of the store, limited to a number of cores
(`taskset`, Linux). Prints seconds and CPU seconds, and the ratio of the times with the fewest and
the most cores; the last line is JSON. Other work on the machine distorts the figures.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from california import AS_OF, answer, command, made, take_feeds

BOTH = ("prepare", "determine")


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--people", type=int, default=250_000)
    parser.add_argument("--cores", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--times", type=int, default=1, help="runs of each; the fastest counts")
    parser.add_argument("--in", type=Path, dest="folder", help="where people and stores lie")
    given = parser.parse_args()
    there = sorted(os.sched_getaffinity(0))
    if max(given.cores) > len(there):
        sys.exit(f"This process may run on {len(there)} cores only.")
    day = AS_OF.isoformat()
    with tempfile.TemporaryDirectory(prefix="cores-", dir=given.folder) as name:
        folder = Path(name)
        extract = made(given.people, out=folder / "input")
        dates = ["--extract-date", day, "--complete"]
        command(["ingest", str(folder / "input"), *dates], store=folder / "taken")
        take_feeds(extract.feeds, store=folder / "taken", dated=AS_OF)
        shutil.rmtree(folder / "input")
        print(f"{extract.people:,} people, {extract.rows:,} rows")
        print(f"{'cores':>6}{'prepare s':>12}{'determine s':>12}{'together':>10}{'CPU s':>10}")
        fastest: dict[int, float] = {}
        cpu: dict[int, float] = {}
        for _ in range(given.times):
            for cores in given.cores:
                store = folder / "store"
                shutil.copytree(folder / "taken", store)
                held = ["taskset", "-c", ",".join(map(str, there[:cores]))]
                prepared = command(["prepare"], store=store, prefix=held)
                decided = command(["determine", "--as-of", day], store=store, prefix=held)
                shutil.rmtree(store)
                seconds = prepared.seconds("prepare"), decided.seconds("determine")
                used = prepared.cpu("prepare") + decided.cpu("determine")
                print(
                    f"{cores:6}{seconds[0]:12.1f}{seconds[1]:12.1f}{sum(seconds):10.1f}{used:10.1f}",
                    flush=True,
                )
                if sum(seconds) < fastest.get(cores, float("inf")):
                    fastest[cores], cpu[cores] = sum(seconds), used
    few, many = min(given.cores), max(given.cores)
    gain = fastest[few] / fastest[many]
    print(f"{many} cores are {gain:.2f} times as fast as {few}")
    answer(
        bench="cores",
        rows=extract.rows,
        seconds=fastest,
        cpu_seconds=cpu,
        times_as_fast=gain,
    )


if __name__ == "__main__":
    main()
