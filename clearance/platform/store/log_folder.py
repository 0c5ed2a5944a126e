"""Reads and lists a table's log folder without a Spark job: on this machine, or by Hadoop."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from pyspark.sql import SparkSession

ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:/")


def spark_path(place: str) -> str:
    """A folder or address in the form that Spark needs.

    `file:` keeps a folder of this machine apart from Hadoop's default file system.

    Args:
        place: an absolute path, or an address.
    """
    return place if ADDRESS.match(place) else f"file:{place}"


class Folder(Protocol):
    """A folder of small files."""

    def names(self) -> list[str]:
        """The names of the files and folders in it; empty where there is no such folder."""

    def lines(self, name: str) -> Iterator[str]:
        """The lines of a file, from the first on."""

    def put(self, name: str) -> None:
        """Make an empty file, and the folder where the folder is missing."""

    def remove(self, name: str) -> None:
        """Delete a file, if it exists."""


def folder_at(spark: SparkSession | None, place: str) -> Folder:
    """The folder or address `place`; only an address needs a session."""
    if not ADDRESS.match(place):
        return LocalFolder(Path(place))
    assert spark is not None
    return HadoopFolder(spark, place)


@dataclass(frozen=True)
class LocalFolder:
    """A folder of this machine."""

    path: Path

    def names(self) -> list[str]:
        """The names of what lies in it."""
        try:
            return [entry.name for entry in self.path.iterdir()]
        except FileNotFoundError:
            return []

    def lines(self, name: str) -> Iterator[str]:
        """The lines of one file."""
        with (self.path / name).open(encoding="utf-8") as file:
            yield from file

    def put(self, name: str) -> None:
        """Make an empty file."""
        self.path.mkdir(parents=True, exist_ok=True)
        (self.path / name).touch(mode=0o600)

    def remove(self, name: str) -> None:
        """Delete a file."""
        (self.path / name).unlink(missing_ok=True)


@dataclass(frozen=True)
class HadoopFolder:
    """A folder at an address, through the file system that Spark uses for it."""

    spark: SparkSession
    address: str

    def names(self) -> list[str]:
        """The names of what lies in it."""
        folder, system = self._at("")
        if not system.exists(folder):
            return []
        return [str(status.getPath().getName()) for status in system.listStatus(folder)]

    def lines(self, name: str) -> Iterator[str]:
        """The lines of one file."""
        jvm: Any = self.spark._jvm
        path, system = self._at(name)
        reader = jvm.java.io.BufferedReader(
            jvm.java.io.InputStreamReader(system.open(path), "UTF-8")
        )
        try:
            while (line := reader.readLine()) is not None:
                yield str(line)
        finally:
            reader.close()

    def put(self, name: str) -> None:
        """Make an empty file."""
        path, system = self._at(name)
        system.create(path, True).close()

    def remove(self, name: str) -> None:
        """Delete a file."""
        path, system = self._at(name)
        system.delete(path, False)

    def _at(self, name: str) -> tuple[Any, Any]:
        jvm: Any = self.spark._jvm
        session: Any = self.spark._jsparkSession
        path = jvm.org.apache.hadoop.fs.Path("/".join(filter(None, [self.address, name])))
        return path, path.getFileSystem(session.sessionState().newHadoopConf())
