"""Three months of runs, grants, corrections and notices, in two folders.

A small one of scripts/soak/year.py, which has twelve months, more people and a kill in each month.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from soak.year import CORRECTED, COUNTIES, GRANTED_AGAIN, STORIES, Killed, Story, Year

from clearance.platform.store.store import Store
from clearance.publish.notices import to_courts as notices


def die(made: object) -> None:
    raise Killed


def test_every_grant_and_correction_of_some_months_is_noticed_once_whatever_folder_and_end(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each is granted in January, another in February, and some as before in March.
    people = [
        Story(kind, f"7000{at:02}", COUNTIES[at % 2], 1, 2, 3 if kind in GRANTED_AGAIN else 13)
        for at, kind in enumerate(STORIES)
    ]
    year = Year(tmp_path, people, dice=random.Random(5))
    one, other = year.outs
    year.run(1, out=one)
    year.grant()
    # February's run has told courts of January's grants, and ends before their files lie there.
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(notices, "move_lists", die)
        year.run(2, out=other)
    year.grant()
    year.look()
    assert not year.lines
    year.run(3, out=other)
    year.grant()
    year.look()
    assert {kind for *_, kind in year.lines} == {"grant", "correction"}
    year.publish(one)
    told = year.settle(spark)
    assert told.differences == []
    assert told.granted == len(STORIES) + len(GRANTED_AGAIN)
    assert told.corrected == len(CORRECTED)
    # January's sweep is granted already, also what was not due in it.
    store = Store(str(year.store))
    version = store.version(spark, "grants")
    year.grant(at=0)
    assert store.version(spark, "grants") == version
