"""The tables of decisions: determinations, sweeps, packs, reasons, grants and notices."""

from __future__ import annotations

from clearance.schemas.table import TableSpec, one_of

OUTCOMES = ("ELIGIBLE", "NOT_YET", "NOT_ELIGIBLE", "REVIEW")
RELIEFS = (
    "dismiss_and_seal",
    "dismiss",
    "redesignate_misdemeanor",
    "redesignate_infraction",
    "resentence",
    "grant_conviction_relief",
    "grant_arrest_relief",
    "detention_only",
    "destroy_record",
    "void_conviction",
    "seal_arrest",
)
KINDS = ("law", "policy", "scenario", "pointer", "effect")


DETERMINATIONS = TableSpec(
    name="determinations",
    row="the decision for a unit and a pack",
    ddl="""
        subject_id string,
        unit string,
        unit_id string,
        county string,
        pack string,
        pack_version string,
        pack_fingerprint string,
        kind string,
        outcome string,
        relief string,
        reason string,
        rule string,
        cite string,
        facts_true bigint,
        facts_known bigint,
        eligible_on date,
        revisit_on date,
        as_of date,
        sweep_id string
    """,
    keys=("subject_id", "unit_id", "pack", "sweep_id"),
    cluster_by=("pack", "subject_id"),
    constraints={
        "known_unit": "unit IN ('conviction', 'arrest')",
        "known_kind": one_of("kind", KINDS),
        "known_outcome": one_of("outcome", OUTCOMES),
        "known_relief": f"relief IS NULL OR {one_of('relief', RELIEFS)}",
        "relief_only_when_given": "(relief IS NOT NULL) = (outcome IN ('ELIGIBLE', 'NOT_YET'))",
        "reason_is_a_code": "reason IS NOT NULL AND reason RLIKE '^[A-Z][A-Z0-9_]*$'",
        "eligible_is_explained": "outcome != 'ELIGIBLE' OR (rule IS NOT NULL AND cite IS NOT NULL)",
    },
    widened=("known_kind", "known_relief"),
    change_feed=True,
)

SWEEPS = TableSpec(
    name="sweeps",
    row="a run of determine, complete",
    ddl="""
        sweep_id string,
        as_of date,
        what_if boolean,
        status string,
        started_at timestamp,
        finished_at timestamp,
        code_version string,
        config_fingerprint string,
        input_versions map<string,bigint>,
        pack_fingerprints map<string,string>,
        counts map<string,bigint>,
        determinations_version bigint,
        digest string,
        notes array<string>,
        selected array<string>,
        assigned string,
        tally string,
        steps map<string,map<string,bigint>>
    """,
    keys=("sweep_id",),
    constraints={"complete": "status = 'complete'"},
)

PACKS = TableSpec(
    name="packs",
    row="a pack as used by some sweep, by fingerprint",
    ddl="""
        fingerprint string,
        pack string,
        version string,
        yaml string,
        facts array<string>
    """,
    keys=("fingerprint",),
)

REASONS = TableSpec(
    name="reasons",
    row="a reason that a pack as used may give, in words; the rows of determinations name it by "
    "pack_fingerprint and reason",
    ddl="""
        pack_fingerprint string,
        pack string,
        pack_version string,
        kind string,
        reason string,
        label string,
        reason_text string,
        cite string
    """,
    keys=("pack_fingerprint", "reason"),
    constraints={
        "known_kind": one_of("kind", KINDS),
        "reason_is_a_code": "reason RLIKE '^[A-Z][A-Z0-9_]*$'",
        "reason_has_a_text": "reason_text IS NOT NULL",
    },
    widened=("known_kind",),
)

GRANTS = TableSpec(
    name="grants",
    row="relief that was given to a unit under a pack, once; nothing later withdraws it",
    ddl="""
        subject_id string,
        unit string,
        unit_id string,
        county string,
        pack string,
        pack_version string,
        cite string,
        relief string,
        granted_on date,
        sweep_id string,
        court string,
        noticed_in string,
        corrected_on date,
        correction_reason string
    """,
    keys=("unit_id", "pack", "sweep_id"),
    constraints={
        "known_unit": "unit IN ('conviction', 'arrest')",
        "known_relief": one_of("relief", RELIEFS),
        "dated": "granted_on IS NOT NULL",
        "correction_has_a_reason": "(corrected_on IS NULL) = (correction_reason IS NULL)",
    },
    widened=("known_relief",),
)

NOTICES = TableSpec(
    name="notices",
    row="a grant or a correction that a court was told of, once, whatever the folders",
    ddl="""
        unit_id string,
        pack string,
        granted_on date,
        kind string,
        county string,
        month string,
        folder string,
        sweep_id string
    """,
    keys=("unit_id", "pack"),
    constraints={"known_kind": "kind IN ('grant', 'correction')"},
)
