"""Charge texts: what many counts have in common is read once and sent to all; the rest in place.

Most counts have one of few texts. A comment may be a charge text, too, and nearly every comment is
another: of a whole state they are millions, which no worker can hold. So the texts of a large
record are counted first, and only as many as fit are read ahead, the common ones. No count gains
or loses a row by it.
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

# What `charges` says of the text, and nothing on the way asks for.
_PASSED_ON = ("subdivisions", "attempt", "conspiracy", "parts", "classified")
# Up to so many bytes of source rows their texts fit whatever they are. Of a larger record so many
# texts, of so many characters together, are read ahead.
FEW_BYTES = 32 << 20
MOST_TEXTS = 200_000
MOST_CHARACTERS = 32 << 20


@dataclass(frozen=True)
class ChargeTexts:
    """Charge texts that are read ahead, and how to read others.

    Attributes:
        common: a row is a distinct text with all that follows from it alone.
        every: whether no count has another.
        statutes: the statute lists.
        longest: the longest that the law lets a term be.
        counted: the cached texts with their counts; `release` drops them.
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
        longest: the longest that the law lets a term be.
    """
    both = F.explode(F.array_distinct(F.array("read_text", "convicted_read_text")))
    texts = read_texts(source).select(both.alias("text")).where("text IS NOT NULL")
    if total_file_bytes(source) <= FEW_BYTES:
        common = _classify_texts(texts.distinct(), statutes=statutes, longest=longest)
        return ChargeTexts(common, True, statutes, longest)
    counted = texts.groupBy("text").agg(F.count("*").alias("times")).persist()
    least = _least_times(counted)
    chosen = counted.where(F.col("times") >= least).select("text")
    common = _classify_texts(chosen, statutes=statutes, longest=longest)
    return ChargeTexts(common, least == 1, statutes, longest, counted)


def _least_times(counted: DataFrame) -> int:
    """How often a text must occur to be one of the common ones, of which there are few enough.

    Args:
        counted: text, times.
    """
    # Sums by power of two: some thirty rows, without a text.
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
    """A row is a distinct charge text with all that follows from the text alone.

    That is the charge (code_book, section, subdivisions, attempt, conspiracy, parsed), its parts
    and the whole of it as people write them, the key by which counts of one charge are known, the
    day from which on its offence must be committed for some list, the lists it is on, at every
    level and in every period, as numbers of `list_bits`, and what bounds its terms (`term_bounds`).
    """
    said = _columns_of_text(statutes=statutes, longest=longest)
    return classify(texts, statutes=rows_by_section(statutes)).select(
        "text", *[column.alias(name) for name, column in said.items()]
    )


def _columns_of_text(*, statutes: StatuteLists, longest: LongestTerms) -> dict[str, Column]:
    """What follows from `charge` and `matches`, by name."""
    charge, matches = F.col("charge"), F.col("matches")
    parsed = charge["parsed"] & ~names_no_offence(charge)
    named = charge["code_book"].isNotNull() | (F.size(matches) > 0)
    bits = ListBits(statutes.names)
    return {
        **{name: F.when(parsed, charge[name]) for name in ("code_book", "section", "subdivisions")},
        **{name: charge[name] for name in ("attempt", "conspiracy")},
        "parsed": parsed,
        "parts": F.transform(charge["parts"], display),
        "shown": format_charge(charge),
        "cite_key": F.when(parsed, cite_key(charge)),
        "classified": parsed & named,
        "names_several": names_several(charge),
        "offence_from": offences_from(matches),
        "turns": turns(matches),
        "tag_table": F.transform(tag_table(matches), bits.of),
        TERM_BITS: TermBounds(longest).of_charge(charge),
    }


def _join_text_columns(counts: DataFrame, texts: ChargeTexts) -> DataFrame:
    """The counts with what their texts say; those that are not read ahead are read here."""
    if texts.every:
        return counts.join(F.broadcast(texts.common), on="text", how="left")
    ahead = texts.common.withColumn("ahead", F.lit(True))
    joined = counts.join(F.broadcast(ahead), on="text", how="left")
    rest = joined.withColumn("rest", F.when(F.col("ahead").isNull(), F.col("text")))
    lists = rows_by_section(texts.statutes)
    said = _columns_of_text(statutes=texts.statutes, longest=texts.longest)
    here = F.struct(*[column.alias(name) for name, column in said.items()])
    is_rest = F.col("rest").isNotNull()
    read = classify(rest, statutes=lists, text="rest").withColumn("here", F.when(is_rest, here))
    either = {name: F.when(is_rest, F.col("here")[name]).otherwise(F.col(name)) for name in said}
    return projected(read, either, without=("ahead", "rest", "here", "charge", "matches"))


def with_charge(counts: DataFrame, *, texts: ChargeTexts) -> DataFrame:
    """A row is a count, with what its charge text says.

    What `charges` takes as it is goes on as one value, `as_charged`, which is copied at once. The
    text itself ends here: it may be a whole comment.

    Args:
        counts: `counts.counts`.
        texts: `charge_texts`.
    """
    joined = _join_text_columns(counts, texts)
    no, no_words = F.lit(False), F.array().cast("array<string>")
    absent = dict.fromkeys(_PASSED_ON, no) | {"subdivisions": no_words, "parts": no_words}
    in_comment, has_text = F.col("source") == "comment", F.col("text").isNotNull()
    parsed, line = F.coalesce("parsed", no), charge_line(F.col("text"))
    as_charged = F.struct(
        "county",
        # A comment is personal, even where it is the charge; what names no section may be, too.
        F.when(~in_comment & (parsed | has_charge_form(line)), line).alias("charge_text"),
        F.col("source").alias("charge_source"),
        *[F.coalesce(name, none).alias(name) for name, none in absent.items()],
    )
    found = flags(
        SEVERAL_CHARGES=in_comment & F.col("names_several"),
        UNPARSED_CHARGE=~parsed & (has_text | F.col("convicted")),
    )
    # A comment that cannot be read names no charge.
    key = F.coalesce("cite_key", F.when(~in_comment, F.upper("text")))
    worked_out = {
        "as_charged": as_charged,
        "has_text": has_text,
        "parsed": parsed,
        "charge_key": key,
        "flags": F.col("flags").bitwiseOR(found),
    }
    used_up = ("text", "source", "county", "cite_key", "names_several", *_PASSED_ON)
    return projected(joined, worked_out, without=used_up)


def names_no_offence(charge: Column) -> Column:
    """Whether a text says only that one was attempted, or helped with: `664 PC` may be of any."""
    known = default_spelling()
    return is_one_of(charge, (known.attempt, *([known.principal] if known.principal else ())))


def cite_key(charge: Column) -> Column:
    """What two counts of the same charge have in common, in one text."""
    return F.concat_ws(
        "|",
        F.coalesce(charge["code_book"], F.lit("?")),
        charge["section"],
        F.concat_ws(".", charge["subdivisions"]),
        charge["attempt"].cast("string"),
        charge["conspiracy"].cast("string"),
    )


def names_several(charge: Column) -> Column:
    """Whether a text names more than one charge; a mark of attempt and a target are none."""
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
