"""Grants, corrections and what courts are told of them, from month to month."""

from __future__ import annotations

import csv
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from clearance.charges.step import prepare
from clearance.errors import StoreFault
from clearance.grants.step import GrantResult, grant
from clearance.places import rules_folder
from clearance.publish import notices
from clearance.publish.files import workplace
from clearance.publish.notices import COLUMNS, write_notices
from clearance.publish.notices_due import MARK, note_due, notices_due
from clearance.store import Store
from clearance.sweep.recorded import latest_sweep
from tests.line.months import DECEMBER, LAW, NOVEMBER, load, sweep, take_in
from tests.spec.literal_tables import record

RULES = rules_folder()
FEEDS = ("registry", "supervision", "petitions")
OVER = date(2040, 3, 1)
# What the December extract and the feeds of December say of each, and why the grant of November
# was not due, where they show that.
STORIES: dict[str, str | None] = {
    "as it was": None,
    "longer probation": "SERVING_SENTENCE",
    "registered before the grant": "REGISTERED",
    "registered after the grant": None,
    "registered nobody knows when": None,
    "a petition granted before": "PETITION_GRANTED",
    "a petition granted after": None,
    "arrested before the grant": "ARREST_PENDING",
    "arrested after the grant": None,
    "gone": None,
    "no date": None,
}
EXTRACT = {"extract": "x2"}
ARREST = {
    **EXTRACT,
    "count_order": "102001001000",
    "stp_type_descr": "ARREST/DETAINED/CITED",
    "disp_descr": None,
    "sent_loc_descr": None,
    "sent_length": None,
    "sent_time_code": None,
}
LATER: dict[str, tuple[dict[str, Any], ...]] = {
    "longer probation": ({**EXTRACT, "sent_length": "30"},),
    "arrested before the grant": ({}, {**ARREST, "stp_event_date": "20261020"}),
    "arrested after the grant": ({}, {**ARREST, "stp_event_date": "20261110"}),
    "gone": (),
    "no date": ({**EXTRACT, "stp_event_date": None},),
}
TOLD = {
    "registry": [
        {"subject_id": "registered before the grant", "registered_on": date(2026, 11, 1)},
        {"subject_id": "registered after the grant", "registered_on": date(2026, 11, 2)},
        {"subject_id": "registered nobody knows when", "registered_on": None},
    ],
    "petitions": [
        {"subject_id": "a petition granted before", "decided_on": date(2026, 11, 1)},
        {"subject_id": "a petition granted after", "decided_on": date(2026, 11, 2)},
    ],
}
FORMS = {
    "registry": {"registration": "290"},
    "petitions": {"cnt_order": "101001001000", "status": "granted"},
}


def row_of(subject: str, **more: Any) -> dict[str, Any]:
    fields = {"PRI_NAME": f"NAME OF {subject}", "PRI_DOB": "19800229", "OFFENSE_DESCR": "484 PC"}
    court = {"STP_ORI_DESCR": "SUPERIOR COURT, YOLO", "OFN": "CR-10"}
    return {"subject_id": subject, "ofn": "CR-10", "record": record(fields | court), **more}


def month(spark: SparkSession, store: Store, as_of: date) -> GrantResult:
    """Prepare, determine and grant, as each month."""
    prepare(spark, store, rules=RULES)
    return grant(spark, store, sweep_id=sweep(spark, store, as_of, LAW).sweep_id, rules=RULES)


def publish(
    spark: SparkSession,
    store: Store,
    out: Path,
    as_of: date,
    *,
    counties: list[str] | None = None,
    **more: Any,
) -> int:
    with workplace(out) as place:
        return write_notices(
            *(spark, store),
            place=place,
            counties=counties,
            rules=RULES,
            sweep=replace(latest_sweep(spark, store), as_of=as_of, **more),
        )


