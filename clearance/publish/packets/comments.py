"""Prop 64 sections that a row's comment names and its charge text does not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from clearance.errors import RulebookInvalid
from clearance.platform.spark.broadcasts import sent_where_few
from clearance.prepare.citation.grammar import LONGEST
from clearance.prepare.record.fields import present
from clearance.prepare.statutes.lists import load_statutes
from clearance.publish.packets.chunks import SOURCE
from clearance.rulebook.language.yaml_lines import load_yaml


@dataclass(frozen=True)
class CommentRules:
    """What in a comment is worth a look; source: `packets.yaml` and the statute lists.

    Attributes:
        after: the day of the column "Occurred after 11/9/2016".
        sections: section numbers that a comment may name.
        graded: the section whose subdivisions differ in law.
        groups: its first subdivisions, those of one kind together.
        other_books: code books whose sections these are not.
    """

    after: date
    sections: tuple[str, ...]
    graded: str
    groups: tuple[tuple[str, ...], ...]
    other_books: tuple[str, ...]


def load_comment_rules(rules: Path) -> CommentRules:
    """What `packets.yaml` says, with the sections of the list it names.

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
        own = {row.code_book for row in listed}
        if not isinstance(content["after"], date):
            raise TypeError("`after` is no date")
        return CommentRules(
            after=content["after"],
            sections=tuple(sorted({row.section for row in listed})),
            graded=str(content["graded"]["section"]),
            groups=tuple(tuple(group) for group in content["graded"]["groups"]),
            other_books=tuple(book for book in lists.spelling.code_books if book not in own),
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


def may_name_a_section(comment: Column, notable: CommentRules) -> Column:
    """Whether a comment holds one of the numbers: the cheap look, which nearly all fail.

    Args:
        comment: the text or null.
        notable: what to look for.
    """
    if not notable.sections:
        return F.lit(False)
    return comment.rlike("|".join(_escaped(section) for section in notable.sections))


def charges_in_comments(charges: DataFrame, *, notable: CommentRules) -> DataFrame:
    """A row is a count whose charge was read from a comment: subject_id, count_order, read.

    `read` is its section with its subdivisions, as `11357C2`.

    Args:
        charges: `charges`.
        notable: what to look for.
    """
    own = ~F.coalesce(F.col("code_book").isin(*notable.other_books), F.lit(False))
    here = (F.col("charge_source") == "comment") & F.col("section").isin(*notable.sections)
    read = F.concat("section", F.array_join("subdivisions", ""))
    return charges.where(here & own).select("subject_id", "count_order", read.alias("read"))


def comments_with_other_sections(
    keys: DataFrame, *, in_comments: DataFrame, notable: CommentRules, at_most: int
) -> DataFrame:
    """A row is a source row whose comment names another section: its place, and the comment.

    Another than the charge as it was read: where the comment has the charge, a further one.

    Args:
        keys: see `row_keys`.
        in_comments: see `charges_in_comments`.
        notable: what to look for.
        at_most: how many rows have a comment that may name a section.
    """
    candidates = keys.where(F.col("comment_text").isNotNull())
    if not notable.sections:
        return candidates.select(*SOURCE, F.col("comment_text").alias("possible")).limit(0)
    charge = F.coalesce("charge", F.lit(""))
    # A count that was read from a comment has a row with one.
    read = sent_where_few(in_comments, at_most=at_most)
    named = candidates.join(read, on=["subject_id", "count_order"], how="left").select(
        *SOURCE,
        F.col("comment_text").alias("possible"),
        _named(F.col("comment_text"), notable).alias("in_comment"),
        F.array_compact(
            F.array_append(_named(F.substring(charge, 1, LONGEST), notable), F.col("read"))
        ).alias("in_charge"),
    )
    other = F.exists("in_comment", lambda named: _is_other(named, F.col("in_charge"), notable))
    return named.where(other).select(*SOURCE, F.trim("possible").alias("possible"))


def _escaped(section: str) -> str:
    return section.replace(".", r"\.")


def _named(text: Column, notable: CommentRules) -> Column:
    """The sections a text names, as `11357` or `11357C2`: number, then subdivisions.

    A longer number (111357, 11357.5) is another section, and so is one with another code book.
    Old texts write subdivisions without brackets: `11357B2 HS`. Brackets are counted, since an
    open repetition of them overflows the JVM's stack on a long enough comment.
    """
    numbers = "|".join(_escaped(section) for section in notable.sections)
    bracketed = r"(?:\s*\(\s*[A-Z0-9]{1,2}\s*\)){1,20}+"
    bare = r"[A-Z](?:[0-9][A-Z]?)?(?![A-Z0-9])"
    other_book = rf"(?!\s*+(?:{'|'.join(notable.other_books)})(?![A-Z]))"
    number = rf"(?<![0-9])(?<![0-9]\.)(?:{numbers})(?![0-9])(?!\.[0-9])"
    pattern = rf"{number}(?:{bracketed}|{bare})?+{other_book}"
    found = F.regexp_extract_all(F.upper(text), F.lit(pattern), F.lit(0))
    # Each once: every one of the comment is held against every one of the charge.
    return F.array_distinct(
        F.transform(found, lambda mention: F.regexp_replace(mention, r"[\s()]", ""))
    )


def _is_other(named: Column, in_charge: Column, notable: CommentRules) -> Column:
    same = F.filter(in_charge, lambda charged: _section(charged) == _section(named))
    letter = _first_subdivision(named)
    bare_charge = F.forall(same, lambda charged: _first_subdivision(charged) == "")
    group = _group(letter, notable)
    same_group = F.exists(
        same, lambda charged: _group(_first_subdivision(charged), notable) == group
    )
    apart = (letter != "") & (bare_charge | ((group >= 0) & ~same_group))
    return (F.size(same) == 0) | ((_section(named) == notable.graded) & apart)


def _section(named: Column) -> Column:
    return F.regexp_extract(named, r"^[0-9.]+", 0)


def _first_subdivision(named: Column) -> Column:
    return F.regexp_extract(named, r"^[0-9.]+([A-Z])", 1)


def _group(letter: Column, notable: CommentRules) -> Column:
    """Index of the letter's group, -1 for none."""
    index = F.lit(-1)
    for number, letters in enumerate(notable.groups):
        index = F.when(letter.isin(*letters), number).otherwise(index)
    return index
