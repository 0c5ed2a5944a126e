"""Which files an ingest is about, and what identifies each: its SHA-256.

Inputs are files, folders (their research files, one level deep) and globs, on this machine or at
an address such as `s3a://`. Local files are found and read without Spark, others through the
file systems that Spark knows.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from pyspark.sql import SparkSession

from clearance.errors import InputRefused
from clearance.ingest.unpack import (
    ALWAYS_ALLOWED,
    MARK,
    UNPACK_LIMIT,
    Look,
    look_at,
    unpacks_too_far,
)

ENDINGS = (".csv", ".dat", ".gz")
_HOW_TO_NAME = "Name research files (.csv, .dat, .gz), a folder that holds some, or a quoted glob."


@dataclass(frozen=True)
class ResearchFile:
    """A file to take in.

    Attributes:
        path: the file as messages and tables name it.
        sha256: of its bytes as they lie there, compressed or not.
        bytes: its size.
        reads: the address Spark is given.
        address: the same as Spark writes it back.
        marked: whether its text starts with a byte order mark (readers drop it).
    """

    path: str
    sha256: str
    bytes: int
    reads: str
    address: str
    marked: bool


def is_address(name: str) -> bool:
    """Whether an input lies elsewhere than on this machine's disks."""
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]+:/", name) is not None and not _is_file_uri(name)


def _is_file_uri(name: str) -> bool:
    return name.lower().startswith("file:/")


def local_files(inputs: Sequence[str]) -> list[Path]:
    """The local files that inputs stand for, each once, in the order named; addresses are skipped.

    Raises:
        InputRefused: an input stands for no file.
    """
    found: dict[str, Path] = {}
    for name in inputs:
        if not is_address(name):
            for path in _local(name):
                found.setdefault(os.path.realpath(path), Path(os.path.abspath(path)))
    return list(found.values())


def _local(name: str) -> list[Path]:
    plain = unquote(re.sub(r"^file:/+", "/", name, flags=re.I)) if _is_file_uri(name) else name
    path = Path(plain).expanduser()
    if path.is_dir():
        inside = [child for child in sorted(path.iterdir()) if child.is_file()]
        research = [child for child in inside if _is_research(child.name)]
        if not research:
            raise InputRefused(f"The folder {name} holds no research file.", _HOW_TO_NAME)
        return research
    if path.is_file():
        return [path]
    matches = [Path(match) for match in sorted(glob.glob(str(path)))]
    files = [match for match in matches if match.is_file()]
    if not files:
        raise InputRefused(f"There is no file {name}.", _HOW_TO_NAME)
    return files


def _is_research(name: str) -> bool:
    return name.lower().endswith(ENDINGS) and not name.startswith((".", "_"))


def find_files(
    spark: SparkSession,
    inputs: Sequence[str],
    *,
    links: Path,
    unpack_limit: float = UNPACK_LIMIT,
) -> tuple[list[ResearchFile], list[str]]:
    """The distinct files of an ingest, and the names of those that repeat another's content.

    Args:
        spark: the session; its file systems are asked for addresses.
        inputs: files, folders, globs, addresses.
        links: a folder for links to local files whose names Spark would not read.
        unpack_limit: times its size that a compressed file may unpack to.

    Raises:
        InputRefused: an input stands for no file, or a file cannot be read or trusted.
    """
    paths = local_files(inputs)
    # Summing and unpacking let go of the interpreter: a thread a core.
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        looks = list(threads.map(lambda path: look_at(path, unpack_limit=unpack_limit), paths))
    local = [
        _described(spark, path, look=look, links=links)
        for path, look in zip(paths, looks, strict=True)
    ]
    addresses = [name for name in inputs if is_address(name)]
    remote = _remote_files(spark, addresses, unpack_limit=unpack_limit)
    distinct: dict[str, ResearchFile] = {}
    repeated: list[str] = []
    for file in [*local, *remote]:
        if file.sha256 in distinct:
            repeated.append(file.path)
        else:
            distinct[file.sha256] = file
    return list(distinct.values()), repeated