def lines(out: Path, of: str) -> list[dict[str, str]]:
    with (out / "courts" / "yolo" / f"notice-{of}.csv").open(newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
        assert tuple(reader.fieldnames or ()) == COLUMNS
    return rows


def names(rows: list[dict[str, str]], kind: str = "grant") -> list[str]:
    return sorted(row["subject_id"] for row in rows if row["kind"] == kind)


@pytest.fixture(scope="module")
def granted(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Everybody convicted in 2010 with two years of probation, granted in November."""
    store = Store(str(tmp_path_factory.mktemp("granted") / "store"))
    take_in(spark, store, *(row_of(name) for name in STORIES))
    for kind in FEEDS:
        load(spark, store, kind)
    assert month(spark, store, NOVEMBER).granted == len(STORIES)
    return store


def copied(store: Store, tmp_path: Path) -> Store:
    shutil.copytree(store.uri, tmp_path / "store")
    return Store(str(tmp_path / "store"))


@pytest.fixture(scope="module")
def december(
    spark: SparkSession, granted: Store, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Store, GrantResult]:
    """The same store a month later, and what was granted and corrected then."""
    store = copied(granted, tmp_path_factory.mktemp("december"))
    rows = [row_of(name, **change) for name in STORIES for change in LATER.get(name, ({},))]
    take_in(spark, store, *rows)
    for kind, said in TOLD.items():
        load(spark, store, kind, *({**FORMS[kind], **row} for row in said))
    return store, month(spark, store, DECEMBER)


def test_only_what_was_not_due_on_its_day_is_corrected_and_is_granted_again_when_it_is_due(
    spark: SparkSession, december: tuple[Store, GrantResult], tmp_path: Path
) -> None:
    store, told = copied(december[0], tmp_path), december[1]
    wrong = {name: reason for name, reason in STORIES.items() if reason is not None}
    rows = store.read(spark, "grants").where("corrected_on IS NOT NULL").collect()
    assert {row["subject_id"]: row["correction_reason"] for row in rows} == wrong
    assert (told.granted, told.corrected) == (0, len(wrong))
    assert {row["corrected_on"] for row in rows} == {DECEMBER}
    assert {row["granted_on"] for row in rows} == {NOVEMBER}
    version = store.version(spark, "grants")
    first = store.read(spark, "sweeps").orderBy("as_of").first()
    assert first is not None
    # The sweep of November is granted already, also what was not due in it.
    again = grant(spark, store, sweep_id=first["sweep_id"], rules=RULES)
    assert (again.granted, again.corrected) == (0, 0)
    assert store.version(spark, "grants") == version
    # Thirty years of probation end on 2040-02-28, and the arrest of 2026 hinders no longer.
    assert month(spark, store, OVER).granted == 2
    due = store.read(spark, "grants").where(F.col("granted_on") == F.lit(OVER))
    assert sorted(row["subject_id"] for row in due.where("corrected_on IS NULL").collect()) == [
        "arrested before the grant",
        "longer probation",
    ]


def test_each_grant_and_each_correction_is_told_once_over_any_number_of_folders(
    spark: SparkSession, december: tuple[Store, GrantResult], tmp_path: Path
) -> None:
    store = copied(december[0], tmp_path)
    one, other = tmp_path / "one", tmp_path / "other"
    assert publish(spark, store, one, date(2026, 10, 31)) == 0
    assert publish(spark, store, one, NOVEMBER) == len(STORIES)
    november = lines(one, "2026-11")
    assert names(november) == sorted(STORIES)
    first = november[0]
    assert (first["court"], first["case_number"]) == ("SUPERIOR COURT, YOLO", "CR-10")
    assert first["name"] == f"NAME OF {first['subject_id']}"
    assert (first["birth_date"], first["event_date"]) == ("1980-02-29", "2010-02-28")
    assert (first["county"], first["charge"]) == ("YOLO", "484 PC")
    assert first["granted_on"] == NOVEMBER.isoformat()
    marked = store.read(spark, "grants").select("noticed_in").distinct().collect()
    assert [row[0] for row in marked] == ["2026-11"]

    whole = (one / "courts" / "yolo" / "notice-2026-11.csv").read_bytes()
    versions = [store.version(spark, table) for table in ("grants", "notices")]
    assert publish(spark, store, one, NOVEMBER) == 0
    assert (one / "courts" / "yolo" / "notice-2026-11.csv").read_bytes() == whole
    assert publish(spark, store, other, NOVEMBER) == 0
    assert lines(other, "2026-11") == []
    assert [store.version(spark, table) for table in ("grants", "notices")] == versions

    wrong = sorted(name for name, reason in STORIES.items() if reason is not None)
    assert publish(spark, store, other, DECEMBER) == len(wrong)
    assert names(lines(other, "2026-12"), "correction") == wrong
    assert names(lines(other, "2026-12")) == []
    assert publish(spark, store, one, DECEMBER) == 0
    assert lines(one, "2026-12") == []
    assert (one / "courts" / "yolo" / "notice-2026-11.csv").read_bytes() == whole


def test_a_what_if_tells_no_court_anything_new(
    spark: SparkSession, granted: Store, tmp_path: Path
) -> None:
    store, out = copied(granted, tmp_path), tmp_path / "out"
    assert publish(spark, store, out, DECEMBER, what_if=True) == 0
    assert not store.exists(spark, "notices")
    assert not list(out.rglob("notice-*.csv"))
    assert publish(spark, store, out, NOVEMBER) == len(STORIES)
    told = (out / "courts" / "yolo" / "notice-2026-11.csv").read_bytes()
    assert publish(spark, store, out, NOVEMBER, what_if=True) == 0
    assert (out / "courts" / "yolo" / "notice-2026-11.csv").read_bytes() == told


@pytest.mark.parametrize("end", [SystemExit(), OSError(28, "No space left"), KeyError("x")])
def test_a_run_that_ended_after_the_notices_were_noted_is_made_good_by_the_next(
    spark: SparkSession,
    granted: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    end: BaseException,
) -> None:
    store = copied(granted, tmp_path)
    out = tmp_path / "out"

    def ends(made: Any) -> None:
        raise end

    ended = StoreFault if isinstance(end, OSError) else type(end)
    with monkeypatch.context() as patched, pytest.raises(ended):
        patched.setattr(notices, "move_lists", ends)
        publish(spark, store, out, NOVEMBER)
    assert store.read(spark, "notices").count() == len(STORIES)
    assert {path.name for path in out.iterdir()} == {"packets", MARK}
    assert notices_due(out) == {("YOLO", "2026-11")}
    # The next run comes a month later.
    assert publish(spark, store, out, DECEMBER) == 0
    assert names(lines(out, "2026-11")) == sorted(STORIES)
    assert lines(out, "2026-12") == []
    assert store.read(spark, "grants").where("noticed_in = '2026-11'").count() == len(STORIES)
    assert notices_due(out) == frozenset() and not (out / MARK).exists()
    # What an office takes away afterwards stays away.
    (out / "courts" / "yolo" / "notice-2026-11.csv").unlink()
    publish(spark, store, out, DECEMBER)
    assert not (out / "courts" / "yolo" / "notice-2026-11.csv").exists()


def test_a_file_that_lacks_what_a_run_noted_before_it_ended_is_made_again(
    spark: SparkSession, december: tuple[Store, GrantResult], tmp_path: Path
) -> None:
    store, out = copied(december[0], tmp_path), tmp_path / "out"
    assert publish(spark, store, out, NOVEMBER) == len(STORIES)
    file = out / "courts" / "yolo" / "notice-2026-11.csv"
    whole = file.read_bytes()
    # As if the last line had been noted by a later run of the month, which ended before its move.
    file.write_bytes(whole[: whole.rindex(b"\n", 0, -1) + 1])
    note_due(out, {("YOLO", "2026-11"), ("MARIN", "2026-11")})
    publish(spark, store, out, DECEMBER, counties=["YOLO"])
    assert file.read_bytes() == whole
    assert notices_due(out) == {("MARIN", "2026-11")}, "another run has that to make"
