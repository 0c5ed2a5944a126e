"""Measures `clearance run` over one county's file: seconds, MB/s and memory.

    .venv/bin/python scripts/bench/county.py --rows 1000000 --against 1877464

The rows are a sample's, repeated with other people's numbers until there are enough. They are
decided by one policy and one scenario, or with `--every-pack` by all that the project's own
configuration names. Prints a line a step of this checkout: wall seconds, CPU seconds of all
processes, MB of input a second, the exchanges of its plans and the MB they moved; then the totals,
and the ratio to another commit's.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import itertools
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from measure import ROOT, Mark, Run, compared, in_turn, measured, trees

SAMPLE = ROOT.parent / "shared" / "samples" / "sacramento_20k.csv.gz"
AS_OF = "2026-11-01"
SUBJECT = 2
ONE_POLICY = """
county_policies: {default: {policy: prop64_statute}}
scenarios: [dismiss_all_p64]
"""


def repeat(sample: Path, target: Path, *, rows: int) -> int:
    """Write `rows` rows, a sample repeated with other people's numbers; returns their bytes."""
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


def whole_run(tree: Path, *, file: Path, config: list[str]) -> Run:
    """Measure a run on the file, by a checkout's code."""
    with tempfile.TemporaryDirectory(prefix="county-", dir=file.parent) as folder:
        store = f"{folder}/store"
        into = ["--store", store, "--out", f"{folder}/out", "--as-of", AS_OF, "--json"]
        command = ["clearance", "run", str(file), *into, *config]
        return measured(command, tree=tree, store=Path(store))


def table(run: Run, *, size: int) -> Iterator[str]:
    """A line for each step that took time, then a line of sums.

    Args:
        run: what was measured.
        size: bytes of the input.
    """
    yield f"{'':60} {'wall s':>7} {'CPU s':>7} {'MB/s':>7} {'exchanges':>10} {'MB moved':>9}"
    marks = run.marks
    steps = [*itertools.pairwise(marks), (Mark("all", marks[0].at, 0.0), marks[-1])]
    for begun, ended in steps:
        wall = ended.at - begun.at
        moved = [each.bytes for each in run.exchanges if begun.at <= each.at < ended.at]
        if wall >= 0.05:
            yield (
                f"{begun.line:60} {wall:7.1f} {ended.cpu - begun.cpu:7.1f} "
                f"{size / 1e6 / wall:7.0f} {len(moved):10} {sum(moved) / 1e6:9.0f}"
            )


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--sample", type=Path, default=SAMPLE)
    parser.add_argument("--file", type=Path, help="a research file, instead of the sample repeated")
    parser.add_argument("--every-pack", action="store_true", help="the project's configuration")
    parser.add_argument("--against", metavar="COMMIT", help="also run this commit")
    parser.add_argument("--times", type=int, default=1, help="runs of each; medians are printed")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="county-") as folder, trees(given.against) as checkouts:
        file = given.file or Path(folder) / "county.csv"
        if given.file is None:
            repeat(given.sample, file, rows=given.rows)
        size = file.stat().st_size
        config = Path(folder) / "packs.yaml"
        config.write_text(ONE_POLICY)
        options = [] if given.every_pack else ["--config", str(config)]
        run = functools.partial(whole_run, file=file.resolve(), config=options)
        runs = in_turn(checkouts, run, times=given.times)
    last = runs["now"][-1]
    rows = json.loads(last.output)["ingest"]["rows_read"]
    print("\n".join([*table(last, size=size), "", f"{rows:,} rows, {size / 1e6:,.0f} MB"]))
    print("\n".join(compared(runs)))


if __name__ == "__main__":
    main()
