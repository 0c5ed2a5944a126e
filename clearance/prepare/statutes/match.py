"""The statute lists of a charge, by code book, section and subdivision path, never by text alone.

A row of a list matches a charge of its code book and section where the charge's path begins with
the row's path. A charge whose path is shorter (a bare `220 PC`) may match as unreadable. Within a
list the closest match decides: the longest path first, then a match of the row's words.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from clearance.prepare.bind_once import bind_once
from clearance.prepare.citation.grammar import display, parse_charge
from clearance.prepare.citation.parts import is_one_of
from clearance.prepare.citation.spelling import Spelling, default_spelling
from clearance.prepare.statutes import lists as statute_lists
from clearance.prepare.statutes.lists import StatuteLists
from clearance.prepare.statutes.row import StatuteRow

ROWS_BY_SECTION = """
    map<string, array<struct<
        list: string, code_book: string, path: string, depth: int, words: string, needs: string,
        attempts: string, conspiracies: string, bare: string, without_book: string,
        valid_from: date, valid_to: date
    >>>
"""
_ROW = re.findall(r"(\w+): ", ROWS_BY_SECTION)
POSSIBLE = ":possible"
MATCH_TYPE = "struct<list:string,needs:string,valid_from:date,valid_to:date>"

# From the surest to the least sure; `not` takes the section off the list.
NEEDS = ("", "felony", "unreadable", "felony_unreadable", "not")


def load_statutes(rules: Path) -> StatuteLists:
    """The statute lists of a rules folder, among them all that prepare requires.

    Raises:
        RulebookInvalid: a list is invalid or missing; the message has every problem.
    """
    return statute_lists.load_statutes(rules, required=statute_lists.REQUIRED_BY_STEPS)


def rows_by_section(lists: StatuteLists) -> Column:
    """The rows of all lists by section, as one constant.

    Args:
        lists: `load_statutes`.
    """
    by_section: dict[str, list[dict[str, object]]] = {}
    for row in lists.rows:
        by_section.setdefault(row.section, []).append(_format_lookup_row(row))
    return F.from_json(F.lit(json.dumps(by_section)), ROWS_BY_SECTION)


def _format_lookup_row(row: StatuteRow) -> dict[str, object]:
    path = row.path or ""
    depth = len(path.split(".")) if path else 0
    words = row.literal and f"(?:^| )(?:{row.literal})(?: |$)"
    manner = (row.attempts, row.conspiracies, row.bare, row.without_book)
    window = (day and day.isoformat() for day in (row.valid_from, row.valid_to))
    values = (row.list, row.code_book, path, depth, words, row.needs or "", *manner, *window)
    return dict(zip(_ROW, values, strict=True))


def classify(
    rows: DataFrame, *, statutes: Column, spelling: Spelling | None = None, text: str = "text"
) -> DataFrame:
    """The rows with the columns `charge` and `matches` of their text; null where it is null.

    Args:
        rows: rows with a charge text; where many have the same text, the distinct texts.
        statutes: `rows_by_section`.
        spelling: how charges are written; the project's own when None.
        text: the name of the column of the text.
    """
    spelling = spelling or default_spelling()
    # Two projections, since the second uses the charge many times.
    has_text = F.col(text).isNotNull()
    charge = F.when(has_text, parse_charge(F.col(text), spelling=spelling))
    matches = F.when(has_text, _matches(F.col("charge"), statutes, spelling))
    return rows.withColumn("charge", charge).withColumn("matches", matches)


def _matches(charge: Column, lists: Column, spelling: Spelling) -> Column:
    listed = F.filter(
        _cited_parts(charge, spelling),
        lambda part: F.map_contains_key(lists, part["section"]),
    )
    hits = F.flatten(F.transform(listed, lambda part: _hits(part, charge, lists)))
    return bind_once(hits, _deciding_hits)


def _cited_parts(charge: Column, spelling: Spelling) -> Column:
    """The charge, and the other parts that its text cites, which are `doubtful`.

    The parts of a conspiracy are not doubtful. The parts beside a section about another person's
    crime do not count.
    """
    names = ("code_book", "section", "subdivisions")
    charge_itself = F.array(F.struct(*[charge[name].alias(name) for name in names]))
    others = F.array_except(charge["parts"], charge_itself)

    def with_doubt(parts: Column, doubtful: Column) -> Column:
        return F.transform(
            parts,
            lambda part: F.struct(
                *[part[name].alias(name) for name in names], doubtful.alias("doubtful")
            ),
        )

    about_another = is_one_of(charge, spelling.about_others)
    others = F.when(about_another, F.slice(others, 1, 0)).otherwise(others)
    parts = F.concat(
        with_doubt(charge_itself, F.lit(False)), with_doubt(others, ~charge["conspiracy"])
    )
    return F.filter(parts, lambda part: part["section"].isNotNull())


def _hits(part: Column, charge: Column, lists: Column) -> Column:
    """The rows of the lists that match a part: what each needs, and how close the match is."""
    path = F.array_join(part["subdivisions"], ".")
    # The other parts are words of the charge, too: 459/460(A) PC is of the first degree.
    all_parts = F.array_join(F.transform(charge["parts"], display), " ")
    words = F.regexp_replace(F.concat_ws(" ", charge["literal"], all_parts), "[^A-Z0-9]+", " ")
    matching = F.filter(
        lists[part["section"]],
        lambda row: _has_path(row, part, path) & _has_manner_and_words(row, charge, words),
    )
    return F.transform(matching, lambda row: _hit(row, part, charge, path))


def _has_path(row: Column, part: Column, path: Column) -> Column:
    """Whether a part is of the row's code book and path, or may be."""
    book = (row["code_book"] == part["code_book"]) | (
        part["code_book"].isNull() & (row["without_book"] != "no")
    )
    shorter_path = (
        (row["bare"] == "possible") & (row["needs"] != "not") & _is_prefix(path, row["path"])
    )
    return F.coalesce(book & (_is_prefix(row["path"], path) | shorter_path), F.lit(False))


