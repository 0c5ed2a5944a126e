"""Charge texts: common texts are parsed once and broadcast, other texts on the rows of the counts.

Most counts have one of few texts. But a comment may be a charge text too, and nearly every comment
is distinct: a whole state has millions, too many to broadcast. So the texts of a large record are
counted first, and only the common texts, as many as fit, are parsed ahead.
"""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from clearance.platform.spark.broadcasts import total_file_bytes
from clearance.prepare.citation.grammar import display
from clearance.prepare.citation.parts import is_one_of
from clearance.prepare.citation.spelling import default_spelling
from clearance.prepare.person.dated_offences import offences_from
from clearance.prepare.projection import projected
from clearance.prepare.record.events import read_texts
from clearance.prepare.record.fields import charge_line
from clearance.prepare.record.quality import flags
from clearance.prepare.record.raw_texts import has_charge_form
from clearance.prepare.record.term_bounds import TERM_BITS, TermBounds
from clearance.prepare.statutes.list_bits import ListBits
from clearance.prepare.statutes.lists import StatuteLists
from clearance.prepare.statutes.longest_terms import LongestTerms
from clearance.prepare.statutes.match import classify, rows_by_section
from clearance.prepare.statutes.tag_table import tag_table, turns

# Columns of the charge that no step uses before the `charges` table.
_PASSED_ON = ("subdivisions", "attempt", "conspiracy", "parts", "classified")
# Below this size of source rows all their texts fit. Of a larger record at most so many texts, with
# so many characters together, are parsed ahead.
FEW_BYTES = 32 << 20
MOST_TEXTS = 200_000
MOST_CHARACTERS = 32 << 20


@dataclass(frozen=True)
class ChargeTexts:
    """Charge texts that are parsed ahead, and the rules to parse other texts.

    Attributes:
        common: a row is a distinct text with the columns that follow from the text alone.
        every: whether `common` has the text of every count.
        statutes: the statute lists.
        longest: the longest terms that the law allows.
        counted: the cached texts with their frequencies; `release` drops them.
    """

    common: DataFrame
    every: bool
    statutes: StatuteLists
    longest: LongestTerms
    counted: DataFrame | None = None

    def release(self) -> None:
        """Drop the cached rows; called once the tables are written."""
        if self.counted is not None:
            self.counted.unpersist()


def charge_texts(
    source: DataFrame, *, statutes: StatuteLists, longest: LongestTerms
) -> ChargeTexts:
    """The charge texts of the record: all of them where they fit, else the common ones.

    Args:
        source: `source_rows`.
        statutes: the statute lists.
        longest: the longest terms that the law allows.
    """
    text = F.explode(F.array_distinct(F.array("read_text", "convicted_read_text")))
    texts = read_texts(source).select(text.alias("text")).where("text IS NOT NULL")
    if total_file_bytes(source) <= FEW_BYTES:
        common = _classify_texts(texts.distinct(), statutes=statutes, longest=longest)
        return ChargeTexts(common, True, statutes, longest)
    counted = texts.groupBy("text").agg(F.count("*").alias("times")).persist()
    least = _least_times(counted)
    chosen = counted.where(F.col("times") >= least).select("text")
    common = _classify_texts(chosen, statutes=statutes, longest=longest)
    return ChargeTexts(common, least == 1, statutes, longest, counted)


def _least_times(counted: DataFrame) -> int:
    """How often a text must occur to be a common text, so that the common texts fit.

    Args:
        counted: text, times.
    """
    # Sums by power of two: some thirty rows, which hold no text.
    power = F.floor(F.log2("times")).cast("int").alias("power")
    rows = (
        counted.groupBy(power)
        .agg(F.count("*").alias("texts"), F.sum(F.length("text")).alias("characters"))
        .collect()
    )
    texts = characters = 0
    least: int = 1 << 62
    for row in sorted(rows, key=lambda row: -row["power"]):
        texts, characters = texts + row["texts"], characters + row["characters"]
        if texts > MOST_TEXTS or characters > MOST_CHARACTERS:
            return least
        least = 1 << row["power"]
    return 1


def _classify_texts(
    texts: DataFrame, *, statutes: StatuteLists, longest: LongestTerms
) -> DataFrame:
    """A row is a distinct charge text with the columns of `_columns_of_text`."""
    columns = _columns_of_text(statutes=statutes, longest=longest)
    return classify(texts, statutes=rows_by_section(statutes)).select(
        "text", *[column.alias(name) for name, column in columns.items()]
    )


def _columns_of_text(*, statutes: StatuteLists, longest: LongestTerms) -> dict[str, Column]:
    """The columns that follow from a text's `charge` and `matches` alone, by name.

    They are the charge (code_book, section, subdivisions, attempt, conspiracy, parsed); its parts
    and the charge as people write them (parts, shown); the key of counts of one charge (cite_key);
    the day from which an offence is on a dated list (offence_from); the lists of the charge at
    every level and in every period, as numbers of `list_bits` (turns, tag_table); and the bounds of
    its terms (`term_bounds`).
    """
    charge, matches = F.col("charge"), F.col("matches")
    parsed = charge["parsed"] & ~names_no_offence(charge)
    known_offence = charge["code_book"].isNotNull() | (F.size(matches) > 0)
    bits = ListBits(statutes.names)
    return {
        **{name: F.when(parsed, charge[name]) for name in ("code_book", "section", "subdivisions")},
        **{name: charge[name] for name in ("attempt", "conspiracy")},
        "parsed": parsed,
        "parts": F.transform(charge["parts"], display),
        "shown": format_charge(charge),
        "cite_key": F.when(parsed, cite_key(charge)),
        "classified": parsed & known_offence,
        "names_several": names_several(charge),
        "offence_from": offences_from(matches),
        "turns": turns(matches),
        "tag_table": F.transform(tag_table(matches), bits.of),
        TERM_BITS: TermBounds(longest).of_charge(charge),
    }


