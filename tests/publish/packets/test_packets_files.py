"""Packets come into place whole or not at all; which counties, and in which order."""

from __future__ import annotations

from pathlib import Path

import pytest

from clearance.errors import StoreFault, UsageError
from clearance.publish.counties import known_counties, packet_folders, requested_counties
from clearance.publish.files import (
    Workspace,
    assemble_files,
    check_complete,
    csv_line,
    move_into_place,
    open_workspace,
    write_summary,
    write_table,
)
from clearance.publish.notices.due import MARKER, read_due_files, write_due_files
from clearance.publish.packets.chunks import SourceFile, list_chunks

COUNTIES = ["LOS ANGELES", "MARIN"]
HEADERS = {"all": ("A", "B"), "prop64": ("A",)}


def part(workspace: Workspace, folder: str, file: str, chunk: int, content: bytes) -> None:
    """A file as Spark leaves it."""
    where = workspace.lines / f"folder={folder}" / f"file={file}" / f"chunk={chunk}"
    where.mkdir(parents=True, exist_ok=True)
    (where / f"part-{len(list(where.iterdir()))}.txt").write_bytes(content)


def finish(workspace: Workspace, folder: str) -> None:
    """Everything up to the packet in its place."""
    assemble_files(workspace, folder=folder, headers=HEADERS, encodings={})
    write_summary(workspace, folder=folder, summary={"county": folder})
    move_into_place(workspace, folder=folder)


def test_chunks_are_put_together_by_number_under_a_header(tmp_path: Path) -> None:
    with open_workspace(tmp_path) as workspace:
        for chunk, content in ((10, "3,Ñ\n"), (9, "2,x\n"), (0, "1,x\n")):
            part(workspace, "yolo", "all", chunk, content.encode())
        rows = assemble_files(workspace, folder="yolo", headers=HEADERS, encodings={})
        assert rows == {"all": 3, "prop64": 0}
        assert (
            workspace.finished / "yolo" / "all.csv"
        ).read_bytes() == "A,B\n1,x\n2,x\n3,Ñ\n".encode()
        assert (workspace.finished / "yolo" / "prop64.csv").read_bytes() == b"A\n"
    assert not workspace.temporary.exists()


def test_a_packet_is_put_together_in_its_encoding_wherever_a_block_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "1,Ñañez\n2,x\n3,Ü\n"
    with open_workspace(tmp_path) as workspace:
        for size in range(1, 9):
            monkeypatch.setattr("clearance.publish.files._BLOCK", size)
            part(workspace, f"yolo-{size}", "all", 0, text.encode())
            made = assemble_files(
                workspace,
                folder=f"yolo-{size}",
                headers={"all": ("A", "B")},
                encodings={"all": "iso-8859-1"},
            )
            whole = (workspace.finished / f"yolo-{size}" / "all.csv").read_bytes()
            assert (made, whole) == ({"all": 3}, f"A,B\n{text}".encode("iso-8859-1"))


@pytest.mark.parametrize(
    "end", [StoreFault("x", "y"), KeyError("x"), KeyboardInterrupt(), SystemExit()]
)
def test_a_run_that_fails_in_any_way_leaves_earlier_packets_and_nothing_of_its_own(
    end: BaseException, tmp_path: Path
) -> None:
    with open_workspace(tmp_path) as workspace:
        part(workspace, "yolo", "all", 0, b"old\n")
        finish(workspace, "yolo")
    packet = tmp_path / "packets" / "yolo" / "all.csv"
    with pytest.raises(type(end)), open_workspace(tmp_path) as workspace:
        part(workspace, "yolo", "all", 0, b"new\n")
        assemble_files(workspace, folder="yolo", headers=HEADERS, encodings={})
        raise end
    assert packet.read_bytes() == b"A,B\nold\n"
    assert {path.name for path in tmp_path.iterdir()} == {"packets"}


def test_what_a_killed_run_left_is_removed_and_a_packet_that_it_had_put_away_comes_back(
    tmp_path: Path,
) -> None:
    with open_workspace(tmp_path) as workspace:
        part(workspace, "yolo", "all", 0, b"old\n")
        finish(workspace, "yolo")
    workspace.lines.mkdir(parents=True)
    workspace.replaced.mkdir()
    (workspace.packets / "yolo").rename(workspace.replaced / "yolo")
    with open_workspace(tmp_path) as workspace:
        assert not workspace.lines.exists()
        assert (workspace.packets / "yolo" / "all.csv").read_bytes() == b"A,B\nold\n"
    assert {path.name for path in tmp_path.iterdir()} == {"packets"}


def test_a_run_that_fails_between_the_old_and_the_new_folder_gives_the_old_one_back(
    tmp_path: Path,
) -> None:
    with open_workspace(tmp_path) as workspace:
        finish(workspace, "yolo")
    with pytest.raises(RuntimeError), open_workspace(tmp_path) as workspace:
        (workspace.packets / "yolo").rename(workspace.replaced / "yolo")
        raise RuntimeError
    assert (workspace.packets / "yolo" / "summary.json").is_file()


