"""What a packet says of each count that its county's policy decided."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from clearance.charges.fields import present
from clearance.publish.columns import charge_shown, csv_fields, us_date, years_since
from clearance.publish.counties import COURT_STEP
from clearance.publish.words import PackWords, office_word, reason_text


def decided_counts(determinations: DataFrame, *, charges: DataFrame) -> DataFrame:
    """A row is a count that its county's policy decided: the decision beside the charge.

    Args:
        determinations: of every pack; only policies are kept.
        charges: `charges`.
    """
    decisions = determinations.where("kind = 'policy' AND unit = 'conviction'").select(
        "unit_id",
        F.col("county").alias("own_county"),
        *("pack", "pack_fingerprint", "outcome", "relief", "reason", "rule"),
    )
    return decisions.join(charges.drop("county"), on="unit_id", how="inner")


def decision_words(
    determinations: DataFrame, *, packs: Mapping[str, PackWords], reasons: Mapping[str, str]
) -> DataFrame:
    """A row is a distinct decision, with the office's word and sentence for it.

    Args:
        determinations: of every pack.
        packs: by fingerprint.
        reasons: text by reason code.
    """
    key = ("pack_fingerprint", "rule", "outcome", "relief", "reason")
    found = determinations.where("kind = 'policy'").select(*key).distinct().collect()
    empty = PackWords(pack="", version="", title="")
    words = [
        (
            *row,
            office_word(row.outcome, row.relief, packs.get(row[0], empty).labels.get(row.rule)),
            reason_text(row.reason, reasons, packs.get(row[0], empty).params),
        )
        for row in found
    ]
    columns = ", ".join(f"{name} string" for name in (*key, "word", "sentence"))
    return determinations.sparkSession.createDataFrame(words, columns)


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
    charge = charge_shown(F.col("code_book"), F.col("section"), F.col("subdivisions"))
    sentence = F.replace(F.col("sentence"), F.lit("{charge}"), F.coalesce(charge, F.lit("")))
    sentence = F.replace(sentence, F.lit("{section}"), F.coalesce("section", F.lit("")))
    return joined.withColumn("sentence", sentence).drop("relief_key")


def case_numbers(rows: DataFrame, *, decided: DataFrame) -> DataFrame:
    """A row is a court step of a decided count: subject_id, step, case_number.

    Args:
        rows: `source_rows`.
        decided: the counts whose steps matter.
    """
    in_court = F.upper(F.trim("stp_type_descr")) == COURT_STEP
    steps = decided.select("subject_id", F.substring("count_order", 1, 6).alias("step"))
    numbered = rows.where(in_court & present(F.col("ofn")).isNotNull()).select(
        "subject_id",
        F.substring("count_order", 1, 6).alias("step"),
        F.struct("count_order", present(F.col("ofn")).alias("ofn")).alias("number"),
    )
    # Record order is the count's order; physical order has no meaning here.
    in_order = F.array_distinct(F.sort_array(F.collect_set("number"))["ofn"])
    joined = F.concat_ws("; ", F.array_distinct(in_order)).alias("case_number")
    wanted = numbered.join(steps, on=["subject_id", "step"], how="left_semi")
    return wanted.groupBy("subject_id", "step").agg(joined)


def packet_columns(decided: DataFrame, *, cases: DataFrame, as_of: date, after: date) -> DataFrame:
    """A row is a decided count, with its packet columns as CSV text.

    The text stands in two parts, `before` and `after`, since the column between them is filled on
    every source row.

    Args:
        decided: see `with_words`.
        cases: see `case_numbers`.
        as_of: the sweep's date.
        after: a conviction later than this day shows `Y`.
    """
    step = F.substring("count_order", 1, 6)
    joined = decided.withColumn("step", step).join(cases, on=["subject_id", "step"], how="left")
    later = F.when(F.col("conviction_date") > F.lit(after), "Y").when(
        F.col("conviction_date").isNotNull(), "N"
    )
    # An undated conviction may be the latest: then the day of the latest is not known.
    latest = F.when(F.col("every_conviction_dated"), F.col("latest_conviction"))
    return joined.select(
        "subject_id",
        "count_order",
        "own_county",
        csv_fields(F.col("case_number"), F.col("convictions_on_record")).alias("before"),
        csv_fields(
            later,
            _listed("super_strike_charges"),
            _listed("registrable_charges"),
            _marked("registered_290", "Yes"),
            us_date(F.col("conviction_date")),
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


def first_rows(rows: DataFrame, *, counts: DataFrame) -> DataFrame:
    """A row is a count's first source row in input order, with its packet columns.

    Args:
        rows: `source_rows` with their place.
        counts: see `packet_columns`.
    """
    order = F.struct("file_number", "position")
    first = (
        rows.join(counts, on=["subject_id", "count_order"], how="left_semi")
        .groupBy("subject_id", "count_order")
        .agg(F.min(order).alias("first"))
    )
    return first.join(counts, on=["subject_id", "count_order"], how="inner").select(
        "first.file_number", "first.position", "own_county", "before", "after"
    )
