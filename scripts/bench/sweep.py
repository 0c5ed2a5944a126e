"""Measures deciding alone: in a session that has just started, and for a million charges.

Run: scripts/bench/sweep.py [--charges 1000000] [--against ANOTHER_CHECKOUT]

People are made up and prepared. Then, each with a new Python and JVM, and alternating between the
checkouts:
- cold: all packs on those people, eleven packs and sixty (the policies again, with other names and
  numbers); seconds and CPU seconds to build, plan and run, and the number of calls to the JVM;
- warm: all packs on the same people repeated under other numbers, the second time in the process.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from clearance.determine.plan import Plan, plan_sweep
from clearance.determine.scope import Scope
from clearance.determine.step import UNIT_TABLES, decide
from clearance.ingest.step import ingest
from clearance.platform.paths import rules_folder
from clearance.platform.spark.session import build_session
from clearance.platform.store.store import Store
from clearance.prepare.step import prepare
from clearance.rulebook.language.resolved import ResolvedPack
from clearance.rulebook.loading.load import load_rulebook
from clearance.rulebook.spark.compile import Assigned
from clearance.settings import Settings
from clearance.synth.step import synthesize

ROOT = Path(__file__).resolve().parents[2]
AS_OF = date(2026, 11, 1)
KINDS = ("law", "policy", "scenario")
MANY = 60


def make(spark: SparkSession, folder: Path, *, people: int, charges: int) -> None:
    """Two folders of unit tables: `few` as prepared, and `many` with at least so many charges."""
    made = synthesize(people=people, out=folder / "people", seed=1, as_of=AS_OF)
    store, clock = Store(str(folder / "store")), datetime(2026, 11, 1, tzinfo=UTC)
    ingest(
        spark,
        store,
        inputs=[str(file) for file in made.files],
        extract_date=AS_OF,
        complete=True,
        quarantine_limit=1.0,
        unread_limit=1.0,
        clock=lambda: clock,
    )
    prepare(spark, store, rules=rules_folder())
    times = -(-charges // store.read(spark, "charges").count())
    for table in UNIT_TABLES.values():
        rows = store.read(spark, table)
        rows.write.format("delta").save(str(folder / "few" / table))
        repeated = rows.crossJoin(F.broadcast(spark.range(times)))
        renamed = {name: F.concat_ws("x", "id", name) for name in ("subject_id", "unit_id")}
        repeated.withColumns(renamed).drop("id").write.format("delta").save(
            str(folder / "many" / table)
        )


def every_pack() -> Plan:
    """The law, every policy and every scenario, each over all counties."""
    rulebook = load_rulebook(rules_folder())
    names = {item.pack.pack: item.pack.kind for item in rulebook.packs}
    wanted = sorted(name for name, kind in names.items() if kind in KINDS)
    return plan_sweep(rulebook, Settings(), as_of=AS_OF, selected=wanted)


def with_more(plan: Plan, *, packs: int) -> Plan:
    """The plan with its policies again and again, each time with other numbers."""
    assigned = list(plan.assigned)
    policies = [item.resolved for item in assigned if item.resolved.pack.kind == "policy"]
    while len(assigned) < packs:
        turn, place = divmod(len(assigned) - len(plan.assigned), len(policies))
        assigned.append(Assigned(_another(policies[place], turn + 1)))
    return replace(plan, assigned=tuple(assigned))


def _another(bound: ResolvedPack, turn: int) -> ResolvedPack:
    pack = bound.pack.model_copy(update={"pack": f"{bound.pack.pack}_{turn}"})
    values = {
        name: value + turn if type(value) is int else value for name, value in bound.values.items()
    }
    return replace(bound, pack=pack, values=values)


class Meter:
    """Seconds, CPU seconds of this Python and its JVM, and calls between the two, by step."""

    def __init__(self, spark: SparkSession) -> None:
        gateway: Any = spark.sparkContext._gateway
        self.jvm = gateway.proc.pid
        self.calls = 0
        client = gateway._gateway_client
        send = client.send_command

        def counted(*given: Any, **named: Any) -> Any:
            self.calls += 1
            return send(*given, **named)

        client.send_command = counted
        self.figures: dict[str, float] = {}

    def cpu(self) -> float:
        """The CPU seconds so far."""
        fields = Path(f"/proc/{self.jvm}/stat").read_text().rsplit(")", 1)[1].split()
        own = time.process_time()
        return own + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure the block."""
        began, used, calls = time.monotonic(), self.cpu(), self.calls
        yield
        self.figures[f"{name} s"] = round(time.monotonic() - began, 2)
        self.figures[f"{name} CPU s"] = round(self.cpu() - used, 2)
        self.figures[f"{name} calls"] = self.calls - calls


