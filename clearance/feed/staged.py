"""Copies a feed's checked rows into the store, where every worker can read them."""

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
    """Copy a file of this machine into the store for the block.

    Args:
        spark: the session.
        store: the store.
        file: the file; no other run may have a folder of the name of its folder.

    Yields:
        The copy's address, for Spark's readers.
    """
    staging = f"{store.root}/{FOLDER}"
    if not store.is_address:
        shutil.rmtree(staging, ignore_errors=True)  # files of a killed run
    staging = spark_path(staging)
    jvm: Any = spark._jvm
    session: Any = spark._jsparkSession
    with storage_faults(f"copying into the store {store.uri}"):
        folder = jvm.org.apache.hadoop.fs.Path(staging, file.parent.name)
        system = folder.getFileSystem(session.sessionState().newHadoopConf())
        local = jvm.org.apache.hadoop.fs.Path(file.absolute().as_uri())
        system.mkdirs(folder)
        system.copyFromLocalFile(False, True, local, folder)
    try:
        # Spark treats every path as a pattern.
        yield re.sub(r"([\[\]{}*?\\])", r"\\\1", f"{staging}/{file.parent.name}/{file.name}")
    finally:
        with suppress(*SPARK_FAULTS):
            system.delete(folder, True)
            system.delete(folder.getParent(), False)
