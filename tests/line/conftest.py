"""One small store that the demo has made, and where the samples lie."""

from __future__ import annotations

import contextlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from soak.months import Place
from soak.state import PUBLISHED

from clearance.cli import _code
from clearance.command.demo import AS_OF
from clearance.store import Store
from tests.line.counting import Counted, counted

SAMPLES = Path(__file__).resolve().parents[2].parent / "shared" / "samples"


@dataclass(frozen=True)
class Line:
    """A store with its packets, what it was made of, and what came out; to be left as it is."""

    files: list[str]
    place: Place
    said: dict[str, Any]
    counted: Counted

    @property
    def store(self) -> Store:
        return Store(str(self.place.store))

    @property
    def extract(self) -> list[str]:
        """The files and options with which `ingest` and `run` take in what the demo took in."""
        return [*self.files, "--extract-date", AS_OF.isoformat(), "--complete"]


@pytest.fixture(scope="session")
def samples() -> Path:
    assert SAMPLES.is_dir(), "the public samples lie beside the checkout, in shared/samples"
    return SAMPLES


@pytest.fixture(scope="session")
def line(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Line:
    """Made-up people through every step."""
    place = Place(tmp_path_factory.mktemp("line"))
    demo, said = place.folder / "demo", io.StringIO()
    with contextlib.redirect_stdout(said), counted(spark, demo / "store") as made:
        assert _code(["demo", "--people", "120", "--out", str(demo), "--json"], debug=True) == 0
    (demo / "store").rename(place.store)
    place.out.mkdir()
    for name in PUBLISHED:
        (demo / name).rename(place.out / name)
    files = sorted(str(path) for path in (demo / "input").iterdir())
    return Line(files, place, json.loads(said.getvalue()), made)
