"""Packets published again: after a failure, of a what-if, and of counties that there are not."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from pyspark.sql import SparkSession

from clearance.determine.recorded import WHAT_IF
from clearance.errors import StoreFault, UsageError
from clearance.publish.step import PublishResult, publish
from tests.publish.packets.county_packets import Published
from tests.support.literal_tables import (
    SWEEP,
    recorded,
)


def test_a_failed_publish_leaves_the_earlier_packets_and_the_next_one_replaces_them(
    published: Published, spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published = replace(published, out=Path(shutil.copytree(published.out, tmp_path / "out")))

    def again(counties: list[str]) -> PublishResult:
        return publish(
            *(spark, published.store),
            out=published.out,
            rules=published.rules,
            sweep=recorded(sweep_id="another"),
            counties=counties,
            files=("prop64",),
        )

    def fails(*_: object, **__: object) -> None:
        raise StoreFault("The cluster is gone.", "Run it again.")

    before = {path: path.read_bytes() for path in published.out.rglob("*") if path.is_file()}
    with monkeypatch.context() as broken:
        broken.setattr("clearance.publish.packets.packets.county_summaries", fails)
        with pytest.raises(StoreFault):
            again(["MARIN"])
    packets = published.out / "packets"
    assert before == {p: p.read_bytes() for p in before}
    assert len(list(packets.iterdir())) == 5
    assert again(["marin", "Yolo"]).rows == {"MARIN": {"prop64": 0}, "YOLO": {"prop64": 0}}
    for folder in ("marin", "yolo"):
        names = {path.name for path in (packets / folder).iterdir()}
        assert names == {"prop64.csv", "summary.json"}
    assert published.summary("marin")["sweep_id"] == "another"
    assert published.summary("san-joaquin")["sweep_id"] == SWEEP
    assert not (published.out / ".publishing").exists()


def test_the_packets_of_a_what_if_say_so_until_others_take_their_place(
    published: Published, spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A county of several chunks, and no file of source rows.
    monkeypatch.setattr("clearance.publish.packets.relief.CHUNK_ROWS", 2)

    def what_if_labels(**more: Any) -> tuple[list[str], bool, bool | None]:
        publish(
            *(spark, published.store),
            out=tmp_path,
            rules=published.rules,
            sweep=recorded(**more),
            counties=["SAN JOAQUIN"],
            files=("relief",),
            xlsx=True,
        )
        folder = tmp_path / "packets" / "san-joaquin"
        texts = [path.read_text() for path in folder.glob("*.txt")]
        sheet = load_workbook(folder / "packet.xlsx")["Summary"]
        cells = [cell.value for row in sheet.iter_rows() for cell in row]
        what_if = json.loads((folder / "summary.json").read_text()).get("what_if")
        return texts, WHAT_IF in cells, what_if

    assert what_if_labels(what_if=True) == ([f"{WHAT_IF}\n"], True, True)
    assert what_if_labels() == ([], False, None)
    header, *rows = (tmp_path / "packets" / "san-joaquin" / "relief.csv").read_bytes().splitlines()
    assert [header, *sorted(rows)] == published.bytes_of("san-joaquin", "relief")


def test_an_unknown_county_or_file_is_refused_with_the_nearest(
    published: Published, spark: SparkSession
) -> None:
    def asked(**more: object) -> PublishResult:
        return publish(
            *(spark, published.store),
            out=published.out,
            rules=published.rules,
            sweep=recorded(),
            **more,
        )

    with pytest.raises(UsageError, match="no county `SAN JAOQUIN`") as error:
        asked(counties=["SAN JAOQUIN"])
    assert "SAN JOAQUIN" in error.value.remedy
    with pytest.raises(UsageError, match="packet file `condensd`") as error:
        asked(files=("condensd",))
    assert "condensed" in error.value.remedy
