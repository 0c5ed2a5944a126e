"""The page on the tables of a store: columns, types, who may read them; from the schemas."""

from __future__ import annotations

from collections.abc import Iterator

from clearance.platform.store.comments import column_comments
from clearance.schemas import MAKERS, TABLES, TableSpec
from manual.markdown import code, plain, table

OPEN = "whoever may see the store: it holds no name and no number of a register"
RESTRICTED = "**restricted**: it says who a person is"


def table_page() -> str:
    """Every table with its columns, and which of them say who a person is."""
    lines = [
        "# Tables",
        "",
        "A store is a folder of Delta tables, one folder a table. This page is made from "
        "`clearance/schemas/` and `clearance/personal.py` when the site is built. The same words "
        "are the comments of the columns in a store. How to read the "
        "tables: [Spark SQL, delta-rs, DuckDB, pandas](../how-to/read-the-tables.md).",
        "",
        *table(
            ("Table", "One row is", "Written by", "Who may read it"),
            [
                (f"[`{name}`](#{name})", plain(spec.row), MAKERS[name], _readers(spec))
                for name, spec in TABLES.items()
            ],
        ),
        "SUBJECT_ID is in most tables: it is the key by which a person's rows are found, and "
        "whoever has the state's index can look the person up. So no table is public. Public are "
        "the report, its pages of counties and `statistics.csv`; see "
        "[who may see which file](../how-to/who-may-see-which-file.md).",
        "",
    ]
    for spec in TABLES.values():
        lines += _table(spec)
    return "\n".join(lines)


def _readers(spec: TableSpec) -> str:
    return RESTRICTED if spec.restricted else "whoever may see the store"


def _table(spec: TableSpec) -> Iterator[str]:
    yield from (f"## {spec.name}", "", f"One row is {plain(spec.row)}.", "")
    yield f"- Written by {MAKERS[spec.name]}."
    yield f"- Who may read it: {RESTRICTED if spec.restricted else OPEN}."
    if spec.cluster_by:
        columns = ", ".join(code(name) for name in spec.cluster_by)
        yield f"- Clustered by {columns}: a query that names a value reads few files."
    if spec.change_feed:
        yield "- Its change data feed is on: what changed between two versions can be asked for."
    yield from (f"- Always holds: `{sql}`." for sql in spec.constraints.values())
    if spec.keys:
        keys = ", ".join(code(key) for key in spec.keys)
        yield f"- Never null, in a store that this release or a later one made: {keys}."
    comments = column_comments(spec)
    head = ("Column", "Type", "What it says")
    rows = [
        (code(name), code(kind), plain(comments.get(name, ""))) for name, kind in spec.types.items()
    ]
    yield from ("", *table(head, rows))
