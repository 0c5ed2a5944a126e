"""The tables of side feeds, one for each kind."""

from __future__ import annotations

from clearance.schemas.decisions import RELIEFS
from clearance.schemas.table import TableSpec, one_of

SUPERVISION_TYPES = ("parole", "prcs", "mandatory", "probation", "federal")
PETITION_STATUSES = ("pending", "granted", "denied", "withdrawn")
REVIEWED_OUTCOMES = ("ELIGIBLE", "NOT_ELIGIBLE")

REGISTRY = TableSpec(
    name="registry",
    row="a person's duty to register",
    ddl="""
        subject_id string,
        registration string,
        registered_on date,
        ended_on date,
        dated date,
        source_file string
    """,
    keys=("subject_id",),
)

SUPERVISION = TableSpec(
    name="supervision",
    row="a term of a person's supervision",
    ddl="""
        subject_id string,
        type string,
        county string,
        started_on date,
        ended_on date,
        dated date,
        source_file string
    """,
    keys=("subject_id",),
    constraints={"known_type": one_of("type", SUPERVISION_TYPES)},
)

PETITIONS = TableSpec(
    name="petitions",
    row="a petition for relief about a count",
    ddl="""
        subject_id string,
        cnt_order string,
        county string,
        filed_on date,
        status string,
        decided_on date,
        dated date,
        source_file string
    """,
    keys=("subject_id",),
    constraints={"known_status": one_of("status", PETITION_STATUSES)},
)

MERGES = TableSpec(
    name="merges",
    row="a subject merged into another, and the one that is left at the end of the chain",
    ddl="""
        from_subject_id string,
        into_subject_id string,
        merged_on date,
        surviving_subject_id string,
        dated date,
        source_file string
    """,
    keys=("from_subject_id", "surviving_subject_id"),
)

REVIEWS = TableSpec(
    name="reviews",
    row="an office's decision about a unit and pack, while the content it saw is unchanged",
    ddl="""
        unit_id string,
        pack string,
        content_hash string,
        outcome string,
        relief string,
        decided_by string,
        decided_on date,
        basis string,
        note string,
        dated date,
        source_file string
    """,
    keys=("unit_id", "pack"),
    constraints={
        "known_outcome": one_of("outcome", REVIEWED_OUTCOMES),
        "known_relief": f"relief IS NULL OR {one_of('relief', RELIEFS)}",
        "relief_only_when_eligible": "(relief IS NOT NULL) = (outcome = 'ELIGIBLE')",
    },
    widened=("known_relief",),
)

FEEDS: dict[str, TableSpec] = {
    spec.name: spec for spec in (REGISTRY, SUPERVISION, PETITIONS, MERGES, REVIEWS)
}
