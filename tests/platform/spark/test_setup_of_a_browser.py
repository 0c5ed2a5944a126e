"""Set-up for tests of the pages: Chromium, and axe-core by its name and sum."""

from __future__ import annotations

import hashlib
import tarfile
from pathlib import Path

import pytest

from tests.platform.spark.setup_shell import AXE_LOCK, SYSTEM_PATH, program, shell


def test_without_a_browser_that_can_be_installed_the_line_to_type_is_said(tmp_path: Path) -> None:
    program(tmp_path / "apt-get", "exit 1")
    done = shell("provide_chromium; echo on", path=str(tmp_path))
    assert (done.returncode, done.stdout) == (0, "on\n")
    assert done.stderr.endswith("sudo apt-get install chromium\n")
    program(tmp_path / "google-chrome", "exit 0")
    assert shell("provide_chromium", path=str(tmp_path)).stderr == ""


@pytest.fixture
def axe(tmp_path: Path) -> tuple[Path, str]:
    """A root that pins a release of axe-core, and the tools that set-up fetches it with."""
    root, tools = tmp_path / "root", tmp_path / "tools"
    package = tmp_path / "package"
    package.mkdir()
    for name in ("LICENSE", "axe.min.js", "axe.js"):
        (package / name).write_text(name)
    archive = tmp_path / "axe-core-1.2.3.tgz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(package, "package")
    lock = root / AXE_LOCK
    lock.parent.mkdir(parents=True)
    lock.write_text(f"{hashlib.sha256(archive.read_bytes()).hexdigest()}  {archive.name}\n")
    program(tools / "npm", f'[ "$*" = "pack --silent axe-core@1.2.3" ] && cp {archive} .')
    return root, f"{tools}:{SYSTEM_PATH}"


def test_axe_core_is_fetched_by_name_once_and_only_what_is_needed_is_kept(
    axe: tuple[Path, str],
) -> None:
    root, path = axe
    folder = root / ".venv" / "share" / "axe-core-1.2.3"
    done = shell(f"provide_axe {root}", path=path)
    assert (done.returncode, done.stderr) == (0, "Fetching axe-core (once; 1 MB) ...\n")
    assert sorted(file.name for file in folder.iterdir()) == ["LICENSE", "axe.min.js"]
    assert shell(f"provide_axe {root}", path=SYSTEM_PATH).stderr == ""


def test_axe_core_of_another_sum_is_not_unpacked(axe: tuple[Path, str]) -> None:
    root, path = axe
    (root / AXE_LOCK).write_text(f"{64 * '0'}  axe-core-1.2.3.tgz\n")
    done = shell(f"provide_axe {root}", path=path)
    assert done.returncode == 0 and "has another sum" in done.stderr
    assert [file for file in (root / ".venv").rglob("*") if file.is_file()] == []


def test_without_npm_that_can_be_installed_the_line_to_type_is_said(
    axe: tuple[Path, str], tmp_path: Path
) -> None:
    root, _ = axe
    program(tmp_path / "bare" / "apt-get", "exit 1")
    done = shell(f"provide_axe {root}; echo on", path=str(tmp_path / "bare"))
    assert (done.returncode, done.stdout) == (0, "on\n")
    assert done.stderr.endswith("sudo apt-get install npm\n")
