"""One Spark session for the whole suite, started by the first test that asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from pyspark.sql import SparkSession
from soak.sessions import QUICK, forget_ended_jobs

from clearance.platform.store.store import Store
from tests.support.places import ROOT

# Stores and a rulebook that the suite makes once.
pytest_plugins = ("tests.support.stores", "tests.support.rulebook.fixtures")

# The same examples on every machine, and none kept in the checkout.
settings.register_profile("repeated", derandomize=True, database=None, deadline=None)
settings.load_profile("repeated")


# Files that take a minute and more come first, so that neither of two processes is left with one at
# the end; and the first two ask for no store that the other of them makes.
LONG = (
    *("tests/line/cases/test_cases_of_places.py", "tests/commands/test_personal_data.py"),
    *("tests/line/test_same_answers.py", "tests/line/months/test_year_of_months.py"),
    *("tests/commands/test_readme.py", "tests/line/test_whole_line.py"),
    *("tests/line/months/test_feeds_decide.py", "tests/prepare/test_holes.py"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files first, the others in their own order."""

    def place(item: pytest.Item) -> int:
        name = item.path.relative_to(ROOT).as_posix()
        return LONG.index(name) if name in LONG else len(LONG)

    items.sort(key=place)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Answers are written down, in place of being held against those written down."""
    parser.addoption("--write-answers", action="store_true", help="see test_same_answers.py")


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    from clearance.platform.spark.session import build_session, java_options

    # No code is generated, as in a run over little; `generated_code` turns it on for a test.
    extra = {
        "spark.sql.shuffle.partitions": "2",
        "spark.driver.extraJavaOptions": f"{java_options()} {QUICK}",
        "spark.driver.memory": "4g",
    }
    session = build_session(cores=2, small=True, extra=extra)
    yield session
    session.stop()


@pytest.fixture
def generated_code(spark: SparkSession) -> Iterator[None]:
    """Plans run as over large inputs: as generated code."""
    from clearance.platform.spark.session import INTERPRETED

    for name in INTERPRETED:
        spark.conf.unset(name)
    yield
    for name, value in INTERPRETED.items():
        spark.conf.set(name, value)


@pytest.fixture(autouse=True)
def _forget_ended_jobs() -> Iterator[None]:
    """What Spark keeps of ended jobs would fill the memory before the suite is through."""
    yield
    running = SparkSession.getActiveSession()
    if running is not None:
        forget_ended_jobs(running)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(str(tmp_path / "store"))
