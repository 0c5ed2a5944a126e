"""Export: every determination of a sweep, in words, as one Parquet or CSV file.

In `determinations` a row keeps the date and the sweep of its last change, so that a filter on a
sweep finds only the rows which that sweep changed. Here each row has the id of the requested sweep,
and the date as of which its pack was decided.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, Observation, Row, SparkSession
from pyspark.sql import functions as F

from clearance.determine.recorded import (
    DecidingSweeps,
    Sweep,
    deciding_sweeps,
    latest_sweep,
    named_sweep,
    sweep_of,
)
from clearance.errors import UsageError
from clearance.platform.faults.remedies import output_faults
from clearance.platform.spark.literal_table import literal_table, looked_up
from clearance.platform.store.store import Store, storage_faults
from clearance.platform.watch.log import logged
from clearance.platform.watch.progress import stage
from clearance.publish.units import describe_units
from clearance.rulebook.english.office_words import (
    format_reason,
    load_reason_texts,
    read_words_of_packs,
)

FORMATS = {".parquet": "parquet", ".csv": "csv"}
OPTIONS: dict[str, dict[str, Any]] = {
    "parquet": {"compression": "zstd"},
    "csv": {"header": True, "escape": '"', "compression": "none"},
}
_REMEDY = "Name a file in a folder that you may write, `--out decisions.parquet`."
_UNIT = ("subject_id", "unit", "unit_id", "county")
_DECISION = (
    *("kind", "pack", "pack_version", "outcome", "relief"),
    *("reason", "reason_text", "rule", "cite", "eligible_on", "revisit_on"),
)
COLUMNS = (
    *_UNIT,
    *("charge", "level", "dated"),
    *_DECISION,
    *("as_of", "sweep_id", "what_if", "last_changed_as_of", "last_changed_in"),
)


@dataclass(frozen=True)
class ExportResult:
    """The file that was written.

    Attributes:
        out: the file.
        sweep_id: the exported sweep.
        what_if: whether that sweep is a what-if.
        rows: number of determinations in the file.
    """

    out: Path
    sweep_id: str
    what_if: bool
    rows: int

    def as_dict(self) -> dict[str, Any]:
        """The result for `--json`."""
        return {**asdict(self), "out": str(self.out)}


def format_of(out: Path) -> str:
    """The format of a file to write, by the ending of its name.

    Raises:
        UsageError: the ending is unknown.
    """
    if out.suffix.lower() not in FORMATS:
        raise UsageError(
            f"The name `{out.name}` has no known format.",
            f"End the name in {' or '.join(FORMATS)}.",
        )
    return FORMATS[out.suffix.lower()]


@logged("export")
def export(
    spark: SparkSession, store: Store, *, out: Path, rules: Path, sweep_id: str | None = None
) -> ExportResult:
    """Write the determinations of a sweep into one file; an existing file is replaced.

    One row per determination, by subject, unit and pack: the unit with its charge, its level and
    the day of the conviction or arrest (`dated`); the decision with its reason in words; `as_of`
    and `sweep_id` of the requested sweep; and the sweep that last changed the row, with its date.

    Args:
        spark: the session.
        store: the store of the tables.
        out: the file, `.parquet` or `.csv` (UTF-8, header); every worker must see its folder.
        rules: the rulebook's folder.
        sweep_id: the sweep to export; None for the latest.

    Raises:
        UsageError: there is no such sweep, or the file cannot be written.
        StoreFault: a version that the sweep used has been removed.
    """
    format_name, texts = format_of(out), load_reason_texts(rules)
    with storage_faults("exporting"):
        sweep = _load_sweep(spark, store, sweep_id)
        deciders = deciding_sweeps(spark, store, sweep)
        counted = Observation("exported")
        with stage("Exporting what was decided"), _folder_beside(out) as folder:
            rows = exported(spark, store, sweep=sweep, deciders=deciders, texts=texts)
            observed = rows.observe(counted, F.count("*").alias("rows"))
            # One sorted file, so that two exports of one sweep are the same bytes.
            sorted_rows = observed.coalesce(1).sortWithinPartitions("subject_id", "unit_id", "pack")
            writer = sorted_rows.write.options(**OPTIONS[format_name])
            writer.format(format_name).save((folder / "parts").as_uri())
            [part] = (folder / "parts").glob(f"part-*.{format_name}")
            os.replace(part, out)
    return ExportResult(
        out=out, sweep_id=sweep.sweep_id, what_if=sweep.what_if, rows=int(counted.get["rows"])
    )


def exported(
    spark: SparkSession,
    store: Store,
    *,
    sweep: Sweep,
    deciders: DecidingSweeps,
    texts: Mapping[str, str],
) -> DataFrame:
    """One row per determination of the sweep, with `COLUMNS`.

    Args:
        spark: the session.
        store: the store of the tables.
        sweep: the sweep to export.
        deciders: the sweep that decided each pack.
        texts: the text of each reason code.
    """
    decided = sweep.read(spark, store, "determinations")
    units = describe_units(
        sweep.read(spark, store, "charges"), arrests=sweep.read(spark, store, "arrests")
    )
    sentences = _sentences(spark, decided, texts=texts, packs=store.read(spark, "packs").collect())
    days = {pack: decider.as_of.isoformat() for pack, decider in deciders.later.items()}
    usual_as_of = F.lit(deciders.whole.as_of)
    as_of = F.coalesce(looked_up(F.col("pack"), days, "date"), usual_as_of) if days else usual_as_of
    renamed = decided.withColumnsRenamed(
        {"as_of": "last_changed_as_of", "sweep_id": "last_changed_in"}
    )
    joined = renamed.join(
        F.broadcast(sentences), on=["pack_fingerprint", "reason"], how="left"
    ).join(units, on="unit_id", how="left")
    reason_in_words = F.replace(
        F.col("sentence"), F.lit("{charge}"), F.coalesce("charge", F.lit(""))
    )
    reason_in_words = F.replace(
        reason_in_words, F.lit("{section}"), F.coalesce("section", F.lit(""))
    )
    computed = {
        "reason_text": reason_in_words,
        "as_of": as_of,
        "sweep_id": F.lit(sweep.sweep_id),
        "what_if": F.lit(sweep.what_if),
    }
    return joined.select(*[computed.get(name, F.col(name)).alias(name) for name in COLUMNS])


def _sentences(
    spark: SparkSession, decided: DataFrame, *, texts: Mapping[str, str], packs: list[Row]
) -> DataFrame:
    """One row per pack and reason: pack_fingerprint, reason, sentence."""
    words = read_words_of_packs(packs)
    reasons = decided.select("pack_fingerprint", "reason").distinct().collect()
    rows = [
        (
            row.pack_fingerprint,
            row.reason,
            format_reason(
                row.reason,
                texts,
                words[row.pack_fingerprint].params if row.pack_fingerprint in words else {},
            ),
        )
        for row in reasons
    ]
    return literal_table(
        spark, rows, dict.fromkeys(("pack_fingerprint", "reason", "sentence"), "string")
    )


def _load_sweep(spark: SparkSession, store: Store, sweep_id: str | None) -> Sweep:
    if sweep_id is None:
        return latest_sweep(spark, store)
    return sweep_of(named_sweep(store.read(spark, "sweeps").collect(), sweep_id, store=store))


@contextmanager
def _folder_beside(out: Path) -> Iterator[Path]:
    """A folder beside the file for Spark's output; deleted at the end."""
    folder = out.absolute().with_name(f".{out.name}.{os.getpid()}")
    with output_faults(out, what="file", remedy=_REMEDY):
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