def _join_text_columns(counts: DataFrame, texts: ChargeTexts) -> DataFrame:
    """The counts with the columns of their texts; a text that was not parsed ahead is parsed here.

    `rest` is such a text, `here` the struct of its columns; both are null on the other counts.
    """
    if texts.every:
        return counts.join(F.broadcast(texts.common), on="text", how="left")
    ahead = texts.common.withColumn("ahead", F.lit(True))
    joined = counts.join(F.broadcast(ahead), on="text", how="left")
    with_rest = joined.withColumn("rest", F.when(F.col("ahead").isNull(), F.col("text")))
    lists = rows_by_section(texts.statutes)
    columns = _columns_of_text(statutes=texts.statutes, longest=texts.longest)
    here = F.struct(*[column.alias(name) for name, column in columns.items()])
    is_rest = F.col("rest").isNotNull()
    parsed = classify(with_rest, statutes=lists, text="rest").withColumn(
        "here", F.when(is_rest, here)
    )
    either = {name: F.when(is_rest, F.col("here")[name]).otherwise(F.col(name)) for name in columns}
    return projected(parsed, either, without=("ahead", "rest", "here", "charge", "matches"))


def with_charge(counts: DataFrame, *, texts: ChargeTexts) -> DataFrame:
    """A row is a count, with the columns of its charge text.

    Columns that only the `charges` table uses are one struct, `as_charged`, which Spark copies as
    one value. The text itself is dropped: it may be a whole comment.

    Args:
        counts: `counts.counts`.
        texts: `charge_texts`.
    """
    joined = _join_text_columns(counts, texts)
    no, no_words = F.lit(False), F.array().cast("array<string>")
    defaults = dict.fromkeys(_PASSED_ON, no) | {"subdivisions": no_words, "parts": no_words}
    in_comment, has_text = F.col("source") == "comment", F.col("text").isNotNull()
    parsed, line = F.coalesce("parsed", no), charge_line(F.col("text"))
    as_charged = F.struct(
        "county",
        # A comment is personal data, even where it is the charge; so may be a text without a
        # section.
        F.when(~in_comment & (parsed | has_charge_form(line)), line).alias("charge_text"),
        F.col("source").alias("charge_source"),
        *[F.coalesce(name, default).alias(name) for name, default in defaults.items()],
    )
    text_flags = flags(
        SEVERAL_CHARGES=in_comment & F.col("names_several"),
        UNPARSED_CHARGE=~parsed & (has_text | F.col("convicted")),
    )
    # A comment that cannot be read names no charge.
    key = F.coalesce("cite_key", F.when(~in_comment, F.upper("text")))
    columns = {
        "as_charged": as_charged,
        "has_text": has_text,
        "parsed": parsed,
        "charge_key": key,
        "flags": F.col("flags").bitwiseOR(text_flags),
    }
    dropped = ("text", "source", "county", "cite_key", "names_several", *_PASSED_ON)
    return projected(joined, columns, without=dropped)


def names_no_offence(charge: Column) -> Column:
    """Whether a text cites only the section of attempt or of help: `664 PC` may be any offence."""
    spelling = default_spelling()
    return is_one_of(
        charge, (spelling.attempt, *([spelling.principal] if spelling.principal else ()))
    )


def cite_key(charge: Column) -> Column:
    """A text that is the same for two counts exactly where their charges are the same."""
    return F.concat_ws(
        "|",
        F.coalesce(charge["code_book"], F.lit("?")),
        charge["section"],
        F.concat_ws(".", charge["subdivisions"]),
        charge["attempt"].cast("string"),
        charge["conspiracy"].cast("string"),
    )


def names_several(charge: Column) -> Column:
    """Whether a text names several charges, attempt's section apart; a conspiracy is one charge."""
    charges = F.filter(
        charge["parts"], lambda part: ~is_one_of(part, (default_spelling().attempt,))
    )
    return ~charge["conspiracy"] & (F.size(charges) > 1)


def format_charge(charge: Column) -> Column:
    """A charge as people write it: `187(A) PC`, `484(A)/490.5 PC`."""
    parts = charge["parts"]
    books = F.array_distinct(F.transform(parts, lambda part: part["code_book"]))
    one_book = F.size(books) == 1
    joined = F.array_join(
        F.transform(
            parts,
            lambda part: F.when(one_book, _format_without_book(part)).otherwise(display(part)),
        ),
        "/",
    )
    return F.when(one_book, F.concat(joined, _format_book(F.get(books, 0)))).otherwise(joined)


def _format_without_book(part: Column) -> Column:
    path = F.transform(part["subdivisions"], lambda step: F.concat(F.lit("("), step, F.lit(")")))
    return F.concat(part["section"], F.concat_ws("", path))


def _format_book(book: Column) -> Column:
    return F.coalesce(F.concat(F.lit(" "), book), F.lit(""))
