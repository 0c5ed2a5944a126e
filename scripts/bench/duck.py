"""Compares Spark's evaluation with DuckDB's, on the same decisions and columns.

    scripts/setup test
    .venv/bin/python scripts/bench/duck.py --charges 1000000

People are made up, prepared and repeated under other numbers (as in sweep.py). Each engine decides
them in its own process, twice: cold, the first time in the process, and warm, the second. Every
answer is computed and none is written. Spark decides once with and once without looking ahead;
DuckDB decides for the day without later days, so it is comparable with the second. The engines'
answers are compared: rule, reason and evidence of every unit and pack. The last line is JSON. The
packs are those of the project's own configuration.
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
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

# This checkout goes before an installed copy.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from clearance.determine.plan import Plan, plan_sweep
from clearance.platform.paths import rules_folder
from clearance.rulebook.language.assigned import Assigned
from clearance.rulebook.language.model import All, Any_, Condition, Not
from clearance.rulebook.language.resolved import ResolvedPack
from clearance.rulebook.language.rivals import RULE
from clearance.rulebook.loading.load import load_rulebook
from clearance.rulebook.spark.operators import holds, known, truth
from clearance.settings import load_settings

AS_OF = date(2026, 11, 1)
TABLES = {"conviction": "charges", "arrest": "arrests"}
SAME = ("unit_id", "pack", "rule", "reason", "facts_true", "facts_known")
FUNCTIONS = """
    CREATE MACRO add_months(start, number) AS CAST(start + to_months(number) AS DATE);
    CREATE MACRO plus_days(start, number) AS CAST(start + number AS DATE);
    CREATE MACRO item(items, place) AS list_extract(items, place + 1);
"""


def plan() -> Plan:
    """The plan of a sweep by the project's own configuration."""
    return plan_sweep(load_rulebook(rules_folder()), load_settings(None), as_of=AS_OF)


def in_duck(text: str) -> str:
    """An expression of Spark's SQL, as facts and scopes have them, in DuckDB's SQL."""
    for spark, duck in (
        ("`", '"'),
        ("<=>", "IS NOT DISTINCT FROM"),
        ("date_add(", "plus_days("),
        ("size(", "len("),
    ):
        text = text.replace(spark, duck)
    text = re.sub(r"\bget\(", "item(", re.sub(r"\b(\d+)L\b", r"\1", text))
    text = _each(text, "exists(", lambda a: f"(len(list_filter({a[0]}, {_lambda(a[1])})) > 0)")
    return _each(
        text, "aggregate(", lambda a: f"list_reduce({a[0]}, {_lambda(', '.join(a[2:]))}, {a[1]})"
    )


def _lambda(text: str) -> str:
    names, body = text.split("->", 1)
    return f"lambda {names.strip(' ()')}: {body.strip()}"


def _each(text: str, call: str, write: Callable[[list[str]], str]) -> str:
    """The text with every call of a function rewritten."""
    while (start := text.find(call)) >= 0:
        depth, parts, begun = 1, [], start + len(call)
        for at in range(begun, len(text)):
            depth += (text[at] == "(") - (text[at] == ")")
            if depth == 0 or (depth == 1 and text[at] == ","):
                parts.append(text[begun:at].strip())
                begun = at + 1
            if depth == 0:
                text = text[:start] + write(parts) + text[at + 1 :]
                break
    return text


def condition_sql(condition: Condition, facts: dict[str, str]) -> str:
    """A condition over the columns that hold the knowledge of each fact."""
    if isinstance(condition, str):
        return facts[condition]
    if isinstance(condition, Not):
        return f"NOT ({condition_sql(condition.not_, facts)})"
    parts = condition.all if isinstance(condition, All) else condition.any
    word = " AND " if isinstance(condition, All) else " OR "
    assert isinstance(condition, (All, Any_))
    return "(" + word.join(condition_sql(part, facts) for part in parts) + ")"


