"""What Spark needs of the machine and of the environment variables, each checked without Spark.

A check returns a description of what it found, or raises a fault with a remedy. Where Spark does
not start, the first check that fails gives the cause; where none fails, Java's output may.
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
# Words in the output of a Java that failed to start, the cause, and the remedy.
_CAUSES_BY_OUTPUT = (
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
        "the name of a host does not resolve to an address",
        "Look at SPARK_LOCAL_IP, at spark-defaults.conf and at Hadoop's core-site.xml.",
    ),
    (
        r"No space left on device|Disk quota exceeded",
        "no room is left for temporary files",
        "Make room, or set SPARK_LOCAL_DIRS to a folder with some.",
    ),
)


class NoCauseFound(StoreFault):
    """Spark did not start, and no check found the cause."""


def check_spark_home() -> str:
    """The Spark that will be started: this Python's, or SPARK_HOME's if of the same release."""
    home, needed = os.environ.get("SPARK_HOME"), version("pyspark")
    if not home:
        return f"not set: Spark {needed} of this Python"
    if not (Path(home) / "bin" / "spark-submit").is_file():
        raise StoreFault(f"SPARK_HOME is {home}, where no Spark lies.", "Unset SPARK_HOME.")
    jars = sorted((Path(home) / "jars").glob("spark-core_*.jar"))
    release = jars[0].stem.rpartition("-")[2] if jars else "of an unknown release"
    if release.split(".")[:2] != needed.split(".")[:2]:
        raise StoreFault(
            f"SPARK_HOME is {home}, a Spark {release}; needed is {needed}.", "Unset SPARK_HOME."
        )
    return f"{home}, Spark {release}"


def check_spark_connect() -> str:
    """Whether Spark runs in this process, as it must, and not over Spark Connect."""
    variables = [name for name in _CONNECT if os.environ.get(name)]
    if os.environ.get("SPARK_API_MODE", "").lower() == "connect":
        variables.append("SPARK_API_MODE")
    if variables:
        raise StoreFault(
            f"{', '.join(variables)} is set: Spark would run over Spark Connect, which the "
            "steps cannot use.",
            f"Unset {' and '.join(variables)}, or submit jobs/clearance_job.py to the cluster.",
        )
    return "not requested"


def check_host_name() -> str:
    """This machine's name, which must resolve to an address: Spark looks it up."""
    if address := os.environ.get("SPARK_LOCAL_IP"):
        return f"SPARK_LOCAL_IP is {address}"
    name = socket.gethostname()
    try:
        socket.getaddrinfo(name, None)
    except OSError as error:
        raise StoreFault(
            f"This machine's host name, {name}, does not resolve to an address.",
            f"Set SPARK_LOCAL_IP=127.0.0.1, or add `127.0.0.1 {name}` to /etc/hosts.",
        ) from error
    return name


def check_user_name() -> str:
    """The user's name, which Hadoop needs."""
    number = os.geteuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError as error:
        raise StoreFault(
            f"The user with the number {number} has no name on this machine, and Hadoop needs one.",
            f"Run it as a user that `whoami` knows; in a container add one to /etc/passwd, such as "
            f"`clearance:x:{number}:0::/tmp:/bin/false`.",
        ) from error


def check_event_log() -> str:
    """The folder of Spark's event log, where the settings enable the log."""
    settings = dict(_read_spark_settings())
    if settings.get("spark.eventLog.enabled", "false").lower() != "true":
        return "none is written"
    address = settings.get("spark.eventLog.dir", _EVENT_LOG)
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", address) and not address.startswith("file:"):
        return f"{address}, not checked"
    folder = Path(re.sub(r"^file:/*", "/", address))
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        raise StoreFault(
            f"This user cannot write Spark's event log into {folder} (spark.eventLog.dir in "
            "spark-defaults.conf).",
            f"Make it (`mkdir -p {folder}`), or set spark.eventLog.enabled to false there.",
        )
    return str(folder)


def check_temporary_folders() -> str:
    """The folders for data that Spark does not hold in memory."""
    settings = dict(_read_spark_settings())
    setting = os.environ.get("SPARK_LOCAL_DIRS") or settings.get("spark.local.dir")
    if not setting:
        return "the system's"
    folders = [Path(part.strip()) for part in setting.split(",") if part.strip()]
    for folder in folders:
        ancestors = (folder, *folder.absolute().parents)
        nearest = next(path for path in ancestors if path.exists())
        if not (nearest.is_dir() and os.access(nearest, os.W_OK)):
            raise StoreFault(
                f"{folder}, for Spark's temporary files, may not be written by this user.",
                "Set SPARK_LOCAL_DIRS (or spark.local.dir) to a folder that may, or unset it.",
            )
    return ", ".join(map(str, folders))


CHECKS: tuple[tuple[str, Callable[[], str]], ...] = (
    ("SPARK_HOME", check_spark_home),
    ("Spark Connect", check_spark_connect),
    ("host name", check_host_name),
    ("user name", check_user_name),
    ("event log", check_event_log),
    ("temporary folders", check_temporary_folders),
)


def explain_failed_start(output: str, *, kind: str) -> StoreFault:
    """The fault that says why Spark did not start, and what to do, in one line each.

    Args:
        output: of Java and Python; searched for known words, never shown.
        kind: the name of the error, shown where no cause is found.
    """
    for _, check in CHECKS:
        try:
            check()
        except StoreFault as fault:
            return StoreFault(f"Spark did not start: {fault.message}", fault.remedy)
    for words, cause, remedy in _CAUSES_BY_OUTPUT:
        if re.search(words, output):
            return StoreFault(f"Spark did not start: {cause}.", remedy)
    return NoCauseFound(
        f"Spark did not start ({kind}).",
        "Run `clearance doctor`: it checks what Spark needs, one by one; with --debug it shows "
        "Java's output.",
    )


def _read_spark_settings() -> Iterator[tuple[str, str]]:
    """The settings that Spark takes from spark-defaults.conf and PYSPARK_SUBMIT_ARGS."""
    folder = os.environ.get("SPARK_CONF_DIR")
    if folder is None and os.environ.get("SPARK_HOME"):
        folder = f"{os.environ['SPARK_HOME']}/conf"
    try:
        text = (Path(folder or "") / "spark-defaults.conf").read_text("utf-8", "replace")
    except OSError:
        text = ""
    for line in text.splitlines():
        if match := re.match(r"\s*(spark\.[\w.]+)(?:\s*[=:]\s*|\s+)(.*)", line):
            yield match[1], match[2].strip()
    try:
        arguments = shlex.split(os.environ.get("PYSPARK_SUBMIT_ARGS", ""))
    except ValueError:
        arguments = []
    for option, value in pairwise(arguments):
        if option == "--conf" and "=" in value:
            name, _, setting = value.partition("=")
            yield name, setting
