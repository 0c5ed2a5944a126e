"""One sweep of the law, every policy and both scenarios over generated charges: seconds.

Run: .venv/bin/python scripts/bench/sweep.py [--charges 1000000]

People are made up and prepared as on any day, then repeated under other numbers until there are
enough charges. Prints, of one run each: reading every unit, deciding all packs on them, and the
exchanges in the plan that decides.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from clearance.charges.step import prepare
from clearance.ingest.step import ingest
from clearance.places import rules_folder
from clearance.rulebook.load import load_rulebook
from clearance.session import build_session
from clearance.settings import Settings
from clearance.store import Store
from clearance.sweep.assign import Plan, plan_sweep
from clearance.sweep.scope import Scope
from clearance.sweep.step import UNIT_TABLES, decide
from clearance.synth.step import synthesize

AS_OF = date(2026, 11, 1)
KINDS = ("law", "policy", "scenario")


def generated(spark: SparkSession, folder: Path, *, people: int, charges: int) -> Store:
    """A store with at least so many charges, and the arrests that go with them."""
    made = synthesize(people=people, out=folder / "people", seed=1, as_of=AS_OF)
    one, whole = Store(str(folder / "one")), Store(str(folder / "whole"))
    clock = datetime(2026, 11, 1, tzinfo=UTC)
    ingest(
        spark,
        one,
        inputs=[str(file) for file in made.files],
        extract_date=AS_OF,
        complete=True,
        quarantine_limit=1.0,
        clock=lambda: clock,
    )
    prepare(spark, one, rules=rules_folder())
    times = -(-charges // one.read(spark, "charges").count())
    for table in UNIT_TABLES.values():
        rows = one.read(spark, table).crossJoin(F.broadcast(spark.range(times)))
        renamed = {name: F.concat_ws("x", "id", name) for name in ("subject_id", "unit_id")}
        whole.append(rows.withColumns(renamed), table)
    return whole


def every_pack() -> Plan:
    """The law, every policy and every scenario, each over all counties."""
    rulebook = load_rulebook(rules_folder())
    names = {item.pack.pack: item.pack.kind for item in rulebook.packs}
    wanted = sorted(name for name, kind in names.items() if kind in KINDS)
    return plan_sweep(rulebook, Settings(), as_of=AS_OF, selected=wanted)


def seconds(rows: DataFrame) -> float:
    """The seconds it takes to work out every row and column."""
    began = time.monotonic()
    rows.write.format("noop").mode("overwrite").save()
    return time.monotonic() - began


def exchanges(rows: DataFrame) -> int:
    """The exchanges in a plan."""
    frame: Any = rows
    plan = str(frame._jdf.queryExecution().executedPlan().toString())
    return len(re.findall(r"\b(?:Exchange|BroadcastExchange|ShuffleExchange)\b", plan))


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--charges", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, default=2_000)
    given = parser.parse_args()
    spark = build_session()
    with tempfile.TemporaryDirectory() as folder:
        store = generated(spark, Path(folder), people=given.people, charges=given.charges)
        units = {table: store.read(spark, table) for table in UNIT_TABLES.values()}
        counted = {table: rows.count() for table, rows in units.items()}
        plan = every_pack()
        packs = [item.bound.pack.pack for item in plan.assigned]
        decided = decide(units, plan, as_of=AS_OF, scope=Scope(frozenset(packs), None))
        read = sum(seconds(rows) for rows in units.values())
        told = seconds(decided)
        rows = decided.count()
        shuffles = exchanges(decided)
    spark.stop()
    sizes = ", ".join(f"{number:,} {table}" for table, number in counted.items())
    print(f"{sizes}; {len(packs)} packs: {', '.join(packs)}")
    print(
        f"reading every unit {read:.1f} s, deciding {rows:,} rows {told:.1f} s, {told / read:.1f} x"
    )
    print(f"exchanges in the plan that decides: {shuffles}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