class DuckPack:
    """A pack as columns of three nested selections: facts, rules, and the code of the answer."""

    def __init__(self, item: Assigned, number: int, facts: dict[tuple[str, str], str]) -> None:
        self.item, self.number = item, number
        bound = item.resolved
        self.last: int = bound.pack.last
        self.facts = {
            fact.name: facts.setdefault(
                (holds(bound, fact, as_of=AS_OF), known(bound, fact, as_of=AS_OF)),
                f"f{len(facts)}",
            )
            for fact in bound.facts
        }
        self.rules = {
            f"r{number}_{at}": condition_sql(condition, self.facts)
            for at, condition in enumerate(bound.conditions)
        }

    @property
    def scope(self) -> str:
        """The condition that a unit is in the pack's scope."""
        parts = [in_duck(truth(self.item.resolved, fact)) for fact in self.item.resolved.scope]
        if self.item.counties is not None:
            parts.append(f"county IN ({_texts(sorted(self.item.counties))})")
        if self.item.excluded:
            parts.append(f"county NOT IN ({_texts(sorted(self.item.excluded))})")
        return " AND ".join(f"({part})" for part in parts)

    @property
    def code(self) -> str:
        """The index of the rule that decides; the index after the last where `unknown` decides."""
        bound, decisions = self.item.resolved, self.item.resolved.decisions
        cases = []
        for at in range(self.last + 1):
            others = [
                f"r{self.number}_{before} IS NULL"
                for before in range(at)
                if decisions[before] != decisions[at] and not bound.unknown_passes
            ]
            unsure = self.last + 1 + at
            says = f"CASE WHEN {' OR '.join(others)} THEN {unsure} ELSE {at} END" if others else at
            cases.append(
                f"ELSE {says}" if at == self.last else f"WHEN r{self.number}_{at} THEN {says}"
            )
        return f"CASE WHEN NOT s{self.number} THEN NULL {' '.join(cases)} END"

    def bits(self, *, true: bool) -> str:
        """The bits of the pack's facts that hold, or that are known."""
        test = "IS TRUE" if true else "IS NOT NULL"
        return " | ".join(
            [
                "0::BIGINT",
                *(
                    f"CASE WHEN {column} {test} THEN {1 << at}::BIGINT ELSE 0::BIGINT END"
                    for at, column in enumerate(self.facts.values())
                ),
            ]
        )

    def says(self) -> Iterator[dict[str, Any]]:
        """The answer of each code, in the order of the codes."""
        bound: ResolvedPack = self.item.resolved
        pack = bound.pack
        for unsure in (False, True):
            for at in range(self.last + 1):
                line: Any = pack.otherwise if at == self.last else pack.flow[at]
                decision = bound.decisions[at]
                rule = "otherwise" if at == self.last else line.rule
                if unsure:
                    line, rule = pack.unknown, "unknown"
                    decision = pack.unknown.then or decision
                yield {
                    "outcome": decision.outcome,
                    "relief": decision.relief,
                    "reason": line.reason,
                    "rule": rule,
                    "cite": line.cite,
                    "mask": bound.consulted[at],
                }


def _texts(values: list[str]) -> str:
    return ", ".join("'" + value.replace("'", "''") + "'" for value in values)


def _listed(values: list[Any]) -> str:
    texts = (
        "NULL" if value is None else str(value) if isinstance(value, int) else _texts([value])
        for value in values
    )
    return f"[{', '.join(texts)}]"


def decisions_sql(unit: str, folder: Path) -> str:
    """The query for all decisions about the units of a kind: one scan, no join."""
    facts: dict[tuple[str, str], str] = {}
    packs = [DuckPack(item, n, facts) for n, item in enumerate(plan().of(unit))]
    of_facts = [
        f"CASE WHEN {in_duck(sure)} THEN {in_duck(text)} END AS {column}"
        for (text, sure), column in facts.items()
    ]
    scopes = [f"coalesce({pack.scope}, false) AS s{pack.number}" for pack in packs]
    rules = [f"{text} AS {name}" for pack in packs for name, text in pack.rules.items()]
    answers = [
        f"{{'pack': {pack.number + 1}, 'code': {pack.code}, 'holding': {pack.bits(true=True)}, "
        f"'known': {pack.bits(true=False)}}}"
        for pack in packs
    ]
    answers_by_code = [list(pack.says()) for pack in packs]

    def looked_up(name: str) -> str:
        lists = (_listed([answer[name] for answer in codes]) for codes in answers_by_code)
        return f"[{', '.join(lists)}]"

    names = _listed([pack.item.resolved.pack.pack for pack in packs])
    columns = ", ".join(
        f"{looked_up(name)}[a.pack][a.code + 1] AS {name}"
        for name in ("outcome", "relief", "reason", "rule", "cite", "mask")
    )
    where = "WHERE convicted" if unit == "conviction" else ""
    return f"""
        SELECT subject_id, unit_id, county, pack, outcome, relief, reason, rule, cite,
            holding & mask AS facts_true, known & mask AS facts_known
        FROM (
            SELECT subject_id, unit_id, county, {names}[a.pack] AS pack, {columns},
                a.holding AS holding, a.known AS known
            FROM (
                SELECT subject_id, unit_id, county, unnest([{", ".join(answers)}]) AS a
                FROM (
                    SELECT *, {", ".join(rules)}
                    FROM (
                        SELECT subject_id, unit_id, county, {", ".join([*of_facts, *scopes])}
                        FROM read_parquet('{folder}/many/{TABLES[unit]}/*.parquet') {where}
                    )
                )
            )
            WHERE a.code IS NOT NULL
        )
    """


