"""Finds and checks research files at addresses such as `s3a://`, by Spark's file systems."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]  # py4j ships no types
from pyspark.sql import SparkSession

from clearance.errors import InputRefused
from clearance.ingest.files.header import find_header
from clearance.ingest.files.kind import GZIP, HEAD, refuse_other_kind
from clearance.ingest.files.naming import HOW_TO_NAME, is_research_file_name, refuse_empty_folder
from clearance.ingest.files.probe import (
    ALWAYS_ALLOWED,
    LONGEST_LINE,
    MARK,
    refuse_damaged,
    refuse_long_line,
    refuse_too_large,
)
from clearance.platform.faults.remedies import SPARK_FAULTS


@dataclass(frozen=True)
class RemoteFile:
    """A file at an address.

    Attributes:
        name: its address in messages and tables.
        address: the same address as Spark writes it in `_metadata.file_path`.
        sha256: of its bytes as stored.
        bytes: its size.
        marked: whether its text starts with a byte order mark.
        header: the columns that its first line names; None where it names none.
    """

    name: str
    address: str
    sha256: str
    bytes: int
    marked: bool
    header: tuple[str, ...] | None


class Hadoop:
    """Hadoop's paths and file systems with Spark's configuration."""

    def __init__(self, spark: SparkSession) -> None:
        session: Any = spark
        self.jvm: Any = session._jvm
        self._conf = session._jsparkSession.sessionState().newHadoopConf()
        hadoop: Any = self.jvm.org.apache.hadoop
        self._codecs = hadoop.io.compress.CompressionCodecFactory(self._conf)

    def at(self, name: str) -> tuple[Any, Any]:
        """The file system and path of an address."""
        path = self.jvm.org.apache.hadoop.fs.Path(name)
        return path.getFileSystem(self._conf), path

    def address(self, name: str) -> str:
        """An address as Spark writes it."""
        system, path = self.at(name)
        return str(system.makeQualified(path).toUri().toString())

    def unpacks_by_name(self, name: str) -> str:
        """The ending of the compression that Spark assumes for a name; empty for none."""
        codec = self._codecs.getCodec(self.jvm.org.apache.hadoop.fs.Path(name))
        return "" if codec is None else str(codec.getDefaultExtension())

    def lines_of(self, stream: Any) -> Any:
        """A reader of a stream's lines."""
        return self.jvm.org.apache.hadoop.util.LineReader(stream, self._conf)


def list_remote_files(
    hadoop: Hadoop,
    names: Iterable[str],
    *,
    unpack_limit: float,
) -> tuple[list[RemoteFile], list[str]]:
    """The files that addresses match, and the names of other files in the same folders.

    Args:
        hadoop: the file systems.
        names: addresses of files and folders, and patterns.
        unpack_limit: the highest ratio of a file's unpacked to its compressed size.

    Raises:
        InputRefused: an address matches no file, or a file cannot be read or trusted.
    """
    files: dict[str, RemoteFile] = {}
    beside: dict[str, None] = {}
    for name in names:
        try:
            statuses, others = _statuses(hadoop, name)
            beside |= dict.fromkeys(others)
            for status in statuses:
                address = str(status.getPath().toUri().toString())
                if address not in files:
                    files[address] = _probe(hadoop, status, address, unpack_limit=unpack_limit)
        except (*SPARK_FAULTS, OSError) as error:
            raise InputRefused(
                f"{name} cannot be read ({type(error).__name__}).",
                "Check the address and this session's rights to it; `clearance doctor` tries both.",
            ) from error
    return list(files.values()), [name for name in beside if name not in files]


def _statuses(hadoop: Hadoop, name: str) -> tuple[list[Any], list[str]]:
    """The statuses of the files that an address matches, and the names of others beside them."""
    system, path = hadoop.at(name)
    matched = list(system.globStatus(path) or [])
    files = [status for status in matched if status.isFile()]
    folders = [status for status in matched if status.isDirectory()]
    others: list[Any] = []
    for folder in folders:
        for status in system.listStatus(folder.getPath()):
            research = status.isFile() and is_research_file_name(str(status.getPath().getName()))
            (files if research else others).append(status)
    beside = sorted(_name(status) for status in others)
    if not files:
        raise (
            refuse_empty_folder(name, beside)
            if folders
            else InputRefused(f"No file at {name}.", HOW_TO_NAME)
        )
    return sorted(files, key=lambda status: str(status.getPath())), beside


