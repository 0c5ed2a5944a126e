"""Packets: each county's files, summary and workbook, written aside and moved into place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import reduce
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from clearance.determine.recorded import Sweep
from clearance.ingest.record import UTF_8
from clearance.platform.spark.broadcasts import broadcast_if_few
from clearance.platform.spark.literal_table import looked_up
from clearance.platform.store.store import Store
from clearance.platform.watch.progress import stage
from clearance.prepare.record.rules import load_record_rules
from clearance.publish.column_order import HEADERS, OF_RECORDS
from clearance.publish.figures.counted import Figures
from clearance.publish.figures.summary import county_summaries, select_convictions
from clearance.publish.figures.together import without_adaptive_execution
from clearance.publish.files import (
    Workspace,
    assemble_files,
    check_complete,
    move_into_place,
    write_parts,
    write_summary,
    write_what_if,
)
from clearance.publish.made_up import MADE_UP, is_made_up_name
from clearance.publish.packets.chunks import list_chunks, with_chunk
from clearance.publish.packets.comments import (
    charges_in_comments,
    comments_with_other_sections,
    load_comment_rules,
)
from clearance.publish.packets.counts import first_rows, packet_columns, steps_with_case_number
from clearance.publish.packets.encodings import Encodings
from clearance.publish.packets.lines import annotated_rows, packet_lines
from clearance.publish.packets.relief import FILE as RELIEF_FILE
from clearance.publish.packets.relief import count_relief_rows, relief_lines
from clearance.publish.packets.row_keys import Survey, people_of_counties, row_keys
from clearance.publish.workbook.workbook import Explained, write_workbook

FILES = tuple(HEADERS)


@dataclass(frozen=True)
class PublishRequest:
    """The packets to write, and the figures and words that they share.

    Attributes:
        names: the packet folder of each county.
        files: the packet files to write.
        rules: the rulebook's folder.
        sweep: the sweep that decided the counties' policies.
        days: by policy and scenario, the date of the sweep that decided it.
        explained: the words of the workbooks; None writes no workbook.
        figures: counts of the determinations.
        survey: counts over the source rows.
        relief: see `relief_by_county`.
        petitions: see `petition_titles`.
    """

    names: Mapping[str, str]
    files: tuple[str, ...]
    rules: Path
    sweep: Sweep
    days: Mapping[str, date]
    explained: Explained | None
    figures: Figures
    survey: Survey
    relief: Mapping[str, Mapping[str, Any]]
    petitions: Mapping[str, str]

    @property
    def of_records(self) -> tuple[str, ...]:
        """The requested files whose rows are source rows."""
        return tuple(file for file in self.files if file in OF_RECORDS)

    @property
    def decided(self) -> int:
        """The number of counts that policies decided."""
        rows = self.figures.of_kind("policy")
        return sum(row.units for row in rows if row.unit == "conviction")


@dataclass(frozen=True)
class Tables:
    """The tables to publish, at the versions of a sweep; the last three are cached.

    Attributes:
        rows: `source_rows`.
        charges: `charges`.
        arrests: returns `arrests`, which a store without arrests may lack.
        determinations: `determinations`, of every pack.
        keys: see `row_keys`.
        convictions: see `select_convictions`.
        people: see `people_of_counties`.
    """

    rows: DataFrame
    charges: DataFrame
    arrests: Callable[[], DataFrame]
    determinations: DataFrame
    keys: DataFrame
    convictions: DataFrame
    people: DataFrame


@contextmanager
def open_tables(
    spark: SparkSession, store: Store, *, sweep: Sweep, determinations: DataFrame, rules: Path
) -> Iterator[Tables]:
    """The tables at the versions of a sweep; the caches are dropped at the end.

    Args:
        spark: the session.
        store: where they are.
        sweep: the sweep.
        determinations: of every pack.
        rules: the rulebook's folder.
    """
    rows, charges = (sweep.read(spark, store, table) for table in ("source_rows", "charges"))
    with without_adaptive_execution(spark):
        keys = row_keys(
            rows, comment_rules=load_comment_rules(rules), rules=load_record_rules(rules)
        ).persist()
        convictions = select_convictions(charges).persist()
        people = people_of_counties(keys, convictions=convictions).persist()
    try:
        yield Tables(
            rows=rows,
            charges=charges,
            arrests=lambda: sweep.read(spark, store, "arrests"),
            determinations=determinations,
            keys=keys,
            convictions=convictions,
            people=people,
        )
    finally:
        for cached in (people, convictions, keys):
            cached.unpersist()


def write_packets(
    request: PublishRequest,
    tables: Tables,
    *,
    decided: DataFrame,
    words: DataFrame,
    workspace: Workspace,
) -> dict[str, dict[str, int]]:
    """Writes the packets; returns the rows of each file by county, headers not counted.

    Args:
        request: the packets to write.
        tables: the tables to publish.
        decided: see `with_words`.
        words: see `relief_words`.
        workspace: where to work.

    Raises:
        StoreFault: some lines did not reach this machine, or no room is left.
    """
    encodings = Encodings(request.names.values())
    with stage("Writing the counties' rows"):
        parts = []
        if request.of_records:
            parts.append(_record_lines(request, tables, decided=decided))
        if RELIEF_FILE in request.files:
            parts.append(_relief_lines(request, tables, words=words))
        lines = reduce(DataFrame.unionByName, parts)
        write_parts(encodings.observed(lines), workspace=workspace)
    with stage("Counting for the summaries"):
        numbers = county_summaries(
            tables.determinations,
            convictions=tables.convictions,
            decided=decided,
            figures=request.figures,
            counties=request.names,
            days=request.days,
        )
    return _finish(request, workspace=workspace, numbers=numbers, encodings=encodings)


def _relief_lines(request: PublishRequest, tables: Tables, *, words: DataFrame) -> DataFrame:
    """The lines of every `relief.csv`, see `relief_lines`."""
    arrests = any(row.unit == "arrest" for row in request.figures.decisions)
    return relief_lines(
        tables.determinations,
        charges=tables.charges,
        arrests=tables.arrests() if arrests else None,
        numbered=steps_with_case_number(tables.keys),
        words=words,
        folders=request.names,
        rows=count_relief_rows(request.figures, counties=request.names),
    )


def _record_lines(request: PublishRequest, tables: Tables, *, decided: DataFrame) -> DataFrame:
    """The lines of source rows of every packet, see `packet_lines`."""
    comment_rules, survey, keys = load_comment_rules(request.rules), request.survey, tables.keys
    first = first_rows(keys, decided=decided, at_most=request.decided)
    annotated = annotated_rows(
        packet_columns(first, as_of=request.sweep.as_of, after=comment_rules.after),
        comments=comments_with_other_sections(
            keys,
            in_comments=charges_in_comments(tables.charges, comment_rules=comment_rules),
            comment_rules=comment_rules,
            at_most=survey.comments,
        ),
    )
    folder = looked_up(F.col("county"), request.names, "string").alias("folder")
    people = tables.people.select("subject_id", "county", folder).where("folder IS NOT NULL")
    everybody = sum(county.people for county in survey.counties.values())
    return packet_lines(
        with_chunk(tables.rows, chunks=list_chunks(survey.files)),
        people=broadcast_if_few(people, at_most=everybody),
        annotated=broadcast_if_few(annotated, at_most=request.decided + survey.comments),
        files=request.of_records,
    )


def _finish(
    request: PublishRequest,
    *,
    workspace: Workspace,
    numbers: Mapping[str, Mapping[str, Any]],
    encodings: Encodings,
) -> dict[str, dict[str, int]]:
    """Assembles the packets and moves them into place once all are complete; returns rows."""
    headers = {file: HEADERS[file] for file in FILES if file in request.files}
    encodings_of = {
        folder: {file: encodings.of(folder) if file in OF_RECORDS else UTF_8 for file in headers}
        for folder in request.names.values()
    }
    rows = {
        county: assemble_files(
            workspace, folder=folder, headers=headers, encodings=encodings_of[folder]
        )
        for county, folder in request.names.items()
    }
    survey = request.survey.counties
    line_counts = {
        county: survey[county].rows if county in survey else 0 for county in request.names
    }
    _check_rows(request, rows, source_rows=sum(line_counts.values()), workspace=workspace)
    heading = _heading(request)
    summaries = {}
    for county, folder in request.names.items():
        summaries[folder] = {
            "county": county,
            **heading,
            "line_count": line_counts[county],
            "lines": rows[county],
            "encodings": encodings_of[folder],
            **numbers[county],
            "relief": request.relief[county],
            "petitions": request.petitions,
        }
        write_summary(workspace, folder=folder, summary=summaries[folder])
        if request.sweep.what_if:
            write_what_if(workspace, folder=folder)
    if request.explained is not None:
        with stage("Writing the workbooks"):
            for folder, summary in summaries.items():
                write_workbook(
                    workspace.finished / folder,
                    summary=summary,
                    headers=headers,
                    explained=request.explained,
                    as_of=request.sweep.as_of,
                    scratch=workspace.temporary,
                )
    for folder in request.names.values():
        move_into_place(workspace, folder=folder)
    return rows


def _check_rows(
    request: PublishRequest,
    rows: Mapping[str, Mapping[str, int]],
    *,
    source_rows: int,
    workspace: Workspace,
) -> None:
    """Raises StoreFault if files of the packets lack lines."""
    expected = dict.fromkeys({"all", "condensed"} & set(request.files), source_rows)
    if RELIEF_FILE in request.files:
        relief = count_relief_rows(request.figures, counties=request.names)
        expected[RELIEF_FILE] = sum(relief.values())
    for file, lines in expected.items():
        written = sum(by_file[file] for by_file in rows.values())
        check_complete(written, expected=lines, out=workspace.out)


def _heading(request: PublishRequest) -> dict[str, Any]:
    """The date, the sweep and the labels of every `summary.json`."""
    sweep = request.sweep
    heading: dict[str, Any] = {"as_of": sweep.as_of.isoformat(), "sweep_id": sweep.sweep_id}
    if sweep.what_if:
        heading["what_if"] = True
    if any(is_made_up_name(file.name) for file in request.survey.files):
        heading["made_up"] = MADE_UP
    return heading
