"""What a packet says of each count that its county's policy decided."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from clearance.platform.spark.broadcasts import sent_where_few
from clearance.platform.spark.literal_table import literal_table
from clearance.publish.column_order import csv_fields, format_charge, format_us_date, years_since
from clearance.publish.figures.counted import Figures
from clearance.publish.packets.chunks import SOURCE
from clearance.publish.words import PackWords, format_reason, office_word

# What packets and summaries take of a charge.
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
    """A row is a count that its county's policy decided: the decision beside the charge.

    Args:
        determinations: of every pack; only policies are kept.
        charges: `charges`.
        at_most: how many there can be.
    """
    decisions = determinations.where("kind = 'policy' AND unit = 'conviction'").select(
        "unit_id", F.col("county").alias("own_county"), "pack", *_WORDED
    )
    few = sent_where_few(decisions, at_most=at_most)
    return charges.select(*_CHARGE).join(few, on="unit_id", how="inner")


def decision_words(
    spark: SparkSession,
    figures: Figures,
    *,
    packs: Mapping[str, PackWords],
    reasons: Mapping[str, str],
) -> DataFrame:
    """A row is a distinct decision of a policy, with the office's word and sentence for it.

    Args:
        spark: the session.
        figures: of the state.
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
    """A row is a decided count, with the office's word and sentence.

    A sentence may name the count's own `{charge}` or `{section}`.

    Args:
        decided: see `decided_counts`.
        words: see `decision_words`.
    """
    # A null relief would match nothing in a join.
    spoken = words.withColumn("relief_key", F.coalesce("relief", F.lit(""))).drop("relief")
    joined = decided.withColumn("relief_key", F.coalesce("relief", F.lit(""))).join(
        F.broadcast(spoken),
        on=["pack_fingerprint", "rule", "outcome", "relief_key", "reason"],
        how="left",
    )
    charge = format_charge(F.col("code_book"), F.col("section"), F.col("subdivisions"))
    sentence = F.replace(F.col("sentence"), F.lit("{charge}"), F.coalesce(charge, F.lit("")))
    sentence = F.replace(sentence, F.lit("{section}"), F.coalesce("section", F.lit("")))
    return joined.withColumn("sentence", sentence).drop("relief_key")


def steps_with_case_number(keys: DataFrame) -> DataFrame:
    """A row is a court's row that names a case: subject_id, step, count_order, case_number.

    Args:
        keys: see `row_keys`.
    """
    step = F.substring("count_order", 1, 6).alias("step")
    named = keys.where(F.col("case_number").isNotNull())
    return named.select("subject_id", step, "count_order", "case_number")


def join_case_numbers() -> Column:
    """The case numbers of some `steps_with_case_number`, each once, as an aggregate.

    Record order is the count's order; physical order has no meaning here.
    """
    number = F.struct("count_order", "case_number")
    named = F.collect_set(F.when(F.col("case_number").isNotNull(), number))
    in_order = F.array_distinct(F.sort_array(named)["case_number"])
    return F.concat_ws("; ", in_order).alias("case_number")


def case_numbers_by_step(numbered: DataFrame, *, decided: DataFrame, at_most: int) -> DataFrame:
    """A row is a court step of a decided count: subject_id, step, case_number.

    Args:
        numbered: see `steps_with_case_number`.
        decided: the counts whose steps matter.
        at_most: how many there can be.
    """
    steps = decided.select("subject_id", F.substring("count_order", 1, 6).alias("step"))
    wanted = numbered.join(
        sent_where_few(steps, at_most=at_most), on=["subject_id", "step"], how="left_semi"
    )
    return wanted.groupBy("subject_id", "step").agg(join_case_numbers())


def first_rows(keys: DataFrame, *, decided: DataFrame, at_most: int) -> DataFrame:
    """A row is a decided count that the record has, with its first source row and its case number.

    Beside the columns of `with_words`: case_number, extract, source_file, position. The case
    number is that of the count's step.

    Args:
        keys: see `row_keys`; the order of extract and file is that of the input.
        decided: see `with_words`.
        at_most: how many there can be.
    """
    step = F.substring("count_order", 1, 6).alias("step")
    own = F.col("count_order") == F.col("count.count_order")
    few = sent_where_few(
        decided.select("subject_id", step, F.struct("*").alias("count")), at_most=at_most
    )
    rows = keys.select(
        "subject_id", step, "count_order", "case_number", F.struct(*SOURCE).alias("place")
    )
    by_count = rows.join(few, on=["subject_id", "step"], how="inner").groupBy(
        "subject_id", "count.count_order"
    )
    found = by_count.agg(
        F.first("count").alias("count"),
        F.min(F.when(own, F.col("place"))).alias("place"),
        join_case_numbers(),
    )
    return found.where("place IS NOT NULL").select("count.*", "case_number", "place.*")


def packet_columns(counts: DataFrame, *, as_of: date, after: date) -> DataFrame:
    """A row is a decided count's first source row, with the count's packet columns as CSV text.

    The text stands in two parts, `before` and `after`, since the column between them is filled on
    every source row.

    Args:
        counts: see `first_rows`.
        as_of: the sweep's date.
        after: a conviction later than this day shows `Y`.
    """
    later = F.when(F.col("conviction_date") > F.lit(after), "Y").when(
        F.col("conviction_date").isNotNull(), "N"
    )
    # An undated conviction may be the latest: then the day of the latest is not known.
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