def _is_prefix(short: Column, long: Column) -> Column:
    """Whether a path equals the other or is above it; the empty path is above all."""
    point = F.lit(".")
    return (short == "") | F.concat(long, point).startswith(F.concat(short, point))


def _has_manner_and_words(row: Column, charge: Column, words: Column) -> Column:
    """Whether the row includes attempts and conspiracies, if the charge is one, and the words."""
    has_words = row["words"].isNull() | F.coalesce(F.regexp(words, row["words"]), F.lit(False))
    attempt = ~charge["attempt"] | (row["attempts"] != "no") | (row["needs"] == "not")
    conspiracy = ~charge["conspiracy"] | (row["conspiracies"] != "no") | (row["needs"] == "not")
    return has_words & attempt & conspiracy


def _hit(row: Column, part: Column, charge: Column, path: Column) -> Column:
    unsure = (
        part["doubtful"]
        | ~_is_prefix(row["path"], path)
        | (charge["attempt"] & (row["attempts"] == "possible"))
        | (charge["conspiracy"] & (row["conspiracies"] == "possible"))
        | (part["code_book"].isNull() & (row["without_book"] == "possible"))
    )
    only_felony = row["needs"].isin("felony", "felony_unreadable")
    needs = (
        F.when((row["needs"] == "not") | ~unsure, row["needs"])
        .when(only_felony, "felony_unreadable")
        .otherwise("unreadable")
    )
    depth = F.least(row["depth"], F.size(part["subdivisions"]))
    return F.struct(
        row["list"].alias("list"),
        row["valid_from"].alias("valid_from"),
        row["valid_to"].alias("valid_to"),
        F.concat_ws(" ", row["code_book"], part["section"]).alias("place"),
        (depth * 2 + F.when(row["words"].isNull(), 0).otherwise(1)).alias("closeness"),
        needs.alias("needs"),
        F.array_position(F.lit(list(NEEDS)), needs).alias("rank"),
    )


def _deciding_hits(hits: Column) -> Column:
    """The hit that decides for each list and period: the closest, then the surest."""

    def is_less_close(hit: Column) -> Column:
        return F.exists(
            hits,
            lambda other: (
                (other["list"] == hit["list"])
                & (other["place"] == hit["place"])
                & (other["closeness"] > hit["closeness"])
            ),
        )

    def is_less_sure(hit: Column, listed: Column) -> Column:
        return F.exists(
            listed,
            lambda other: (
                (other["list"] == hit["list"])
                & other["valid_from"].eqNullSafe(hit["valid_from"])
                & other["valid_to"].eqNullSafe(hit["valid_to"])
                & (other["rank"] < hit["rank"])
            ),
        )

    def surest_matches(listed: Column) -> Column:
        surest = F.filter(listed, lambda hit: ~is_less_sure(hit, listed))
        return F.array_sort(F.array_distinct(F.transform(surest, _match)))

    closest = F.filter(hits, lambda hit: ~is_less_close(hit))
    listed = F.filter(closest, lambda hit: hit["needs"] != "not")
    return bind_once(listed, surest_matches)


def _match(hit: Column) -> Column:
    names = ("list", "needs", "valid_from", "valid_to")
    return F.struct(*[hit[name].alias(name) for name in names]).cast(MATCH_TYPE)


def resolve_tags(matches: Column, *, level: Column, on: Column) -> Column:
    """The lists of a count, sorted, each once; `LIST:possible` where the record leaves it open.

    Args:
        matches: from `classify`; null is like none.
        level: the count's level, F, M or I; null where unknown.
        on: the day on which the rows must hold; where null, any day.
    """
    matches = F.coalesce(matches, F.array().cast(f"array<{MATCH_TYPE}>"))

    def valid(match: Column) -> Column:
        begun = match["valid_from"].isNull() | (match["valid_from"] <= on)
        lasting = match["valid_to"].isNull() | (match["valid_to"] >= on)
        return on.isNull() | (begun & lasting)

    def sure(match: Column) -> Column:
        felony = (match["needs"] == "felony") & level.eqNullSafe("F")
        return valid(match) & ((match["needs"] == "") | felony)

    def perhaps(match: Column) -> Column:
        felony = (match["needs"] == "felony") & level.isNull()
        unread = (match["needs"] == "felony_unreadable") & (level.isNull() | (level == "F"))
        return valid(match) & ((match["needs"] == "unreadable") | felony | unread)

    definite = F.transform(F.filter(matches, sure), lambda match: match["list"])
    possible = F.transform(F.filter(matches, perhaps), lambda match: match["list"])
    doubtful = F.transform(
        F.array_except(possible, definite), lambda name: F.concat(name, F.lit(POSSIBLE))
    )
    return F.sort_array(F.array_distinct(F.concat(definite, doubtful)))
