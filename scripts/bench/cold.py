"""Measures a first `clearance run` over made-up people in its own process: seconds and counts.

    .venv/bin/python scripts/bench/cold.py --against 1877464 --times 3

With the packs that come with the project. `--demo` measures `scripts/demo` instead, on a checkout
that is set up; a commit to compare with is not, so of it the command that the script ends in runs.
"""

from __future__ import annotations

import argparse
import functools
import tempfile
from pathlib import Path

from measure import ROOT, Run, compared, in_turn, measured, trees

from clearance.commands.demo import AS_OF, SEED
from clearance.synth.step import synthesize


def cold_run(tree: Path, *, files: list[str]) -> Run:
    """Measure a first run over the files, by a checkout's code."""
    with tempfile.TemporaryDirectory() as folder:
        store, out = f"{folder}/store", f"{folder}/out"
        dates = ["--extract-date", AS_OF.isoformat(), "--as-of", AS_OF.isoformat(), "--complete"]
        into = ["--store", store, "--out", out, "--json"]
        return measured(["clearance", "run", *files, *dates, *into], tree=tree, store=Path(store))


def demo(tree: Path, *, people: int) -> Run:
    """Measure the demo, by a checkout's code."""
    words = ["scripts/demo"] if tree == ROOT else ["clearance", "demo"]
    with tempfile.TemporaryDirectory() as folder:
        options = ["--people", str(people), "--out", folder, "--json"]
        return measured([*words, *options], tree=tree, store=Path(folder) / "store")


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--people", type=int, default=2_000)
    parser.add_argument("--demo", action="store_true", help="measure scripts/demo")
    parser.add_argument("--against", metavar="COMMIT", help="also run this commit")
    parser.add_argument("--times", type=int, default=1, help="runs of each; medians are printed")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, trees(given.against) as checkouts:
        if given.demo:
            run = functools.partial(demo, people=given.people)
        else:
            made = synthesize(
                people=given.people, out=Path(folder), seed=SEED, as_of=AS_OF, files=4
            )
            run = functools.partial(cold_run, files=list(made.files))
        runs = in_turn(checkouts, run, times=given.times)
    print("\n".join(compared(runs)))


if __name__ == "__main__":
    main()
