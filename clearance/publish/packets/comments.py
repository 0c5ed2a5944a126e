"""Comments that name a Prop 64 section which the row's charge text does not name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from clearance.errors import RulebookInvalid
from clearance.platform.spark.broadcasts import broadcast_if_few
from clearance.prepare.citation.grammar import LONGEST
from clearance.prepare.record.fields import present
from clearance.prepare.statutes.lists import load_statutes
from clearance.publish.packets.chunks import SOURCE
from clearance.rulebook.language.yaml_lines import load_yaml


@dataclass(frozen=True)
class CommentRules:
    """The sections to find in comments; source: `packets.yaml` and the statute lists.

    Attributes:
        after: the day of the column "Occurred after 11/9/2016".
        sections: the section numbers to find.
        graded: the section whose subdivisions differ in law.
        groups: the first subdivisions of `graded`, equivalent subdivisions together.
        other_books: the code books that do not contain `sections`.
    """

    after: date
    sections: tuple[str, ...]
    graded: str
    groups: tuple[tuple[str, ...], ...]
    other_books: tuple[str, ...]


def load_comment_rules(rules: Path) -> CommentRules:
    """Loads `packets.yaml`, with the sections of the statute list that it names.

    Args:
        rules: the rulebook's folder.

    Raises:
        RulebookInvalid: the file is absent or lacks an entry.
    """
    path = rules / "packets.yaml"
    try:
        content: dict[str, Any] = load_yaml(path).data
        lists = load_statutes(rules)
        listed = [r for r in lists.rows if r.list == content["list"] and r.needs != "not"]
        books = {row.code_book for row in listed}
        if not isinstance(content["after"], date):
            raise TypeError("`after` is no date")
        return CommentRules(
            after=content["after"],
            sections=tuple(sorted({row.section for row in listed})),
            graded=str(content["graded"]["section"]),
            groups=tuple(tuple(group) for group in content["graded"]["groups"]),
            other_books=tuple(book for book in lists.spelling.code_books if book not in books),
        )
    except (KeyError, TypeError) as error:
        raise RulebookInvalid(
            f"{path.name} cannot be used ({type(error).__name__}).",
            "It needs `list`, `after` and `graded` with `section` and `groups`.",
        ) from error


def charge_text_of_row() -> Column:
    """The charge text of a `source_rows` row: convicted, else disposed, else arrest charge."""
    texts = ("conv_offense_descr", "disp_offense_descr", "offense_descr")
    return F.coalesce(*(present(F.col(name)) for name in texts))


def may_name_a_section(comment: Column, comment_rules: CommentRules) -> Column:
    """Whether a comment contains a section number: a cheap test that few comments pass.

    Args:
        comment: the text or null.
        comment_rules: the sections to find.
    """
    if not comment_rules.sections:
        return F.lit(False)
    return comment.rlike("|".join(_escaped(section) for section in comment_rules.sections))


def charges_in_comments(charges: DataFrame, *, comment_rules: CommentRules) -> DataFrame:
    """One row per count whose charge was read from a comment: subject_id, count_order, read.

    `read` is the section with its subdivisions, such as `11357C2`.

    Args:
        charges: `charges`.
        comment_rules: the sections to find.
    """
    in_book = ~F.coalesce(F.col("code_book").isin(*comment_rules.other_books), F.lit(False))
    from_comment = F.col("charge_source") == "comment"
    listed = F.col("section").isin(*comment_rules.sections)
    section = F.concat("section", F.array_join("subdivisions", ""))
    return charges.where(from_comment & listed & in_book).select(
        "subject_id", "count_order", section.alias("read")
    )


def comments_with_other_sections(
    keys: DataFrame, *, in_comments: DataFrame, comment_rules: CommentRules, at_most: int
) -> DataFrame:
    """One row per source row whose comment names a section other than the charge's.

    The columns are `SOURCE` and `possible`, the comment. If the charge was read from the comment,
    the comment must name a further section.

    Args:
        keys: see `row_keys`.
        in_comments: see `charges_in_comments`.
        comment_rules: the sections to find.
        at_most: how many rows have a comment that may name a section.
    """
    candidates = keys.where(F.col("comment_text").isNotNull())
    if not comment_rules.sections:
        return candidates.select(*SOURCE, F.col("comment_text").alias("possible")).limit(0)
    charge = F.coalesce("charge", F.lit(""))
    # Every count in `in_comments` has a row with a comment, so `at_most` bounds them too.
    charged = broadcast_if_few(in_comments, at_most=at_most)
    named = candidates.join(charged, on=["subject_id", "count_order"], how="left").select(
        *SOURCE,
        F.col("comment_text").alias("possible"),
        _named(F.col("comment_text"), comment_rules).alias("in_comment"),
        F.array_compact(
            F.array_append(_named(F.substring(charge, 1, LONGEST), comment_rules), F.col("read"))
        ).alias("in_charge"),
    )
    other = F.exists(
        "in_comment", lambda named: _is_other(named, F.col("in_charge"), comment_rules)
    )
    return named.where(other).select(*SOURCE, F.trim("possible").alias("possible"))


def _escaped(section: str) -> str:
    return section.replace(".", r"\.")


def _named(text: Column, comment_rules: CommentRules) -> Column:
    """The sections that a text names, each once: `11357` or `11357C2`, number then subdivisions.

    A longer number (111357, 11357.5) and a number with another code book are other sections. Old
    texts write subdivisions without brackets: `11357B2 HS`. The number of brackets is bounded,
    because an unbounded repetition overflows the JVM's stack on a long comment.
    """
    numbers = "|".join(_escaped(section) for section in comment_rules.sections)
    bracketed = r"(?:\s*\(\s*[A-Z0-9]{1,2}\s*\)){1,20}+"
    bare = r"[A-Z](?:[0-9][A-Z]?)?(?![A-Z0-9])"
    other_book = rf"(?!\s*+(?:{'|'.join(comment_rules.other_books)})(?![A-Z]))"
    number = rf"(?<![0-9])(?<![0-9]\.)(?:{numbers})(?![0-9])(?!\.[0-9])"
    pattern = rf"{number}(?:{bracketed}|{bare})?+{other_book}"
    mentions = F.regexp_extract_all(F.upper(text), F.lit(pattern), F.lit(0))
    # Distinct, because `_is_other` compares every mention with every charge.
    return F.array_distinct(
        F.transform(mentions, lambda mention: F.regexp_replace(mention, r"[\s()]", ""))
    )


def _is_other(named: Column, in_charge: Column, comment_rules: CommentRules) -> Column:
    """Whether a named section is none of the charge's, or another subdivision of the graded one."""
    of_section = F.filter(in_charge, lambda charged: _section(charged) == _section(named))
    letter = _first_subdivision(named)
    bare_charge = F.forall(of_section, lambda charged: _first_subdivision(charged) == "")
    group = _group(letter, comment_rules)
    same_group = F.exists(
        of_section, lambda charged: _group(_first_subdivision(charged), comment_rules) == group
    )
    other_subdivision = (letter != "") & (bare_charge | ((group >= 0) & ~same_group))
    is_graded = _section(named) == comment_rules.graded
    return (F.size(of_section) == 0) | (is_graded & other_subdivision)


def _section(named: Column) -> Column:
    return F.regexp_extract(named, r"^[0-9.]+", 0)


def _first_subdivision(named: Column) -> Column:
    return F.regexp_extract(named, r"^[0-9.]+([A-Z])", 1)


def _group(letter: Column, comment_rules: CommentRules) -> Column:
    """The index of the letter's group; -1 for a letter without a group."""
    index = F.lit(-1)
    for number, letters in enumerate(comment_rules.groups):
        index = F.when(letter.isin(*letters), number).otherwise(index)
    return index
