"""What is written of made-up people: the same bytes for a seed, files, memory, and faults."""

from __future__ import annotations

import csv
import tracemalloc
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from clearance.errors import StoreFault, UsageError
from clearance.ingest.layout import FIELDS
from clearance.synth.people import person
from clearance.synth.step import synthesize
from clearance.synth.write import SHAPES, record_lines

AS_OF = date(2026, 11, 1)


def stream(seed: int, people: int, as_of: date = AS_OF) -> Iterator[bytes]:
    for number in range(people):
        somebody = person(seed, number, as_of)
        if somebody is not None:
            yield from record_lines(somebody, seed=seed, shape=SHAPES[1])


def test_the_same_seed_gives_the_same_bytes_and_another_seed_gives_others() -> None:
    assert list(stream(7, 200)) == list(stream(7, 200))
    assert list(stream(7, 200)) != list(stream(8, 200))


def test_a_longer_stream_begins_with_the_shorter_one(tmp_path: Path) -> None:
    short = synthesize(people=50, out=tmp_path / "short", seed=3, as_of=AS_OF)
    long = synthesize(people=80, out=tmp_path / "long", seed=3, as_of=AS_OF)
    first = Path(short.files[0]).read_bytes()
    assert Path(long.files[0]).read_bytes()[: len(first)] == first


def test_over_several_files_the_people_are_the_same_and_every_shape_occurs(tmp_path: Path) -> None:
    one = synthesize(people=60, out=tmp_path / "one", seed=3, as_of=AS_OF)
    four = synthesize(people=60, out=tmp_path / "four", seed=3, as_of=AS_OF, files=4)
    assert (four.people, four.rows) == (one.people, one.rows)
    firsts = [Path(file).read_bytes().split(b"\n")[0] for file in four.files]
    assert [first.startswith(b"RECORD_ID") for first in firsts] == [True, False, True, False]
    fields = [len(next(csv.reader([first.decode("iso-8859-1")]))) for first in firsts]
    assert fields == [95, 95, 96, 96]

    def body(files: tuple[str, ...]) -> list[list[str]]:
        text = [Path(file).read_text(encoding="iso-8859-1") for file in files]
        rows = [row[:95] for part in text for row in csv.reader(part.splitlines())]
        return [row for row in rows if row[0] != "RECORD_ID"]

    assert body(four.files) == body(one.files)
    assert four.bytes == sum(Path(file).stat().st_size for file in four.files)


def test_every_row_has_95_fields_or_a_blank_96th(tmp_path: Path) -> None:
    result = synthesize(people=400, out=tmp_path, seed=5, as_of=AS_OF, files=4)
    counted = 0
    for path, shape in zip(result.files, SHAPES, strict=True):
        with Path(path).open(encoding="iso-8859-1", newline="") as file:
            for row in csv.reader(file, strict=True):
                assert len(row) == 95 + shape.trailing
                assert not shape.trailing or row[95] == ""
                counted += row[0] != "RECORD_ID"
    assert counted == result.rows


def test_nothing_is_later_than_as_of_and_a_later_as_of_only_adds() -> None:
    date_columns = [FIELDS.index(name) for name in ("CYC_DATE", "STP_EVENT_DATE", "DISP_DATE")]
    for line in stream(2, 300, date(2015, 6, 30)):
        cells = next(csv.reader([line.decode("iso-8859-1")]))
        assert all(
            cells[at].strip() <= "20150630"
            for at in date_columns
            if cells[at].strip()[:1].isdigit()
        )
    early = [person(2, number, date(2015, 6, 30)) for number in range(300)]
    late = [person(2, number, AS_OF) for number in range(300)]
    assert any(somebody is None for somebody in early)
    assert all(late)
    for before, after in zip(early, late, strict=True):
        if before and after:
            assert [cycle.on for cycle in before.cycles] == [
                cycle.on for cycle in after.cycles[: len(before.cycles)]
            ]


def test_memory_does_not_grow_with_the_number_of_people(tmp_path: Path) -> None:
    def peak(people: int) -> int:
        tracemalloc.start()
        synthesize(people=people, out=tmp_path, seed=1, as_of=AS_OF)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(10)
    assert peak(600) < 1.3 * peak(60)


def test_an_earlier_run_s_files_are_replaced(tmp_path: Path) -> None:
    synthesize(people=20, out=tmp_path, seed=1, as_of=AS_OF, files=4)
    synthesize(people=20, out=tmp_path, seed=1, as_of=AS_OF)
    assert [path.name for path in tmp_path.iterdir()] == ["synthetic-0001.csv"]


@pytest.mark.parametrize(("people", "files"), [(0, 1), (10_000_000, 1), (5, 0), (5, 6)])
def test_impossible_numbers_are_refused(tmp_path: Path, people: int, files: int) -> None:
    with pytest.raises(UsageError):
        synthesize(people=people, out=tmp_path, seed=1, as_of=AS_OF, files=files)


def test_a_folder_that_cannot_be_written_to_is_a_fault_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreFault, match="cannot be written") as fault:
        synthesize(people=1, out=tmp_path / "file", seed=1, as_of=AS_OF)
    assert "another folder" in fault.value.remedy
