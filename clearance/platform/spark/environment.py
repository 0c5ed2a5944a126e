"""What Spark needs of the machine and of the environment variables, each checked without Spark.

A check returns what it saw, or raises a fault that says what to do. Where Spark does not start, the
first check that fails is why; where none does, what Java said may tell.
"""

from __future__ import annotations

import os
import pwd
import re
import shlex
import socket
from collections.abc import Callable, Iterator
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

from clearance.errors import StoreFault

_CONNECT = ("SPARK_REMOTE", "SPARK_LOCAL_REMOTE", "SPARK_CONNECT_MODE_ENABLED")
_EVENT_LOG = "file:///tmp/spark-events"

_JAVA_OPTIONS = ("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")
# What Java says of a start that failed, what that means, and what to do.
_SAID = (
    (
        r"insufficient memory|Cannot allocate memory|Could not reserve enough space",
        "Java found no memory",
        "Run it on a machine with more memory free.",
    ),
    (
        r"Could not create the Java Virtual Machine|Unrecognized VM option|Invalid maximum heap",
        "Java does not start with the options it is given",
        f"Look at {', '.join(_JAVA_OPTIONS)} and at spark-defaults.conf.",
    ),
    (
        r"UnsupportedClassVersionError",
        "the Java that was found is too old",
        "Set JAVA_HOME to a Java 17 or newer.",
    ),
    (
        r"BindException|Cannot assign requested address|Address already in use",
        "Spark cannot listen on its address",
        "Unset SPARK_LOCAL_IP and spark.driver.bindAddress, or name an address of this machine.",
    ),
    (
        r"UnknownHostException",
        "a host that is named leads to no address",
        "Look at SPARK_LOCAL_IP, at spark-defaults.conf and at Hadoop's core-site.xml.",
    ),
    (
        r"No space left on device|Disk quota exceeded",
        "no room is left for temporary files",
        "Make room, or set SPARK_LOCAL_DIRS to a folder with some.",
    ),
)


class NoCauseFound(StoreFault):
    """Spark did not start, and nothing tells why."""


def spark_home() -> str:
    """The Spark that will be started: the one of this Python, or one that is as good."""
    home, ours = os.environ.get("SPARK_HOME"), version("pyspark")
    if not home:
        return f"not set: Spark {ours} of this Python"
    if not (Path(home) / "bin" / "spark-submit").is_file():
        raise StoreFault(f"SPARK_HOME is {home}, where no Spark lies.", "Unset SPARK_HOME.")
    jars = sorted((Path(home) / "jars").glob("spark-core_*.jar"))
    release = jars[0].stem.rpartition("-")[2] if jars else "of an unknown release"
    if release.split(".")[:2] != ours.split(".")[:2]:
        raise StoreFault(
            f"SPARK_HOME is {home}, a Spark {release}; needed is {ours}.", "Unset SPARK_HOME."
        )
    return f"{home}, Spark {release}"


def spark_connect() -> str:
    """Whether Spark runs here, as it must, and not at the other end of Spark Connect."""
    named = [name for name in _CONNECT if os.environ.get(name)]
    if os.environ.get("SPARK_API_MODE", "").lower() == "connect":
        named.append("SPARK_API_MODE")
    if named:
        raise StoreFault(
            f"{', '.join(named)} is set: Spark would be asked for over Spark Connect, which the "
            "steps cannot use.",
            f"Unset {' and '.join(named)}, or submit the step as a job (jobs/) to the cluster.",
        )
    return "not asked for"


def host_name() -> str:
    """This machine's name and that it leads to an address, which Spark asks for."""
    if address := os.environ.get("SPARK_LOCAL_IP"):
        return f"SPARK_LOCAL_IP is {address}"
    name = socket.gethostname()
    try:
        socket.getaddrinfo(name, None)
    except OSError as error:
        raise StoreFault(
            f"This machine's host name, {name}, leads to no address.",
            f"Set SPARK_LOCAL_IP=127.0.0.1, or add `127.0.0.1 {name}` to /etc/hosts.",
        ) from error
    return name


