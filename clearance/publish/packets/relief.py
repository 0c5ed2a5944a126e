"""A county's determinations in words: `relief.csv` of its packet, one row per unit and pack.

A unit is in the packet of one county, the `county` of `determinations`: a conviction in that of its
court, an arrest in that of its agency. So the files of all counties together have the rows of
`determinations`, and each file has its own county's rows only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from clearance.platform.spark.literal_table import literal_table, looked_up
from clearance.publish.column_order import RELIEF, csv_fields
from clearance.publish.figures.counted import Figures
from clearance.publish.packets.chunks import CHUNK_ROWS
from clearance.publish.packets.counts import join_case_numbers
from clearance.publish.packets.lines import LINE_COLUMNS
from clearance.publish.units import describe_units
from clearance.rulebook.english.office_words import PackWords, format_reason
from clearance.rulebook.language.yaml_lines import load_yaml

FILE = "relief"

_WORDED = ("pack_fingerprint", "outcome", "reason")


def relief_words(
    spark: SparkSession,
    figures: Figures,
    *,
    packs: Mapping[str, PackWords],
    reasons: Mapping[str, str],
    days: Mapping[str, date],
) -> DataFrame:
    """One row per pack, outcome and reason: its key, sentence, petition, decided_as_of.

    `petition` names the pointers that may be open after NOT_ELIGIBLE under a law, else null; the
    sentence may contain the placeholders `{charge}` and `{section}`.

    Args:
        spark: the session.
        figures: counts of the determinations.
        packs: by fingerprint.
        reasons: text by reason code.
        days: by pack, the date of the sweep that decided it.
    """
    empty = PackWords(pack="", version="", title="")
    worded = {}
    for row in figures.decisions:
        pack = packs.get(row.pack_fingerprint, empty)
        worded[tuple(row[name] for name in _WORDED)] = (
            format_reason(row.reason, reasons, pack.params),
            "; ".join(_petitions(row, pack)) or None,
            days[row.pack].isoformat(),
        )
    columns = dict.fromkeys((*_WORDED, "sentence", "petition"), "string")
    rows = [(*key, *words) for key, words in worded.items()]
    return literal_table(spark, rows, {**columns, "decided_as_of": "date"})


def _petitions(row: Any, pack: PackWords) -> tuple[str, ...]:
    return pack.petition if row.kind == "law" and row.outcome == "NOT_ELIGIBLE" else ()


def count_relief_rows(figures: Figures, *, counties: Iterable[str]) -> dict[str, int]:
    """How many rows each county's file has.

    Args:
        figures: counts of the determinations.
        counties: the counties to write.
    """
    units = figures.units("county")
    return {county: units.get((county,), 0) for county in counties}


def relief_lines(
    determinations: DataFrame,
    *,
    charges: DataFrame,
    arrests: DataFrame | None,
    numbered: DataFrame,
    words: DataFrame,
    folders: Mapping[str, str],
    rows: Mapping[str, int],
) -> DataFrame:
    """One row per line of a county's `relief.csv`, in the columns `LINE_COLUMNS`.

    The file is sorted by the line's text. The people of a large county are spread over several
    chunks; a person's rows stay together.

    Args:
        determinations: of every pack.
        charges: `charges`.
        arrests: `arrests`; None if no arrest was decided.
        numbered: see `steps_with_case_number`, for the case numbers of convictions.
        words: see `relief_words`.
        folders: the packet folder of each county to write.
        rows: see `count_relief_rows`.
    """
    step = F.concat_ws("-", "subject_id", "step").alias("step_id")
    numbers = numbered.groupBy(step).agg(join_case_numbers())
    units = (
        describe_units(charges, arrests=arrests)
        .withColumn("step_id", F.expr("left(unit_id, length(unit_id) - 6)"))
        .join(numbers, on="step_id", how="left")
        .drop("step_id")
    )
    folder = looked_up(F.col("county"), folders, "string")
    wanted = determinations.withColumn("folder", folder).where("folder IS NOT NULL").drop("as_of")
    worded = wanted.join(F.broadcast(words), on=list(_WORDED), how="left").join(
        units, on="unit_id", how="left"
    )
    sentence = F.coalesce("sentence", "reason")
    for name in ("charge", "section"):
        sentence = F.replace(sentence, F.lit(f"{{{name}}}"), F.coalesce(name, F.lit("")))
    computed = {"reason_text": sentence, "as_of": F.col("decided_as_of")}
    values = [computed.get(name, F.col(name)) for name in RELIEF]
    columns = {
        "folder": F.col("folder"),
        "file": F.lit(FILE),
        "chunk": _chunk(folders, rows),
        "file_number": F.lit(0),
        "position": F.lit(0).cast("bigint"),
        "line": csv_fields(values[0], values[1], *values[2:]),
        "latin_1": F.lit(False),
        "utf_8": F.lit(False),
    }
    return worded.select(*(columns[name].alias(name) for name in LINE_COLUMNS))


def _chunk(folders: Mapping[str, str], rows: Mapping[str, int]) -> Column:
    """The chunk of a row, from the hash of its person and the number of chunks of its county."""
    chunks = {folders[county]: -(-rows[county] // CHUNK_ROWS) for county in folders}
    large = {folder: number for folder, number in chunks.items() if number > 1}
    if not large:
        return F.lit(0)
    number = F.coalesce(looked_up(F.col("folder"), large, "int"), F.lit(1))
    return F.pmod(F.hash("subject_id"), number).cast("int")


def relief_by_county(
    figures: Figures, *, packs: Mapping[str, PackWords], counties: Collection[str]
) -> dict[str, dict[str, Any]]:
    """`relief` of each county's `summary.json`: units by pack and outcome.

    Packs are in order of kind, id and version; outcomes in alphabetical order.

    Args:
        figures: counts of the determinations.
        packs: by fingerprint.
        counties: the counties to summarise.
    """
    relief: dict[str, dict[str, Any]] = {county: {} for county in counties}
    in_order = ("kind", "pack", "pack_version", "outcome")
    for row in sorted(figures.decisions, key=lambda row: tuple(row[name] for name in in_order)):
        if row.county not in relief:
            continue
        words = packs.get(row.pack_fingerprint)
        of_pack = relief[row.county].setdefault(
            row.pack,
            {
                "kind": row.kind,
                "version": row.pack_version,
                "title": words.title if words else row.pack,
                "units": defaultdict(int),
            },
        )
        of_pack["units"][row.outcome] += row.units
    return relief


def petition_titles(packs: Iterable[PackWords], *, rules: Path) -> dict[str, str]:
    """The title of each pointer that `packs` name; its id if the rules folder lacks it.

    Args:
        packs: the packs of a sweep.
        rules: the rulebook's folder.
    """
    titles: dict[str, str] = {}
    for name in sorted({name for pack in packs for name in pack.petition}):
        titles[name] = name
        for path in sorted(rules.rglob(f"{name}.yaml")):
            content = load_yaml(path).data
            if isinstance(content, dict) and content.get("pack") == name:
                titles[name] = str(content.get("title") or name)
    return titles