def test_the_mark_of_notices_that_are_due_says_which_and_goes_with_the_last(tmp_path: Path) -> None:
    assert read_due_files(tmp_path) == frozenset()
    files = {("YOLO", "2026-11"), ("MARIN", "2026-10")}
    write_due_files(tmp_path, files)
    assert read_due_files(tmp_path) == files
    assert [path.name for path in tmp_path.iterdir()] == [MARKER]
    write_due_files(tmp_path, ())
    assert read_due_files(tmp_path) == frozenset() and list(tmp_path.iterdir()) == []
    for other in ("", "[]", '{"files": [1]}', '{"files": [["YOLO"]]}'):
        (tmp_path / MARKER).write_text(other)
        assert read_due_files(tmp_path) == frozenset()


def test_files_of_an_earlier_publish_of_the_county_do_not_stay(tmp_path: Path) -> None:
    with open_workspace(tmp_path) as workspace:
        finish(workspace, "yolo")
    with open_workspace(tmp_path) as workspace:
        assemble_files(workspace, folder="yolo", headers={"prop64": ("A",)}, encodings={})
        move_into_place(workspace, folder="yolo")
    assert {path.name for path in (tmp_path / "packets" / "yolo").iterdir()} == {"prop64.csv"}


def test_a_folder_that_cannot_be_made_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"), open_workspace(tmp_path / "file"):
        pass


def test_missing_lines_are_a_fault_that_names_the_folder(tmp_path: Path) -> None:
    check_complete(3, expected=3, out=tmp_path)
    with pytest.raises(StoreFault, match="Only 2 of 3"):
        check_complete(2, expected=3, out=tmp_path)


def test_a_small_table_is_replaced_whole(tmp_path: Path) -> None:
    for rows in ([("a,b", 1)], [("c", 2)]):
        write_table(tmp_path / "t.csv", header=("x", "y"), rows=rows)
    assert (tmp_path / "t.csv").read_text() == "x,y\nc,2\n"
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]
    assert csv_line(("a,b", 'c"')) == b'"a,b","c"""\n'


@pytest.mark.parametrize(
    ("asked", "county"),
    [
        ("LOS ANGELES", "LOS ANGELES"),
        ("los-angeles", "LOS ANGELES"),
        (" Los  Angeles ", "LOS ANGELES"),
        ("unknown", "UNKNOWN"),
    ],
)
def test_a_county_is_asked_for_by_its_name_or_its_folder(asked: str, county: str) -> None:
    assert requested_counties([asked], known=COUNTIES) == [county]


@pytest.mark.parametrize(
    "asked", ["Marrin", "MARIN/../..", "MARIN.", "NARNIA", "", "-", "MARIN CO"]
)
def test_another_county_is_refused_with_the_nearest(asked: str) -> None:
    with pytest.raises(UsageError, match="no county") as error:
        requested_counties([asked, "MARIN"], known=COUNTIES)
    assert asked != "Marrin" or "MARIN" in error.value.remedy


def test_nobody_asks_for_a_county_and_all_are_meant() -> None:
    assert requested_counties(None, known=COUNTIES) is None


def test_folders_are_lower_case_with_hyphens_and_never_shared() -> None:
    assert packet_folders(["LOS ANGELES", "ST. X", "ST X", "??"], known=COUNTIES) == {
        "LOS ANGELES": "los-angeles",
        "ST X": "st-x",
        "ST. X": "st-x-2",
        "??": "unnamed",
    }


def test_no_name_takes_the_folder_of_a_county_whether_it_has_a_packet_or_not() -> None:
    made = packet_folders(
        ["LOS  ANGELES", "LOS ANGELES", "MARIN?", "UNKNOWN", "(unknown)"], known=COUNTIES
    )
    assert made == {
        "LOS  ANGELES": "los-angeles-2",
        "LOS ANGELES": "los-angeles",
        "MARIN?": "marin-2",
        "UNKNOWN": "unknown",
        "(unknown)": "unknown-2",
    }


def test_the_rulebook_lists_58_counties() -> None:
    from clearance.platform.paths import rules_folder

    assert len(known_counties(rules_folder())) == 58


def test_small_files_share_a_chunk_and_a_large_one_is_cut_so_that_chunks_keep_the_order() -> None:
    files = [
        SourceFile("1", "a", 40, (10, 20)),
        SourceFile("1", "b", 60, (10, 20)),
        SourceFile("1", "c", 1, (10,)),
        SourceFile("2", "a", 250, tuple(range(10, 250, 10))),
        SourceFile("2", "b", 10, (5,)),
    ]
    placed = list_chunks(files, chunk_rows=100)
    assert [row[:4] for row in placed] == [
        ("1", "a", 0, 0),
        ("1", "b", 1, 0),
        ("1", "c", 2, 1),
        ("2", "a", 3, 2),
        ("2", "a", 3, 3),
        ("2", "a", 3, 4),
        ("2", "b", 4, 5),
    ]
    chunks = [
        [chunk for *_, chunk, after, until in placed[3:6] if after < position <= until]
        for position in range(1, 251)
    ]
    assert all(len(found) == 1 for found in chunks)
    assert chunks == sorted(chunks)
    assert all(chunks.count([chunk]) >= 70 for chunk in (2, 3, 4))
