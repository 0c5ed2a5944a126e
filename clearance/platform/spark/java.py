"""Finds a Java for Spark: JAVA_HOME, then PATH, then the usual places.

`python -m clearance.platform.spark.java` prints the home of the Java found, for set-up. The command
calls `use_java`, so that it also runs where JAVA_HOME is not set.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from pathlib import Path

OLDEST = 17
# The long-term releases that Spark itself is tested with come first, then newer ones.
PREFERRED = (17, 21, 25)
USUAL_PLACES = (
    "/usr/lib/jvm/*",
    "/usr/java/*",
    "/opt/java/*",
    "/opt/jdk*",
    "/Library/Java/JavaVirtualMachines/*/Contents/Home",
    "/opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home",
    "/usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home",
    "~/.sdkman/candidates/java/*",
    "~/Library/Java/JavaVirtualMachines/*/Contents/Home",
)
MAC_LOCATOR = Path("/usr/libexec/java_home")


def java_release(home: Path) -> int | None:
    """The major release of the Java in `home`, or None where no Java there can be run."""
    program = home / "bin" / "java"
    if not os.access(program, os.X_OK):
        return None
    try:
        text = (home / "release").read_text(encoding="utf-8", errors="replace")
        match = re.search(r'^JAVA_VERSION="?(\d+)(?:\.(\d+))?', text, re.MULTILINE)
    except OSError:
        match = None
    if match is None:
        match = re.search(r'version "(\d+)(?:\.(\d+))?', _output_of(program, "-version"))
    if match is None:
        return None
    # Releases before 9 have the number 1.x.
    return int(match[2] or 1) if match[1] == "1" else int(match[1])


def find_java(
    environ: Mapping[str, str] = os.environ, places: Iterable[str] = USUAL_PLACES
) -> Path | None:
    """The home of a Java that is new enough, or None.

    Args:
        environ: where JAVA_HOME and PATH are read.
        places: patterns of homes, searched where those two have no Java that is new enough.
    """
    for home in _homes_in_environment(environ):
        if (java_release(home) or 0) >= OLDEST:
            return home
    releases = {home: java_release(home) or 0 for home in _usual_homes(places)}
    usable = [home for home, release in releases.items() if release >= OLDEST]
    return min(usable, key=lambda home: (_preference(releases[home]), str(home)), default=None)


def use_java(environ: MutableMapping[str, str] = os.environ) -> Path | None:
    """Set JAVA_HOME to the Java that Spark will start with; returns its home, or None.

    Args:
        environ: read and written; unchanged where no Java is new enough.
    """
    home = find_java(environ)
    if home is not None:
        environ["JAVA_HOME"] = str(home)
    return home


def _homes_in_environment(environ: Mapping[str, str]) -> Iterator[Path]:
    if environ.get("JAVA_HOME"):
        yield Path(environ["JAVA_HOME"])
    program = shutil.which("java", path=environ.get("PATH", ""))
    # macOS has a stub at /usr/bin/java even where no Java is installed; its locator finds one.
    if program and not (program == "/usr/bin/java" and MAC_LOCATOR.exists()):
        yield Path(program).resolve().parent.parent


def _usual_homes(places: Iterable[str]) -> Iterator[Path]:
    if MAC_LOCATOR.exists():
        output = _output_of(MAC_LOCATOR, "-v", f"{OLDEST}+").strip()
        if output.startswith("/"):
            yield Path(output)
    for place in places:
        pattern = Path(place).expanduser()
        root = Path(pattern.anchor)
        yield from sorted(root.glob(str(pattern.relative_to(root))))


def _preference(release: int) -> int:
    return PREFERRED.index(release) if release in PREFERRED else len(PREFERRED) + release


def _output_of(program: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            [str(program), *arguments], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout + done.stderr


def main() -> int:
    """Print the home of the Java found; returns 1 where there is none."""
    home = find_java()
    if home is None:
        return 1
    print(home)
    return 0


if __name__ == "__main__":
    sys.exit(main())
