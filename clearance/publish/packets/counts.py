"""The packet columns of each count that the county's policy decided."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from clearance.platform.spark.broadcasts import broadcast_if_few
from clearance.platform.spark.literal_table import literal_table
from clearance.publish.column_order import csv_fields, format_charge, format_us_date, years_since
from clearance.publish.figures.counted import Figures
from clearance.publish.packets.chunks import SOURCE
from clearance.rulebook.english.office_words import PackWords, format_reason, office_word

# The columns of `charges` that packets and summaries use.
_CHARGE = tuple(
    """
    unit_id subject_id count_order code_book section subdivisions conviction_date
    latest_conviction every_conviction_dated convictions_on_record super_strike_charges
    registrable_charges registered_290 deceased p64_convictions p64_11357 p64_11358 p64_11359
    p64_11360
    """.split()
)
_WORDED = ("pack_fingerprint", "rule", "outcome", "relief", "reason")


def decided_counts(determinations: DataFrame, *, charges: DataFrame, at_most: int) -> DataFrame:
    """One row per count that its county's policy decided: the decision and the charge.

    Args:
        determinations: of every pack; only policies are used.
        charges: `charges`.
        at_most: an upper bound of the rows.
    """
    decisions = determinations.where("kind = 'policy' AND unit = 'conviction'").select(
        "unit_id", F.col("county").alias("own_county"), "pack", *_WORDED
    )
    few = broadcast_if_few(decisions, at_most=at_most)
    return charges.select(*_CHARGE).join(few, on="unit_id", how="inner")


def decision_words(
    spark: SparkSession,
    figures: Figures,
    *,
    packs: Mapping[str, PackWords],
    reasons: Mapping[str, str],
) -> DataFrame:
    """One row per distinct decision of a policy, with the office's `word` and `sentence`.

    Args:
        spark: the session.
        figures: counts of the determinations.
        packs: by fingerprint.
        reasons: text by reason code.
    """
    empty = PackWords(pack="", version="", title="")
    worded = {}
    for row in figures.of_kind("policy"):
        pack = packs.get(row.pack_fingerprint, empty)
        worded[tuple(row[name] for name in _WORDED)] = (
            office_word(row.outcome, row.relief, pack.labels.get(row.rule)),
            format_reason(row.reason, reasons, pack.params),
        )
    columns = dict.fromkeys((*_WORDED, "word", "sentence"), "string")
    return literal_table(spark, [(*key, *words) for key, words in worded.items()], columns)


def with_words(decided: DataFrame, *, words: DataFrame) -> DataFrame:
    """One row per decided count, with the office's `word` and `sentence`.

    `{charge}` and `{section}` in a sentence are replaced by the count's.

    Args:
        decided: see `decided_counts`.
        words: see `decision_words`.
    """
    # A null relief would match nothing in a join.
    keyed_words = words.withColumn("relief_key", F.coalesce("relief", F.lit(""))).drop("relief")
    joined = decided.withColumn("relief_key", F.coalesce("relief", F.lit(""))).join(
        F.broadcast(keyed_words),
        on=["pack_fingerprint", "rule", "outcome", "relief_key", "reason"],
        how="left",
    )
    charge = format_charge(F.col("code_book"), F.col("section"), F.col("subdivisions"))
    sentence = F.replace(F.col("sentence"), F.lit("{charge}"), F.coalesce(charge, F.lit("")))
    sentence = F.replace(sentence, F.lit("{section}"), F.coalesce("section", F.lit("")))
    return joined.withColumn("sentence", sentence).drop("relief_key")


def steps_with_case_number(keys: DataFrame) -> DataFrame:
    """One row per court row with a case number: subject_id, step, count_order, case_number.

    Args:
        keys: see `row_keys`.
    """
    step = F.substring("count_order", 1, 6).alias("step")
    named = keys.where(F.col("case_number").isNotNull())
    return named.select("subject_id", step, "count_order", "case_number")


def join_case_numbers() -> Column:
    """An aggregate of `steps_with_case_number`: the distinct case numbers, joined by `; `.

    They are in the order of their counts; the physical order of the rows has no influence.
    """
    number = F.struct("count_order", "case_number")
    named = F.collect_set(F.when(F.col("case_number").isNotNull(), number))
    in_order = F.array_distinct(F.sort_array(named)["case_number"])
    return F.concat_ws("; ", in_order).alias("case_number")


def case_numbers_by_step(numbered: DataFrame, *, decided: DataFrame, at_most: int) -> DataFrame:
    """One row per court step of a decided count: subject_id, step, case_number.

    Args:
        numbered: see `steps_with_case_number`.
        decided: the decided counts.
        at_most: an upper bound of the rows of `decided`.
    """
    steps = decided.select("subject_id", F.substring("count_order", 1, 6).alias("step"))
    of_decided = numbered.join(
        broadcast_if_few(steps, at_most=at_most), on=["subject_id", "step"], how="left_semi"
    )
    return of_decided.groupBy("subject_id", "step").agg(join_case_numbers())


def first_rows(keys: DataFrame, *, decided: DataFrame, at_most: int) -> DataFrame:
    """One row per decided count that is in the record, with its first source row and case number.

    Beside the columns of `with_words`: case_number (of the count's step), extract, source_file,
    position.

    Args:
        keys: see `row_keys`; sorted by extract and file, they are in input order.
        decided: see `with_words`.
        at_most: an upper bound of the rows of `decided`.
    """
    step = F.substring("count_order", 1, 6).alias("step")
    of_count = F.col("count_order") == F.col("count.count_order")
    few = broadcast_if_few(
        decided.select("subject_id", step, F.struct("*").alias("count")), at_most=at_most
    )
    rows = keys.select(
        "subject_id", step, "count_order", "case_number", F.struct(*SOURCE).alias("place")
    )
    by_count = rows.join(few, on=["subject_id", "step"], how="inner").groupBy(
        "subject_id", "count.count_order"
    )
    counts = by_count.agg(
        F.first("count").alias("count"),
        F.min(F.when(of_count, F.col("place"))).alias("place"),
        join_case_numbers(),
    )
    return counts.where("place IS NOT NULL").select("count.*", "case_number", "place.*")


def packet_columns(counts: DataFrame, *, as_of: date, after: date) -> DataFrame:
    """One row per decided count: its first source row, and its packet columns as CSV text.

    The text has two parts, `before` and `after`, because the column between them is filled on every
    source row.

    Args:
        counts: see `first_rows`.
        as_of: the sweep's date.
        after: a conviction later than this day shows `Y`.
    """
    later = F.when(F.col("conviction_date") > F.lit(after), "Y").when(
        F.col("conviction_date").isNotNull(), "N"
    )
    # An undated conviction may be the latest: then the latest day is unknown.
    latest = F.when(F.col("every_conviction_dated"), F.col("latest_conviction"))
    return counts.select(
        *SOURCE,
        "own_county",
        csv_fields(F.col("case_number"), F.col("convictions_on_record")).alias("before"),
        csv_fields(
            later,
            _listed("super_strike_charges"),
            _listed("registrable_charges"),
            _marked("registered_290", "Yes"),
            format_us_date(F.col("conviction_date")),
            years_since(F.col("conviction_date"), as_of=as_of),
            years_since(latest, as_of=as_of),
            *(F.col(name) for name in ("p64_convictions", "p64_11357", "p64_11358")),
            *(F.col(name) for name in ("p64_11359", "p64_11360")),
            _marked("deceased", "Deceased"),
            F.col("word"),
            F.col("sentence"),
        ).alias("after"),
    )


def _listed(charges: str) -> Column:
    joined = F.concat_ws(";", charges)
    return F.when(joined == "", "-").otherwise(joined)


def _marked(flag: str, mark: str) -> Column:
    return F.when(F.col(flag), mark).otherwise("-")
