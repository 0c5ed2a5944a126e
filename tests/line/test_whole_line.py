"""The whole line on made-up people and on the public samples."""

from __future__ import annotations

import csv
import gzip
import json
import random
from dataclasses import dataclass
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from soak.state import rows_of

from clearance.cli import exit_code
from clearance.commands.demo import AS_OF
from clearance.ingest.layout import FIELD_COUNT
from clearance.platform.paths import rules_folder
from clearance.platform.store.store import Store
from clearance.publish.counties import known_counties
from clearance.publish.made_up import MADE_UP
from clearance.rulebook.loading.load import load_rulebook
from clearance.settings import load_settings
from tests.support.counting import FIRST_RUN, Counted, counted
from tests.support.literal_tables import court, record
from tests.support.places import SHARED
from tests.support.stores import Line

RULES = rules_folder()
GOOD = ("sacramento_20k.csv.gz", "no_headers.csv", "extra_comma.csv")


def lines_of(name: str) -> list[bytes]:
    data = Path(name).read_bytes()
    return (gzip.decompress(data) if name.endswith(".gz") else data).splitlines()


def files_of(spark: SparkSession, store: str) -> dict[str, tuple[int, int, int]]:
    """Rows read, accepted and quarantined by file."""
    columns = ("rows_read", "rows_accepted", "rows_quarantined")
    files = Store(store).read(spark, "source_files").collect()
    return {row["path"]: tuple(row[name] for name in columns) for row in files}


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
    # San Francisco leaves some out.
    for of, where in (
        ("kind = 'policy'", "county != 'SAN FRANCISCO'"),
        ("pack = 'dismiss_all_p64'", "true"),
        ("pack = 'dismiss_all_p64_and_related'", "true"),
    ):
        units = decided.where(of).select("unit_id")
        assert convictions.where(where).select("unit_id").exceptAll(units).isEmpty()
        assert units.count() == units.distinct().count()


def test_each_county_is_decided_by_its_own_policy_or_by_the_default(
    spark: SparkSession, line: Line
) -> None:
    policies = line.store.read(spark, "determinations").where("kind = 'policy'")
    pairs = [tuple(row) for row in policies.select("county", "pack").distinct().collect()]
    own = load_settings(None).county_policies.counties
    assert len({pack for _, pack in pairs}) >= 4
    for county, pack in pairs:
        assert pack == (own[county].policy if county in own else "prop64_statute")


def test_every_outcome_of_the_statute_occurs_among_made_up_people(line: Line) -> None:
    counts = line.said["determine"]["counts"]
    assert {name for name in counts if name.startswith("prop64_statute/")} == {
        "prop64_statute/ELIGIBLE",
        "prop64_statute/NOT_ELIGIBLE",
        "prop64_statute/REVIEW",
    }


def test_every_eligible_row_names_its_day_and_none_lies_before_the_law(
    spark: SparkSession, line: Line
) -> None:
    eligible = line.store.read(spark, "determinations").where("outcome = 'ELIGIBLE'")
    earliest = {
        row["pack"]: row["earliest"]
        for row in eligible.groupBy("pack").agg(F.min("eligible_on").alias("earliest")).collect()
    }
    assert {"pc851_93", "prop64_statute", "los_angeles", "dismiss_all_p64"} <= set(earliest)
    rulebook = load_rulebook(rules_folder())
    for pack, day in earliest.items():
        found = rulebook.find(pack, as_of=AS_OF)
        assert found is not None and found.pack.first_day is not None
        assert day is not None and day >= found.pack.first_day, pack
    # The oldest of these units are older than their laws.
    assert earliest["pc851_93"].isoformat() == "2024-10-01"
    assert earliest["prop64_statute"].isoformat() == "2016-11-09"
    assert eligible.where("eligible_on IS NULL").isEmpty()


