"""The whole line on made-up people and on the public samples."""

from __future__ import annotations

import csv
import gzip
import json
import random
from pathlib import Path

from pyspark.sql import SparkSession

from clearance.cli import _code
from clearance.command.line import whole_line
from clearance.ingest.layout import FIELD_COUNT
from clearance.places import rules_folder
from clearance.settings import load_settings
from clearance.store import Store
from tests.line.conftest import AS_OF, Line


def lines_of(name: str) -> list[bytes]:
    data = Path(name).read_bytes()
    return (gzip.decompress(data) if name.endswith(".gz") else data).splitlines()


def test_rows_read_are_accepted_or_quarantined_and_nothing_else(line: Line) -> None:
    taken = line.said["ingest"]
    rows = [row for name in line.files for row in lines_of(name) if b"RECORD_ID" not in row[:20]]
    assert taken["rows_read"] == len(rows)
    assert taken["rows_read"] == taken["rows_accepted"] + taken["rows_quarantined"]


def test_every_prop64_conviction_is_decided_once_by_policy_and_by_scenario(
    spark: SparkSession, line: Line
) -> None:
    convictions = line.store.read(spark, "charges").where(
        "convicted AND array_contains(tags, 'p64')"
    )
    decided = line.store.read(spark, "determinations")
    for pack in ("prop64_statute", "dismiss_all_p64"):
        units = decided.where(f"pack = '{pack}'").select("unit_id")
        assert convictions.select("unit_id").exceptAll(units).isEmpty()
        assert units.count() == units.distinct().count()


def test_every_outcome_of_the_statute_occurs_among_made_up_people(line: Line) -> None:
    counts = line.said["determine"]["counts"]
    assert {name for name in counts if name.startswith("prop64_statute/")} == {
        "prop64_statute/ELIGIBLE",
        "prop64_statute/NOT_ELIGIBLE",
        "prop64_statute/REVIEW",
    }


def test_packets_hold_the_95_fields_byte_for_byte(line: Line) -> None:
    received = {row for name in line.files for row in lines_of(name)}
    # A 96th field, blank, is not carried over.
    with_96th = {row.rstrip(b" ") for row in received if row.rstrip(b" ").endswith(b",")}
    packets = sorted((line.out / "packets").glob("*/all.csv"))
    assert len(packets) >= 10
    for packet in packets:
        header, *rows = packet.read_bytes().splitlines()
        appended = len(next(csv.reader([header.decode("latin-1")]))) - FIELD_COUNT
        assert appended > 10
        for row in rows:
            fields = next(csv.reader([row.decode("latin-1")]))
            assert len(fields) == FIELD_COUNT + appended
            end = _length_of_fields(row, FIELD_COUNT)
            kept = row[:end]
            assert kept in received or kept + b"," in with_96th


def _length_of_fields(row: bytes, count: int) -> int:
    """Bytes of the first fields, without the comma that follows them."""
    seen, quoted = 0, False
    for at, byte in enumerate(row):
        if byte == ord('"'):
            quoted = not quoted
        elif byte == ord(",") and not quoted:
            seen += 1
            if seen == count:
                return at
    return len(row)


def test_shuffled_rows_over_several_files_give_the_same_digest(
    spark: SparkSession, line: Line, tmp_path: Path
) -> None:
    rows = [row for name in line.files for row in lines_of(name) if b"RECORD_ID" not in row[:20]]
    random.Random(5).shuffle(rows)
    (tmp_path / "in").mkdir()
    third = len(rows) // 3
    (tmp_path / "in" / "a.dat").write_bytes(b"\n".join(rows[:third]) + b"\n")
    (tmp_path / "in" / "b.csv").write_bytes(b"\r\n".join(rows[third : 2 * third]))
    (tmp_path / "in" / "c.csv.gz").write_bytes(gzip.compress(b"\n".join(rows[2 * third :])))
    result = whole_line(
        spark,
        Store(str(tmp_path / "store")),
        inputs=[str(tmp_path / "in")],
        as_of=AS_OF,
        out=tmp_path / "out",
        rules=rules_folder(),
        settings=load_settings(None),
        counties=["LOS ANGELES"],
    ).as_dict()
    assert result["determine"]["digest"] == line.said["determine"]["digest"]


def test_the_sacramento_sample_reconciles_and_its_packet_keeps_every_byte(
    spark: SparkSession, samples: Path, tmp_path: Path
) -> None:
    sample = samples / "sacramento_20k.csv.gz"
    store, out = str(tmp_path / "s"), tmp_path / "o"
    arguments = ["run", str(sample), "--store", store, "--as-of", "2026-11-01", "--out", str(out)]
    assert _code([*arguments, "--quiet"], debug=True) == 0
    files = Store(store).read(spark, "source_files").first()
    assert files is not None
    assert (files["rows_read"], files["rows_accepted"], files["rows_quarantined"]) == (
        20_075,
        20_075,
        0,
    )
    packet = (out / "packets" / "sacramento" / "all.csv").read_bytes().splitlines()[1:]
    kept = [row[: _length_of_fields(row, FIELD_COUNT)] for row in packet]
    received = lines_of(str(sample))[1:]
    assert kept == [row for row in received if row in set(kept)]
    summary = json.loads((out / "packets" / "sacramento" / "summary.json").read_text())
    assert summary["county"] == "SACRAMENTO"


def test_the_small_samples_run_and_the_bad_one_is_refused_with_its_reason(
    samples: Path, tmp_path: Path, capsys: object
) -> None:
    store, out = str(tmp_path / "s"), str(tmp_path / "o")
    end = ["--store", store, "--as-of", "2026-11-01", "--out", out, "--quiet"]
    inputs = [str(samples / "no_headers.csv"), str(samples / "extra_comma.csv")]
    assert _code(["run", *inputs, *end, "--xlsx"], debug=True) == 0
    packets = Path(out, "packets")
    books = {path.parent for path in packets.glob("*/packet.xlsx")}
    assert books == set(packets.iterdir())
    bad = ["run", str(samples / "bad.csv"), *end]
    before = sorted(path.name for path in Path(store, "source_rows", "_delta_log").iterdir())
    assert _code(bad, debug=False) == 3
    said = capsys.readouterr().err  # type: ignore[attr-defined]
    assert "bad.csv" in said
    assert "94" in said
    assert "--accept-quarantine" in said
    after = sorted(path.name for path in Path(store, "source_rows", "_delta_log").iterdir())
    assert before == after
