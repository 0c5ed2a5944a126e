"""The tables of the record: source_rows, quarantine, source_files and history."""

from __future__ import annotations

from clearance.schemas.table import TableSpec

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
