"""The days that a decision names, found again by walking as-of day by day around every flip."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from clearance.determine.step import UNIT_TABLES
from clearance.ingest.step import ingest
from clearance.platform.paths import rules_folder
from clearance.platform.store.store import Store
from clearance.prepare.step import prepare
from clearance.rulebook.language.resolved import ResolvedPack
from clearance.rulebook.loading.load import load_rulebook
from clearance.rulebook.oracle import Determination, _answer, _decision, decide, flip_date
from clearance.rulebook.spark.compile import Assigned, evaluate
from clearance.synth.step import synthesize
from tests.support.months import load

AS_OF, EARLIER = date(2026, 11, 1), date(2023, 3, 1)
PEOPLE = 80
DAY = timedelta(days=1)
STARTS = {"2024-10-01": date(2024, 10, 1), "2022-07-01": date(2022, 7, 1)}
EVENT = {"conviction": "conviction_date", "arrest": "arrest_date"}
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Decided:
    """A unit, the pack, the day, and what Spark said of it."""

    bound: ResolvedPack
    row: Row
    as_of: date
    said: Determination


def _feeds(spark: SparkSession, store: Store) -> None:
    """What other offices say of some of the people, by the throw of a die."""
    dice = random.Random(7)
    people = sorted(
        row["subject_id"]
        for row in store.read(spark, "source_rows").select("subject_id").distinct().collect()
    )

    def day(first: int, last: int) -> date:
        return date(dice.randint(first, last), dice.randint(1, 12), dice.randint(1, 28))

    registered = [
        {
            "subject_id": one,
            "registration": "290",
            "ended_on": dice.choice([None, day(2020, 2029)]),
        }
        for one in people
        if dice.random() < 0.05
    ]
    supervised = [
        {
            "subject_id": one,
            "type": "parole",
            "started_on": day(1990, 2015),
            "ended_on": day(2016, 2029),
        }
        for one in people
        if dice.random() < 0.2
    ]
    load(spark, store, "registry", *registered)
    load(spark, store, "supervision", *supervised)
    load(spark, store, "petitions")


@pytest.fixture(scope="module")
def decided(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> list[Decided]:
    folder: Path = tmp_path_factory.mktemp("walk")
    synthesize(people=PEOPLE, out=folder / "input", seed=11, as_of=AS_OF)
    store = Store(str(folder / "store"))
    ingest(
        spark,
        store,
        inputs=[str(folder / "input")],
        extract_date=AS_OF,
        complete=True,
        quarantine_limit=1.0,
        unread_limit=1.0,
        unpack_limit=100,
        accept_quarantine=True,
        clock=lambda: datetime(2026, 11, 23, tzinfo=UTC),
    )
    _feeds(spark, store)
    prepare(spark, store, rules=rules_folder())
    rulebook = load_rulebook(rules_folder())
    found = []
    for as_of in (AS_OF, EARLIER):
        for name in ("pc1203_425", "pc851_93"):
            file = rulebook.find(name, as_of=as_of)
            assert file is not None
            bound = rulebook.resolve(file.pack, switches={})
            units = store.read(spark, UNIT_TABLES[bound.pack.unit])
            if bound.pack.unit == "conviction":
                units = units.where("convicted")
            rows = {row["unit_id"]: row.asDict() for row in units.collect()}
            answers = evaluate(units, [Assigned(bound)], as_of=as_of).collect()
            assert len(answers) == len(rows) > PEOPLE / 2
            for answer in answers:
                said = {field: answer[field] for field in Determination.__dataclass_fields__}
                found.append(Decided(bound, rows[answer["unit_id"]], as_of, Determination(**said)))
    return found


Walk = Callable[[date, Determination], Determination]


def walked(bound: ResolvedPack, row: Row) -> tuple[list[date], Walk]:
    """The days around every flip, and a row with what walking alone finds in place of its own."""
    flips = {flip for i in bound.timed if (flip := flip_date(bound, bound.facts[i], row))}
    days = sorted({flip + step for flip in flips for step in (-DAY, timedelta(0), DAY)})

    @cache
    def answer(day: date) -> Any:
        return _answer(bound, row, day)

    @cache
    def eligible(day: date) -> bool:
        return _decision(bound, answer(day)).outcome == "ELIGIBLE"

    @cache
    def content(day: date) -> tuple[Any, ...]:
        decision = _decision(bound, answer(day))
        outcome, relief, on = decision.outcome, decision.relief, None
        if outcome == "ELIGIBLE":
            before = [one for one in days if one <= day and not eligible(one)]
            first = [before[-1] + DAY] if before else []
            known = (*first, row[EVENT[bound.pack.unit]], STARTS[bound.pack.version])
            on = max(one for one in known if one is not None)
        else:
            on = next((one for one in days if one > day and eligible(one)), None)
            if outcome == "NOT_ELIGIBLE" and on is not None:
                outcome, relief = "NOT_YET", _decision(bound, answer(on)).relief
        return (outcome, relief, answer(day), on)

    def expected(day: date, said: Determination) -> Determination:
        outcome, relief, told, on = content(day)
        changes = (one for one in days if one > day and content(one) != content(day))
        return replace(
            said,
            outcome=outcome,
            relief=relief,
            facts_true=told.facts_true,
            facts_known=told.facts_known,
            eligible_on=on,
            revisit_on=next(changes, None),
        )

    return days, expected


def test_the_days_in_every_row_are_those_that_walking_finds(decided: list[Decided]) -> None:
    for one in decided:
        _, expected = walked(one.bound, one.row)
        assert one.said == expected(one.as_of, one.said), (one.bound.pack.pack, one.as_of, one.row)


def test_on_every_day_around_every_flip_the_days_are_those_that_walking_finds(
    decided: list[Decided],
) -> None:
    seen: set[tuple[str, str]] = set()
    flips = 0
    for one in decided:
        read = sorted(one.bound.columns)
        same = (one.bound.fingerprint, repr([one.row[name] for name in read]))
        if same in seen:
            continue
        seen.add(same)
        days, expected = walked(one.bound, one.row)
        for day in days:
            said = decide(one.bound, one.row, day)
            assert said is not None and said == expected(day, said), (one.bound.pack.pack, day)
            flips += 1
    assert flips > 20 * PEOPLE


def test_the_people_walked_show_every_outcome_that_time_makes(decided: list[Decided]) -> None:
    for pack in ("pc1203_425", "pc851_93"):
        outcomes = {one.said.outcome for one in decided if one.bound.pack.pack == pack}
        assert {"ELIGIBLE", "NOT_YET", "NOT_ELIGIBLE"} <= outcomes


def test_growing_older_alone_never_takes_relief_away(decided: list[Decided]) -> None:
    for one in decided:
        days, _ = walked(one.bound, one.row)
        given = [
            _decision(one.bound, _answer(one.bound, one.row, day)).outcome == "ELIGIBLE"
            for day in days
        ]
        assert given == sorted(given), (one.bound.pack.pack, one.row)
