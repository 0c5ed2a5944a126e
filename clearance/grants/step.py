"""Grant: what the law gave at a sweep, recorded as given, each unit and pack once.

Nothing here withdraws: a bar that arises later leaves a grant as it is.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from clearance.errors import UsageError
from clearance.grants.record import first_rows
from clearance.log import logged
from clearance.progress import stage
from clearance.schemas import GRANTS
from clearance.store import Store, storage_faults
from clearance.sweep.replay import named_sweep

KEY = ["unit_id", "pack"]


@dataclass(frozen=True)
class GrantResult:
    """What a grant recorded.

    Attributes:
        sweep_id: the sweep.
        granted_on: its as-of.
        granted: units and packs granted now.
        granted_before: those of the sweep that were granted before.
    """

    sweep_id: str
    granted_on: date
    granted: int
    granted_before: int

    def as_dict(self) -> dict[str, Any]:
        """The result for `--json`."""
        return asdict(self)


@logged("grant")
def grant(spark: SparkSession, store: Store, *, sweep_id: str) -> GrantResult:
    """What was recorded: the sweep's ELIGIBLE units of the law, as of the sweep's date.

    Args:
        spark: the session.
        store: where the tables are.
        sweep_id: which sweep.

    Raises:
        UsageError: there is no such sweep, or it is a what-if.
        SweepConflict: another run granted meanwhile.
    """
    sweep = named_sweep(store.read(spark, "sweeps").collect(), sweep_id, store=store)
    if sweep["what_if"]:
        raise UsageError(
            f"Sweep {sweep_id} is a what-if; nothing is granted on one.",
            "Grant a sweep whose as-of is not before the extract; `clearance sweeps` lists them.",
        )
    given = store.read(spark, "determinations", version=sweep["determinations_version"]).where(
        "kind = 'law' AND outcome = 'ELIGIBLE'"
    )
    store.create(spark, "grants")
    after = store.version(spark, "grants")
    before = store.read(spark, "grants").select(*KEY)
    with stage(f"Granting what sweep {sweep_id} gives"), storage_faults("granting"):
        new = given.join(before, on=KEY, how="left_anti")
        counted, fresh = given.count(), new.count()
        if fresh:
            rows = grant_rows(new, sources=store.read(spark, "source_rows"), sweep=sweep)
            note = json.dumps({"granted": sweep_id, "after": after})
            with store.in_turn(spark, "grants", after=after, note=note):
                store.append(rows, "grants")
    return GrantResult(sweep_id, sweep["as_of"], fresh, counted - fresh)


def grant_rows(given: DataFrame, *, sources: DataFrame, sweep: Row) -> DataFrame:
    """A row is a unit and pack granted on the sweep's as-of.

    Args:
        given: determinations to grant.
        sources: `source_rows`, for the court or agency.
        sweep: the sweep's row.
    """
    court = first_rows(sources, units=given).select("unit_id", "court")
    known = {
        "granted_on": F.lit(sweep["as_of"]),
        "sweep_id": F.lit(sweep["sweep_id"]),
        "noticed_in": F.lit(None).cast("string"),
        "corrected_on": F.lit(None).cast("date"),
        "correction_reason": F.lit(None).cast("string"),
    }
    joined = given.join(court, on="unit_id", how="left")
    return joined.withColumns(known).select(*GRANTS.columns)
