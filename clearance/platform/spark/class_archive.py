"""An archive of the Java classes that a run loads, which saves a run some ten seconds.

`clearance.commands.archive_classes` makes the archive (the JVM's class data sharing), once for a
Java and a set of jars; set-up starts it in the background. The archive is optional: where it is
missing, damaged, or made by another Java or of other jars, a run works without it. It is stored
beside Delta's jars.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from clearance.platform.paths import jars_folder
from clearance.platform.spark.java import find_java

# The command that makes the archive, as `doctor` shows it.
MAKER = "python -m clearance.commands.archive_classes"
# The work whose classes are archived; part of the archive's name, so a change makes a new archive.
WARMED_UP_BY = "two months of the line"
NAME = "classes-{}.jsa"
# Keeps the JVM's warnings about an archive that it cannot use or make off stdout.
QUIET = "-Xlog:cds=off -Xlog:cds+dynamic=off"


def archive_file() -> Path:
    """The path of the archive for this Java, these jars and this class path, made or not."""
    home = find_java() or Path()
    package = find_spec("pyspark")
    spark = Path(package.origin).parent if package and package.origin else Path()
    digest = hashlib.sha256(f"{home.resolve()}\0{spark}\0{WARMED_UP_BY}".encode())
    for path in [
        home / "release",
        home / "lib" / "modules",
        *sorted((spark / "jars").glob("*.jar")),
        *sorted(jars_folder().glob("*.jar")),
    ]:
        with suppress(OSError):
            stat = path.stat()
            digest.update(f"{path.name}\0{stat.st_size}\0{stat.st_mtime_ns}\0".encode())
    return jars_folder() / NAME.format(digest.hexdigest()[:16])


def archive_options() -> str:
    """The JVM's options that use the archive; empty where it is missing or damaged."""
    archive = archive_file()
    # The JVM crashes on a truncated archive: its checksum is compared before each use.
    intact = False
    with suppress(OSError):
        intact = checksum_file(archive).read_text(encoding="ascii") == file_checksum(archive)
    if not intact or any(letter.isspace() or letter in "\"'\\" for letter in str(archive)):
        return ""
    return f"-Xshare:auto -XX:SharedArchiveFile={archive} {QUIET}"


def describe_archive() -> str:
    """A line for `doctor`: whether runs start with the archive."""
    archive = archive_file()
    if archive_options():
        return f"{archive.name}, {archive.stat().st_size >> 20} MB"
    return f"none, so runs take some seconds more; `{MAKER}` makes it"


def checksum_file(archive: Path) -> Path:
    """The file of an archive's checksum, written when the archive is done.

    An empty file means that the archive could not be made.
    """
    return archive.with_suffix(".jsa.sha256")


def file_checksum(archive: Path) -> str:
    """The SHA-256 of an archive."""
    with archive.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
