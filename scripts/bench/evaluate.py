"""Measures CPU seconds per million units to evaluate a pack with 0, 2, 4 and 8 flips.

Run: .venv/bin/python scripts/bench/evaluate.py [--units 1000000]
Prints one line a measurement, the median of three runs, all taken in this run.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from clearance.platform.paths import rules_folder
from clearance.platform.spark.session import build_session
from clearance.rulebook.language.catalogue import load_catalogue
from clearance.rulebook.language.model import Pack
from clearance.rulebook.language.resolved import ResolvedPack, resolve
from clearance.rulebook.spark.compile import Assigned, evaluate

AS_OF = date(2026, 11, 1)
YES_NO = ("deceased", "only_p64", "set_aside", "probation_granted")
DATES = (
    "conviction_date",
    "sentence_end",
    "latest_conviction",
    "last_sentence_end",
    "arrest_date",
    "turned_20_on",
)
STILL = {
    "after": "conviction_date is on or after 2016-11-09",
    "felony": "level is F",
    "path_cd": "subdivisions starts with one of C, D",
    "is_57": "section is 11357",
    "strike": "super_strike_before is yes",
    "registrable": "registrable_before is yes",
    "two": "earlier_same_section is at least 2",
    "dead": "deceased is yes",
    "only": "only_p64 is yes",
    "one": "convictions_on_record is at most 1",
    "aside": "set_aside is yes",
    "probation": "probation_granted is yes",
}
TIMED = {
    "t0": "sentence_end is before as-of",
    "t1": "latest_conviction is more than 10 years before as-of",
    "t2": "age at as-of is at least 50",
    "t3": "age at as-of is past 21",
    "t4": "conviction_date is at least 5 years before as-of",
    "t5": "last_sentence_end is on or before as-of",
    "t6": "arrest_date is at least 3 years before as-of",
    "t7": "conviction_date is at least 15 years before as-of",
}


def pack_with(flips: int) -> ResolvedPack:
    """A pack of 15 rules over 12 facts that time does not move and `flips` facts that it moves."""
    timed = dict(list(TIMED.items())[:flips])
    rules: list[tuple[Any, Any]] = [
        ("after", "NOT_ELIGIBLE"),
        ({"all": ["is_57", "path_cd"]}, "REVIEW"),
        ("strike", "NOT_ELIGIBLE"),
        ({"any": ["registrable", {"all": ["two", {"not": "aside"}]}]}, "NOT_ELIGIBLE"),
        ({"all": ["is_57", "one"]}, {"ELIGIBLE": "dismiss"}),
        ({"all": ["dead", "probation"]}, {"ELIGIBLE": "dismiss"}),
    ]
    rules += [({"all": [name, "felony"]}, {"ELIGIBLE": "dismiss"}) for name in timed]
    rules += [("only", "NOT_ELIGIBLE")] * (15 - len(rules))
    pack = Pack.model_validate(
        {
            "pack": "bench",
            "version": "1",
            "kind": "policy",
            "title": "What evaluation costs",
            "authority": {"cite": "none", "read_on": AS_OF, "reviewed_by": None},
            "in_force": {"from": date(2000, 1, 1), "to": None},
            "unit": "conviction",
            "scope": ("tags includes p64",),
            "leap_day": "down",
            "facts": STILL | timed,
            "flow": [
                {"rule": f"r{i}", "when": when, "then": then, "reason": "R", "cite": "none"}
                for i, (when, then) in enumerate(rules)
            ],
            "unknown": {"then": "REVIEW", "reason": "UNKNOWN", "cite": "none"},
            "otherwise": {"then": "NOT_ELIGIBLE", "reason": "NONE", "cite": "none"},
        }
    )
    return resolve(pack, load_catalogue(rules_folder()), switches={}, inputs_fingerprint="bench")


def units(spark: SparkSession, count: int) -> DataFrame:
    """Random charges, with dates over fifty years, of which one in ten is missing."""

    def some(seed: int, value: Any) -> Any:
        return F.when(F.rand(seed) > 0.1, value)

    def day(seed: int) -> Any:
        return some(
            seed,
            F.date_add(F.lit("1975-01-01").cast("date"), (F.rand(seed + 50) * 19000).cast("int")),
        )

    def yes(seed: int) -> Any:
        return F.rand(seed) < 0.2

    return spark.range(count).select(
        F.col("id").cast("string").alias("subject_id"),
        F.concat("id", F.lit("-101001001000")).alias("unit_id"),
        F.lit("LOS ANGELES").alias("county"),
        F.array(F.lit("p64")).alias("tags"),
        (F.lit(11357) + F.col("id") % 4).cast("string").alias("section"),
        F.when(yes(1), F.array(F.lit("C"))).otherwise(F.array(F.lit("A"))).alias("subdivisions"),
        some(2, F.when(F.rand(3) < 0.8, "F").otherwise("M")).alias("level"),
        some(4, yes(5)).alias("super_strike_before"),
        some(6, yes(7)).alias("registrable_before"),
        (F.rand(8) * 4).cast("int").alias("earlier_same_section"),
        (F.rand(9) * 4).cast("int").alias("convictions_on_record"),
        *[yes(10 + i).alias(name) for i, name in enumerate(YES_NO)],
        *[
            day(20 + i).alias(n)
            for i, n in enumerate(DATES)
        ],
    )  # fmt: skip


def process_cpu(process: int) -> float:
    """The CPU seconds of a process so far, user and system (Linux)."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def cpu_seconds(spark: SparkSession, run: Callable[[], None]) -> float:
    """The JVM's CPU seconds of a run: the median of three after a warm-up."""
    gateway: Any = spark.sparkContext._gateway
    process = gateway.proc.pid
    used = []
    for i in range(4):
        before = process_cpu(process)
        run()
        if i:
            used.append(process_cpu(process) - before)
    return statistics.median(used)


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=1_000_000)
    count = parser.parse_args().units
    spark = build_session()
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "units")
        units(spark, count).write.parquet(path)
        stored = spark.read.parquet(path)

        def scan() -> None:
            stored.write.format("noop").mode("overwrite").save()

        bare = cpu_seconds(spark, scan) / count * 1e6
        print(f"{count:,} units; CPU s per 1 M units: bare scan {bare:.1f}")
        for flips in (0, 2, 4, 8):
            decided = evaluate(stored, [Assigned(pack_with(flips))], as_of=AS_OF)

            def decide(rows: DataFrame = decided) -> None:
                rows.write.format("noop").mode("overwrite").save()

            cost = cpu_seconds(spark, decide) / count * 1e6
            print(f"  15 rules, {flips} flips: {cost:.1f} ({cost / bare:.1f} x the scan)")
    spark.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
