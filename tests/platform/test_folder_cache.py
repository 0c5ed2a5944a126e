"""What was read of a folder is read again only when one of its files changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from clearance.platform.folder_cache import cached_by_content


def reader() -> tuple[list[str], object]:
    """The names that were read so far, and a reader that adds to them."""
    reads: list[str] = []

    @cached_by_content
    def read(folder: Path, *, name: str = "a.yaml") -> str:
        reads.append(name)
        return (folder / name).read_text()

    return reads, read


def test_a_folder_is_read_again_only_when_a_file_changes_comes_or_goes(tmp_path: Path) -> None:
    reads, read = reader()
    assert callable(read)
    (tmp_path / "a.yaml").write_text("1")
    assert [read(tmp_path), read(tmp_path)] == ["1", "1"]
    assert len(reads) == 1
    # Of the same length, in the same moment.
    (tmp_path / "a.yaml").write_text("2")
    assert read(tmp_path) == "2"
    below = tmp_path / "below" / "list.csv"
    below.parent.mkdir()
    below.write_text("x")
    read(tmp_path)
    below.rename(below.with_name("other.csv"))
    read(tmp_path)
    assert len(reads) == 4


def test_other_arguments_and_other_folders_have_results_of_their_own(tmp_path: Path) -> None:
    reads, read = reader()
    assert callable(read)
    for place in (tmp_path / "one", tmp_path / "other"):
        place.mkdir()
        (place / "a.yaml").write_text(place.name)
        (place / "b.yaml").write_text("b")
    assert read(tmp_path / "one") == "one"
    assert read(tmp_path / "other") == "other"
    assert read(tmp_path / "one", name="b.yaml") == "b"
    assert len(reads) == 3


def test_an_error_is_not_kept_and_few_results_are(tmp_path: Path) -> None:
    reads, read = reader()
    assert callable(read)
    for _ in range(2):
        with pytest.raises(FileNotFoundError):
            read(tmp_path)
    assert len(reads) == 2
    for text in "12345":
        (tmp_path / "a.yaml").write_text(text)
        assert read(tmp_path) == text
    (tmp_path / "a.yaml").write_text("1")
    assert read(tmp_path) == "1"
    assert len(reads) == 8, "the first of five was let go"
