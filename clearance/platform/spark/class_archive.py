"""An archive of the classes that a run loads, so that it is some ten seconds sooner done.

`clearance.commands.archive_classes` makes it (the JVM's own class data sharing), once for a Java
and a set of jars; set-up starts that in the background. It is a shortcut only: where it is missing,
made by another Java, of other jars or damaged, a run does without it. It lies beside Delta's jars.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from clearance.platform.paths import jars_folder
from clearance.platform.spark.java import find_java

# What `doctor` names.
MAKER = "python -m clearance.commands.archive_classes"
# What loads the classes; an archive that was made by something else is made anew.
WARMED_UP_BY = "two months of the line"
NAME = "classes-{}.jsa"
# What the JVM would otherwise say, on stdout, of an archive that it cannot use or make.
QUIET = "-Xlog:cds=off -Xlog:cds+dynamic=off"


def archive_file() -> Path:
    """Where the archive for this Java, these jars and this class path lies, made or not."""
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
            seen = path.stat()
            digest.update(f"{path.name}\0{seen.st_size}\0{seen.st_mtime_ns}\0".encode())
    return jars_folder() / NAME.format(digest.hexdigest()[:16])


def archive_options() -> str:
    """The JVM's options that use the archive; none where there is none that is whole."""
    archive = archive_file()
    # The JVM dies of an archive that is cut off: its sum is looked at before each use.
    whole = False
    with suppress(OSError):
        whole = sum_file(archive).read_text(encoding="ascii") == sum_of(archive)
    if not whole or any(letter.isspace() or letter in "\"'\\" for letter in str(archive)):
        return ""
    return f"-Xshare:auto -XX:SharedArchiveFile={archive} {QUIET}"


def described() -> str:
    """A line for `doctor`: whether runs start with the archive."""
    archive = archive_file()
    if archive_options():
        return f"{archive.name}, {archive.stat().st_size >> 20} MB"
    return f"none, so runs take some seconds more; `{MAKER}` makes it"


def sum_file(archive: Path) -> Path:
    """Where an archive's sum is written, once it is whole; an empty one stands for none made."""
    return archive.with_suffix(".jsa.sha256")


def sum_of(archive: Path) -> str:
    """The SHA-256 of an archive."""
    with archive.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