def by_duck(folder: Path) -> dict[str, Any]:
    """DuckDB's figures, and the number of its answers that differ from Spark's."""
    import duckdb

    there = duckdb.connect()
    there.execute(FUNCTIONS)
    every = " UNION ALL ".join(decisions_sql(unit, folder) for unit in TABLES)
    worked_out = f"SELECT count(*), bit_xor(hash(answers)) FROM ({every}) AS answers"
    figures = timed(lambda: there.execute(worked_out).fetchall())
    spark = f"SELECT {', '.join(SAME)} FROM read_parquet('{folder}/answers/*.parquet')"
    duck = f"SELECT {', '.join(SAME)} FROM ({every})"
    # Where a county cannot be read, Spark hears the packs of others as well.
    apart = f"(unit_id, pack) NOT IN (SELECT (unit_id, pack) FROM ({spark}) WHERE rule = '{RULE}')"
    differ = there.execute(
        f"""
        SELECT count(*) FROM (
            (SELECT * FROM ({spark}) WHERE rule <> '{RULE}' EXCEPT ALL
             SELECT * FROM ({duck}) WHERE {apart})
            UNION ALL
            (SELECT * FROM ({duck}) WHERE {apart} EXCEPT ALL
             SELECT * FROM ({spark}) WHERE rule <> '{RULE}')
        )
        """
    ).fetchall()[0][0]
    rows = there.execute(f"SELECT count(*) FROM ({every})").fetchall()[0][0]
    return {**figures, "rows": rows, "differ": differ, "version": duckdb.__version__}


def timed(work: Callable[[], Any]) -> dict[str, float]:
    """Seconds of the first and of the second time."""
    found = {}
    for name in ("cold", "warm"):
        began = time.monotonic()
        work()
        found[name] = time.monotonic() - began
    return found


def by_spark(folder: Path, *, ahead: bool) -> dict[str, Any]:
    """Spark's figures.

    Args:
        folder: where the units are.
        ahead: whether later days are looked at; the answers are kept where they are not.
    """
    from functools import reduce

    from pyspark.sql import DataFrame

    from clearance.platform.spark.session import build_session
    from clearance.rulebook.spark.compile import evaluate

    spark = build_session()

    def decided() -> DataFrame:
        parts = []
        for unit, table in TABLES.items():
            units = spark.read.parquet(f"{folder}/many/{table}/*.parquet")
            units = units.where("convicted") if unit == "conviction" else units
            parts.append(evaluate(units, plan().of(unit), as_of=AS_OF))
        rows = reduce(DataFrame.unionByName, parts)
        return rows if ahead else rows.select("subject_id", "county", "cite", *SAME)

    def work() -> None:
        decided().write.format("noop").mode("overwrite").save()

    figures = timed(work)
    if not ahead:
        decided().select(*SAME).write.mode("overwrite").parquet(f"{folder}/answers")
    spark.stop()
    return figures


def make(folder: Path, *, people: int, charges: int) -> None:
    """Make the units, as in sweep.py."""
    import sweep

    from clearance.platform.spark.session import build_session

    sweep.make(build_session(), folder, people=people, charges=charges)


MEASURED: dict[str, Callable[[Path], dict[str, Any]]] = {
    "spark": lambda folder: by_spark(folder, ahead=True),
    "spark, this day": lambda folder: by_spark(folder, ahead=False),
    "duckdb": by_duck,
}


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--charges", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, default=2_000, help="made up, before repeating")
    parser.add_argument("--measure", choices=[*MEASURED, "make"], help=argparse.SUPPRESS)
    parser.add_argument("--in", type=Path, dest="folder", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure == "make":
        make(given.folder, people=given.people, charges=given.charges)
        return
    if given.measure:
        print(json.dumps(MEASURED[given.measure](given.folder)))
        return
    if find_spec("duckdb") is None:
        sys.exit("DuckDB is not installed: scripts/setup test")
    with tempfile.TemporaryDirectory(prefix="duck-") as folder:
        root, more = str(Path(__file__).resolve().parents[2]), os.environ.get("PYTHONPATH", "")
        own = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [root, more]))}
        again = [sys.executable, __file__, "--in", folder, "--measure"]
        sizes = ["--people", str(given.people), "--charges", str(given.charges)]
        subprocess.run([*again, "make", *sizes], check=True, env=own)
        found = {}
        for name in MEASURED:
            ended = subprocess.run([*again, name], check=True, env=own, stdout=subprocess.PIPE)
            found[name] = json.loads(ended.stdout.splitlines()[-1])
    duck = found["duckdb"]
    print(f"{duck['rows']:,} decisions; DuckDB {duck['version']}; {duck['differ']:,} differ")
    print(f"{'seconds':18}{'cold':>9}{'warm':>9}{'x DuckDB cold':>15}{'warm':>9}")
    for name, figures in found.items():
        ratios = [figures[when] / duck[when] for when in ("cold", "warm")]
        print(
            f"{name:18}{figures['cold']:9.2f}{figures['warm']:9.2f}{ratios[0]:15.2f}{ratios[1]:9.2f}"
        )
    print(json.dumps({"bench": "duck", **found}, sort_keys=True))


if __name__ == "__main__":
    main()
