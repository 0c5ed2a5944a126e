"""A feed's checked rows where every worker can read them, while Spark does."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from clearance.platform.faults.remedies import SPARK_FAULTS, storage_faults
from clearance.platform.store.log_folder import spark_path
from clearance.platform.store.store import Store

FOLDER = ".lent"


@contextmanager
def staged_in_store(spark: SparkSession, store: Store, file: Path) -> Iterator[str]:
    """A copy of a file of this machine inside the store, for the block.

    Args:
        spark: the session.
        store: whose workers read it.
        file: in a folder whose name no other run has.

    Yields:
        The copy's address, for Spark's readers.
    """
    place = f"{store.root}/{FOLDER}"
    if not store.is_address:
        shutil.rmtree(place, ignore_errors=True)  # what a killed run left
    place = spark_path(place)
    jvm: Any = spark._jvm
    session: Any = spark._jsparkSession
    with storage_faults(f"copying into the store {store.uri}"):
        folder = jvm.org.apache.hadoop.fs.Path(place, file.parent.name)
        system = folder.getFileSystem(session.sessionState().newHadoopConf())
        local = jvm.org.apache.hadoop.fs.Path(file.absolute().as_uri())
        system.mkdirs(folder)
        system.copyFromLocalFile(False, True, local, folder)
    try:
        # Spark takes every path for a pattern.
        yield re.sub(r"([\[\]{}*?\\])", r"\\\1", f"{place}/{file.parent.name}/{file.name}")
    finally:
        with suppress(*SPARK_FAULTS):
            system.delete(folder, True)
            system.delete(folder.getParent(), False)