def _name(status: Any) -> str:
    name = unquote(str(status.getPath().toUri().toString()))
    return f"{name}/" if status.isDirectory() else name


def _probe(hadoop: Hadoop, status: Any, address: str, *, unpack_limit: float) -> RemoteFile:
    name, size = unquote(address), int(status.getLen())
    digests = hadoop.jvm.org.apache.commons.codec.digest.DigestUtils
    with _open(hadoop, address) as stream:
        sha256 = str(digests.sha256Hex(stream))
    with _open(hadoop, address) as stream:
        head = bytes(stream.readNBytes(HEAD))
        zipped = head.startswith(GZIP)
        if not zipped:
            _refuse_by_head(hadoop, name, address, head, zipped=False)
            _refuse_long_lines(hadoop, stream, name, size=size)
    if zipped:
        allowed = max(ALWAYS_ALLOWED, int(unpack_limit * size))
        head = _unpacked_head(hadoop, name, address, allowed=allowed)
    return RemoteFile(name, address, sha256, size, head.startswith(MARK), find_header(head))


def _unpacked_head(hadoop: Hadoop, name: str, address: str, *, allowed: int) -> bytes:
    """The first bytes of a compressed file, once it is unpacked to its end and not too large."""
    io = hadoop.jvm.org.apache.commons.io
    try:
        with _open(hadoop, address) as stream:
            head = bytes(hadoop.jvm.java.util.zip.GZIPInputStream(stream).readNBytes(HEAD))
            _refuse_by_head(hadoop, name, address, head, zipped=True)
        with _open(hadoop, address) as stream:
            text = io.input.CountingInputStream(hadoop.jvm.java.util.zip.GZIPInputStream(stream))
            more = True
            while more:
                _refuse_long_line(hadoop, text, name)
                more = int(io.IOUtils.skip(text, LONGEST_LINE)) == LONGEST_LINE
                if int(text.getByteCount()) > allowed:
                    raise refuse_too_large(name, allowed=allowed)
    except Py4JJavaError as error:
        kind = str(error.java_exception.getClass().getSimpleName())
        if kind in ("EOFException", "ZipException"):
            raise refuse_damaged(name) from error
        raise
    return head


def _refuse_by_head(hadoop: Hadoop, name: str, address: str, head: bytes, *, zipped: bool) -> None:
    refusal = refuse_other_kind(name, head, unpacked=zipped)
    if refusal is not None:
        raise refusal
    ending = hadoop.unpacks_by_name(name)
    if ending != (".gz" if zipped else ""):
        form, right_ending = ("gzip-compressed", ".csv.gz") if zipped else ("plain text", ".csv")
        by_name = f"ends in {ending}" if ending else "does not end in .gz"
        raise InputRefused(
            f"{name} is {form}, but its name {by_name}, and Spark goes by the name. Nothing was "
            "taken in.",
            f"Give it a name that ends in {right_ending}.",
        )


def _refuse_long_lines(hadoop: Hadoop, stream: Any, name: str, *, size: int) -> None:
    """Refuse a file with a line of 32 MB, by reading to the next line end after every 16 MB."""
    position = 0
    while position < size:
        stream.seek(position)
        _refuse_long_line(hadoop, stream, name)
        position = int(stream.getPos()) + LONGEST_LINE


def _refuse_long_line(hadoop: Hadoop, stream: Any, name: str) -> None:
    """Read to the next line end, and refuse the file where it is too far; may read beyond it."""
    most = LONGEST_LINE + 3
    line = hadoop.jvm.org.apache.hadoop.io.Text()
    if int(hadoop.lines_of(stream).readLine(line, 0, most)) >= most:
        raise refuse_long_line(name)


@contextmanager
def _open(hadoop: Hadoop, address: str) -> Iterator[Any]:
    system, path = hadoop.at(address)
    stream = system.open(path)
    try:
        yield stream
    finally:
        stream.close()
