"""The error of a command that needs PySpark where it is not installed."""

from __future__ import annotations

import sys

from clearance.errors import UsageError

# The packages of the extra `spark`, in the versions that were tested; as in pyproject.toml.
PACKAGES = ("pyspark==4.2.0", "delta-spark==4.4.0")
_MODULES = ("pyspark", "delta", "py4j")


def no_spark_error(error: ModuleNotFoundError) -> UsageError | None:
    """The error to show; None where another module is missing.

    Args:
        error: the exception that an import raised.
    """
    module = (error.name or "").partition(".")[0]
    if module not in _MODULES:
        return None
    return UsageError(
        f"This command needs Spark, and its Python package `{module}` is not installed.",
        f"Type: {sys.executable} -m pip install {' '.join(PACKAGES)}    (on a cluster that brings "
        "its own Spark, submit jobs/clearance_job.py instead)",
    )
