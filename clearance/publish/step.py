"""Publish: the current determinations as county packets and statistics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from clearance.errors import UsageError, nearest
from clearance.literal import looked_up
from clearance.log import logged
from clearance.progress import stage
from clearance.publish.columns import HEADERS
from clearance.publish.comments import comments_to_show, load_notable
from clearance.publish.counties import chosen, folders, known_counties
from clearance.publish.counts import (
    decided_counts,
    decision_words,
    first_rows,
    numbered_steps,
    packet_columns,
    with_words,
)
from clearance.publish.county_lists import move_lists
from clearance.publish.figures import STATISTICS, Counted, Figures, figures
from clearance.publish.files import (
    Workplace,
    assemble,
    check_complete,
    move_into_place,
    workplace,
    write_parts,
    write_summary,
    write_table,
)
from clearance.publish.lines import marks, packet_lines
from clearance.publish.notices import write_notices
from clearance.publish.placement import placements, with_place
from clearance.publish.reasons import load_meanings, reasons_of
from clearance.publish.row_keys import (
    Survey,
    people_of_counties,
    row_keys,
    sent_where_few,
    surveyed,
)
from clearance.publish.summary import convictions_of, summaries
from clearance.publish.upcoming import Notice, expected, load_notice, upcoming, write_upcoming
from clearance.publish.words import load_reasons, words_of_packs
from clearance.publish.workbook import Explained, write_workbook
from clearance.store import Store, storage_faults

FILES = tuple(HEADERS)


@dataclass(frozen=True)
class PublishResult:
    """What was published.

    Attributes:
        out: the folder.
        sweep_id: of the determinations.
        rows: by county, then by file, the rows written; the header not counted.
        noticed: grants and corrections that courts are told of now.
        counted: what the report of the same sweep need not read again.
        nothing_new: the files were there already, as an earlier run left them.
    """

    out: Path
    sweep_id: str
    rows: Mapping[str, Mapping[str, int]]
    noticed: int = 0
    counted: Counted | None = None
    nothing_new: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The result for `--json`."""
        return {
            "out": str(self.out),
            "sweep_id": self.sweep_id,
            "counties": {county: dict(files) for county, files in self.rows.items()},
            "noticed": self.noticed,
            "nothing_new": self.nothing_new,
        }


@dataclass(frozen=True)
class _Order:
    """What to publish.

    Attributes:
        names: the folder of each county.
        files: which packet files.
        rules: the rulebook's folder.
        as_of: the sweep's date.
        sweep_id: the sweep's id.
        explained: what the workbooks explain; None makes none.
        notice: how far prosecutors look ahead.
        figures: of the determinations.
        survey: of the source rows.
    """

    names: Mapping[str, str]
    files: tuple[str, ...]
    rules: Path
    as_of: date
    sweep_id: str
    explained: Explained | None
    notice: Notice
    figures: Figures
    survey: Survey

    @property
    def decided(self) -> int:
        """How many counts policies have decided."""
        rows = self.figures.of_kind("policy")
        return sum(row.units for row in rows if row.unit == "conviction")


@dataclass(frozen=True)
class _Tables:
    """The tables to publish from, and what of them is read once and kept.

    Attributes:
        rows: `source_rows`.
        charges: `charges`.
        determinations: `determinations`.
        keys: see `row_keys`.
        convictions: see `convictions_of`.
        people: see `people_of_counties`.
    """

    rows: DataFrame
    charges: DataFrame
    determinations: DataFrame
    keys: DataFrame
    convictions: DataFrame
    people: DataFrame


@logged("publish")
def publish(
    spark: SparkSession,
    store: Store,
    *,
    out: Path,
    rules: Path,
    as_of: date,
    sweep_id: str,
    counties: list[str] | None = None,
    files: tuple[str, ...] = FILES,
    xlsx: bool = False,
    horizon_months: int | None = None,
) -> PublishResult:
    """What was published.

    Packets under `out/packets`, what prosecutors look ahead to under `out/prosecutor`, notices of
    grants under `out/courts`, and `out/statistics.csv`.

    Args:
        spark: the session.
        store: where the tables are.
        out: where to put the files; every worker must see it.
        rules: the rulebook's folder.
        as_of: the sweep's date.
        sweep_id: the sweep whose state this is.
        counties: those to publish; every county of the store when None.
        files: which packet files.
        xlsx: also one workbook a packet.
        horizon_months: how far prosecutors look ahead; as `packets.yaml` says where None.

    Raises:
        UsageError: an unknown county or file, or a folder that cannot be written.
    """
    _check_files(files)
    notice, texts = load_notice(rules, horizon_months=horizon_months), load_reasons(rules)
    with storage_faults("publishing"), _opened(spark, store, rules=rules) as tables:
        with stage("Counting what was decided"):
            packs = store.read(spark, "packs").collect()
            counted = figures(tables.determinations, soon=notice.until(as_of))
        with stage("Finding each county's people"):
            survey = surveyed(tables.keys, people=tables.people)
        names = folders(chosen(counties, in_store=survey.counties, known=known_counties(rules)))
        order = _Order(
            names=names,
            files=files,
            rules=rules,
            as_of=as_of,
            sweep_id=sweep_id,
            explained=_explained(packs, rules=rules, texts=texts) if xlsx else None,
            notice=notice,
            figures=counted,
            survey=survey,
        )
        words = decision_words(spark, counted, packs=words_of_packs(packs), reasons=texts)
        counts = decided_counts(
            tables.determinations, charges=tables.charges, at_most=order.decided
        )
        with workplace(out) as place:
            decided = with_words(counts, words=words).persist()
            written = _publish(order, tables, decided=decided, place=place)
            decided.unpersist()
            with stage("Telling courts"):
                noticed = write_notices(
                    *(spark, store),
                    place=place,
                    counties=counties,
                    rules=rules,
                    as_of=as_of,
                    sweep_id=sweep_id,
                )
    return PublishResult(
        out=out,
        sweep_id=sweep_id,
        rows=written,
        noticed=noticed,
        counted=Counted(counted, packs),
    )