def user_name() -> str:
    """The user's name, which Hadoop asks for."""
    number = os.geteuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError as error:
        raise StoreFault(
            f"The user with the number {number} has no name on this machine, and Hadoop needs one.",
            f"Run it as a user that `whoami` knows; in a container add one to /etc/passwd, such as "
            f"`clearance:x:{number}:0::/tmp:/bin/false`.",
        ) from error


def event_log() -> str:
    """The folder of Spark's event log, where one is to be written."""
    settings = dict(_settings())
    if settings.get("spark.eventLog.enabled", "false").lower() != "true":
        return "none is written"
    place = settings.get("spark.eventLog.dir", _EVENT_LOG)
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", place) and not place.startswith("file:"):
        return f"{place}, not looked at"
    folder = Path(re.sub(r"^file:/*", "/", place))
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        raise StoreFault(
            f"Spark's event log is to be written into {folder}, which is no folder that this user "
            "may write (spark.eventLog.dir in spark-defaults.conf).",
            f"Make it (`mkdir -p {folder}`), or set spark.eventLog.enabled to false there.",
        )
    return str(folder)


def temporary_folders() -> str:
    """The folders for what Spark does not keep in memory."""
    named = os.environ.get("SPARK_LOCAL_DIRS") or dict(_settings()).get("spark.local.dir")
    if not named:
        return "the system's"
    folders = [Path(part.strip()) for part in named.split(",") if part.strip()]
    for folder in folders:
        nearest = next(place for place in (folder, *folder.absolute().parents) if place.exists())
        if not (nearest.is_dir() and os.access(nearest, os.W_OK)):
            raise StoreFault(
                f"{folder}, for Spark's temporary files, may not be written by this user.",
                "Set SPARK_LOCAL_DIRS (or spark.local.dir) to a folder that may, or unset it.",
            )
    return ", ".join(map(str, folders))


CHECKS: tuple[tuple[str, Callable[[], str]], ...] = (
    ("SPARK_HOME", spark_home),
    ("Spark Connect", spark_connect),
    ("host name", host_name),
    ("user name", user_name),
    ("event log", event_log),
    ("temporary folders", temporary_folders),
)


def why_not_started(said: str, *, kind: str) -> StoreFault:
    """Why Spark did not start, and what to do, in one line each.

    Args:
        said: what Java and Python said; searched for known words, never shown.
        kind: of the error, for where nothing is found.
    """
    for _, check in CHECKS:
        try:
            check()
        except StoreFault as fault:
            return StoreFault(f"Spark did not start: {fault.message}", fault.remedy)
    for words, cause, cure in _SAID:
        if re.search(words, said):
            return StoreFault(f"Spark did not start: {cause}.", cure)
    return NoCauseFound(
        f"Spark did not start ({kind}).",
        "Run `clearance doctor`: it checks what Spark needs, one by one; with --debug it shows "
        "what Java says.",
    )


def _settings() -> Iterator[tuple[str, str]]:
    """The settings that Spark takes from spark-defaults.conf and PYSPARK_SUBMIT_ARGS."""
    folder = os.environ.get("SPARK_CONF_DIR")
    if folder is None and os.environ.get("SPARK_HOME"):
        folder = f"{os.environ['SPARK_HOME']}/conf"
    try:
        text = (Path(folder or "") / "spark-defaults.conf").read_text("utf-8", "replace")
    except OSError:
        text = ""
    for line in text.splitlines():
        if found := re.match(r"\s*(spark\.[\w.]+)(?:\s*[=:]\s*|\s+)(.*)", line):
            yield found[1], found[2].strip()
    try:
        given = shlex.split(os.environ.get("PYSPARK_SUBMIT_ARGS", ""))
    except ValueError:
        given = []
    for option, value in pairwise(given):
        if option == "--conf" and "=" in value:
            name, _, setting = value.partition("=")
            yield name, setting
