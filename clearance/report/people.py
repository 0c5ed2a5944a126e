"""The people of the state whose records relief would change.

Only convictions of counties that show their ELIGIBLE units are counted, so that no withheld figure
is in the numbers. The people left with nothing and the other people add up to the people with
relief: both numbers must be zero or at least eleven.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F

from clearance.platform.spark.literal_table import literal_table
from clearance.publish.figures.counted import Figures
from clearance.publish.figures.impact import count_impact_of_packs
from clearance.publish.figures.small_cells import SMALLEST, Line, Number, publishable_parts
from clearance.publish.figures.summary import IMPACT
from clearance.report.deciders import Deciders
from clearance.rulebook.english.office_words import PackWords

KINDS = ("policy", "law", "scenario")
POLICIES = "All county policies"
_LEFT = dict(
    zip(
        IMPACT[1:],
        (
            "have a felony on their record today, in any county, and would have none left",
            "would have no conviction left, in any county",
            "have a conviction of the last seven years today, and would have none of them left",
        ),
        strict=True,
    )
)


@dataclass(frozen=True)
class Changed:
    """The people whose records a pack, or all county policies, would change.

    Attributes:
        kind: of the pack.
        section: the name of the section of the page.
        title: of the pack.
        people: people with some relief.
        left: shown numbers of them, by what they have none left of, as the end of a sentence.
        group: the pack's id, or `POLICIES`.
    """

    kind: str
    section: str
    title: str
    people: int
    left: Mapping[str, int]
    group: str = ""


def query_people(
    determinations: DataFrame,
    *,
    charges: DataFrame,
    figures: Figures,
    behind: Deciders,
) -> DataFrame | None:
    """One row per pack, or for all policies, with the counts of `IMPACT`; None if no pack is shown.

    Args:
        determinations: of every pack.
        charges: `charges`.
        figures: counts of the determinations.
        behind: the sweeps that decided the packs.
    """
    packs = packs_of_convictions(figures)
    shown = [line for line in figures.public.lines_that_show("ELIGIBLE") if line[1] in packs]
    if not shown:
        return None
    return count_impact_of_packs(
        determinations_of_lines(determinations, shown).withColumn("group", group_of_pack()),
        charges=charges,
        days={pack: behind.day_of(pack) for _, pack in shown},
        by=("kind", "group"),
        kinds=KINDS,
    )


def packs_of_convictions(figures: Figures) -> set[str]:
    """The laws, policies and scenarios that are about convictions."""
    return {row.pack for row in figures.of_kind(*KINDS) if row.unit == "conviction"}


def group_of_pack() -> Column:
    """The pack of a determination, or `POLICIES`."""
    return F.when(F.col("kind") == "policy", POLICIES).otherwise(F.col("pack"))


def determinations_of_lines(determinations: DataFrame, lines: Iterable[Line]) -> DataFrame:
    """The determinations of some counties and packs.

    Args:
        determinations: of every pack.
        lines: county and pack of each.
    """
    wanted = literal_table(
        determinations.sparkSession, lines, {"county": "string", "pack": "string"}
    )
    return determinations.join(F.broadcast(wanted), on=["county", "pack"], how="left_semi")


def build_changed(rows: Iterable[Row], *, packs: Mapping[str, PackWords]) -> list[Changed]:
    """Builds the people of each pack, laws first; packs of few people are left out.

    Args:
        rows: of `query_people`.
        packs: by id.
    """
    counts: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: dict.fromkeys(IMPACT, 0))
    for row in rows:
        for name in IMPACT:
            counts[row.kind, row.group][name] += row[name]
    order = ("law", "policy", "scenario")
    changed = []
    for kind, group in sorted(counts, key=lambda key: (order.index(key[0]), key[1])):
        people = counts[kind, group]
        some = people[IMPACT[0]]
        if some < SMALLEST:
            continue
        title = packs[group].title if group in packs else group
        section = kind if group == POLICIES else group
        changed.append(Changed(kind, section, title, some, dict(_shown(people, some)), group))
    return changed


def _shown(people: Mapping[str, int], some: int) -> Iterator[tuple[str, int]]:
    for name, words in _LEFT.items():
        left = publishable_left(some, people[name])
        if left:
            yield words, left


def publishable_left(some: int, left: int) -> int | None:
    """The number of people with none left; None if withheld.

    Args:
        some: people with some relief.
        left: the people of `some` with none left.
    """
    line = {name: Number(n, n) for name, n in (("left", left), ("not", some - left)) if n}
    shown = publishable_parts(line, order=str)
    return left if len(shown) == len(line) else None
