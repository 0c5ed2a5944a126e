"""Runs every step without room on the disk: an error, nothing half written, cured by room alone.

Run: .venv/bin/python scripts/soak/room.py [--people 60]

The operating system refuses every write of a process beyond a file size, so no file system has to
be full. Each step is refused at several sizes, then runs to its end; then every table and file must
be the same as after an undisturbed run.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# This checkout goes before an installed copy.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from pyspark.sql import SparkSession

from clearance.cli import exit_code
from soak.kill import captured_stderr
from soak.months import STEPS, Place, command, run, undisturbed
from soak.state import Torn, check_nothing_left, check_packets, commits

# By step, the largest file that the JVM or Python may write.
LIMITS: dict[str, tuple[tuple[str, int], ...]] = {
    "ingest": (("java", 900), ("java", 6000)),
    "prepare": (("java", 900), ("java", 6000)),
    "determine": (("java", 900), ("java", 3000)),
    "publish": (("java", 100), ("python", 2000)),
    "report": (("python", 2000),),
}


@contextlib.contextmanager
def files_no_larger_than(size: int, *, process: int) -> Iterator[None]:
    """For the block, limit the size of files that the process can write."""
    soft, hard = resource.prlimit(process, resource.RLIMIT_FSIZE)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.prlimit(process, resource.RLIMIT_FSIZE, (soft, hard))


def run_without_room(
    spark: SparkSession,
    arguments: list[str],
    *,
    place: Place,
    known: list[dict[str, str]],
    limit: tuple[str, int],
) -> None:
    """Run a command that must fail without room; raises Torn where it does not, or leaves a half.

    Args:
        spark: the session of this process.
        arguments: the command.
        place: its store and its output.
        known: `files_of` undisturbed runs.
        limit: see `LIMITS`.
    """
    which, size = limit
    gateway: Any = spark.sparkContext._gateway
    process = int(gateway.proc.pid) if which == "java" else os.getpid()
    with captured_stderr() as stderr, files_no_larger_than(size, process=process):
        code = exit_code([*arguments, "--quiet"], debug=False)
    text = stderr.getvalue().strip()
    words = ("No room is left", str(place.folder), "run the same command again")
    if code != 6 or not all(word in text for word in words):
        raise Torn(f"{arguments[0]} at {limit} ended with {code}: {text}")
    for table in place.store.iterdir():
        commits(table)
    check_packets(place.out, known=known)
    if any(place.out.glob(".*")):
        raise Torn(f"{arguments[0]} at {limit} left a dot-file in {place.out}")


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--people", type=int, default=60)
    given = parser.parse_args()
    from clearance.platform.spark.session import build_session

    spark = build_session(extra={"spark.sql.shuffle.partitions": "2"})
    with tempfile.TemporaryDirectory() as folder:
        kept = undisturbed(Path(folder), people=given.people, seed=1)
        place = kept.start(0, "ingest", Path(folder) / "here")
        known = [{}, kept.end(0, "report").content().files]
        for step in STEPS:
            arguments = command(step, place, file=kept.files[0], month=0)
            for limit in LIMITS[step]:
                run_without_room(spark, arguments, place=place, known=known, limit=limit)
                print(f"{step}: refused at {limit[1]} bytes a file of {limit[0]}", flush=True)
            run(arguments)
        different = place.content().differences(kept.end(0, "report").content())
        if different:
            sys.exit(f"not the same: {different}")
        check_nothing_left(place.store, place.out)
    spark.stop()
    print("the same as undisturbed")


if __name__ == "__main__":
    main()
