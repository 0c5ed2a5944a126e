"""Counts the answers that a change of the law changes: made-up people decided by two commits.

    .venv/bin/python scripts/bench/changed.py COMMIT --people 20000

People and feeds are made up by this checkout and decided, feeds loaded, by the commit (in a
worktree of its own) and by this checkout. Prints how many units and people get another answer, by
pack and change. `--rules FOLDER` puts other rules in place of this checkout's; `--stores OLD NEW`
compares two stores that are there already.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

# This checkout goes before an installed copy.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from measure import ROOT, trees

from clearance.diff.compare import BY_CHANGE, BY_PACK, WHOLE, changes, figures
from clearance.platform.paths import jars_folder
from clearance.platform.spark.session import build_session
from clearance.platform.store.store import Store
from clearance.synth.feeds import write_feeds
from clearance.synth.step import synthesize

DECIDE = Path(__file__).with_name("decide.py")


def decided(tree: Path, store: Path, *, as_of: date, more: list[str]) -> Path:
    """Make a store by a checkout's code from files; the commands must succeed.

    Args:
        tree: the checkout.
        store: where.
        as_of: the day to decide as of.
        more: configuration, file and feeds, see `decide.py`.
    """
    own = {"PYTHONPATH": str(tree), "CLEARANCE_JARS": str(jars_folder().resolve())}
    command = [sys.executable, str(DECIDE), str(store), as_of.isoformat(), *more]
    ended = subprocess.run(command, cwd=tree, env=os.environ | own, stdout=subprocess.DEVNULL)
    if ended.returncode:
        sys.exit(f"{tree} could not decide them: {ended.returncode}")
    return store


def with_rules(rules: Path, tree: Path) -> Path:
    """A copy of this checkout's package and settings, with other rules."""
    for name, source in (
        ("clearance", ROOT / "clearance"),
        ("conf", ROOT / "conf"),
        ("rules", rules),
    ):
        shutil.copytree(source, tree / name)
    return tree


def table(old: Path, new: Path, *, by: tuple[str, ...]) -> Iterator[str]:
    """The lines of the comparison of two stores."""
    spark = build_session()
    stores = [Store(str(store.resolve())) for store in (old, new)]
    before, after = (store.read(spark, "determinations") for store in stores)
    counted = figures(changes(before, after), by=by).collect()
    everybody = after.select("subject_id").distinct().count()
    spark.stop()
    whole = next((row for row in counted if row["level"] == WHOLE), None)
    if whole is None:
        yield f"{everybody:,} people, every answer the same"
        return
    packs = {row["pack"]: row for row in counted if row["level"] == BY_PACK}
    for name, pack in sorted(packs.items()):
        yield f"{name}: {pack['units']:,} units of {pack['people']:,} people"
        of_pack = [r for r in counted if r["level"] == BY_CHANGE and r["pack"] == name]
        for row in sorted(of_pack, key=lambda row: (-row["people"], *map(str, row))):
            where = " ".join(str(row[column]) for column in by)
            change = f"{answer(row, 'before')} -> {answer(row, 'after')}"
            yield f"  {row['units']:7,} {row['people']:7,}  {where}{' ' if by else ''}{change}"
    yield (
        f"{whole['units']:,} units of {whole['people']:,} people, of {everybody:,} with an answer"
    )


def answer(row: Any, side: str) -> str:
    """An answer in one line; `(none)` where a side has no row."""
    outcome = row[f"outcome_{side}"]
    if outcome is None:
        return "(none)"
    parts = [outcome, *(row[f"{name}_{side}"] or "-" for name in ("relief", "reason", "rule"))]
    return f"{' '.join(parts)} @{row[f'pack_version_{side}']}"


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("commit", nargs="?", metavar="OLD_COMMIT", help="what was before")
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--as-of", type=date.fromisoformat, default=date(2026, 11, 1))
    parser.add_argument("--by-county", action="store_true", help="a line for each county")
    parser.add_argument("--config", type=Path, help="configuration of both, not each its own")
    parser.add_argument("--rules", type=Path, help="rules folder in place of this checkout's")
    parser.add_argument("--stores", type=Path, nargs=2, metavar=("OLD", "NEW"))
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep input and stores there")
    given = parser.parse_args()
    by = ("county",) if given.by_county else ()
    if (given.commit is None) == (given.stores is None):
        parser.error("Name a commit, or two stores.")
    if given.stores:
        print("\n".join(table(*given.stores, by=by)))
        return
    config = str(given.config.resolve()) if given.config else ""
    with tempfile.TemporaryDirectory(prefix="changed-") as aside, trees(given.commit) as checkouts:
        folder = (given.keep or Path(aside)).resolve()
        made = {"people": given.people, "seed": given.seed, "as_of": given.as_of}
        file = synthesize(out=folder / "input", **made).files[0]
        feeds = write_feeds(out=folder / "feeds", **made)
        files = [file, *(f"{feed.kind}={feed.file}" for feed in feeds)]
        ours = with_rules(given.rules, Path(aside) / "ours") if given.rules else ROOT
        old, new = (
            decided(tree, folder / side, as_of=given.as_of, more=[config, *files])
            for side, tree in (("before", checkouts[given.commit]), ("after", ours))
        )
        print(f"{given.people:,} made-up people, seed {given.seed}, as of {given.as_of}")
        print("\n".join(table(old, new, by=by)))


if __name__ == "__main__":
    main()
