"""The tables of a store: columns, clustering, constraints, and who may read them.

Each table's columns are written once, here, as DDL; every step ends in a select to one of them.
Which tables are restricted follows from their columns and the list in `personal.py`.
Source: the tables chapter of the contract.
"""

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


SOURCE_ROWS = TableSpec(
    name="source_rows",
    row="a row of a research file as received, with its key and the needed fields as text",
    ddl="""
        source_file string,
        position bigint,
        extract string,
        subject_id string,
        count_order string,
        encoding string,
        pri_dob string,
        cyc_date string,
        stp_event_date string,
        stp_type_descr string,
        stp_ori_code string,
        stp_ori_cnty_name string,
        disp_date string,
        ofn string,
        offense_descr string,
        offense_toc string,
        offense_qual_lst string,
        disp_offense_descr string,
        disp_offense_toc string,
        conv_offense_descr string,
        conv_offense_toc string,
        disp_order string,
        disp_descr string,
        conv_stat_descr string,
        sent_order string,
        sent_loc_descr string,
        sent_length string,
        sent_time_code string,
        comment_text string,
        record string,
        fields_hash bigint
    """,
    cluster_by=("subject_id",),
    found_by=("source_file", "extract", "subject_id"),
)

QUARANTINE = TableSpec(
    name="quarantine",
    row="a row of a research file that could not be kept: whose, why, and the row itself",
    ddl="""
        source_file string,
        position bigint,
        extract string,
        subject_id string,
        code string,
        detail string,
        record string,
        neighbours array<string>
    """,
    found_by=("source_file", "extract", "subject_id"),
    constraints={
        "known_code": "code IN ('FIELD_COUNT', 'UNBALANCED_QUOTES', 'UNDECODABLE', "
        "'NO_SUBJECT_ID', 'NO_COUNT_ORDER', 'BAD_COUNT_ORDER')"
    },
)

SOURCE_FILES = TableSpec(
    name="source_files",
    row="a research file: what was read of it, accepted and quarantined",
    ddl="""
        sha256 string,
        path string,
        bytes bigint,
        rows_read bigint,
        rows_accepted bigint,
        rows_quarantined bigint,
        ingested_at timestamp,
        extract string,
        extract_date date,
        status string,
        complete boolean
    """,
    constraints={
        "reconciles": "rows_read = rows_accepted + rows_quarantined",
        "known_status": "status IN ('accepted', 'refused')",
    },
)

HISTORY = TableSpec(
    name="history",
    row="an event row, typed, without direct identifiers",
    ddl="""
        subject_id string,
        unit_id string,
        count_order string,
        county string,
        step_kind string,
        step_text string,
        event_date date,
        event_date_text string,
        event_date_precision string,
        disposition_date date,
        disposition_date_text string,
        disposition_date_precision string,
        cycle_date date,
        charge_text string,
        charge_level string,
        convicted_charge_text string,
        convicted_charge_level string,
        disposition_order string,
        disposition_text string,
        disposition_effect string,
        conviction_level string,
        sentence_order string,
        sentence_kind string,
        sentence_length int,
        sentence_unit string,
        quality array<string>,
        source_file string,
        position bigint
    """,
    cluster_by=("subject_id",),
    found_by=("subject_id",),
)

