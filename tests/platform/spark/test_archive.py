"""The archive of classes: used only where it is whole and of this Java and these jars."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from clearance.commands import archive_classes
from clearance.errors import StoreFault
from clearance.platform.spark import class_archive as archive
from clearance.platform.spark.session import java_options


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of jars."""
    jars = tmp_path / "jars"
    jars.mkdir()
    (jars / "one.jar").write_bytes(b"one")
    monkeypatch.setenv("CLEARANCE_JARS", str(jars))
    return jars


def makes(monkeypatch: pytest.MonkeyPatch, content: bytes) -> list[Path]:
    """Let the warm-up write this, or fail where it is empty; the files it was asked for."""
    asked: list[Path] = []

    def warm_up(folder: Path, part: Path) -> None:
        asked.append(part)
        if not content:
            raise StoreFault("Spark did not start.", "Run it again.")
        part.write_bytes(content)

    monkeypatch.setattr(archive_classes, "_warm_up", warm_up)
    return asked


def test_an_archive_is_made_once_and_then_used(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = makes(monkeypatch, b"classes")
    assert archive.archive_options() == ""
    assert archive.MAKER in archive.describe_archive()
    assert archive_classes.main() == archive_classes.main() == 0
    assert len(asked) == 1
    made = archive.archive_file()
    assert f"-XX:SharedArchiveFile={made} " in java_options()
    assert made.name in archive.describe_archive()
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        ["one.jar", made.name, f"{made.name}.sha256"]
    )


@pytest.mark.parametrize("content", [b"", b"class", b"Classes"])
def test_an_archive_that_was_cut_off_or_changed_is_not_used(
    folder: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    makes(monkeypatch, b"classes")
    assert archive_classes.main() == 0
    archive.archive_file().write_bytes(content)
    assert archive.archive_options() == ""


def test_other_jars_have_an_archive_of_their_own_and_the_old_one_goes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    makes(monkeypatch, b"classes")
    assert archive_classes.main() == 0
    old = archive.archive_file()
    (folder / "one.jar").write_bytes(b"another")
    assert archive.archive_options() == ""
    assert archive_classes.main() == 0
    assert archive.archive_file() != old
    assert not old.exists()


def test_one_that_cannot_be_made_is_not_tried_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = makes(monkeypatch, b"")
    assert archive_classes.main() == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert archive_classes.main() == 0
    assert len(asked) == 1
    assert archive.archive_options() == ""


def test_what_a_killed_maker_left_is_made_anew(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / ".classes-1234").write_bytes(b"half")
    archive.archive_file().write_bytes(b"no sum yet")
    makes(monkeypatch, b"classes")
    assert archive_classes.main() == 0
    assert archive.archive_options()
    assert not (folder / ".classes-1234").exists()


def test_two_makers_do_not_get_in_each_others_way(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = makes(monkeypatch, b"classes")
    with (folder / ".classes.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert archive_classes.main() == 1
    assert asked == []
    assert archive_classes.main() == 0


def test_a_folder_that_is_not_there_or_has_a_blank_in_its_name_means_no_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = makes(monkeypatch, b"classes")
    monkeypatch.setenv("CLEARANCE_JARS", str(tmp_path / "absent"))
    assert archive_classes.main() == 1
    assert asked == []
    blank = tmp_path / "my jars"
    blank.mkdir()
    monkeypatch.setenv("CLEARANCE_JARS", str(blank))
    assert archive_classes.main() == 0
    assert archive.archive_options() == ""
