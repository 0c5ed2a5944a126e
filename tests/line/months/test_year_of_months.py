"""Three months of runs, grants, corrections and notices, in two folders.

A small one of scripts/soak/year.py, which has twelve months, more people and a kill in each month.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from pyspark.sql import SparkSession
from soak.stories import CORRECTED, COUNTIES, GRANTED_AGAIN, LAW, STORIES, Story, as_of
from soak.year import Figures, Killed, Year

from clearance.grant.last_looked import CheckedVersions, load_checked_versions
from clearance.platform.store.store import Store
from clearance.publish.notices import to_courts as notices

RECORD = ("arrests", "charges")


@dataclass(frozen=True)
class Months:
    """Three months, and what came of them.

    Attributes:
        year: the commands, and the folders in which they ran.
        figures: of grants, corrections and differences.
        checked: the record's versions at which grants were checked, before the last notices.
    """

    year: Year
    figures: Figures
    checked: CheckedVersions

    @property
    def store(self) -> Store:
        return Store(str(self.year.store))


def die(made: object) -> None:
    raise Killed


@pytest.fixture(scope="module")
def months(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Months]:
    # Each is granted in January, another in February, and some as before in March.
    people = [
        Story(kind, f"7000{at:02}", COUNTIES[at % 2], 1, 2, 3 if kind in GRANTED_AGAIN else 13)
        for at, kind in enumerate(STORIES)
    ]
    year = Year(tmp_path_factory.mktemp("year"), people, dice=random.Random(5))
    one, other = year.outs
    year.run(1, out=one)
    year.grant()
    # February's run has told courts of January's grants, and ends before their files lie there.
    with pytest.MonkeyPatch.context() as patched, pytest.raises(Killed):
        patched.setattr(notices, "move_lists", die)
        year.run(2, out=other)
    year.grant()
    year.look()
    assert not year.lines
    year.run(3, out=other)
    year.grant()
    year.look()
    assert {kind for *_, kind in year.lines} == {"grant", "correction"}
    checked = load_checked_versions(spark, Store(str(year.store)))
    year.publish(one)
    yield Months(year, year.settle(spark), checked)


def test_every_grant_and_correction_of_some_months_is_noticed_once_whatever_folder_and_end(
    months: Months,
) -> None:
    assert months.figures.differences == []
    assert months.figures.corrected == len(CORRECTED)
    second_counts = 1
    assert months.figures.granted == len(STORIES) + len(GRANTED_AGAIN) + second_counts


def test_grants_of_two_days_are_each_held_against_the_record_as_of_their_own_day(
    spark: SparkSession, months: Months
) -> None:
    (who,) = [one for one in months.year.stories if one.kind == "registered for a while"]
    grants = months.store.read(spark, "grants").where(f"subject_id = '{who.subject}'").collect()
    given = sorted((row["granted_on"], row["unit_id"][-12:], row["corrected_on"]) for row in grants)
    assert given == [
        # In March a feed says that the person had to register until the first of February.
        (as_of(1), "101001001000", as_of(3)),
        (as_of(2), "102001001000", None),
        (as_of(3), "101001001000", None),
    ]


def test_grants_are_held_once_against_a_record_and_notices_do_not_have_them_held_again(
    spark: SparkSession, months: Months
) -> None:
    store = months.store
    sweeps = store.read(spark, "sweeps").collect()
    by_day = {row["as_of"]: row["sweep_id"] for row in sweeps}
    held = {table: store.version(spark, table) for table in RECORD}
    # March's sweep granted from this record.
    assert months.checked.by_sweep == {by_day[as_of(month)]: held for month in (1, 2)}
    again = [(sorted(ids), at) for ids, at in months.checked.since(by_day.values(), sweeps=sweeps)]
    assert again == [(sorted(by_day.values()), held)]
    # Courts were noticed since, which writes to `grants`, too.
    assert load_checked_versions(spark, store) == months.checked
    # A sweep that grants anew does so from its own record.
    assert set(months.checked.without(by_day[as_of(1)]).by_sweep) == {by_day[as_of(2)]}


def test_a_sweep_that_is_granted_already_grants_nothing_more(
    spark: SparkSession, months: Months
) -> None:
    # Also what was not due in it.
    version = months.store.version(spark, "grants")
    months.year.grant(at=0)
    assert months.store.version(spark, "grants") == version
    assert {row["pack"] for row in months.store.read(spark, "grants").collect()} == {LAW}
