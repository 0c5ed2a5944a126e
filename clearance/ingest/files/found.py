"""Which files an ingest is about, and what identifies each: its SHA-256.

Inputs are files, folders (their research files, one level deep) and globs, on this machine or at
an address such as `s3a://`. Local files are found and read without Spark, others through the
file systems that Spark knows.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from pyspark.sql import SparkSession

from clearance.errors import InputRefused
from clearance.ingest.files.naming import HOW_TO_NAME, is_research, no_research_file
from clearance.ingest.files.probe import UNPACK_LIMIT, FileProbe, probe, shown
from clearance.ingest.files.remote import Hadoop, RemoteFile, remote_files


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
        header: the columns that its first line names; None where it names none.
    """

    path: str
    sha256: str
    bytes: int
    reads: str
    address: str
    marked: bool
    header: tuple[str, ...] | None = None


@dataclass(frozen=True)
class LocalFiles:
    """What inputs on this machine stand for.

    Attributes:
        paths: the files to read, each once, in the order named.
        passed_over: what else lies in the folders named, a folder with a slash at its end.
    """

    paths: list[Path] = field(default_factory=list)
    passed_over: list[Path] = field(default_factory=list)


@dataclass(frozen=True)
class FoundFiles:
    """The files of an ingest.

    Attributes:
        distinct: each content once.
        repeated: the names of those that hold what another holds.
        passed_over: the names of what lies in the folders named and is not read.
    """

    distinct: list[ResearchFile]
    repeated: list[str]
    passed_over: list[str]


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
    return look_for(inputs).paths


def look_for(inputs: Sequence[str]) -> LocalFiles:
    """The local files that inputs stand for, and what lies beside them; addresses are skipped.

    Raises:
        InputRefused: an input stands for no file.
    """
    found: dict[str, Path] = {}
    beside: dict[str, Path] = {}
    for name in inputs:
        if not is_address(name):
            research, others = _local(name)
            for path in research:
                found.setdefault(os.path.realpath(path), Path(os.path.abspath(path)))
            for path in others:
                beside.setdefault(os.path.realpath(path), Path(os.path.abspath(path)))
    return LocalFiles(
        list(found.values()), [path for real, path in beside.items() if real not in found]
    )


def _local(name: str) -> tuple[list[Path], list[Path]]:
    plain = unquote(re.sub(r"^file:/+", "/", name, flags=re.I)) if _is_file_uri(name) else name
    path = Path(plain).expanduser()
    if path.is_dir():
        inside = sorted(path.iterdir())
        research = [child for child in inside if child.is_file() and is_research(child.name)]
        others = [child for child in inside if child not in research]
        if not research:
            raise no_research_file(name, [named(child) for child in others])
        return research, others
    if path.is_file():
        return [path], []
    matches = [Path(match) for match in sorted(glob.glob(str(path)))]
    files = [match for match in matches if match.is_file()]
    if not files:
        raise InputRefused(f"There is no file {name}.", HOW_TO_NAME)
    return files, [match for match in matches if match not in files]


def named(path: Path) -> str:
    """A path as messages name it, a folder with a slash at its end."""
    return f"{shown(path)}/" if path.is_dir() else shown(path)


def find_files(
    spark: SparkSession,
    inputs: Sequence[str],
    *,
    links: Path,
    unpack_limit: float = UNPACK_LIMIT,
) -> FoundFiles:
    """The files of an ingest, looked through from end to end.

    Args:
        spark: the session; its file systems are asked for addresses.
        inputs: files, folders, globs, addresses.
        links: a folder for links to local files whose names Spark would not read.
        unpack_limit: times its size that a compressed file may unpack to.

    Raises:
        InputRefused: an input stands for no file, or a file cannot be read or trusted.
    """
    local = look_for(inputs)
    hadoop = Hadoop(spark)
    looks = _looked_at(local.paths, unpack_limit=unpack_limit)
    files = [
        _described(hadoop, path, look=look, links=links)
        for path, look in zip(local.paths, looks, strict=True)
    ]
    addresses = [name for name in inputs if is_address(name)]
    remote, beside = remote_files(hadoop, addresses, unpack_limit=unpack_limit)
    files += [_at_address(file) for file in remote]
    distinct: dict[str, ResearchFile] = {}
    repeated: list[str] = []
    for file in files:
        if file.sha256 in distinct:
            repeated.append(file.path)
        else:
            distinct[file.sha256] = file
    passed_over = [*map(named, local.passed_over), *beside]
    return FoundFiles(list(distinct.values()), repeated, passed_over)


def _looked_at(paths: Sequence[Path], *, unpack_limit: float) -> list[FileProbe]:
    # Summing and unpacking let go of the interpreter: a thread a core.
    threads = ThreadPoolExecutor(os.cpu_count())
    try:
        return list(threads.map(lambda path: probe(path, unpack_limit=unpack_limit), paths))
    finally:
        # After a refusal, or Ctrl-C, nobody waits for the others.
        threads.shutdown(wait=False, cancel_futures=True)


def _described(hadoop: Hadoop, path: Path, *, look: FileProbe, links: Path) -> ResearchFile:
    reads = _readable_name(hadoop, path, look, links=links)
    return ResearchFile(
        shown(path),
        look.sha256,
        look.bytes,
        literally(f"file:{reads}"),
        hadoop.address(f"file:{reads}"),
        look.marked,
        look.header,
    )


def _at_address(file: RemoteFile) -> ResearchFile:
    return ResearchFile(
        file.name,
        file.sha256,
        file.bytes,
        literally(file.name),
        file.address,
        file.marked,
        file.header,
    )


def literally(name: str) -> str:
    """The address with pattern characters escaped: Spark takes every path for a pattern."""
    return re.sub(r"([\[\]{}*?\\])", r"\\\1", name)


def _readable_name(hadoop: Hadoop, path: Path, look: FileProbe, *, links: Path) -> Path:
    """The file itself, or a link to it under a name that Spark reads as what it is.

    Spark goes by the name: it is hidden if it starts with `_` or `.`, and its ending says how it is
    compressed. A colon it takes for the end of a scheme, in a pattern also that of a folder, and a
    name must be UTF-8.
    """
    parsed = str(path) if literally(str(path)) != str(path) else path.name
    reads = shown(path) == str(path) and ":" not in parsed
    if reads and not path.name.startswith((".", "_")):
        as_named = hadoop.unpacks_by_name(f"file:{path}")
        if as_named == (".gz" if look.zipped else ""):
            return path
    link = links / (look.sha256 + (".gz" if look.zipped else ".csv"))
    if not link.exists():
        link.symlink_to(path)
    return link
