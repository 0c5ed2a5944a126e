"""The files of a report: all of them or none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from clearance.errors import StoreFault
from clearance.report.pages.render import GENERATOR, counties_folder
from clearance.report.pages.write import write_pages

PAGES = {"counties/marin.html": "of Marin", "counties/yolo.html": "of Yolo"}


def contents(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_text() for path in files}


def test_a_full_disk_replaces_no_page_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "report.html"
    write_pages(out, "of the state", counties=PAGES)
    written = contents(tmp_path)
    assert written == {"report.html": "of the state", **PAGES}
    write = Path.write_text

    def full(path: Path, text: str, encoding: str) -> int:
        if path.name == ".report.html.part":
            raise OSError(28, os.strerror(28), str(path))
        return write(path, text, encoding=encoding)

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(StoreFault):
        write_pages(out, "anew", counties=dict.fromkeys(PAGES, "anew"))
    assert contents(tmp_path) == written


def test_reports_of_two_names_in_a_folder_have_pages_of_counties_of_their_own(
    tmp_path: Path,
) -> None:
    county = f'<meta name="generator" content="{GENERATOR}">'
    names = {"report.html": "counties", "may.html": "may-counties", "june": "june-counties"}
    for name, folder in names.items():
        assert counties_folder(name) == folder
        write_pages(tmp_path / name, name, counties={f"{folder}/yolo.html": county})
    written = contents(tmp_path)
    write_pages(tmp_path / "may.html", "anew", counties={"may-counties/marin.html": county})
    assert contents(tmp_path) == {
        **{name: text for name, text in written.items() if name != "may-counties/yolo.html"},
        "may-counties/marin.html": county,
        "may.html": "anew",
    }
