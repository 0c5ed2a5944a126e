"""The note beside published files: a later run has nothing to do only where all is as it was."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from clearance.publish.published import NOTE, read_published, write_published

RESULT = {"publish": {"counties": {"YOLO": {"all": 2}}}, "report": {"cells": 1}}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    for name in ("packets/yolo/all.csv", "prosecutor/yolo/upcoming.csv", "statistics.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    write_published(tmp_path, request="r1", result=RESULT)
    return tmp_path


def test_files_that_stand_as_they_were_left_are_known(out: Path) -> None:
    assert read_published(out, request="r1") == RESULT
    assert read_published(out, request="r2") is None
    assert not (out / f"{NOTE}.part").exists()


@pytest.mark.parametrize("change", ["gone", "longer", "written again"])
def test_a_file_that_is_gone_or_another_is_published_again(out: Path, change: str) -> None:
    file = out / "packets" / "yolo" / "all.csv"
    if change == "gone":
        file.unlink()
    elif change == "longer":
        file.write_text("more of it than there was before")
    else:
        os.utime(file, ns=(1, file.stat().st_mtime_ns + 1))
    assert read_published(out, request="r1") is None


@pytest.mark.parametrize(
    "note", ["", "{", "[]", '{"request": "r1"}', '{"request": "r1", "files": 3}']
)
def test_a_note_that_cannot_be_read_is_no_note(out: Path, note: str) -> None:
    (out / NOTE).write_text(note)
    assert read_published(out, request="r1") is None
    (out / NOTE).unlink()
    assert read_published(out, request="r1") is None