def decided_by(spark: SparkSession, folder: Path, plan: Plan) -> DataFrame:
    """Every determination of the units in a folder."""
    units = {t: spark.read.format("delta").load(str(folder / t)) for t in UNIT_TABLES.values()}
    packs = frozenset(item.resolved.pack.pack for item in plan.assigned)
    return decide(units, plan, as_of=AS_OF, scope=Scope(packs, None))


def work_out(rows: DataFrame) -> None:
    """Compute every row and column, without writing them."""
    rows.write.format("noop").mode("overwrite").save()


def plan_text(rows: DataFrame) -> str:
    """The physical plan as text, which plans the query."""
    frame: Any = rows
    return str(frame._jdf.queryExecution().executedPlan().toString())


def cold(spark: SparkSession, folder: Path, packs: int) -> dict[str, float]:
    """Measure deciding a few people once, in a session that has only read the tables."""
    for table in UNIT_TABLES.values():
        work_out(spark.read.format("delta").load(str(folder / "few" / table)))
    plan, meter = with_more(every_pack(), packs=packs), Meter(spark)
    with meter.step("build"):
        rows = decided_by(spark, folder / "few", plan)
    with meter.step("plan"):
        text = plan_text(rows)
    with meter.step("run"):
        work_out(rows)
    total = sum(value for name, value in meter.figures.items() if name.endswith(" s"))
    selects = len(re.findall(r"\bProject\b", text))
    exchanges = len(re.findall(r"\b\w*Exchange\b", text))
    shape = {"packs": len(plan.assigned), "projections": selects, "exchanges": exchanges}
    cpu = sum(value for name, value in meter.figures.items() if name.endswith("CPU s"))
    return {**shape, **meter.figures, "total s": total - cpu, "total CPU s": cpu}


def warm(spark: SparkSession, folder: Path, packs: int) -> dict[str, float]:
    """Measure deciding many people, once all code is compiled."""
    plan, meter, many = with_more(every_pack(), packs=packs), Meter(spark), folder / "many"
    rows = decided_by(spark, many, plan)
    units = [spark.read.format("delta").load(str(many / table)) for table in UNIT_TABLES.values()]
    work_out(rows)
    with meter.step("read"):
        for table in units:
            work_out(table)
    with meter.step("decide"):
        work_out(rows)
    return {"packs": len(plan.assigned), "determinations": rows.count(), **meter.figures}


MEASURED: dict[str, Callable[[SparkSession, Path, int], dict[str, float]]] = {
    "cold": cold,
    "warm": warm,
}


def measured(checkout: Path, folder: Path, what: str, packs: int) -> dict[str, float]:
    """Measure in new processes, with the code of a checkout."""
    answer = subprocess.run(
        [sys.executable, __file__, "--measure", what, "--packs", str(packs), "--in", str(folder)],
        env={**os.environ, "PYTHONPATH": str(checkout)},
        cwd=folder,
        stdout=subprocess.PIPE,
        check=True,
    )
    found: dict[str, float] = json.loads(answer.stdout.splitlines()[-1])
    return found


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--charges", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, default=2_000)
    parser.add_argument("--against", type=Path, help="another checkout, measured in turn")
    parser.add_argument("--only", choices=sorted(MEASURED), help="one of the two")
    parser.add_argument("--kept", type=Path, help="where made people stay for another time")
    parser.add_argument("--measure", choices=[*MEASURED, "make"], help=argparse.SUPPRESS)
    parser.add_argument("--packs", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--in", type=Path, dest="folder", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure == "make":
        make(build_session(), given.folder, people=given.people, charges=given.charges)
        return 0
    if given.measure:
        print(json.dumps(MEASURED[given.measure](build_session(), given.folder, given.packs)))
        return 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.kept or Path(temporary)
        sizes = ["--people", str(given.people), "--charges", str(given.charges)]
        if not (folder / "many").exists():
            command = [sys.executable, __file__, "--measure", "make", "--in", str(folder), *sizes]
            subprocess.run(command, check=True)
        checkouts = [ROOT, *([given.against] if given.against else [])]
        for what, packs in (("cold", 0), ("cold", MANY), ("warm", 0)):
            if given.only in (None, what):
                compare(what, [measured(c, folder, what, packs) for c in checkouts])
    return 0


def compare(what: str, found: list[dict[str, float]]) -> None:
    """A line per figure: of this checkout, of the other, and the ratio."""
    print(what)
    for name, value in found[0].items():
        other = found[1][name] if len(found) > 1 else None
        ratio = f"{other:>12,.2f} {value / other:8.2f} x" if other else ""
        print(f"  {name:<18}{value:>12,.2f} {ratio}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
