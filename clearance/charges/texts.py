"""Charge texts: the distinct ones are read and classified once, and broadcast back to the counts.

No count gains or loses a row by it: the classification has one row a text.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from clearance.charges.dated_offences import offences_from
from clearance.charges.fields import charge_line
from clearance.charges.grammar import display
from clearance.charges.history import read_texts
from clearance.charges.list_bits import ListBits
from clearance.charges.longest_terms import LongestTerms
from clearance.charges.parts import is_one_of
from clearance.charges.projection import projected
from clearance.charges.quality import flags
from clearance.charges.raw_texts import has_charge_form
from clearance.charges.spelling import own_spelling
from clearance.charges.statute_lists import StatuteLists
from clearance.charges.statutes import classify, rows_by_section
from clearance.charges.tag_table import tag_table, turns
from clearance.charges.term_bounds import TERM_BITS, TermBounds

# What `charges` says of the text, and nothing on the way asks for.
_PASSED_ON = ("subdivisions", "attempt", "conspiracy", "parts", "classified")


def classified_texts(
    source: DataFrame, *, statutes: StatuteLists, longest: LongestTerms
) -> DataFrame:
    """A row is a distinct charge text of the record with all that follows from the text alone.

    That is the charge (code_book, section, subdivisions, attempt, conspiracy, parsed), its parts
    and the whole of it as people write them, the key by which counts of one charge are known, the
    day from which on its offence must be committed for some list, the lists it is on, at every
    level and in every period, as numbers of `list_bits`, and what bounds its terms (`term_bounds`).

    Args:
        source: `source_rows`.
        statutes: the statute lists.
        longest: the longest that the law lets a term be.
    """
    both = F.explode(F.array_distinct(F.array("read_text", "convicted_read_text")))
    texts = read_texts(source).select(both.alias("text")).where("text IS NOT NULL").distinct()
    charge, matches = F.col("charge"), F.col("matches")
    named = charge["code_book"].isNotNull() | (F.size(matches) > 0)
    bits = ListBits(statutes.names)
    return classify(texts, statutes=rows_by_section(statutes)).select(
        "text",
        *[charge[name].alias(name) for name in ("code_book", "section", "subdivisions")],
        *[charge[name].alias(name) for name in ("attempt", "conspiracy", "parsed")],
        F.transform(charge["parts"], display).alias("parts"),
        written(charge).alias("shown"),
        F.when(charge["parsed"], cite_key(charge)).alias("cite_key"),
        (charge["parsed"] & named).alias("classified"),
        names_several(charge).alias("names_several"),
        offences_from(matches).alias("offence_from"),
        turns(matches).alias("turns"),
        F.transform(tag_table(matches), bits.of).alias("tag_table"),
        TermBounds(longest).of_charge(charge).alias(TERM_BITS),
    )


def with_charge(counts: DataFrame, *, texts: DataFrame) -> DataFrame:
    """A row is a count, with what its charge text says.

    What `charges` takes as it is goes on as one value, `as_charged`, which is copied at once. The
    text itself ends here: it may be a whole comment.

    Args:
        counts: `counts.counts`.
        texts: `classified_texts`.
    """
    joined = counts.join(F.broadcast(texts), on="text", how="left")
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
    charges = F.filter(charge["parts"], lambda part: ~is_one_of(part, (own_spelling().attempt,)))
    return ~charge["conspiracy"] & (F.size(charges) > 1)


def written(charge: Column) -> Column:
    """A charge as people write it: `187(A) PC`, `484(A)/490.5 PC`."""
    parts = charge["parts"]
    books = F.array_distinct(F.transform(parts, lambda part: part["code_book"]))
    one_book = F.size(books) == 1
    joined = F.array_join(
        F.transform(parts, lambda part: F.when(one_book, _bare(part)).otherwise(display(part))),
        "/",
    )
    return F.when(one_book, F.concat(joined, _book(F.get(books, 0)))).otherwise(joined)


def _bare(part: Column) -> Column:
    path = F.transform(part["subdivisions"], lambda step: F.concat(F.lit("("), step, F.lit(")")))
    return F.concat(part["section"], F.concat_ws("", path))


def _book(book: Column) -> Column:
    return F.coalesce(F.concat(F.lit(" "), book), F.lit(""))
