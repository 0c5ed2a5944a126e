"""Makes the archive of classes: `python -m clearance.commands.archive_classes`.

The JVM notes the classes that it loads while the whole line runs on a few made-up people.
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
from clearance.platform.spark.class_archive import NAME, QUIET, archive_file, sum_file, sum_of
from clearance.platform.store.lock import exclusive_lock

PEOPLE = 30
MONTHS = (date(2021, 1, 1), date(2021, 2, 1))
_LOCK = ".classes.lock"
_PART = ".classes-"


def make(archive: Path) -> None:
    """Make the archive, in place of those of other Javas and jars.

    Its sum is written last. One that could not be made has an empty sum, and is not tried again.

    Raises:
        OSError: the folder cannot be written, or the JVM has made none.
        ClearanceError: another process makes it, or Spark did not start.
    """
    with exclusive_lock(archive.parent / _LOCK, doing="making the archive of classes"):
        for left in _others(archive):
            left.unlink(missing_ok=True)
        part = archive.parent / f"{_PART}{os.getpid()}"
        found = ""
        try:
            with tempfile.TemporaryDirectory() as folder:
                _warm_up(Path(folder), part)
            found = sum_of(part)
            part.replace(archive)
        finally:
            sum_file(archive).write_text(found, encoding="ascii")


def _others(archive: Path) -> Iterator[Path]:
    for pattern in (NAME.format("*"), NAME.format("*") + ".sha256", f"{_PART}[0-9]*"):
        yield from archive.parent.glob(pattern)


def _warm_up(folder: Path, archive: Path) -> None:
    """A JVM that runs two months of the line, and leaves its classes in `archive` when it ends."""
    from pyspark import SparkContext

    from clearance.commands.run import run_steps
    from clearance.platform.paths import rules_folder
    from clearance.platform.spark.session import build_session, java_options
    from clearance.platform.store.store import Store
    from clearance.settings import load_settings
    from clearance.synth.step import synthesize

    # Compiled well is what runs for long; here each class is only to be met once.
    own = f"{java_options()} -XX:TieredStopAtLevel=1 {QUIET} -XX:ArchiveClassesAtExit={archive}"
    extra = {"spark.driver.extraJavaOptions": own, "spark.driver.memory": "1g"}
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
    """Make the archive where it is not there yet; 1 where that failed, which ends nothing else."""
    archive = archive_file()
    try:
        if sum_file(archive).is_file() or shutil.disk_usage(archive.parent).free < 2**30:
            return 0
        make(archive)
    except (OSError, ClearanceError) as error:
        print(f"{type(error).__name__}: the archive of classes was not made.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
