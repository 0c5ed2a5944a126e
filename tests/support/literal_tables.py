"""Small stores made of literals: the tables that publish, report and explain read."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime
from typing import Any

from pyspark.sql import DataFrame, Row, SparkSession

from clearance.determine.recorded import Sweep, sweep_of
from clearance.ingest.layout import FIELDS, NEEDED, column_of
from clearance.platform.store.store import Store
from clearance.prepare.changed_people import TABLES as PREPARED
from clearance.prepare.changed_people import PrepareState
from clearance.schemas import TABLES

AS_OF = date(2026, 11, 1)
SWEEP = "sweep-of-november"

PACK_YAML = """
pack: county_pilot
title: County pilot
params:
  years_quiet: {value: 10, cite: office policy}
facts:
  after_prop64: conviction_date is on or after prop64_in_force
  felony: level is F
  quiet: latest_conviction is more than years_quiet years before as of
flow:
  - {rule: too_late, when: after_prop64, then: NOT_ELIGIBLE, reason: AFTER_PROP64,
     cite: HSC 11361.8}
  - {rule: minor, when: {not: felony}, then: REVIEW, label: To be reviewed by City Attorneys,
     reason: NOT_A_FELONY, cite: office policy}
  - {rule: quiet_record, when: quiet, then: {ELIGIBLE: dismiss}, reason: NO_RECENT, cite: policy}
unknown: {then: REVIEW, reason: MISSING_INFORMATION, label: Maybe Eligible - Flag for Review,
          cite: office policy}
otherwise: {then: REVIEW, reason: NO_CRITERIA, cite: office policy}
"""

SCENARIO_YAML = """
pack: dismiss_all
title: Dismiss all
flow:
  - {rule: every_one, when: felony, then: {ELIGIBLE: dismiss}, reason: EVERY, cite: scenario}
unknown: {counts_as: not_holding}
otherwise: {then: {ELIGIBLE: dismiss}, reason: EVERY, cite: scenario}
"""

REASONS = """
AFTER_PROP64: "Occurred after 11/09/2016"
NOT_A_FELONY: "Misdemeanor or Infraction"
NO_RECENT: "No convictions in past {years_quiet} years"
MISSING_INFORMATION: "Missing information"
NO_CRITERIA: "No applicable eligibility criteria"
CHARGE_ITSELF: "{charge}"
"""


def record(values: dict[str, str]) -> str:
    """A research file's line of 95 fields."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow([values.get(field, "") for field in FIELDS])
    return text.getvalue()


def source_row(position: int, values: dict[str, str], **more: Any) -> dict[str, Any]:
    """A `source_rows` row whose fields are those of its record."""
    row = {column_of(field): values.get(field, "").strip() or None for field in NEEDED}
    return {
        **row,
        "source_file": "a.csv",
        "position": position,
        "extract": "1",
        "encoding": "utf-8",
        "record": record(values),
        **more,
    }


def court(subject: str, count: str, county: str, charge: str = "", **more: str) -> dict[str, str]:
    """The fields of a court row."""
    return {
        "SUBJECT_ID": subject,
        "CNT_ORDER": count,
        "STP_TYPE_DESCR": "COURT ACTION",
        "STP_ORI_CNTY_NAME": county,
        "OFFENSE_DESCR": charge,
        **more,
    }


def charge(subject: str, count: str, county: str, section: str, **more: Any) -> dict[str, Any]:
    """A `charges` row: a felony conviction of a Health and Safety Code section."""
    return {
        "subject_id": subject,
        "unit_id": f"{subject}-{count}",
        "count_order": count,
        "county": county,
        "step_kind": "court",
        "code_book": "HS",
        "section": section,
        "subdivisions": [],
        "attempt": False,
        "conspiracy": False,
        "parts": [],
        "charge_text": f"{section} HS",
        "charge_source": "offense",
        "parsed": True,
        "classified": True,
        "level": "F",
        "tags": ["p64"],
        "status": "convicted",
        "convicted": True,
        "set_aside": False,
        "changed_under": "none",
        "reduced": False,
        "conviction_date": date(2008, 5, 6),
        "probation_granted": False,
        "probation_revoked": False,
        "convictions_on_record": 1,
        "latest_conviction": date(2008, 5, 6),
        "every_conviction_dated": True,
        "only_p64": True,
        "p64_convictions": 1,
        "p64_11357": 0,
        "p64_11358": 0,
        "p64_11359": 0,
        "p64_11360": 0,
        "super_strike_charges": [],
        "registrable_charges": [],
        "registered_290": False,
        "deceased": False,
        "super_strike_on_record": False,
        "p64_in_cycle": True,
        "only_p64_and_pleas_in_cycle": True,
        "quality": [],
        **more,
    }


def determination(
    unit_id: str, county: str, rule: str, outcome: str, relief: str | None, reason: str, **more: Any
) -> dict[str, Any]:
    """A `determinations` row of the county's policy."""
    return {
        "subject_id": unit_id.rsplit("-", 1)[0],
        "unit": "conviction",
        "unit_id": unit_id,
        "county": county,
        "pack": "county_pilot",
        "pack_version": "2019-01-01",
        "pack_fingerprint": "f1",
        "kind": "policy",
        "outcome": outcome,
        "relief": relief,
        "reason": reason,
        "rule": rule,
        "cite": "office policy",
        "facts_true": 0,
        "facts_known": 0,
        "as_of": AS_OF,
        "sweep_id": SWEEP,
        **more,
    }


PACKS = [
    {
        "fingerprint": "f1",
        "pack": "county_pilot",
        "version": "2019-01-01",
        "yaml": PACK_YAML,
        "facts": ["after_prop64", "felony", "quiet"],
    },
    {
        "fingerprint": "s1",
        "pack": "dismiss_all",
        "version": "2019-01-01",
        "yaml": SCENARIO_YAML,
        "facts": [],
    },
]


def sweep(**more: Any) -> dict[str, Any]:
    """A `sweeps` row."""
    return {
        "sweep_id": SWEEP,
        "as_of": AS_OF,
        "what_if": False,
        "status": "complete",
        "started_at": datetime(2026, 11, 2, 8, 0),
        "finished_at": datetime(2026, 11, 2, 8, 1),
        "code_version": "0.1.0",
        "config_fingerprint": "c1",
        "input_versions": {"charges": 0},
        "pack_fingerprints": {"county_pilot": "f1"},
        "counts": {"determinations": 1},
        "determinations_version": 0,
        "digest": "d1g357",
        "notes": [],
        "selected": [],
        "assigned": json.dumps({"county_pilot": {}, "pc1203_425": {}, "pc851_93": {}}),
        **more,
    }


def recorded(**more: Any) -> Sweep:
    """The sweep of a `sweeps` row."""
    return sweep_of(Row(**sweep(**more)))


def frame(spark: SparkSession, table: str, rows: list[dict[str, Any]]) -> DataFrame:
    """The rows of a table of literals, columns not given being null."""
    spec = TABLES[table]
    full = [tuple(row.get(column) for column in spec.columns) for row in rows]
    return spark.createDataFrame(full, spec.ddl)


def write(spark: SparkSession, store: Store, table: str, rows: list[dict[str, Any]]) -> None:
    """Write a table of literals."""
    note = PrepareState("by hand", 0, {}).as_json() if table in PREPARED else table
    with store.compare_and_commit(spark, table, after=store.version(spark, table), note=note):
        store.append(frame(spark, table, rows), table)
