"""Measures prepare of a person with thousands of counts, in a small heap.

    .venv/bin/python scripts/bench/skew.py --counts 300 1000 3000 --heap 1g

Works the person's charges and arrests out, nothing written, each size in a process of its own; one
count is what a session takes anyway. Prints seconds and what was spilled; last one JSON line.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

# This checkout goes before an installed copy.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from clearance.platform.paths import rules_folder
from clearance.platform.spark.session import build_session
from clearance.prepare.arrests import arrests
from clearance.prepare.features import charges, features
from clearance.prepare.record.events import typed_rows
from clearance.prepare.record.rules import load_record_rules
from clearance.prepare.statutes.match import load_statutes
from clearance.schemas import SOURCE_ROWS

# An arrest, a conviction, and what a later paper says of a conviction.
ARREST, CONVICTION, LATER = range(3)
SAID = {
    "stp_type_descr": ("ARREST/DETAINED/CITED", "COURT ACTION", "COURT ACTION"),
    "disp_descr": (None, "CONVICTED-PROBATION", "PROB REVOKED"),
    "sent_loc_descr": (None, "PROBATION", None),
    "sent_length": (None, "3", None),
    "sent_time_code": (None, "Y", None),
}
CHARGES = ("11357 HS-POSSESS", "484 PC-THEFT", "459 PC-BURGLARY", "23152(A) VC-DUI")


def person(spark: SparkSession, counts: int, *, doubtful: bool) -> DataFrame:
    """Rows of `source_rows` of a person with so many counts, three to a cycle.

    Args:
        spark: the session.
        counts: how many.
        doubtful: convictions come first, and no later paper tells which of them it is about.
    """
    at = F.col("id").cast("int")
    cycle, step = (at / 3).cast("int"), at % 3
    last_third = at >= counts * 2 // 3
    kind = F.when(last_third, LATER).otherwise(CONVICTION) if doubtful else step
    is_stated = kind != LATER if doubtful else F.lit(True)
    day = F.date_add(F.date_add(F.lit("1975-01-06").cast("date"), cycle * 14), step)
    charge = F.element_at(F.array(*map(F.lit, CHARGES)), cycle % len(CHARGES) + 1)
    order = [(cycle + 1, 3), (step + 1, 3)]
    values = {
        "source_file": F.lit("skew.csv"),
        "position": F.col("id"),
        "extract": F.lit("x"),
        "subject_id": F.lit("1"),
        "count_order": F.concat(
            *(F.lpad(number.cast("string"), width, "0") for number, width in order),
            F.lit("001000"),
        ),
        "encoding": F.lit("utf-8"),
        "stp_ori_cnty_name": F.lit("LOS ANGELES"),
        "stp_event_date": F.date_format(day, "yyyyMMdd"),
        "offense_descr": F.when(is_stated, charge),
        "offense_toc": F.lit("M"),
        "ofn": F.when(is_stated, F.concat(F.lit("LACR"), (cycle / 2).cast("int").cast("string"))),
    }
    for name, each in SAID.items():
        values[name] = F.element_at(F.array(*map(F.lit, each)), kind + 1)
    columns = [
        values.get(name, F.lit(None)).cast(type_).alias(name)
        for name, type_ in SOURCE_ROWS.types.items()
    ]
    return spark.range(counts).select(*columns)


def work(counts: int, *, heap: str, doubtful: bool) -> dict[str, Any]:
    """Compute both tables of the person, in this process."""
    spark = build_session(cores=1, extra={"spark.driver.memory": heap})
    record, statutes = load_record_rules(rules_folder()), load_statutes(rules_folder())
    source = person(spark, counts, doubtful=doubtful)
    began = time.monotonic()
    typed = typed_rows(source, rules=record)
    read = features(typed, source=source, rules=record, statutes=statutes)
    for made in (charges(read), arrests(read)):
        made.write.format("noop").mode("overwrite").save()
    seconds = time.monotonic() - began
    context: Any = spark.sparkContext
    nothing = context._gateway.new_array(context._jvm.double, 0)
    stages = context._jsc.sc().statusStore().stageList(None, False, False, nothing, None)
    spilled = sum(stages.apply(at).diskBytesSpilled() for at in range(stages.size()))
    spark.stop()
    return {"counts": counts, "seconds": round(seconds, 1), "bytes_spilled": spilled}


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--counts", type=int, nargs="+", default=[1, 300, 1000, 3000])
    parser.add_argument("--heap", default="1g")
    parser.add_argument(
        "--doubtful", action="store_true", help="of later papers nobody knows what they are about"
    )
    parser.add_argument("--here", action="store_true", help="one size, in this process")
    given = parser.parse_args()
    if given.here:
        print(
            json.dumps(work(given.counts[0], heap=given.heap, doubtful=given.doubtful)), flush=True
        )
        return
    found = []
    for counts in given.counts:
        words = ["--here", "--heap", given.heap, "--counts", str(counts)]
        words += ["--doubtful"] if given.doubtful else []
        done = subprocess.run([sys.executable, __file__, *words], stdout=subprocess.PIPE, text=True)
        if done.returncode:
            found.append({"counts": counts, "failed": True})
            print(f"{counts:,} counts: failed", flush=True)
            continue
        found.append(json.loads(done.stdout.splitlines()[-1]))
        one = found[-1]
        spilled = one["bytes_spilled"] / 2**20
        print(f"{counts:,} counts: {one['seconds']} s, {spilled:.0f} MiB spilled", flush=True)
    print(
        json.dumps(
            {"bench": "skew", "heap": given.heap, "doubtful": given.doubtful, "sizes": found},
            sort_keys=True,
        )
    )


if __name__ == "__main__":
    main()
