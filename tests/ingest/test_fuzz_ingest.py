"""Ingest of files with slips: every line is accounted for, or the file is refused by name."""

from __future__ import annotations

import bz2
import gzip
import random
import tracemalloc
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from pyspark.sql import SparkSession

from clearance.cli import exit_code
from clearance.errors import EXIT_INPUT, InputRefused
from clearance.ingest.files.kind import HEAD, recognize_kind
from clearance.ingest.files.probe import ALWAYS_ALLOWED, LONGEST_LINE, probe
from clearance.ingest.files.remote import Hadoop, list_remote_files
from clearance.ingest.quarantine import CODES
from clearance.ingest.step import IngestResult, ingest
from clearance.platform.store.store import Store
from tests.support.fuzz.drawn import LINE_CODES, UNSAID, Line, record_lines
from tests.support.fuzz.file_mutation import (
    is_taken_in,
    mutated_file,
    row_numbers,
    text_of,
    valid_file,
    valid_row,
)
from tests.support.fuzz.reconcile import differences

FILES, LINES_OF_EACH = 40, 25
DRAWN = "drawn.csv"
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def mutations(seed: int, count: int) -> Iterator[bytes]:
    dice = random.Random(seed)
    seen = set()
    while len(seen) < count:
        data = mutated_file(valid_file(dice), dice)
        if data not in seen:
            seen.add(data)
            yield data


@cache
def drawn_lines() -> list[Line]:
    """Lines that hypothesis draws, as many right ones as there are of each defect."""
    lines: list[Line] = []
    for code in LINE_CODES:

        @settings(max_examples=LINES_OF_EACH)
        @given(record_lines(code))
        def draw(line: Line) -> None:
            lines.append(line)

        draw()
    return lines


def bomb(size: int) -> bytes:
    """Lines of nothing, packed a thousandfold."""
    packer = zlib.compressobj(wbits=31)
    block = (bytes(1023) + b"\n") * 1024
    return b"".join(packer.compress(block) for _ in range(size >> 20)) + packer.flush()


@pytest.fixture(scope="module")
def broken(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Store, dict[str, bytes], IngestResult]:
    """Some broken files, one with a line of many megabytes and one of drawn lines, taken in
    as one extract."""
    folder = tmp_path_factory.mktemp("broken")
    dice = random.Random(0)
    long_line = b"\n".join([valid_row(dice), b"x," * (5 << 20), valid_row(dice), b""])
    contents = [*mutations(1, FILES), long_line]
    files = {f"{number:03}.csv": data for number, data in enumerate(contents) if is_taken_in(data)}
    files[DRAWN] = b"".join(line.data + b"\n" for line in drawn_lines())
    for name, data in files.items():
        (folder / name).write_bytes(data)
    store = Store(str(folder / "store"))
    result = ingest(
        spark,
        store,
        inputs=[str(folder)],
        accept_quarantine=True,
        accept_unread=True,
        clock=lambda: NOON,
    )
    return store, files, result


def test_every_line_of_every_broken_file_is_kept_or_set_aside_once(
    spark: SparkSession, broken: tuple[Store, dict[str, bytes], IngestResult]
) -> None:
    store, files, result = broken
    assert differences(spark, store, files) == []
    assert {Path(file.path).name for file in result.files} == set(files)
    assert result.rows_accepted > 100 and result.rows_quarantined > 100


def test_the_rows_of_each_file_are_as_many_as_its_lines_say(
    broken: tuple[Store, dict[str, bytes], IngestResult],
) -> None:
    _, files, result = broken
    counted = {Path(file.path).name: file.rows_read for file in result.files}
    assert counted == {name: len(row_numbers(text_of(data) or b"")) for name, data in files.items()}


def test_a_right_record_is_kept_and_one_with_a_defect_is_set_aside_under_its_code(
    spark: SparkSession, broken: tuple[Store, dict[str, bytes], IngestResult]
) -> None:
    store, _, _ = broken
    aside = store.read(spark, "quarantine").where(f"source_file LIKE '%{DRAWN}'")
    codes = {row.position: row.code for row in aside.select("position", "code").collect()}
    expected = dict(enumerate(drawn_lines(), 1))
    wrong = {
        position: (line, codes.get(position))
        for position, line in expected.items()
        if line.code not in (UNSAID, codes.get(position))
    }
    assert wrong == {}
    assert {line.code for line in expected.values()} == {None, UNSAID, *CODES}


def test_a_line_of_many_megabytes_is_one_bad_row_and_its_neighbours_are_kept(
    spark: SparkSession, broken: tuple[Store, dict[str, bytes], IngestResult]
) -> None:
    store, files, _ = broken
    name = max(files, key=lambda name: len(files[name]))
    aside = store.read(spark, "quarantine").where(f"source_file LIKE '%{name}'").collect()
    assert [(row.position, row.code, len(row.record)) for row in aside] == [
        (2, "FIELD_COUNT", 10 << 20)
    ]


