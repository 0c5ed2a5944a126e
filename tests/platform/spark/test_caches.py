"""What a block caches is cached no more at its end, however it ends."""

from __future__ import annotations

import pytest
from pyspark.sql import SparkSession

from clearance.platform.spark.caches import caches


def test_frames_are_cached_in_the_block_and_not_after_it(spark: SparkSession) -> None:
    with caches() as cached:
        rows = cached.cache(spark.range(3))
        assert rows.count() == 3
        assert rows.is_cached
    assert not rows.is_cached


def test_after_an_error_all_is_released_also_where_a_release_fails(spark: SparkSession) -> None:
    released: list[str] = []

    def fails() -> None:
        released.append("fails")
        raise RuntimeError("the JVM has died")

    with pytest.raises(ValueError, match="a kill"), caches() as cached:
        rows = cached.cache(spark.range(3))
        cached.release_at_end(fails)
        raise ValueError("a kill")
    assert released == ["fails"]
    assert not rows.is_cached
