"""The specification of a table: its columns as DDL, clustering, constraints and statistics."""

from __future__ import annotations

from dataclasses import dataclass, field

from clearance.personal import is_personal


@dataclass(frozen=True)
class TableSpec:
    """The specification of a table of the store.

    Attributes:
        name: the table's name, also of its folder in the store.
        row: a description of a row, in words.
        ddl: columns and types, in order.
        cluster_by: columns of liquid clustering; empty for small tables.
        constraints: CHECK constraints by name. Only on columns that identify nobody, since a
            violated constraint prints the row's values of its columns.
        keys: columns that are never null: parts of the table's key that every row has. Held in
            tables that this release makes; in an older one Delta would read every row first.
        change_feed: whether the change data feed is on from creation.
        found_by: columns in file statistics (least and greatest value), where only few columns are
            filtered by: collecting them takes time for every row. Never personal columns. Empty
            for all columns that are not personal.
        widened: constraints that allowed fewer values in an earlier release.
        features: the kind of unit whose features (rules/features.yaml) are columns of the table;
            empty for other tables.
    """

    name: str
    row: str
    ddl: str
    cluster_by: tuple[str, ...] = ()
    constraints: dict[str, str] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    change_feed: bool = False
    found_by: tuple[str, ...] = ()
    widened: tuple[str, ...] = ()
    features: str = ""

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
    def constraints_when_made(self) -> dict[str, str]:
        """The CHECK constraints of a new table by name: one for each key, and the others."""
        given = {f"{key}_is_given": f"{key} IS NOT NULL" for key in self.keys}
        return given | self.constraints

    @property
    def restricted(self) -> bool:
        """Whether the table has columns that identify a person."""
        return bool(self.unindexed)

    @property
    def indexed(self) -> tuple[str, ...]:
        """Columns in file statistics."""
        return self.found_by or tuple(name for name in self.columns if name not in self.unindexed)

    @property
    def unindexed(self) -> tuple[str, ...]:
        """Columns left out of file statistics: those that identify a person."""
        return tuple(name for name in self.columns if is_personal(name))


def one_of(column: str, words: tuple[str, ...]) -> str:
    """A constraint: the column's value is one of the words.

    Args:
        column: its name.
        words: the allowed values.
    """
    return f"{column} IN ({', '.join(repr(word) for word in words)})"
