"""Which statute lists a charge is on: by code book, section and subdivision path, never by text.

A row of a list matches a charge of its code book and section when the row's path begins the
charge's path. A charge that stops short of the row's path (a bare `220 PC`) matches as unreadable.
The row with the longest path, then one whose words stand in the charge, speaks for its list.
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
    """The statute lists of a rules folder, with all that the steps ask for.

    Raises:
        RulebookInvalid: with every problem at once.
    """
    return statute_lists.load_statutes(rules, asked=statute_lists.ASKED_BY_STEPS)


def rows_by_section(lists: StatuteLists) -> Column:
    """All that the lists say of a section, by section: one constant for every text.

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
    said = (row.list, row.code_book, path, depth, words, row.needs or "", *manner, *window)
    return dict(zip(_ROW, said, strict=True))


def classify(
    rows: DataFrame, *, statutes: Column, spelling: Spelling | None = None, text: str = "text"
) -> DataFrame:
    """The rows with what a charge text says: `charge` and `matches`; null where there is no text.

    Args:
        rows: with a charge text each; where many have the same, the distinct ones.
        statutes: `rows_by_section`.
        spelling: how charges are written; the project's own when None.
        text: the column that has the text.
    """
    known = spelling or default_spelling()
    # Two projections: what the second uses several times is worked out once.
    there = F.col(text).isNotNull()
    charge = F.when(there, parse_charge(F.col(text), spelling=known))
    matches = F.when(there, _matches(F.col("charge"), statutes, known))
    return rows.withColumn("charge", charge).withColumn("matches", matches)


def _matches(charge: Column, lists: Column, known: Spelling) -> Column:
    listed = F.filter(
        _list_cited_charges(charge, known),
        lambda named: F.map_contains_key(lists, named["section"]),
    )
    hits = F.flatten(F.transform(listed, lambda named: _hits(named, charge, lists)))
    return bind_once(hits, _deciding_hits)


def _list_cited_charges(charge: Column, known: Spelling) -> Column:
    """What to look up: the charge, and as doubtful what else its text cites or its comment names.

    Of a conspiracy everything named is the charge. What stands beside a section about another's
    crime is not looked up.
    """
    names = ("code_book", "section", "subdivisions")
    itself = F.array(F.struct(*[charge[name].alias(name) for name in names]))
    others = F.array_except(charge["parts"], itself)

    def as_found(cited: Column, doubtful: Column) -> Column:
        return F.transform(
            cited,
            lambda part: F.struct(
                *[part[name].alias(name) for name in names], doubtful.alias("doubtful")
            ),
        )

    beside = F.when(is_one_of(charge, known.about_others), F.slice(others, 1, 0)).otherwise(others)
    every = F.concat(as_found(itself, F.lit(False)), as_found(beside, ~charge["conspiracy"]))
    return F.filter(every, lambda part: part["section"].isNotNull())


def _hits(named: Column, charge: Column, lists: Column) -> Column:
    """The rows that match one named section: what each needs and how closely it fits."""
    path = F.array_join(named["subdivisions"], ".")
    # Sections beside the charge are words that describe it: 459/460(A) PC is of the first degree.
    beside = F.array_join(F.transform(charge["parts"], display), " ")
    words = F.regexp_replace(F.concat_ws(" ", charge["literal"], beside), "[^A-Z0-9]+", " ")
    matching = F.filter(
        lists[named["section"]],
        lambda row: _same_place(row, named, path) & _same_manner(row, charge, words),
    )
    return F.transform(matching, lambda row: _hit(row, named, charge, path))


def _same_place(row: Column, named: Column, path: Column) -> Column:
    book = (row["code_book"] == named["code_book"]) | (
        named["code_book"].isNull() & (row["without_book"] != "no")
    )
    stops_short = (
        (row["bare"] == "possible") & (row["needs"] != "not") & _is_prefix(path, row["path"])
    )
    return F.coalesce(book & (_is_prefix(row["path"], path) | stops_short), F.lit(False))


