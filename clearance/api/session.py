"""The Spark session of the calls from Python."""

from __future__ import annotations

from pyspark.sql import SparkSession

from clearance.platform.spark.session import build_session


def session_or_new(spark: SparkSession | None, *, small: bool) -> SparkSession:
    """The given session; else the one that is open in this process; else a new one.

    A session from elsewhere needs Delta, and the settings that `build_session` makes.

    Args:
        spark: the session; None where the caller has none.
        small: whether a new session is made for little data.

    Raises:
        StoreFault: a new session does not start.
    """
    return spark or SparkSession.getActiveSession() or build_session(small=small)
