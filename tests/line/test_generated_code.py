"""Small inputs run without generated code, large ones with it: the answers are the same."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree

import pytest
from pyspark.sql import SparkSession

from clearance.commands.demo import AS_OF
from clearance.commands.size import SMALL_INPUT, SMALL_STORE, UNPACKED, is_small
from clearance.determine.step import determine
from clearance.platform.clock import wall_clock
from clearance.platform.paths import rules_folder
from clearance.platform.spark.session import INTERPRETED
from clearance.platform.store.store import Store
from clearance.prepare.step import prepare
from clearance.publish.step import publish
from clearance.settings import load_settings
from tests.support.stores import Line


def sized(path: Path, size: int) -> Path:
    """A file of so many bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.truncate(size)
    return path


def csv_files(folder: Path) -> dict[str, bytes]:
    """The bytes of the CSV files in a folder, by their place in it."""
    found = {str(path.relative_to(folder)): path for path in folder.rglob("*.csv")}
    assert found
    return {place: path.read_bytes() for place, path in found.items()}


@pytest.mark.usefixtures("generated_code")
def test_tables_and_packets_are_those_made_without_generated_code(
    spark: SparkSession, line: Line, tmp_path: Path
) -> None:
    assert all(spark.conf.get(name, None) != value for name, value in INTERPRETED.items())
    generated = Store(str(tmp_path / "store"))
    for table in ("source_rows", "source_files"):
        copytree(line.store.path(table), generated.path(table))
    rules = rules_folder()
    prepare(spark, generated, rules=rules)
    determine(
        spark, generated, rules=rules, settings=load_settings(None), as_of=AS_OF, clock=wall_clock
    )
    for table in ("charges", "arrests", "determinations"):
        interpreted = line.store.read(spark, table).drop("sweep_id")
        rows = generated.read(spark, table).drop("sweep_id")
        assert rows.count() == interpreted.count() > 100
        assert rows.exceptAll(interpreted).isEmpty()
    out = tmp_path / "out"
    publish(spark, generated, out=out, rules=rules)
    assert csv_files(out / "packets") == csv_files(line.place.out / "packets")


def test_what_is_read_decides_whether_a_run_is_small(tmp_path: Path) -> None:
    store = tmp_path / "store"
    research = str(sized(tmp_path / "a.csv", SMALL_INPUT))
    assert is_small(str(store), [research])
    assert not is_small(str(store), [research, str(sized(tmp_path / "b.csv", 1))])
    packed = sized(tmp_path / "packed" / "c.csv.gz", SMALL_INPUT // UNPACKED + 1)
    assert not is_small(str(store), [str(packed.parent)])
    sized(store / "charges" / "part.parquet", SMALL_STORE)
    assert is_small(str(store), [research])
    sized(store / "charges" / "_change_data" / "cdc.parquet", 1)
    assert not is_small(str(store), [])


def test_what_lies_elsewhere_is_not_small(tmp_path: Path) -> None:
    assert not is_small("s3a://bucket/store")
    assert not is_small(str(tmp_path), ["s3a://bucket/a.csv"])