def _is_prefix(short: Column, long: Column) -> Column:
    """Whether a path is the other or leads to it; the empty path leads everywhere."""
    point = F.lit(".")
    return (short == "") | F.concat(long, point).startswith(F.concat(short, point))


def _same_manner(row: Column, charge: Column, words: Column) -> Column:
    """Whether the row takes attempts and conspiracies, where the charge is one, and its words."""
    said = row["words"].isNull() | F.coalesce(F.regexp(words, row["words"]), F.lit(False))
    attempt = ~charge["attempt"] | (row["attempts"] != "no") | (row["needs"] == "not")
    conspiracy = ~charge["conspiracy"] | (row["conspiracies"] != "no") | (row["needs"] == "not")
    return said & attempt & conspiracy


def _hit(row: Column, named: Column, charge: Column, path: Column) -> Column:
    unsure = (
        named["doubtful"]
        | ~_is_prefix(row["path"], path)
        | (charge["attempt"] & (row["attempts"] == "possible"))
        | (charge["conspiracy"] & (row["conspiracies"] == "possible"))
        | (named["code_book"].isNull() & (row["without_book"] == "possible"))
    )
    only_felony = row["needs"].isin("felony", "felony_unreadable")
    needs = (
        F.when((row["needs"] == "not") | ~unsure, row["needs"])
        .when(only_felony, "felony_unreadable")
        .otherwise("unreadable")
    )
    depth = F.least(row["depth"], F.size(named["subdivisions"]))
    return F.struct(
        row["list"].alias("list"),
        row["valid_from"].alias("valid_from"),
        row["valid_to"].alias("valid_to"),
        F.concat_ws(" ", row["code_book"], named["section"]).alias("place"),
        (depth * 2 + F.when(row["words"].isNull(), 0).otherwise(1)).alias("closeness"),
        needs.alias("needs"),
        F.array_position(F.lit(list(NEEDS)), needs).alias("rank"),
    )


def _deciding_hits(hits: Column) -> Column:
    """The hits that speak for their lists, one a list and window: the closest, then the surest."""

    def outdone(hit: Column) -> Column:
        return F.exists(
            hits,
            lambda other: (
                (other["list"] == hit["list"])
                & (other["place"] == hit["place"])
                & (other["closeness"] > hit["closeness"])
            ),
        )

    def less_sure(hit: Column, among: Column) -> Column:
        return F.exists(
            among,
            lambda other: (
                (other["list"] == hit["list"])
                & other["valid_from"].eqNullSafe(hit["valid_from"])
                & other["valid_to"].eqNullSafe(hit["valid_to"])
                & (other["rank"] < hit["rank"])
            ),
        )

    closest = F.filter(hits, lambda hit: ~outdone(hit))
    listed = F.filter(closest, lambda hit: hit["needs"] != "not")
    return bind_once(
        listed,
        lambda among: F.array_sort(
            F.array_distinct(
                F.transform(F.filter(among, lambda hit: ~less_sure(hit, among)), _match)
            )
        ),
    )


def _match(hit: Column) -> Column:
    names = ("list", "needs", "valid_from", "valid_to")
    return F.struct(*[hit[name].alias(name) for name in names]).cast(MATCH_TYPE)


def resolve_tags(matches: Column, *, level: Column, on: Column) -> Column:
    """The lists a count is on, sorted, each once; `LIST:possible` where that cannot be read.

    Args:
        matches: from `classify`; null counts as none.
        level: the count's level, F, M or I; null where unknown.
        on: the day on which the rows must hold; where null, on any.
    """
    given = F.coalesce(matches, F.array().cast(f"array<{MATCH_TYPE}>"))

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

    definite = F.transform(F.filter(given, sure), lambda match: match["list"])
    possible = F.transform(F.filter(given, perhaps), lambda match: match["list"])
    doubtful = F.transform(
        F.array_except(possible, definite), lambda name: F.concat(name, F.lit(POSSIBLE))
    )
    return F.sort_array(F.array_distinct(F.concat(definite, doubtful)))
