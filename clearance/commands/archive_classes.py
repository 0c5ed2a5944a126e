"""Makes the archive of classes: `python -m clearance.commands.archive_classes`.

The JVM records the classes that it loads while all steps run on a few made-up people.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from clearance.errors import ClearanceError
from clearance.platform.spark.class_archive import (
    NAME,
    QUIET,
    archive_file,
    checksum_file,
    file_checksum,
)
from clearance.platform.store.lock import exclusive_lock

PEOPLE = 30
MONTHS = (date(2021, 1, 1), date(2021, 2, 1))
_LOCK = ".classes.lock"
_PART = ".classes-"


def make_archive(archive: Path) -> None:
    """Make the archive, and delete archives of other Javas and jars.

    The file with the checksum is written last. Where the archive could not be made, that file is
    empty, and later runs do not try again.

    Raises:
        OSError: the folder cannot be written, or the JVM has made no archive.
        ClearanceError: another process is making the archive, or Spark did not start.
    """
    with exclusive_lock(archive.parent / _LOCK, doing="making the archive of classes"):
        for other in _other_archives(archive):
            other.unlink(missing_ok=True)
        part = archive.parent / f"{_PART}{os.getpid()}"
        checksum = ""
        try:
            with tempfile.TemporaryDirectory() as folder:
                _warm_up(Path(folder), part)
            checksum = file_checksum(part)
            part.replace(archive)
        finally:
            checksum_file(archive).write_text(checksum, encoding="ascii")


def _other_archives(archive: Path) -> Iterator[Path]:
    for pattern in (NAME.format("*"), NAME.format("*") + ".sha256", f"{_PART}[0-9]*"):
        yield from archive.parent.glob(pattern)


def _warm_up(folder: Path, archive: Path) -> None:
    """Run all steps for two months in a JVM that writes its classes into `archive` as it ends."""
    from pyspark import SparkContext

    from clearance.commands.run import run_steps
    from clearance.platform.paths import rules_folder
    from clearance.platform.spark.session import build_session, java_options
    from clearance.platform.store.store import Store
    from clearance.settings import load_settings
    from clearance.synth.step import synthesize

    # Each class needs to be loaded only once, so the second compiler would not pay.
    options = f"{java_options()} -XX:TieredStopAtLevel=1 {QUIET} -XX:ArchiveClassesAtExit={archive}"
    extra = {"spark.driver.extraJavaOptions": options, "spark.driver.memory": "1g"}
    spark = build_session(small=True, extra=extra)
    for seed, month in enumerate(MONTHS, start=1):
        made = synthesize(people=PEOPLE, out=folder / f"input-{seed}", seed=seed, as_of=month)
        run_steps(
            spark,
            Store(str(folder / "store")),
            inputs=list(made.files),
            as_of=month,
            extract_date=month,
            out=folder / "out",
            rules=rules_folder(),
            settings=load_settings(None),
            accept_quarantine=True,
        )
    gateway: Any = SparkContext._gateway
    spark.stop()
    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait()


def main() -> int:
    """Make the archive where it does not exist; returns 1 where that failed."""
    archive = archive_file()
    try:
        if checksum_file(archive).is_file() or shutil.disk_usage(archive.parent).free < 2**30:
            return 0
        make_archive(archive)
    except (OSError, ClearanceError) as error:
        print(f"{type(error).__name__}: the archive of classes was not made.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
