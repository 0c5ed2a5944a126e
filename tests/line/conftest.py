"""One small store that a run has made, once a suite, and where the samples lie."""

from __future__ import annotations

import contextlib
import fcntl
import io
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from soak.months import Place

from clearance.cli import _code
from clearance.command.demo import AS_OF, SEED
from clearance.store import Store
from clearance.synth.step import synthesize
from tests.line.counting import Counted, counted

SAMPLES = Path(__file__).resolve().parents[2].parent / "shared" / "samples"
CASES = SAMPLES.with_name("cases")
PEOPLE = 120


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
        """The files and options with which `ingest` and `run` take in what the store holds."""
        return [*self.files, "--extract-date", AS_OF.isoformat(), "--complete"]


@pytest.fixture(scope="session")
def samples() -> Path:
    assert SAMPLES.is_dir(), "the public samples lie beside the checkout, in shared/samples"
    return SAMPLES


@pytest.fixture(scope="session")
def line(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Line:
    """The demo's people through every step, with nothing known of other offices.

    Made by the first process that asks; the suite's other processes wait for it. What writes into
    the store works on a copy: `line.place.copy_to(folder)`.
    """
    folder = _shared(tmp_path_factory) / "line"
    place, told = Place(folder), folder / "told.json"
    with _alone(folder.with_suffix(".lock")):
        if not told.exists():
            said, count = _make(spark, place)
            told.write_text(json.dumps({"said": said, "counted": asdict(count)}))
    known = json.loads(told.read_text())
    files = sorted(str(path) for path in (folder / "demo" / "input").iterdir())
    return Line(files, place, known["said"], Counted(**known["counted"]))


def _shared(factory: pytest.TempPathFactory) -> Path:
    """The suite's temporary folder, the same one in each of its processes."""
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold a lock file, waiting until it can be had."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _make(spark: SparkSession, place: Place) -> tuple[dict[str, Any], Counted]:
    """One run; what it said, and what it made of Spark."""
    said = io.StringIO()
    made = synthesize(
        people=PEOPLE, out=place.folder / "demo" / "input", seed=SEED, as_of=AS_OF, files=4
    )
    day = AS_OF.isoformat()
    dates = ["--extract-date", day, "--complete", "--as-of", day]
    into = ["--store", str(place.store), "--out", str(place.out), "--json"]
    with contextlib.redirect_stdout(said), counted(spark, place.store) as count:
        assert _code(["run", *made.files, *dates, *into], debug=True) == 0
    return json.loads(said.getvalue()), count
