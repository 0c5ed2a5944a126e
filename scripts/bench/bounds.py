"""Counts the answers that bounds of unknown values settle, for the convictions of a store.

    .venv/bin/python scripts/bench/bounds.py STORE

A conviction has a bound where the length of a sentence of its person is missing and the law limits
it, or where only the month or the year of the conviction is known. Each such conviction is decided
in plain Python, by the packs and as of the day of the store's determinations: with the bounds, and
with the bounded values unknown. Prints by pack the numbers of answers that lack a fact and that are
for review, without bounds and with them.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any

# This checkout goes before an installed copy.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from pyspark.sql import functions as F

from clearance.platform.paths import rules_folder
from clearance.platform.spark.session import build_session
from clearance.platform.store.store import Store
from clearance.rulebook.language.resolved import resolve
from clearance.rulebook.loading.load import load_rulebook
from clearance.rulebook.oracle import decide

# Reasons of what the record lacks.
LACKS = ("INSUFFICIENT_DATA", "MISSING_INFORMATION")
UNIT = "conviction"


def kind(outcome: str, reason: str) -> str:
    """The kind of an answer in the counts."""
    if reason in LACKS:
        return "lacking"
    return "for review" if outcome == "REVIEW" else "answered"


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("store", type=Path, help="prepared and decided by this checkout")
    store = Store(str(parser.parse_args().store.resolve()))
    spark = build_session()
    rulebook = load_rulebook(rules_folder())
    features = rulebook.catalogue[UNIT]
    marks = {n: f.bounded for n, f in features.items() if f.bounded and f.type == "date"}
    spans = {n: f.between for n, f in features.items() if f.between}
    decided = store.read(spark, "determinations").where(F.col("unit") == UNIT)
    packs = decided.select("pack", "pack_version", "as_of").distinct().collect()
    everybody = decided.groupBy("pack", "outcome", "reason").count().collect()
    bounded = [F.col(mark) for mark in marks.values()]
    bounded += [F.col(first).isNotNull() for first, _ in spans.values()]
    charges = store.read(spark, "charges").where("convicted").where(reduce(or_, bounded))
    rows = [row.asDict() for row in charges.select("unit_id", *features).collect()]
    # A county's policy decides its own convictions alone.
    theirs = decided.join(F.broadcast(charges.select("unit_id")), on="unit_id", how="left_semi")
    own = {(row["pack"], row["unit_id"]) for row in theirs.select("pack", "unit_id").collect()}
    spark.stop()

    def without(row: dict[str, Any]) -> dict[str, Any]:
        unknown: dict[str, Any] = {}
        for name, mark in marks.items():
            if row[mark]:
                unknown |= {name: None, mark: False}
        for first, last in spans.values():
            unknown |= {first: None, last: None}
        if row["last_sentence_end_bounded"]:
            unknown["every_sentence_known"] = None
        if row["terms_end_bounded"]:
            unknown["parole_bound_end"] = None
        return {**row, **unknown, "serving_bound_end": None}

    by_name = {(item.pack.pack, item.pack.version): item.pack for item in rulebook.packs}
    print(f"{len(rows):,} convictions whose row rests on a bound")
    for name, version, as_of in sorted(packs):
        bound = resolve(
            by_name[name, version], rulebook.catalogue, switches={}, inputs_fingerprint=""
        )
        change: Counter[str] = Counter()
        for row in rows:
            if (name, row["unit_id"]) not in own:
                continue
            before, after = (decide(bound, each, as_of) for each in (without(row), row))
            if before is not None:
                change[kind(before.outcome, before.reason)] -= 1
            if after is not None:
                change[kind(after.outcome, after.reason)] += 1
        now: Counter[str] = Counter()
        for of in everybody:
            if of["pack"] == name:
                now[kind(of["outcome"], of["reason"])] += of["count"]
        changes = (f"{k} {now[k] - change[k]:,} -> {now[k]:,}" for k in ("lacking", "for review"))
        print(f"{name}@{version}: {', '.join(changes)}")


if __name__ == "__main__":
    main()
