"""Publish: the current determinations as county packets and statistics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from clearance.errors import UsageError, nearest
from clearance.log import logged
from clearance.progress import stage
from clearance.publish.columns import HEADERS
from clearance.publish.comments import comments_to_show, load_notable
from clearance.publish.counties import chosen, folders, known_counties, people_of_counties
from clearance.publish.counts import (
    case_numbers,
    decided_counts,
    decision_words,
    first_rows,
    packet_columns,
    with_words,
)
from clearance.publish.county_lists import move_lists
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
from clearance.publish.placement import placements, source_files, with_place
from clearance.publish.reasons import load_meanings, reasons_of
from clearance.publish.statistics import COLUMNS, statistics
from clearance.publish.summary import summaries
from clearance.publish.upcoming import Notice, load_notice, upcoming, write_upcoming
from clearance.publish.words import PackWords, load_reasons, pack_words
from clearance.publish.workbook import Explained, write_workbook
from clearance.store import Store, storage_faults

FILES = tuple(HEADERS)
BROADCAST_ROWS = 500_000


@dataclass(frozen=True)
class PublishResult:
    """What was published.

    Attributes:
        out: the folder.
        sweep_id: of the determinations.
        rows: by county, then by file, the rows written; the header not counted.
        noticed: grants and corrections that courts are told of now.
    """

    out: Path
    sweep_id: str
    rows: Mapping[str, Mapping[str, int]]
    noticed: int = 0

    def as_dict(self) -> dict[str, Any]:
        """The result for `--json`."""
        return {
            "out": str(self.out),
            "sweep_id": self.sweep_id,
            "counties": {county: dict(files) for county, files in self.rows.items()},
            "noticed": self.noticed,
        }


@dataclass(frozen=True)
class _Order:
    """What to publish: tables, counties with their folders, files, and under which name.

    `explained` is what the workbooks explain; None makes none.
    """

    rows: DataFrame
    charges: DataFrame
    determinations: DataFrame
    names: Mapping[str, str]
    files: tuple[str, ...]
    rules: Path
    as_of: date
    sweep_id: str
    explained: Explained | None
    notice: Notice


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
    rows, charges = store.read(spark, "source_rows"), store.read(spark, "charges")
    determinations = store.read(spark, "determinations")
    people = people_of_counties(rows, charges=charges).persist()
    try:
        with storage_faults("publishing"):
            in_store = [row.county for row in people.select("county").distinct().collect()]
            names = folders(chosen(counties, in_store=in_store, known=known_counties(rules)))
            used, texts = store.read(spark, "packs").collect(), load_reasons(rules)
            explained = _explained(used, rules=rules, texts=texts) if xlsx else None
            order = _Order(
                *(rows, charges, determinations, names, files, rules, as_of, sweep_id, explained),
                load_notice(rules, horizon_months=horizon_months),
            )
            words = decision_words(determinations, packs=_packs(used), reasons=texts)
            decided = with_words(decided_counts(determinations, charges=charges), words=words)
            with workplace(out) as place:
                written = _publish(order, people=people, decided=decided.persist(), place=place)
                with stage("Telling courts"):
                    noticed = write_notices(
                        *(spark, store),
                        place=place,
                        counties=counties,
                        rules=rules,
                        as_of=as_of,
                        sweep_id=sweep_id,
                    )
            decided.unpersist()
    finally:
        people.unpersist()
    return PublishResult(out=out, sweep_id=sweep_id, rows=written, noticed=noticed)


def _check_files(files: tuple[str, ...]) -> None:
    for name in files:
        if name not in HEADERS:
            guess = nearest(name, list(HEADERS)) or ", ".join(HEADERS)
            raise UsageError(f"There is no packet file `{name}`.", f"Did you mean {guess}?")


def _packs(packs: list[Row]) -> dict[str, PackWords]:
    return {
        row.fingerprint: pack_words(
            pack=row.pack, version=row.version, text=row.yaml, facts=row.facts
        )
        for row in packs
    }


def _explained(packs: list[Row], *, rules: Path, texts: Mapping[str, str]) -> Explained:
    return Explained(reasons_of(packs, texts=texts), load_meanings(rules))


def _publish(
    order: _Order, *, people: DataFrame, decided: DataFrame, place: Workplace
) -> dict[str, dict[str, int]]:
    """The rows of each county's files, all of them in place."""
    with stage("Writing the counties' rows"):
        expected = _write_lines(order, people=people, decided=decided, place=place)
    with stage("Counting for the summaries"):
        numbers = summaries(
            order.determinations,
            charges=order.charges,
            decided=decided,
            counties=order.names,
            as_of=order.as_of,
        )
        counted = statistics(order.determinations).collect()
    rows = _finish(order, place=place, numbers=numbers, expected=expected)
    write_table(place.out / "statistics.csv", header=COLUMNS, rows=counted)
    with stage("Looking ahead"):
        coming = upcoming(
            order.determinations,
            charges=order.charges,
            rows=order.rows,
            as_of=order.as_of,
            notice=order.notice,
        )
        move_lists(write_upcoming(coming, place=place, names=order.names))
    return rows


def _write_lines(
    order: _Order, *, people: DataFrame, decided: DataFrame, place: Workplace
) -> dict[str, int]:
    """How many source rows each county's packet must hold, when its lines are written."""
    notable = load_notable(order.rules)
    spark = order.rows.sparkSession
    folder = spark.createDataFrame(list(order.names.items()), "county string, folder string")
    rows = with_place(order.rows, placed=placements(source_files(order.rows)))
    cases = case_numbers(order.rows, decided=decided)
    columns = packet_columns(decided, cases=cases, as_of=order.as_of, after=notable.after)
    comments = comments_to_show(rows, notable=notable)
    marked = marks(first_rows(rows, counts=columns), comments=comments).persist()
    reach = _small(people.join(F.broadcast(folder), on="county", how="inner"))
    lines = packet_lines(rows, people=reach, marked=_small(marked), files=order.files)
    write_parts(lines, place=place)
    marked.unpersist()
    held = order.rows.select("subject_id").join(reach, on="subject_id", how="inner")
    return {row.county: row["count"] for row in held.groupBy("county").count().collect()}


def _small(rows: DataFrame) -> DataFrame:
    """The rows, to be sent to every worker where they are few enough.

    Spark's guess of their size would often move every record through one more shuffle.
    """
    return F.broadcast(rows) if rows.count() <= BROADCAST_ROWS else rows


def _finish(
    order: _Order,
    *,
    place: Workplace,
    numbers: Mapping[str, Mapping[str, Any]],
    expected: Mapping[str, int],
) -> dict[str, dict[str, int]]:
    """Put the files together, and move them into place when all of them are there."""
    headers = {file: HEADERS[file] for file in FILES if file in order.files}
    rows = {
        county: assemble(place, folder=folder, headers=headers)
        for county, folder in order.names.items()
    }
    for file in {"all", "condensed"} & set(order.files):
        found = sum(by_file[file] for by_file in rows.values())
        check_complete(found, expected=sum(expected.values()), out=place.out)
    heading = {"as_of": order.as_of.isoformat(), "sweep_id": order.sweep_id}
    said = {}
    for county, folder in order.names.items():
        lines = {"line_count": expected.get(county, 0), "lines": rows[county]}
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
