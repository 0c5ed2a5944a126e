"""The second month of California: few people differ, each change occurs, its feeds are right."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from clearance.feed.kinds import find_kind
from clearance.feed.read import checked_feed
from clearance.ingest.layout import FIELDS
from clearance.synth.california import block, month
from clearance.synth.california.step import synthesize_state
from clearance.synth.names import STATE
from clearance.synth.step import SynthResult

AS_OF = date(2026, 11, 1)


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> SynthResult:
    return synthesize_state(
        people=3_000, out=tmp_path_factory.mktemp("months"), seed=1, as_of=AS_OF, second_month=True
    )


def by_subject(files: tuple[str, ...]) -> dict[str, list[bytes]]:
    rows: dict[str, list[bytes]] = {}
    at = FIELDS.index("SUBJECT_ID")
    for file in files:
        for line in Path(file).read_bytes().splitlines(keepends=True):
            # No field before it holds a comma.
            rows.setdefault(line.split(b",", at + 1)[at].decode(), []).append(line)
    return rows


def test_of_a_hundred_people_one_differs_in_the_second_month(months: SynthResult) -> None:
    later = months.second_month
    assert later is not None
    before, after = by_subject(months.files), by_subject(later.files)
    differ = {name for name in before.keys() | after if before.get(name) != after.get(name)}
    in_rows = sum(n for kind, n in later.changed.items() if kind not in ("merge", "unmerge"))
    # A correction now and then is of a cell that is left blank.
    assert 0.9 * in_rows <= len(differ) <= in_rows
    assert sum(later.changed.values()) / months.people == pytest.approx(0.01, abs=0.004)
    assert {"arrest", "outcome", "correction", "merge", "new"} <= later.changed.keys()
    new = after.keys() - before.keys()
    assert len(new) == later.changed["new"]


def test_every_change_occurs_and_a_merge_is_never_in_a_circle() -> None:
    drawn = Counter(month.planned_change(1, number) for number in range(10_000))
    assert drawn.keys() == {"", "new", *month.KINDS.values}
    for number in (10, 11):
        assert month.possible_change("merge", 1, number, merged=False, previous_exists=True) == (
            "merge" if number % 2 else "arrest"
        )
    assert month.possible_change("merge", 1, 11, merged=False, previous_exists=False) == "arrest"
    parted = {
        month.possible_change("", 1, n, merged=True, previous_exists=True) for n in range(1, 200, 2)
    }
    assert parted == {"", "unmerge"}


def test_feeds_of_both_months_are_ones_that_the_command_takes(months: SynthResult) -> None:
    assert months.second_month is not None
    for extract in (months, months.second_month):
        assert [feed.kind for feed in extract.feeds] == list(block.STATE_FORMS)
        for feed in extract.feeds:
            with checked_feed(find_kind(feed.kind, counties=STATE), [feed.file]) as checked:
                assert checked.rows == feed.rows > 1, feed.kind
    before, after = (
        Path(extract.feeds[-1].file).read_text() for extract in (months, months.second_month)
    )
    assert set(after.splitlines()) - set(before.splitlines())