def test_packets_hold_the_95_fields_letter_for_letter_in_one_encoding_each(line: Line) -> None:
    as_bytes = {row for name in line.files for row in lines_of(name)}
    trimmed = {row.rstrip(b" ,") for row in as_bytes}
    received = {decoded(row).encode() for row in as_bytes}
    # A 96th field, blank, is not carried over.
    with_96th = {row.rstrip(b" ") for row in received if row.rstrip(b" ").endswith(b",")}
    packets = sorted((line.place.out / "packets").glob("*/all.csv"))
    assert len(packets) >= 10
    recoded = 0
    for packet in packets:
        summary = json.loads((packet.parent / "summary.json").read_text())
        encoding = summary["encodings"]["all"]
        assert summary["made_up"] == MADE_UP
        header, *lines = packet.read_bytes().splitlines()
        # Where all lines agree they are the bytes that were received.
        rows = [line.decode(encoding).encode() for line in lines]
        changed = [
            line
            for line in lines
            if line[: _length_of_fields(line, FIELD_COUNT)].rstrip(b" ,") not in trimmed
        ]
        recoded += any(not line.isascii() for line in changed)
        assert encoding == "utf-8" or not [line for line in changed if not line.isascii()]
        appended = len(next(csv.reader([header.decode("latin-1")]))) - FIELD_COUNT
        assert appended > 10
        for row in rows:
            fields = next(csv.reader([row.decode()]))
            assert len(fields) == FIELD_COUNT + appended
            end = _length_of_fields(row, FIELD_COUNT)
            kept = row[:end]
            assert kept in received or kept + b"," in with_96th
    assert recoded, "some county has lines of two encodings"
    assert MADE_UP in (line.place.out / "report.html").read_text()


