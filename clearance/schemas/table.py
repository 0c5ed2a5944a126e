"""A table of a store: its columns as DDL, its clustering, its constraints, who may read it."""

from __future__ import annotations

from dataclasses import dataclass, field

from clearance.personal import is_personal


@dataclass(frozen=True)
class TableSpec:
    """What a table of the store is.

    Attributes:
        name: folder under the store, and the table's name everywhere.
        row: what one row is, in words.
        ddl: columns and types, in order.
        cluster_by: columns of liquid clustering; empty for small tables.
        constraints: CHECK constraints by name. Only on columns that identify nobody, since a
            violated constraint prints the row's values of its columns.
        change_feed: whether the change data feed is on from creation.
        found_by: columns whose least and greatest value a file's statistics keep, where few are
            ever asked for: collecting them costs time on every row. Never what is personal.
        widened: constraints that said less in an earlier release.
    """

    name: str
    row: str
    ddl: str
    cluster_by: tuple[str, ...] = ()
    constraints: dict[str, str] = field(default_factory=dict)
    change_feed: bool = False
    found_by: tuple[str, ...] = ()
    widened: tuple[str, ...] = ()

    @property
    def types(self) -> dict[str, str]:
        """The type of each column, in order."""
        lines = [line.strip().rstrip(",") for line in self.ddl.strip().split("\n")]
        return dict(line.split(maxsplit=1) for line in lines)

    @property
    def columns(self) -> list[str]:
        """Column names in order."""
        return list(self.types)

    @property
    def restricted(self) -> bool:
        """Whether it holds what says who a person is."""
        return bool(self.unindexed)

    @property
    def indexed(self) -> tuple[str, ...]:
        """Columns in file statistics."""
        return self.found_by or tuple(name for name in self.columns if name not in self.unindexed)

    @property
    def unindexed(self) -> tuple[str, ...]:
        """Columns left out of file statistics: those that say who a person is."""
        return tuple(name for name in self.columns if is_personal(name))


def one_of(column: str, words: tuple[str, ...]) -> str:
    """A constraint: the column is one of the words.

    Args:
        column: its name.
        words: what it may be.
    """
    return f"{column} IN ({', '.join(repr(word) for word in words)})"