def test_a_file_is_refused_before_spark_reads_it_exactly_where_it_cannot_be_unpacked(
    tmp_path: Path,
) -> None:
    refused = 0
    for data in mutations(2, 600):
        path = tmp_path / "f.csv"
        path.write_bytes(data)
        try:
            probe(path)
        except InputRefused as error:
            assert "f.csv" in error.message and error.remedy
            text = text_of(data)
            assert text is None or recognize_kind(text[:HEAD]) is not None
            refused += 1
        else:
            assert text_of(data) is not None
    assert refused > 10


@pytest.mark.parametrize("members", [1, 3])
def test_a_file_that_unpacks_to_far_more_than_its_size_is_refused_in_little_memory(
    members: int, tmp_path: Path
) -> None:
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(bomb(2 * ALWAYS_ALLOWED // members) * members)
    tracemalloc.start()
    with pytest.raises(InputRefused) as caught:
        probe(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "bomb.csv.gz" in caught.value.message
    assert peak < 16 << 20


def test_unpacking_is_allowed_up_to_the_limit_and_refused_a_byte_beyond(tmp_path: Path) -> None:
    path = tmp_path / "f.gz"
    line = b"\n" * 1024
    text = line * (ALWAYS_ALLOWED // len(line))
    path.write_bytes(gzip.compress(text, 1))
    probe(path, unpack_limit=1)
    path.write_bytes(gzip.compress(text + b"\n", 1))
    with pytest.raises(InputRefused, match="unpacks to more than"):
        probe(path, unpack_limit=1)
    ratio = (ALWAYS_ALLOWED + 1) / path.stat().st_size
    probe(path, unpack_limit=ratio * 1.01)


def test_a_line_up_to_the_limit_is_looked_through_and_a_longer_one_refused(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    for ends in (b"\n", b"\r"):
        path.write_bytes(b"a" + ends + b"x" * LONGEST_LINE + ends + b"b" + ends)
        probe(path)
        path.write_bytes(b"a" + ends + b"x" * (LONGEST_LINE + (1 << 20)) + ends + b"b")
        with pytest.raises(InputRefused, match=r"f\.csv has a line of more than 16 MB"):
            probe(path)


def test_a_bomb_ends_the_command_with_exit_3_and_what_to_do(
    spark: SparkSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(bomb(2 * ALWAYS_ALLOWED))
    store = tmp_path / "store"
    assert (
        exit_code(["ingest", str(path), "--store", str(store), "--quiet"], debug=False)
        == EXIT_INPUT
    )
    lines = capsys.readouterr().err.strip().splitlines()
    assert "bomb.csv.gz" in lines[0] and "unpack_limit" in lines[-1]
    assert not store.exists()


def test_a_bomb_at_an_address_is_refused_too(spark: SparkSession, tmp_path: Path) -> None:
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(bomb(2 * ALWAYS_ALLOWED))
    with pytest.raises(InputRefused, match="unpacks to more than"):
        list_remote_files(Hadoop(spark), [path.as_uri()], unpack_limit=100.0)
    (described,), _ = list_remote_files(Hadoop(spark), [path.as_uri()], unpack_limit=2000.0)
    assert described.sha256 == probe(path, unpack_limit=2000.0).sha256


def test_at_an_address_too_a_file_is_what_its_bytes_say_and_has_lines(
    spark: SparkSession, tmp_path: Path
) -> None:
    long = b"a\n" + b"x" * (2 * LONGEST_LINE + (1 << 20)) + b"\nb\n"
    row = valid_row(random.Random(0)) + b"\n"
    files = {
        "packed.csv": (bz2.compress(row), "bzip2-compressed"),
        "twice.csv.gz": (gzip.compress(zlib.compress(row)), "its content is deflate-compressed"),
        "plain.csv.bz2": (row, "plain text, but its name ends in .bz2"),
        "named.csv": (gzip.compress(row), "gzip-compressed, but its name does not end in .gz"),
        "cut.csv.gz": (gzip.compress(row)[:-9], "cut off or damaged"),
        "long.csv": (long, "a line of more than 16 MB"),
        "long.csv.gz": (gzip.compress(long, 1), "a line of more than 16 MB"),
    }
    hadoop = Hadoop(spark)
    for name, (content, words) in files.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(InputRefused, match=words) as caught:
            list_remote_files(hadoop, [path.as_uri()], unpack_limit=100.0)
        assert f"{path.as_uri()} " in caught.value.message
        path.unlink()
    (tmp_path / "within").mkdir()
    (tmp_path / "notes.txt").touch()
    with pytest.raises(InputRefused, match=r"It holds .*notes\.txt, .*within/"):
        list_remote_files(hadoop, [tmp_path.as_uri()], unpack_limit=100.0)
    lines = b"x" * (1 << 20) + b"\r\n"
    (tmp_path / "one.dat").write_bytes(row + lines * 40)
    (tmp_path / "two.csv.gz").write_bytes(gzip.compress(row + lines * 40, 1))
    found, beside = list_remote_files(hadoop, [tmp_path.as_uri()], unpack_limit=100.0)
    assert [Path(file.name).name for file in found] == ["one.dat", "two.csv.gz"]
    assert sorted(Path(name).name for name in beside) == ["notes.txt", "within"]
