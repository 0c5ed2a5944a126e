"""A full disk and a store that may not be written: told, nothing half written, and then cured."""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from soak.months import Place
from soak.room import LIMITS, run_without_room
from soak.state import check_nothing_left

from clearance.cli import exit_code
from clearance.commands.demo import AS_OF
from clearance.platform.store.store import LOCK, Store
from tests.support.stores import Line


@contextlib.contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """The folder cannot be written, not even by root where root may mount."""
    if os.geteuid() != 0:
        folder.chmod(0o500)
        try:
            yield
        finally:
            folder.chmod(0o700)
        return
    subprocess.run(["mount", "--bind", folder, folder], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=True)
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def commands(line: Line, place: Place) -> dict[str, list[str]]:
    store = ["--store", str(place.store), "--quiet"]
    return {
        "ingest": ["ingest", *line.extract, *store],
        "prepare": ["prepare", *store],
        "determine": ["determine", "--as-of", AS_OF.isoformat(), *store],
        "publish": ["publish", "--out", str(place.out), *store],
        "report": ["report", "--out", str(place.out / "report.html"), *store],
    }


def test_a_full_disk_at_every_step_is_told_and_cured_by_room_alone(
    spark: SparkSession, line: Line, tmp_path: Path
) -> None:
    place, undisturbed = Place(tmp_path), line.place
    known = [{}, undisturbed.content().files]
    for step, arguments in commands(line, place).items():
        # The last: the most has been written by then. scripts/soak/room.py has them all.
        run_without_room(spark, arguments, place=place, known=known, limit=LIMITS[step][-1])
        assert exit_code(arguments, debug=True) == 0
    assert place.content().differences(undisturbed.content()) == []
    check_nothing_left(place.store, place.out)


def test_a_store_that_may_not_be_written_is_told_and_can_still_be_published(
    spark: SparkSession, line: Line, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    place = line.place.copy_to(tmp_path / "copy")
    before = place.content()
    every = commands(line, place)
    with read_only(place.store):
        for step in ("ingest", "prepare", "determine"):
            code = exit_code(every[step], debug=False)
            said = capsys.readouterr().err.strip()
            assert (code, "may not be written" in said) == (6, True), said
            assert str(place.store) in said
            assert "run the same command again" in said.splitlines()[-1]
        for step in ("publish", "report"):
            assert exit_code(every[step], debug=True) == 0
    assert place.content().differences(before) == []


@contextlib.contextmanager
def claimed_by_another_run(store: Store) -> Iterator[None]:
    """A store that another thread has claimed: a run may claim again what it has itself."""
    claimed, done = threading.Event(), threading.Event()

    def hold() -> None:
        with store.write_lock():
            claimed.set()
            done.wait()

    with ThreadPoolExecutor(1) as another_run:
        held = another_run.submit(hold)
        claimed.wait()
        try:
            yield
        finally:
            done.set()
            held.result()


def test_one_run_at_a_time_writes_a_store_and_readers_need_not_wait(
    spark: SparkSession, line: Line, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    place = line.place.copy_to(tmp_path / "copy")
    every = commands(line, place)
    whole = ["run", *line.extract, "--as-of", AS_OF.isoformat(), "--out", str(place.out)]
    every["run"] = [*whole, "--store", str(place.store), "--quiet"]
    with claimed_by_another_run(Store(str(place.store))):
        assert (place.store / LOCK).exists()
        for step in ("ingest", "prepare", "determine", "run"):
            code = exit_code(every[step], debug=False)
            said = capsys.readouterr().err.strip()
            assert (code, "Another run is writing" in said) == (5, True), said
            assert "run the same command again" in said.splitlines()[-1]
        assert exit_code(every["publish"], debug=True) == 0
    assert exit_code(every["determine"], debug=True) == 0
