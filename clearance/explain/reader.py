"""Reads the rows that an explanation rests on: by Spark, or by delta-rs, which needs no Java.

delta-rs starts at once; Spark takes some seconds. It is the extra `reader`, and reads stores in a
folder whose tables other readers may read (`open_readers`). Both give the same rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from pyspark.sql import Row, SparkSession
from pyspark.sql import functions as F

from clearance.platform.store.store import Store


class NotReadable(Exception):
    """Rows that delta-rs cannot read, or that are not there; Spark reads them or says why not."""


class Reader(Protocol):
    """Reads the tables of a store."""

    @property
    def store(self) -> Store:
        """The store."""

    def has(self, table: str) -> bool:
        """Whether the store has the table."""

    def rows(
        self,
        table: str,
        *,
        version: int | None = None,
        columns: Sequence[str] = (),
        where: Mapping[str, Sequence[str]] | None = None,
    ) -> list[Row]:
        """Rows of a table, in no order.

        Args:
            table: its name.
            version: the last that changed data; None for the table's last version.
            columns: those to read; empty for all.
            where: the allowed values of columns; None for every row.
        """


@dataclass(frozen=True)
class SparkReader:
    """Reads by Spark, as every other command does."""

    spark: SparkSession
    store: Store

    def has(self, table: str) -> bool:
        """Whether the store has the table."""
        return self.store.exists(self.spark, table)

    def rows(
        self,
        table: str,
        *,
        version: int | None = None,
        columns: Sequence[str] = (),
        where: Mapping[str, Sequence[str]] | None = None,
    ) -> list[Row]:
        """Rows of a table, in no order."""
        rows = self.store.read_rows_of(self.spark, table, version=version)
        for column, values in (where or {}).items():
            if column not in rows.columns:
                return []  # a table of an earlier release
            rows = rows.where(F.col(column).isin(*values))
        return (rows.select(*columns) if columns else rows).collect()


@dataclass(frozen=True)
class DeltaReader:
    """Reads by delta-rs, in this process."""

    store: Store

    def has(self, table: str) -> bool:
        """Whether the store has the table."""
        return Path(self.store.path(table), "_delta_log").is_dir()

    def rows(
        self,
        table: str,
        *,
        version: int | None = None,
        columns: Sequence[str] = (),
        where: Mapping[str, Sequence[str]] | None = None,
    ) -> list[Row]:
        """Rows of a table, in no order.

        Raises:
            NotReadable: there is no such table or version, or delta-rs does not know its features.
        """
        conditions = [
            f"{column} IN ({', '.join(map(_quoted, values)) or 'NULL'})"
            for column, values in (where or {}).items()
        ]
        query = f"SELECT {', '.join(columns) or '*'} FROM t"
        if conditions:
            query += f" WHERE {' AND '.join(conditions)}"
        try:
            from deltalake import DeltaTable, QueryBuilder

            if version is not None:
                version = self.store.version_of_same_rows(None, table, version=version)
            found = QueryBuilder().register("t", DeltaTable(self.store.path(table), version))
            result = found.execute(query).read_all()
        except Exception as error:  # no common class; its library may not load
            raise NotReadable(table) from error
        values = [result.column(name).to_pylist() for name in result.column_names]
        return [
            Row(**dict(zip(result.column_names, map(_plain, row), strict=True)))
            for row in zip(*values, strict=True)
        ]


def delta_reader(store: Store) -> DeltaReader | None:
    """The reader by delta-rs; None where it is not installed, or the store is at an address."""
    if store.is_address or not store.open_readers or find_spec("deltalake") is None:
        return None
    return DeltaReader(store)


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _plain(value: Any) -> Any:
    """A value as Spark gives it: a map, which delta-rs gives as pairs, is a dict."""
    pairs = isinstance(value, list) and value and all(isinstance(item, tuple) for item in value)
    return {key: _plain(item) for key, item in value} if pairs else value