@contextmanager
def _opened(spark: SparkSession, store: Store, *, rules: Path) -> Iterator[_Tables]:
    """The tables, with what is kept of them let go at the end."""
    rows, charges = store.read(spark, "source_rows"), store.read(spark, "charges")
    keys = row_keys(rows, notable=load_notable(rules)).persist()
    convictions = convictions_of(charges).persist()
    people = people_of_counties(keys, convictions=convictions).persist()
    try:
        yield _Tables(rows, charges, store.read(spark, "determinations"), keys, convictions, people)
    finally:
        for kept in (people, convictions, keys):
            kept.unpersist()


def _check_files(files: tuple[str, ...]) -> None:
    for name in files:
        if name not in HEADERS:
            guess = nearest(name, list(HEADERS)) or ", ".join(HEADERS)
            raise UsageError(f"There is no packet file `{name}`.", f"Did you mean {guess}?")


def _explained(packs: list[Row], *, rules: Path, texts: Mapping[str, str]) -> Explained:
    return Explained(reasons_of(packs, texts=texts), load_meanings(rules))


def _publish(
    order: _Order, tables: _Tables, *, decided: DataFrame, place: Workplace
) -> dict[str, dict[str, int]]:
    """The rows of each county's files, all of them in place."""
    with stage("Writing the counties' rows"):
        write_parts(_lines(order, tables, decided=decided), place=place)
    with stage("Counting for the summaries"):
        numbers = summaries(
            tables.determinations,
            convictions=tables.convictions,
            decided=decided,
            figures=order.figures,
            counties=order.names,
            as_of=order.as_of,
        )
    rows = _finish(order, place=place, numbers=numbers)
    write_table(place.out / "statistics.csv", header=STATISTICS, rows=order.figures.statistics())
    with stage("Looking ahead"):
        coming = upcoming(
            tables.determinations,
            charges=tables.charges,
            numbered=numbered_steps(tables.keys),
            as_of=order.as_of,
            notice=order.notice,
        )
        due = expected(order.figures, counties=order.names)
        move_lists(write_upcoming(coming, place=place, names=order.names, expected=due))
    return rows


def _lines(order: _Order, tables: _Tables, *, decided: DataFrame) -> DataFrame:
    """The lines of every packet, see `packet_lines`."""
    notable, survey, keys = load_notable(order.rules), order.survey, tables.keys
    few = order.decided
    first = first_rows(keys, decided=decided, at_most=few)
    marked = marks(
        packet_columns(first, as_of=order.as_of, after=notable.after),
        comments=comments_to_show(keys, notable=notable),
    )
    folder = looked_up(F.col("county"), order.names, "string").alias("folder")
    reach = tables.people.select("subject_id", "county", folder).where("folder IS NOT NULL")
    everybody = sum(county.people for county in survey.counties.values())
    return packet_lines(
        with_place(tables.rows, placed=placements(survey.files)),
        people=sent_where_few(reach, at_most=everybody),
        marked=sent_where_few(marked, at_most=few + survey.comments),
        files=order.files,
    )


def _finish(
    order: _Order, *, place: Workplace, numbers: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, int]]:
    """Put the files together, and move them into place when all of them are there."""
    headers = {file: HEADERS[file] for file in FILES if file in order.files}
    rows = {
        county: assemble(place, folder=folder, headers=headers)
        for county, folder in order.names.items()
    }
    held = {
        county: order.survey.counties[county].rows if county in order.survey.counties else 0
        for county in order.names
    }
    for file in {"all", "condensed"} & set(order.files):
        found = sum(by_file[file] for by_file in rows.values())
        check_complete(found, expected=sum(held.values()), out=place.out)
    heading = {"as_of": order.as_of.isoformat(), "sweep_id": order.sweep_id}
    said = {}
    for county, folder in order.names.items():
        lines = {"line_count": held[county], "lines": rows[county]}
        said[folder] = {"county": county, **heading, **lines, **numbers[county]}
        write_summary(place, folder=folder, summary=said[folder])
    if order.explained is not None:
        with stage("Writing the workbooks"):
            for folder, summary in said.items():
                write_workbook(
                    place.made / folder,
                    summary=summary,
                    headers=headers,
                    explained=order.explained,
                    as_of=order.as_of,
                    scratch=place.aside,
                )
    for folder in order.names.values():
        move_into_place(place, folder=folder)
    return rows