def decoded(line: bytes) -> str:
    """A line's text as ingest reads it."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("iso-8859-1")


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


def test_shuffled_rows_over_several_files_give_the_same_charges_and_arrests(
    spark: SparkSession, line: Line, tmp_path: Path
) -> None:
    rows = [row for name in line.files for row in lines_of(name) if b"RECORD_ID" not in row[:20]]
    random.Random(5).shuffle(rows)
    (tmp_path / "in").mkdir()
    third = len(rows) // 3
    (tmp_path / "in" / "a.dat").write_bytes(b"\n".join(rows[:third]) + b"\n")
    (tmp_path / "in" / "b.csv").write_bytes(b"\r\n".join(rows[third : 2 * third]))
    (tmp_path / "in" / "c.csv.gz").write_bytes(gzip.compress(b"\n".join(rows[2 * third :])))
    store = ["--store", str(tmp_path / "store"), "--quiet"]
    assert exit_code(["ingest", str(tmp_path / "in"), *store], debug=True) == 0
    assert exit_code(["prepare", *store], debug=True) == 0
    # Every decision rests on these two alone.
    for table in ("charges", "arrests"):
        assert rows_of(tmp_path / "store" / table) == rows_of(line.place.store / table)


@dataclass(frozen=True)
class Everything:
    """One run over 58 people, one in each county, and over the good samples if they are there."""

    samples: list[Path]
    people: dict[str, str]
    store: Store
    out: Path
    counted: Counted


@pytest.fixture(scope="module")
def everything(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Everything:
    folder = tmp_path_factory.mktemp("everything")
    samples = SHARED / "samples"
    good = [samples / name for name in GOOD] if samples.is_dir() else []
    people = {county: f"{980_000_000 + at}" for at, county in enumerate(known_counties(RULES))}
    rows = [
        record(
            court(subject, "101001001000", county, "11359 HS-POSSESS FOR SALE")
            | {
                "STP_EVENT_DATE": "20080506",
                "DISP_DESCR": "CONVICTED-JAIL",
                "OFFENSE_TOC": "F",
                "PRI_DOB": "19800101",
            }
        )
        for county, subject in people.items()
    ]
    (folder / "state.csv").write_text("\n".join([*rows, ""]))
    files = [*map(str, good), str(folder / "state.csv")]
    dates = ["--extract-date", AS_OF.isoformat(), "--as-of", AS_OF.isoformat()]
    into = ["--store", str(folder / "store"), "--out", str(folder / "out"), "--quiet"]
    with counted(spark, folder / "store") as count:
        assert exit_code(["run", *files, *dates, *into], debug=True) == 0
    return Everything(good, people, Store(str(folder / "store")), folder / "out", count)


def test_58_counties_and_20_000_rows_ask_no_more_of_spark_than_a_small_run(
    everything: Everything,
) -> None:
    assert everything.counted.executions <= FIRST_RUN.executions
    assert everything.counted.jobs <= FIRST_RUN.jobs
    assert everything.counted.commits <= FIRST_RUN.commits


def test_the_samples_reconcile_and_the_packets_keep_every_byte(
    spark: SparkSession, everything: Everything, samples: Path
) -> None:
    packets = everything.out / "packets"
    assert everything.samples == [samples / name for name in GOOD]
    taken = files_of(spark, everything.store.uri)
    assert {str(path): taken[str(path)] for path in everything.samples} == {
        str(path): (rows, rows, 0)
        for path, rows in zip(everything.samples, (20_075, 38, 38), strict=True)
    }
    lines = {path.name: lines_of(str(path)) for path in everything.samples}
    rows = everything.store.read(spark, "source_rows").where(~F.col("subject_id").like("98%"))
    for row in rows.select("source_file", "position", "record", "encoding").collect():
        line = lines[Path(row.source_file).name][row.position - 1]
        assert row.record.encode(row.encoding) == line
    packet = (packets / "sacramento" / "all.csv").read_bytes().splitlines()[1:]
    kept = [row[: _length_of_fields(row, FIELD_COUNT)] for row in packet]
    received, known = lines["sacramento_20k.csv.gz"][1:], set(kept)
    assert len(kept) > 10_000
    own = everything.people["SACRAMENTO"].encode()
    assert [row for row in kept if own not in row] == [row for row in received if row in known]
    summary = json.loads((packets / "sacramento" / "summary.json").read_text())
    assert summary["county"] == "SACRAMENTO"


def test_one_run_over_58_counties_gives_each_its_own_policy_and_its_packet(
    spark: SparkSession, everything: Everything
) -> None:
    assert len(everything.people) == 58
    said = (
        everything.store.read(spark, "determinations")
        .where((F.col("kind") == "policy") & F.col("subject_id").isin(*everything.people.values()))
        .collect()
    )
    own = load_settings(None).county_policies.counties
    assert {row["county"]: row["pack"] for row in said} == {
        county: own[county].policy if county in own else "prop64_statute"
        for county in everything.people
    }
    assert len(said) == 58
    packets = {
        json.loads(path.read_text())["county"]: path.parent / "all.csv"
        for path in everything.out.glob("packets/*/summary.json")
    }
    # The large sample has rows of a county that is none.
    assert set(packets) == {*everything.people, *(["NARNIA"] if everything.samples else [])}
    for county, subject in everything.people.items():
        rows = [row for row in lines_of(str(packets[county])) if subject.encode() in row]
        assert len(rows) == 1, county


def test_the_bad_sample_is_refused_and_leaves_the_rows_as_they_were(
    spark: SparkSession, everything: Everything, samples: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, bad = everything.store, str(samples / "bad.csv")
    log = Path(store.path("source_rows")) / "_delta_log"
    before = sorted(path.name for path in log.iterdir())
    assert exit_code(["ingest", bad, "--store", store.uri, "--quiet"], debug=False) == 3
    said = capsys.readouterr().err
    for words in ("bad.csv", "94 fields where 95 are expected", "--accept-quarantine"):
        assert words in said
    assert files_of(spark, store.uri)[bad] == (37, 0, 37)
    assert sorted(path.name for path in log.iterdir()) == before