CHARGES = TableSpec(
    name="charges",
    row="a count of a person, once, with its final status and the features of its cycle and person",
    ddl="""
        subject_id string,
        unit_id string,
        count_order string,
        county string,
        step_kind string,
        code_book string,
        section string,
        subdivisions array<string>,
        attempt boolean,
        conspiracy boolean,
        parts array<string>,
        charge_text string,
        charge_source string,
        parsed boolean,
        classified boolean,
        level string,
        tags array<string>,
        status string,
        convicted boolean,
        set_aside boolean,
        changed_under string,
        reduced boolean,
        conviction_date date,
        arrest_date date,
        probation_granted boolean,
        probation_revoked boolean,
        probation_ever_revoked boolean,
        prison_imposed boolean,
        sentence_end date,
        sentence_basis string,
        sentence_without_end boolean,
        sentence_unread boolean,
        super_strike_before boolean,
        super_strike_on_record boolean,
        registrable_before boolean,
        registrable_on_record boolean,
        registration_before boolean,
        earlier_same_section int,
        earlier_valid_same_section int,
        same_section_dated boolean,
        convictions_on_record int,
        latest_conviction date,
        every_conviction_dated boolean,
        last_sentence_end date,
        every_sentence_known boolean,
        only_p64 boolean,
        p64_convictions int,
        p64_11357 int,
        p64_11358 int,
        p64_11359 int,
        p64_11360 int,
        super_strike_charges array<string>,
        registrable_charges array<string>,
        registered_290 boolean,
        deceased boolean,
        turned_20_on date,
        p64_in_cycle boolean,
        only_p64_and_pleas_in_cycle boolean,
        last_serving_end date,
        serving_end_unknown boolean,
        serving_without_end boolean,
        unread_on_record boolean,
        unread_charge_before boolean,
        pending_charge boolean,
        pending_charge_active_on date,
        every_pending_charge_dated boolean,
        open_arrest boolean,
        latest_open_arrest date,
        every_open_arrest_dated boolean,
        open_arrest_until date,
        open_arrest_unbarred boolean,
        terms_end date,
        felony_free_from date,
        felony_after_sentence boolean,
        registration string,
        registration_end date,
        supervision string,
        supervision_end date,
        petition_granted boolean,
        quality array<string>,
        record_incomplete boolean,
        sentence_end_bounded boolean,
        last_sentence_end_bounded boolean,
        serving_bound_end date,
        terms_end_bounded boolean,
        felony_free_from_bounded boolean,
        parole_bound_end date,
        felony_free_after_parole date,
        earlier_same_section_at_most int,
        conviction_earliest date,
        conviction_latest date,
        later_felonies array<date>,
        later_felonies_partly boolean,
        serving_end_known boolean
    """,
    cluster_by=("subject_id",),
    found_by=("subject_id",),
    constraints={"known_level": "level IS NULL OR level IN ('F', 'M', 'I')"},
    change_feed=True,
)

ARRESTS = TableSpec(
    name="arrests",
    row="an arrest event: worst level, what became of its counts, dates",
    ddl="""
        subject_id string,
        unit_id string,
        county string,
        level string,
        court_level string,
        arrest_date date,
        counts int,
        tags array<string>,
        every_felony_on array<string>,
        unread_charge boolean,
        court_step_in_cycle boolean,
        conviction_in_cycle boolean,
        undisposed_court_count boolean,
        court_statuses array<string>,
        arrest_statuses array<string>,
        chargeable_until date,
        never_barred boolean,
        deceased boolean,
        turned_20_on date,
        quality array<string>,
        record_incomplete boolean,
        standing_conviction_in_cycle boolean
    """,
    cluster_by=("subject_id",),
    found_by=("subject_id",),
    constraints={"known_level": "level IS NULL OR level IN ('F', 'M', 'I')"},
    change_feed=True,
)

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


def _one_of(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


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
    cluster_by=("pack", "subject_id"),
    constraints={
        "known_unit": "unit IN ('conviction', 'arrest')",
        "known_kind": _one_of("kind", KINDS),
        "known_outcome": _one_of("outcome", OUTCOMES),
        "known_relief": f"relief IS NULL OR {_one_of('relief', RELIEFS)}",
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
    constraints={
        "known_unit": "unit IN ('conviction', 'arrest')",
        "known_relief": _one_of("relief", RELIEFS),
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
    constraints={"known_kind": "kind IN ('grant', 'correction')"},
)

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
    constraints={"known_type": _one_of("type", SUPERVISION_TYPES)},
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
    constraints={"known_status": _one_of("status", PETITION_STATUSES)},
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
    constraints={
        "known_outcome": _one_of("outcome", REVIEWED_OUTCOMES),
        "known_relief": f"relief IS NULL OR {_one_of('relief', RELIEFS)}",
        "relief_only_when_eligible": "(relief IS NOT NULL) = (outcome = 'ELIGIBLE')",
    },
    widened=("known_relief",),
)

FEEDS: dict[str, TableSpec] = {
    spec.name: spec for spec in (REGISTRY, SUPERVISION, PETITIONS, MERGES, REVIEWS)
}

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
    "grants": "`clearance grant`",
    "notices": "`clearance publish`",
    **{kind: f"`clearance feed {kind}`" for kind in FEEDS},
}
