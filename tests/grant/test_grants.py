"""Relief recorded as granted: of a sweep, once, and never withdrawn by what comes later."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from pyspark.sql import SparkSession

from clearance.cli import exit_code
from clearance.errors import UsageError
from clearance.grant.step import GrantResult, grant
from clearance.platform.store.store import Store
from tests.support.literal_tables import (
    AS_OF,
    SWEEP,
    court,
    determination,
    frame,
    source_row,
    sweep,
    write,
)
from tests.support.rows import RULES

COUNT = court("A", "101002001000", "MARIN", "459 PC", STP_ORI_DESCR="SUPERIOR COURT, MARIN")


def law(unit_id: str, **more: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {"pack": "pc1203_425", "kind": "law", "cite": "PC 1203.425(a)"}
    given = ("MARIN", "given", "ELIGIBLE", "grant_conviction_relief", "MET")
    return {**determination(unit_id, *given), **usual, **more}


@pytest.fixture
def swept(spark: SparkSession, store: Store) -> Store:
    """A store whose sweep gives two units relief under the law."""
    write(spark, store, "source_rows", [source_row(20, COUNT), source_row(10, {**COUNT})])
    decided = [
        law("A-101002001000"),
        law("A-101001", unit="arrest", pack="pc851_93", relief="grant_arrest_relief"),
        law("A-101002002000", outcome="NOT_YET", eligible_on=date(2027, 1, 1)),
        law("A-101002001000", pack="county_pilot", kind="policy"),
        law("A-101001", unit="arrest", pack="done", kind="effect", relief="detention_only"),
    ]
    write(spark, store, "determinations", decided)
    what_if = sweep(sweep_id="sweep-of-what-if", what_if=True)
    write(spark, store, "sweeps", [sweep(), what_if])
    return store


def granted(spark: SparkSession, store: Store) -> list[tuple[Any, ...]]:
    columns = ("unit_id", "pack", "relief", "granted_on", "sweep_id", "court")
    rows = store.read(spark, "grants").select(*columns).orderBy("unit_id", "pack").collect()
    return [tuple(row) for row in rows]


BOTH = [
    ("A-101001", "pc851_93", "grant_arrest_relief", AS_OF, SWEEP, None),
    (
        *("A-101002001000", "pc1203_425", "grant_conviction_relief"),
        *(AS_OF, SWEEP, "SUPERIOR COURT, MARIN"),
    ),
]


def test_what_the_law_gives_at_a_sweep_is_granted_once_on_the_sweeps_day(
    spark: SparkSession, swept: Store
) -> None:
    assert grant(spark, swept, sweep_id=SWEEP, rules=RULES) == GrantResult(SWEEP, AS_OF, 2, 0)
    assert granted(spark, swept) == BOTH
    version = swept.version(spark, "grants")
    assert grant(spark, swept, sweep_id=SWEEP, rules=RULES) == GrantResult(SWEEP, AS_OF, 0, 2)
    assert granted(spark, swept) == BOTH
    assert swept.version(spark, "grants") == version


def test_an_arrest_is_told_of_the_agency_that_made_it_not_of_a_court_with_the_same_step(
    spark: SparkSession, swept: Store
) -> None:
    of_court = court("A", "101001001000", "MARIN", "459 PC", STP_ORI_DESCR="SUPERIOR COURT")
    of_agency = {
        **court("A", "101001002000", "MARIN", "484 PC", STP_ORI_DESCR="PD SAN RAFAEL"),
        "STP_TYPE_DESCR": "ARREST/DETAINED/CITED",
    }
    rows = [source_row(1, of_court), source_row(2, of_agency), source_row(3, COUNT)]
    swept.replace(frame(spark, "source_rows", rows), "source_rows")
    grant(spark, swept, sweep_id=SWEEP, rules=RULES)
    assert [(row[0], row[-1]) for row in granted(spark, swept)] == [
        ("A-101001", "PD SAN RAFAEL"),
        ("A-101002001000", "SUPERIOR COURT, MARIN"),
    ]


def test_a_court_stands_only_where_its_text_has_the_form_of_one_also_in_rows_of_earlier_releases(
    spark: SparkSession, swept: Store
) -> None:
    slipped = {**COUNT, "STP_ORI_DESCR": "NAME,SOMEBODYS"}
    swept.replace(frame(spark, "source_rows", [source_row(1, slipped)]), "source_rows")
    old = {
        **{"subject_id": "B", "unit": "conviction", "county": "MARIN", "pack": "pc1203_425"},
        **{"relief": "grant_conviction_relief", "granted_on": AS_OF, "sweep_id": "october"},
    }
    courts = {"B-1": "NAME,ANOTHERS", "B-2": "CASCMARIN", "B-3": "CAPD SAN RAFAEL", "B-4": None}
    rows = [{**old, "unit_id": unit, "court": text} for unit, text in courts.items()]
    write(spark, swept, "grants", rows)
    grant(spark, swept, sweep_id=SWEEP, rules=RULES)
    kept = {row[0]: row[-1] for row in granted(spark, swept)}
    assert kept == {**courts, "B-1": None, "A-101001": None, "A-101002001000": None}


def test_a_bar_that_arises_later_withdraws_nothing_and_a_later_sweep_adds_only_what_is_new(
    spark: SparkSession, swept: Store
) -> None:
    grant(spark, swept, sweep_id=SWEEP, rules=RULES)
    later = [
        law("A-101002001000", outcome="NOT_ELIGIBLE", relief=None),
        law("A-101002002000"),
        law("A-101001", unit="arrest", pack="pc851_93", relief="grant_arrest_relief"),
    ]
    swept.replace(frame(spark, "determinations", later), "determinations")
    version = swept.version(spark, "determinations")
    december = sweep(sweep_id="december", as_of=date(2026, 12, 1), determinations_version=version)
    write(spark, swept, "sweeps", [december])
    assert grant(spark, swept, sweep_id="december", rules=RULES).granted == 1
    rows = granted(spark, swept)
    assert [row for row in rows if row[4] == SWEEP] == BOTH
    assert [row[0] for row in rows if row[4] == "december"] == ["A-101002002000"]
    # The sweep's own rows count, not those that stand now.
    assert grant(spark, swept, sweep_id=SWEEP, rules=RULES) == GrantResult(SWEEP, AS_OF, 0, 2)


def test_a_what_if_and_an_unknown_sweep_are_refused_in_clear_words(
    spark: SparkSession, swept: Store
) -> None:
    with pytest.raises(UsageError, match="is a what-if"):
        grant(spark, swept, sweep_id="sweep-of-what-if", rules=RULES)
    with pytest.raises(UsageError, match=f"no sweep `sweep-of-novembre`. Did you mean {SWEEP}"):
        grant(spark, swept, sweep_id="sweep-of-novembre", rules=RULES)
    assert not swept.exists(spark, "grants")


def test_the_verb_grants_and_says_so_in_json(
    spark: SparkSession,
    swept: Store,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from clearance.platform.spark import session

    monkeypatch.setattr(session, "build_session", lambda **_: spark)
    monkeypatch.setattr(session, "is_submitted", lambda: True)
    assert exit_code(["grant", SWEEP, "--store", swept.uri, "--json", "--quiet"], debug=False) == 0
    assert json.loads(capsys.readouterr().out)["granted"] == 2
    assert exit_code(["grant", "x", "--store", swept.uri, "--quiet"], debug=False) == 2
