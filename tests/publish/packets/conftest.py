"""The packets that several modules look at; to be left as they are."""

from __future__ import annotations

import pytest
from pyspark.sql import SparkSession

from clearance.platform.store.store import Store
from clearance.publish.step import publish
from tests.publish.packets.county_packets import (
    ARRESTS,
    CHARGES,
    DETERMINATIONS,
    LAW_YAML,
    ROWS,
    Published,
    rules_with_reasons,
)
from tests.support.literal_tables import (
    PACKS,
    recorded,
    sweep,
    write,
)


@pytest.fixture(scope="session")
def published(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Published:
    folder = tmp_path_factory.mktemp("packets")
    store, rules = Store(str(folder / "store")), rules_with_reasons(folder / "rules")
    write(spark, store, "source_rows", ROWS)
    write(spark, store, "charges", CHARGES)
    write(spark, store, "determinations", DETERMINATIONS)
    write(spark, store, "arrests", ARRESTS)
    law = {"pack": "state_law", "version": "2024-10-01", "yaml": LAW_YAML, "facts": []}
    write(spark, store, "packs", [*PACKS, {"fingerprint": "l1", **law}])
    write(spark, store, "sweeps", [sweep()])
    out = folder / "out"
    result = publish(spark, store, out=out, rules=rules, sweep=recorded(), xlsx=True)
    return Published(out, result, store, rules)
