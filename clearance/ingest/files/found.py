"""Finds the files of an ingest, each identified by its SHA-256.

Inputs are files, folders (their research files, one level deep) and globs, on this machine or at
an address such as `s3a://`. Local files are found and read without Spark, others by Spark's file
systems.
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
from clearance.ingest.files.naming import HOW_TO_NAME, is_research_file_name, refuse_empty_folder
from clearance.ingest.files.probe import UNPACK_LIMIT, FileProbe, path_text, probe
from clearance.ingest.files.remote import Hadoop, RemoteFile, list_remote_files


@dataclass(frozen=True)
class ResearchFile:
    """A file to load.

    Attributes:
        path: its name in messages and tables.
        sha256: of its bytes as stored, compressed or not.
        bytes: its size.
        reads: the address for Spark's reader.
        address: the same address as Spark writes it in `_metadata.file_path`.
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
    """The local files that inputs match.

    Attributes:
        paths: the files to read, each once, in the order of the inputs.
        passed_over: other files and folders in the folders named.
    """

    paths: list[Path] = field(default_factory=list)
    passed_over: list[Path] = field(default_factory=list)


@dataclass(frozen=True)
class FoundFiles:
    """The files of an ingest.

    Attributes:
        distinct: the files, each content once.
        repeated: the names of files with the same content as another.
        passed_over: the names of other files and folders in the folders named, which are not read.
    """

    distinct: list[ResearchFile]
    repeated: list[str]
    passed_over: list[str]


def is_address(name: str) -> bool:
    """Whether an input is an address, not a path on this machine."""
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]+:/", name) is not None and not _is_file_uri(name)


def _is_file_uri(name: str) -> bool:
    return name.lower().startswith("file:/")


def local_files(inputs: Sequence[str]) -> list[Path]:
    """The local files that inputs match, each once, in the order of the inputs, without addresses.

    Raises:
        InputRefused: an input matches no file.
    """
    return list_local_files(inputs).paths


def list_local_files(inputs: Sequence[str]) -> LocalFiles:
    """The local files that inputs match, and other files in the same folders, without addresses.

    Raises:
        InputRefused: an input matches no file.
    """
    files: dict[str, Path] = {}
    beside: dict[str, Path] = {}
    for name in inputs:
        if not is_address(name):
            research, others = _match_local(name)
            for path in research:
                files.setdefault(os.path.realpath(path), Path(os.path.abspath(path)))
            for path in others:
                beside.setdefault(os.path.realpath(path), Path(os.path.abspath(path)))
    return LocalFiles(
        list(files.values()), [path for real, path in beside.items() if real not in files]
    )


def _match_local(name: str) -> tuple[list[Path], list[Path]]:
    """The research files that an input matches, and the other files and folders beside them."""
    plain = unquote(re.sub(r"^file:/+", "/", name, flags=re.I)) if _is_file_uri(name) else name
    path = Path(plain).expanduser()
    if path.is_dir():
        inside = sorted(path.iterdir())
        research = [
            child for child in inside if child.is_file() and is_research_file_name(child.name)
        ]
        others = [child for child in inside if child not in research]
        if not research:
            raise refuse_empty_folder(name, [folder_or_file_name(child) for child in others])
        return research, others
    if path.is_file():
        return [path], []
    matches = [Path(match) for match in sorted(glob.glob(str(path)))]
    files = [match for match in matches if match.is_file()]
    if not files:
        raise InputRefused(f"There is no file {name}.", HOW_TO_NAME)
    return files, [match for match in matches if match not in files]


def folder_or_file_name(path: Path) -> str:
    """A path for messages, a folder with a slash at its end."""
    return f"{path_text(path)}/" if path.is_dir() else path_text(path)


def find_files(
    spark: SparkSession,
    inputs: Sequence[str],
    *,
    links: Path,
    unpack_limit: float = UNPACK_LIMIT,
) -> FoundFiles:
    """Find the files of an ingest, and check each from end to end.

    Args:
        spark: the session, whose file systems read addresses.
        inputs: files, folders, globs, addresses.
        links: a folder for links to local files whose names Spark cannot read.
        unpack_limit: the highest ratio of a file's unpacked to its compressed size.

    Raises:
        InputRefused: an input matches no file, or a file cannot be read or trusted.
    """
    local = list_local_files(inputs)
    hadoop = Hadoop(spark)
    looks = _probe_all(local.paths, unpack_limit=unpack_limit)
    files = [
        _as_research_file(hadoop, path, look=look, links=links)
        for path, look in zip(local.paths, looks, strict=True)
    ]
    addresses = [name for name in inputs if is_address(name)]
    remote, beside = list_remote_files(hadoop, addresses, unpack_limit=unpack_limit)
    files += [_remote_as_research_file(file) for file in remote]
    distinct: dict[str, ResearchFile] = {}
    repeated: list[str] = []
    for file in files:
        if file.sha256 in distinct:
            repeated.append(file.path)
        else:
            distinct[file.sha256] = file
    passed_over = [*map(folder_or_file_name, local.passed_over), *beside]
    return FoundFiles(list(distinct.values()), repeated, passed_over)


def _probe_all(paths: Sequence[Path], *, unpack_limit: float) -> list[FileProbe]:
    # Hashing and unpacking release the interpreter's lock: one thread for each core.
    threads = ThreadPoolExecutor(os.cpu_count())
    try:
        return list(threads.map(lambda path: probe(path, unpack_limit=unpack_limit), paths))
    finally:
        # After a refusal, or Ctrl-C, the other threads are not waited for.
        threads.shutdown(wait=False, cancel_futures=True)


def _as_research_file(hadoop: Hadoop, path: Path, *, look: FileProbe, links: Path) -> ResearchFile:
    reads = _path_for_spark(hadoop, path, look, links=links)
    return ResearchFile(
        path_text(path),
        look.sha256,
        look.bytes,
        escape_pattern(f"file:{reads}"),
        hadoop.address(f"file:{reads}"),
        look.marked,
        look.header,
    )


def _remote_as_research_file(file: RemoteFile) -> ResearchFile:
    return ResearchFile(
        file.name,
        file.sha256,
        file.bytes,
        escape_pattern(file.name),
        file.address,
        file.marked,
        file.header,
    )


def escape_pattern(name: str) -> str:
    """The address with pattern characters escaped: Spark treats every path as a pattern."""
    return re.sub(r"([\[\]{}*?\\])", r"\\\1", name)


def _path_for_spark(hadoop: Hadoop, path: Path, look: FileProbe, *, links: Path) -> Path:
    """The file's path, or that of a link to it whose name Spark reads correctly.

    Spark skips a name that starts with `_` or `.`, and takes the compression from the ending. It
    takes a colon for the end of a scheme (in a pattern also in a folder's name), and a name must be
    UTF-8.
    """
    parsed = str(path) if escape_pattern(str(path)) != str(path) else path.name
    readable = path_text(path) == str(path) and ":" not in parsed
    if readable and not path.name.startswith((".", "_")):
        compression = hadoop.unpacks_by_name(f"file:{path}")
        if compression == (".gz" if look.zipped else ""):
            return path
    link = links / (look.sha256 + (".gz" if look.zipped else ".csv"))
    if not link.exists():
        link.symlink_to(path)
    return link
