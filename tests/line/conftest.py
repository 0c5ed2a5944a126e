"""One small store that the whole line has made, and where the samples lie."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from clearance.command.line import whole_line
from clearance.places import rules_folder
from clearance.settings import load_settings
from clearance.store import Store
from clearance.synth.step import synthesize

AS_OF = date(2026, 11, 1)
PEOPLE = 120
SAMPLES = Path(__file__).resolve().parents[2].parent / "shared" / "samples"


@dataclass(frozen=True)
class Line:
    """A store, what it was made of, and what came out."""

    files: list[str]
    store: Store
    out: Path
    said: dict[str, Any]


@pytest.fixture(scope="session")
def samples() -> Path:
    assert SAMPLES.is_dir(), "the public samples lie beside the checkout, in shared/samples"
    return SAMPLES


@pytest.fixture(scope="session")
def line(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Line:
    """Made-up people through every step."""
    folder = tmp_path_factory.mktemp("line")
    made = synthesize(people=PEOPLE, out=folder / "input", seed=3, as_of=AS_OF, files=3)
    store = Store(str(folder / "store"))
    result = whole_line(
        spark,
        store,
        inputs=list(made.files),
        as_of=AS_OF,
        out=folder / "out",
        rules=rules_folder(),
        settings=load_settings(None),
    )
    return Line(list(made.files), store, folder / "out", result.as_dict())
