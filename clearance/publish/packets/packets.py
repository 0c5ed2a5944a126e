"""Packets: each county's files, summary and workbook, made aside and moved into place."""

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
from clearance.platform.spark.broadcasts import sent_where_few
from clearance.platform.spark.literal_table import looked_up
from clearance.platform.store.store import Store
from clearance.platform.watch.progress import stage
from clearance.prepare.record.rules import load_record_rules
from clearance.publish.column_order import HEADERS, OF_RECORDS
from clearance.publish.figures.counted import Figures
from clearance.publish.figures.summary import convictions_of, summaries
from clearance.publish.figures.together import planned_at_once
from clearance.publish.files import (
    Workplace,
    assemble,
    check_complete,
    move_into_place,
    write_parts,
    write_summary,
    write_what_if,
)
from clearance.publish.made_up import SAID as MADE_UP
from clearance.publish.made_up import is_made_up
from clearance.publish.packets.chunks import placements, with_place
from clearance.publish.packets.comments import charges_in_comments, comments_to_show, load_notable
from clearance.publish.packets.counts import first_rows, numbered_steps, packet_columns
from clearance.publish.packets.encodings import Encodings
from clearance.publish.packets.lines import annotated_rows, packet_lines
from clearance.publish.packets.relief import FILE as RELIEF_FILE
from clearance.publish.packets.relief import relief_lines, relief_rows
from clearance.publish.packets.row_keys import Survey, people_of_counties, row_keys
from clearance.publish.workbook.workbook import Explained, write_workbook

FILES = tuple(HEADERS)


@dataclass(frozen=True)
class PublishRequest:
    """What to publish.

    Attributes:
        names: the folder of each county.
        files: which packet files.
        rules: the rulebook's folder.
        sweep: that decided the counties' policies.
        days: by policy and scenario, the date of the sweep that decided it.
        explained: what the workbooks explain; None makes none.
        figures: of the determinations.
        survey: of the source rows.
        relief: by county what `summary.json` says of every pack.
        petitions: title by pointer that may be open after a no.
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
        """The files asked for whose rows are source rows."""
        return tuple(file for file in self.files if file in OF_RECORDS)

    @property
    def decided(self) -> int:
        """How many counts policies have decided."""
        rows = self.figures.of_kind("policy")
        return sum(row.units for row in rows if row.unit == "conviction")


@dataclass(frozen=True)
class Tables:
    """The tables to publish from, and what of them is read once and kept.

    Attributes:
        rows: `source_rows`, as `charges` at the version of the sweep.
        charges: `charges`.
        arrests: gives `arrests`, which a store without arrests may lack.
        determinations: `determinations`, of every pack.
        keys: see `row_keys`.
        convictions: see `convictions_of`.
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
def opened_tables(
    spark: SparkSession, store: Store, *, sweep: Sweep, determinations: DataFrame, rules: Path
) -> Iterator[Tables]:
    """The tables, with what is kept of them let go at the end.

    Args:
        spark: the session.
        store: where they are.
        sweep: whose versions are read.
        determinations: of every pack.
        rules: the rulebook's folder.
    """
    rows, charges = (sweep.read(spark, store, table) for table in ("source_rows", "charges"))
    with planned_at_once(spark):
        keys = row_keys(rows, notable=load_notable(rules), rules=load_record_rules(rules)).persist()
        convictions = convictions_of(charges).persist()
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
        for kept in (people, convictions, keys):
            kept.unpersist()


def write_packets(
    order: PublishRequest, tables: Tables, *, decided: DataFrame, words: DataFrame, place: Workplace
) -> dict[str, dict[str, int]]:
    """By county the rows of each file, once all of them are in place; headers not counted.

    Args:
        order: what to write.
        tables: what of.
        decided: see `with_words`.
        words: see `relief_words`.
        place: where to work.

    Raises:
        StoreFault: some lines did not reach this machine.
    """
    encodings = Encodings(order.names.values())
    with stage("Writing the counties' rows"):
        parts = []
        if order.of_records:
            parts.append(_record_lines(order, tables, decided=decided))
        if RELIEF_FILE in order.files:
            parts.append(_relief_lines(order, tables, words=words))
        lines = reduce(DataFrame.unionByName, parts)
        write_parts(encodings.noted(lines), place=place)
    with stage("Counting for the summaries"):
        numbers = summaries(
            tables.determinations,
            convictions=tables.convictions,
            decided=decided,
            figures=order.figures,
            counties=order.names,
            days=order.days,
        )
    return _finish(order, place=place, numbers=numbers, encodings=encodings)


