"""Compares Spark's decisions with plain Python's on millions of random units.

    .venv/bin/python scripts/soak/engines.py --units 3000000 --seed 1

Before that the solver checks the rulebook with its overlaps, and the oracle decides the solver's
units, too. Prints a line per round; ends at the first difference.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

# This checkout goes before an installed copy.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from clearance.platform.paths import rules_folder
from clearance.platform.spark.session import build_session
from clearance.rulebook.check.audit import audit
from clearance.rulebook.loading.load import load_rulebook
from soak.sessions import forget_ended_jobs
from tests.support.rulebook.agreement import check_packs_agree

ROUND = 300_000


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--units", type=int, default=3_000_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rulebook = load_rulebook(rules_folder())
    bounds = [rulebook.resolve(item.pack, switches={}) for item in rulebook.packs]
    found = audit(rules_folder(), overlapping=True)
    found.raise_for_problems()
    print(f"{found.packs} packs without a problem, {len(found.notes)} notes", flush=True)
    spark = build_session()
    for number in range(-(-given.units // ROUND)):
        # Rounds of different seeds have no units in common.
        seed = given.seed * 1_000 + number
        rows = min(ROUND, given.units)
        check_packs_agree(spark, bounds, catalogue=rulebook.catalogue, rows=rows, seed=seed)
        forget_ended_jobs(spark)
        print(f"seed {seed}: {rows:,} units decided alike by {len(bounds)} packs", flush=True)
    spark.stop()


if __name__ == "__main__":
    main()