def _described(spark: SparkSession, path: Path, *, look: Look, links: Path) -> ResearchFile:
    reads = _readable_name(path, look, links=links)
    address = _jvm_path(spark, f"file:{reads}")[0]
    return ResearchFile(
        str(path), look.sha256, look.bytes, _literally(f"file:{reads}"), address, look.marked
    )


def _literally(name: str) -> str:
    """The address with pattern characters escaped: Spark takes every path for a pattern."""
    return re.sub(r"([\[\]{}*?\\])", r"\\\1", name)


def _readable_name(path: Path, look: Look, *, links: Path) -> Path:
    """The file itself, or a link to it under a name that Spark reads as what it is.

    Spark goes by the name: compressed only if it ends in `.gz`, hidden if it starts with `_` or
    `.`.
    """
    named_zipped = path.name.endswith(".gz")
    if named_zipped == look.zipped and not path.name.startswith((".", "_")):
        return path
    if named_zipped and not look.zipped and look.bytes:
        raise InputRefused(
            f"{path} is named .gz but is not gzip-compressed. Nothing was taken in.",
            "Rename it to .csv if it is plain text, or copy it again.",
        )
    link = links / (look.sha256 + (".gz" if look.zipped else ".csv"))
    if not link.exists():
        link.symlink_to(path)
    return link


def _jvm_path(spark: SparkSession, name: str) -> tuple[str, Any, Any]:
    """An address as Spark writes it, with its Hadoop file system and path."""
    jvm: Any = spark._jvm
    session: Any = spark._jsparkSession
    path = jvm.org.apache.hadoop.fs.Path(name)
    system = path.getFileSystem(session.sessionState().newHadoopConf())
    return str(system.makeQualified(path).toUri().toString()), system, path


def _remote_files(
    spark: SparkSession, names: Iterable[str], *, unpack_limit: float
) -> list[ResearchFile]:
    found: dict[str, ResearchFile] = {}
    for name in names:
        try:
            statuses = _remote_statuses(spark, name)
            for status in statuses:
                address = str(status.getPath().toUri().toString())
                if address not in found:
                    found[address] = _remote_described(
                        spark, status, address, unpack_limit=unpack_limit
                    )
        except InputRefused:
            raise
        except Exception as error:
            raise InputRefused(
                f"{name} cannot be read ({type(error).__name__}).",
                "Check the address and this session's rights to it; `clearance doctor` tries both.",
            ) from error
    return list(found.values())


def _remote_statuses(spark: SparkSession, name: str) -> list[Any]:
    _, system, path = _jvm_path(spark, name)
    matched = list(system.globStatus(path) or [])
    files = [status for status in matched if status.isFile()]
    folders = [status for status in matched if status.isDirectory()]
    for folder in folders:
        inside = [status for status in system.listStatus(folder.getPath()) if status.isFile()]
        files += [status for status in inside if _is_research(str(status.getPath().getName()))]
    if not files:
        what = f"The folder {name} holds no research file." if folders else f"No file at {name}."
        raise InputRefused(what, _HOW_TO_NAME)
    return sorted(files, key=lambda status: str(status.getPath()))


def _remote_described(
    spark: SparkSession, status: Any, address: str, *, unpack_limit: float
) -> ResearchFile:
    jvm: Any = spark._jvm
    path = status.getPath()
    size = int(status.getLen())
    _, system, _ = _jvm_path(spark, address)
    stream = system.open(path)
    try:
        sha256 = str(jvm.org.apache.commons.codec.digest.DigestUtils.sha256Hex(stream))
    finally:
        stream.close()
    name = unquote(address)
    allowed = max(ALWAYS_ALLOWED, int(unpack_limit * size))
    stream = system.open(path)
    try:
        zipped = str(path.getName()).endswith(".gz")
        text = jvm.java.util.zip.GZIPInputStream(stream) if zipped else stream
        marked = bytes(max(text.read(), 0) for _ in range(len(MARK))) == MARK
        skip = jvm.org.apache.commons.io.IOUtils.skip
        too_far = zipped and skip(text, allowed) >= allowed
    except Exception:
        marked = too_far = False  # damaged: Spark will say so when it reads
    finally:
        stream.close()
    if too_far:
        raise unpacks_too_far(name, allowed=allowed)
    return ResearchFile(name, sha256, size, _literally(name), address, marked)
