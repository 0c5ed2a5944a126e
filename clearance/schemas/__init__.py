"""The tables of a store: columns, clustering, constraints, and which are restricted.

Each table's columns are defined here, as DDL; every step ends in a select of a table's columns.
Which tables are restricted follows from their columns and the list in `personal.py`.
Source: the tables chapter of the contract.
"""

from __future__ import annotations

from clearance.schemas.decisions import (
    DETERMINATIONS,
    GRANTS,
    NOTICES,
    PACKS,
    REASONS,
    SWEEPS,
)
from clearance.schemas.feeds import FEEDS, MERGES, PETITIONS, REGISTRY, REVIEWS, SUPERVISION
from clearance.schemas.record import HISTORY, QUARANTINE, SOURCE_FILES, SOURCE_ROWS
from clearance.schemas.table import TableSpec
from clearance.schemas.units import ARRESTS, CHARGES

__all__ = [
    "ARRESTS",
    "CHARGES",
    "DETERMINATIONS",
    "FEEDS",
    "GRANTS",
    "HISTORY",
    "MAKERS",
    "MERGES",
    "NOTICES",
    "PACKS",
    "PETITIONS",
    "QUARANTINE",
    "REASONS",
    "REGISTRY",
    "REVIEWS",
    "SOURCE_FILES",
    "SOURCE_ROWS",
    "SUPERVISION",
    "SWEEPS",
    "TABLES",
    "TableSpec",
]

TABLES: dict[str, TableSpec] = {
    spec.name: spec
    for spec in (
        SOURCE_ROWS,
        QUARANTINE,
        SOURCE_FILES,
        HISTORY,
        CHARGES,
        ARRESTS,
        DETERMINATIONS,
        SWEEPS,
        PACKS,
        REASONS,
        GRANTS,
        NOTICES,
        *FEEDS.values(),
    )
}

# The command that writes each table.
MAKERS = {
    "source_rows": "`clearance ingest`",
    "quarantine": "`clearance ingest`",
    "source_files": "`clearance ingest`",
    "history": "`clearance prepare`",
    "charges": "`clearance prepare`",
    "arrests": "`clearance prepare`",
    "determinations": "`clearance determine`",
    "sweeps": "`clearance determine`",
    "packs": "`clearance determine`",
    "reasons": "`clearance determine`",
    "grants": "`clearance grant`",
    "notices": "`clearance publish`",
    **{kind: f"`clearance feed {kind}`" for kind in FEEDS},
}
