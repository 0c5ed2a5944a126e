"""An archive of the classes that Spark and Delta load, so that a JVM starts some seconds sooner.

`python -m clearance.archive` makes it (the JVM's own class data sharing), once for a Java and a set
of jars; set-up starts that in the background. It is a shortcut only: where it is missing, made by
another Java, of other jars or damaged, a run starts without it. It lies beside Delta's jars.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from clearance.errors import ClearanceError
from clearance.java import find_java
from clearance.lock import alone
from clearance.places import jars_folder

NAME = "classes-{}.jsa"
# What the JVM would otherwise say, on stdout, of an archive that it cannot use or make.
QUIET = "-Xlog:cds=off -Xlog:cds+dynamic=off"
_LOCK = ".classes.lock"
_PART = ".classes-"


def archive_file() -> Path:
    """Where the archive for this Java, these jars and this class path lies, made or not."""
    home = find_java() or Path()
    package = find_spec("pyspark")
    spark = Path(package.origin).parent if package and package.origin else Path()
    digest = hashlib.sha256(f"{home.resolve()}\0{spark}".encode())
    for path in [
        home / "release",
        home / "lib" / "modules",
        *sorted((spark / "jars").glob("*.jar")),
        *sorted(jars_folder().glob("*.jar")),
    ]:
        with suppress(OSError):
            seen = path.stat()
            digest.update(f"{path.name}\0{seen.st_size}\0{seen.st_mtime_ns}\0".encode())
    return jars_folder() / NAME.format(digest.hexdigest()[:16])


def archive_options() -> str:
    """The JVM's options that use the archive; none where there is none that is whole."""
    archive = archive_file()
    # The JVM dies of an archive that is cut off: its sum is looked at before each use.
    whole = False
    with suppress(OSError):
        whole = _sum_file(archive).read_text(encoding="ascii") == _sum(archive)
    if not whole or any(letter.isspace() or letter in "\"'\\" for letter in str(archive)):
        return ""
    return f"-Xshare:auto -XX:SharedArchiveFile={archive} {QUIET}"


def described() -> str:
    """A line for `doctor`: whether runs start with the archive."""
    archive = archive_file()
    if archive_options():
        return f"{archive.name}, {archive.stat().st_size >> 20} MB"
    return "none, so runs start some seconds later; `python -m clearance.archive` makes it"


def make(archive: Path) -> None:
    """Make the archive, in place of those of other Javas and jars.

    Its sum is written last. One that could not be made has an empty sum, and is not tried again.

    Raises:
        OSError: the folder cannot be written, or the JVM has made none.
        ClearanceError: another process makes it, or Spark did not start.
    """
    with alone(archive.parent / _LOCK, doing="making the archive of classes"):
        for left in _others(archive):
            left.unlink(missing_ok=True)
        part = archive.parent / f"{_PART}{os.getpid()}"
        found = ""
        try:
            with tempfile.TemporaryDirectory() as folder:
                _warm_up(Path(folder), part)
            found = _sum(part)
            part.replace(archive)
        finally:
            _sum_file(archive).write_text(found, encoding="ascii")


def _others(archive: Path) -> Iterator[Path]:
    for pattern in (NAME.format("*"), NAME.format("*") + ".sha256", f"{_PART}[0-9]*"):
        yield from archive.parent.glob(pattern)


def _sum_file(archive: Path) -> Path:
    return archive.with_suffix(".jsa.sha256")


def _sum(archive: Path) -> str:
    with archive.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _warm_up(folder: Path, archive: Path) -> None:
    """A JVM that loads what a run loads, and leaves its classes in `archive` when it ends."""
    from delta.tables import DeltaTable
    from pyspark import SparkContext
    from pyspark.sql import functions as F

    from clearance.session import build_session, java_options

    own = f"{java_options()} {QUIET} -XX:ArchiveClassesAtExit={archive}"
    extra = {"spark.driver.extraJavaOptions": own, "spark.driver.memory": "1g"}
    spark = build_session(small=True, extra=extra)
    table = str(folder / "table")
    rows = spark.range(10).select(F.col("id").cast("string").alias("id"), F.lit(1).alias("one"))
    rows.write.format("delta").mode("append").save(table)
    read = spark.read.format("delta").load(table)
    read.where("one = 1").groupBy("id").agg(F.collect_list("one"), F.max("one")).collect()
    read.join(rows, "id").write.mode("overwrite").csv(str(folder / "csv"))
    target = DeltaTable.forPath(spark, table).alias("old")
    changes = target.merge(rows.alias("new"), "old.id = new.id")
    changes.whenMatchedUpdateAll().whenNotMatchedInsertAll().execute()
    gateway: Any = SparkContext._gateway
    spark.stop()
    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait()


def main() -> int:
    """Make the archive where it is not there yet; 1 where that failed, which ends nothing else."""
    archive = archive_file()
    try:
        if _sum_file(archive).is_file() or shutil.disk_usage(archive.parent).free < 2**30:
            return 0
        make(archive)
    except (OSError, ClearanceError) as error:
        print(f"{type(error).__name__}: the archive of classes was not made.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