def _relief_lines(order: PublishRequest, tables: Tables, *, words: DataFrame) -> DataFrame:
    """The lines of every `relief.csv`, see `relief_lines`."""
    arrests = any(row.unit == "arrest" for row in order.figures.decisions)
    return relief_lines(
        tables.determinations,
        charges=tables.charges,
        arrests=tables.arrests() if arrests else None,
        numbered=numbered_steps(tables.keys),
        words=words,
        folders=order.names,
        rows=relief_rows(order.figures, counties=order.names),
    )


def _record_lines(order: PublishRequest, tables: Tables, *, decided: DataFrame) -> DataFrame:
    """The lines of source rows of every packet, see `packet_lines`."""
    notable, survey, keys = load_notable(order.rules), order.survey, tables.keys
    few = order.decided
    first = first_rows(keys, decided=decided, at_most=few)
    marked = annotated_rows(
        packet_columns(first, as_of=order.sweep.as_of, after=notable.after),
        comments=comments_to_show(
            keys,
            in_comments=charges_in_comments(tables.charges, notable=notable),
            notable=notable,
            at_most=survey.comments,
        ),
    )
    folder = looked_up(F.col("county"), order.names, "string").alias("folder")
    reach = tables.people.select("subject_id", "county", folder).where("folder IS NOT NULL")
    everybody = sum(county.people for county in survey.counties.values())
    return packet_lines(
        with_place(tables.rows, placed=placements(survey.files)),
        people=sent_where_few(reach, at_most=everybody),
        marked=sent_where_few(marked, at_most=few + survey.comments),
        files=order.of_records,
    )


def _finish(
    order: PublishRequest,
    *,
    place: Workplace,
    numbers: Mapping[str, Mapping[str, Any]],
    encodings: Encodings,
) -> dict[str, dict[str, int]]:
    """Put the files together, and move them into place when all of them are there."""
    headers = {file: HEADERS[file] for file in FILES if file in order.files}
    written = {
        folder: {file: encodings.of(folder) if file in OF_RECORDS else UTF_8 for file in headers}
        for folder in order.names.values()
    }
    rows = {
        county: assemble(place, folder=folder, headers=headers, encodings=written[folder])
        for county, folder in order.names.items()
    }
    held = {
        county: order.survey.counties[county].rows if county in order.survey.counties else 0
        for county in order.names
    }
    for file in {"all", "condensed"} & set(order.files):
        found = sum(by_file[file] for by_file in rows.values())
        check_complete(found, expected=sum(held.values()), out=place.out)
    if RELIEF_FILE in order.files:
        found = sum(by_file[RELIEF_FILE] for by_file in rows.values())
        expected = sum(relief_rows(order.figures, counties=order.names).values())
        check_complete(found, expected=expected, out=place.out)
    sweep = order.sweep
    heading: dict[str, Any] = {"as_of": sweep.as_of.isoformat(), "sweep_id": sweep.sweep_id}
    if sweep.what_if:
        heading["what_if"] = True
    if any(is_made_up(file.name) for file in order.survey.files):
        heading["made_up"] = MADE_UP
    summaries_by_folder = {}
    for county, folder in order.names.items():
        summaries_by_folder[folder] = {
            "county": county,
            **heading,
            "line_count": held[county],
            "lines": rows[county],
            "encodings": written[folder],
            **numbers[county],
            "relief": order.relief[county],
            "petitions": order.petitions,
        }
        write_summary(place, folder=folder, summary=summaries_by_folder[folder])
        if sweep.what_if:
            write_what_if(place, folder=folder)
    if order.explained is not None:
        with stage("Writing the workbooks"):
            for folder, summary in summaries_by_folder.items():
                write_workbook(
                    place.made / folder,
                    summary=summary,
                    headers=headers,
                    explained=order.explained,
                    as_of=sweep.as_of,
                    scratch=place.aside,
                )
    for folder in order.names.values():
        move_into_place(place, folder=folder)
    return rows
