"""The small stores that a suite makes once for many tests, and where the samples lie."""

from __future__ import annotations

import contextlib
import fcntl
import io
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from soak.months import Place

from clearance.cli import exit_code
from clearance.commands.demo import AS_OF, SEED
from clearance.platform.paths import rules_folder
from clearance.platform.store.store import Store
from clearance.prepare.step import prepare
from clearance.synth.step import synthesize
from tests.support.cases import files as case_files
from tests.support.counting import Counted, counted
from tests.support.feed_files import text_of, write
from tests.support.months import LAW, NOVEMBER, PEOPLE, load, row_of, sweep, take_in
from tests.support.places import shared

DEMO_PEOPLE = 120


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
    return shared("samples")


@pytest.fixture(scope="session")
def line(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Line:
    """The demo's people through every step, with nothing known of other offices.

    Made by the first process that asks; the suite's other processes wait for it. What writes into
    the store works on a copy: `line.place.copy_to(folder)`.
    """

    def make(place: Place) -> dict[str, Any]:
        said, count = _make(spark, place)
        return {"said": said, "counted": asdict(count)}

    place, known = _once(tmp_path_factory, "line", make)
    files = sorted(str(path) for path in (place.folder / "demo" / "input").iterdir())
    return Line(files, place, known["said"], Counted(**known["counted"]))


@pytest.fixture(scope="session")
def cases(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Every case of shared/cases that the line decides, and made-up rows: one store, published.

    Each is one person or a few; a test asks for them by number. To be left as it is.
    """
    shared("cases")

    def make(place: Place) -> dict[str, Any]:
        store = ["--store", str(place.store), "--quiet"]
        for kind in ("registry", "supervision", "petitions"):
            file = write(place.folder / kind, text_of(kind))
            assert exit_code(["feed", kind, file, *store], debug=True) == 0
        into = ["--out", str(place.out), "--as-of", AS_OF.isoformat(), "--accept-quarantine"]
        assert exit_code(["run", *case_files(place.folder), *into, *store], debug=True) == 0
        return {}

    return _once(tmp_path_factory, "cases", make)[0]


@dataclass(frozen=True)
class November:
    """Some people convicted in 2010, prepared and decided; to be copied before it is written.

    Attributes:
        place: the store; nothing is published.
        feeds: those that prepare took into account.
        sweep_id: of the sweep.
        digest: of its decisions.
        counts: decisions by pack and outcome.
        notes: what the sweep noted.
    """

    place: Place
    feeds: list[str]
    sweep_id: str
    digest: str
    counts: dict[str, int]
    notes: list[str]

    def copied(self, folder: Path) -> Store:
        """A store of one's own."""
        return Store(str(self.place.copy_to(folder / "november").store))


@pytest.fixture(scope="session")
def november(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> November:
    """The `PEOPLE` of months.py, of whom no office says anything, decided by one law."""

    def make(place: Place) -> dict[str, Any]:
        store = Store(str(place.store))
        take_in(spark, store, *map(row_of, PEOPLE))
        for kind in ("registry", "supervision", "petitions"):
            load(spark, store, kind)
        feeds = sorted(prepare(spark, store, rules=rules_folder()).feeds)
        made = sweep(spark, store, NOVEMBER, LAW)
        said = {"sweep_id": made.sweep_id, "digest": made.digest, "counts": made.counts}
        return {"feeds": feeds, **said, "notes": list(made.notes)}

    place, known = _once(tmp_path_factory, "november", make)
    return November(place, **known)


def _once(
    factory: pytest.TempPathFactory, name: str, make: Callable[[Place], dict[str, Any]]
) -> tuple[Place, dict[str, Any]]:
    """A folder of the suite's, and what its making said: made by the first process that asks."""
    place = Place(_shared(factory) / name)
    told = place.folder / "told.json"
    with _alone(place.folder.with_suffix(".lock")):
        if not told.exists():
            place.folder.mkdir(exist_ok=True)
            told.write_text(json.dumps(make(place)))
    return place, json.loads(told.read_text())


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
        people=DEMO_PEOPLE, out=place.folder / "demo" / "input", seed=SEED, as_of=AS_OF, files=4
    )
    day = AS_OF.isoformat()
    dates = ["--extract-date", day, "--complete", "--as-of", day]
    into = ["--store", str(place.store), "--out", str(place.out), "--json"]
    with contextlib.redirect_stdout(said), counted(spark, place.store) as count:
        assert exit_code(["run", *made.files, *dates, *into], debug=True) == 0
    return json.loads(said.getvalue()), count
