"""The sentences at the top of the page: statewide laws and county policies in a few figures.

What the law itself has done is in the sentence on what is blocked only: nobody grants it.

All of them are figures of the sections, of the people and of the months of the same page. Nothing
is summed over laws, since a conviction may be eligible under several.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from clearance.report.figures import Reason, Sum, Totals
from clearance.report.months import Coming
from clearance.report.people import Changed
from clearance.report.sections import Section

KINDS = ("law", "policy")
EFFECT = "effect"


@dataclass(frozen=True)
class LawInShort:
    """The figures of a law, or of all county policies, in the sentences.

    Attributes:
        section: the name of the section.
        title: of the section.
        units: the name of the units.
        totals: of the section.
        people: people with some relief; None if it is not shown, or not counted.
        coming: the months in which units become eligible; None if no county shows how many wait.
        blocking: the most frequent of the shown reasons for review; None if none is shown.
    """

    section: str
    title: str
    units: str
    totals: Totals
    people: int | None
    coming: Coming | None
    blocking: Reason | None

    @property
    def eligible(self) -> Sum:
        """The eligible units."""
        return self.totals.of("ELIGIBLE")

    @property
    def waiting(self) -> Sum:
        """The units that wait."""
        return self.totals.of("NOT_YET")

    @property
    def review(self) -> Sum:
        """The units for review."""
        return self.totals.of("REVIEW")


def build_in_short(
    sections: Iterable[Section],
    *,
    changed: Sequence[Changed],
    coming: Sequence[Coming],
    kinds: Collection[str] = KINDS,
) -> list[LawInShort]:
    """Builds the figures of each law and of all county policies that show a total.

    Args:
        sections: of the page.
        changed: people of the page.
        coming: months of the page.
        kinds: of the sections to choose.
    """
    people = {of_pack.section: of_pack.people for of_pack in changed}
    months = {law.pack: law for law in coming}
    return [
        LawInShort(
            section=section.name,
            title=section.title,
            units=section.units,
            totals=section.totals,
            people=people.get(section.name),
            coming=months.get(section.name),
            blocking=_most_frequent_review(section),
        )
        for section in sections
        if section.kind in kinds and section.totals.total
    ]


def build_blocked_effects(sections: Iterable[Section]) -> list[LawInShort]:
    """Builds the figures of each effect of which some county shows units for review.

    Args:
        sections: of the page.
    """
    effects = build_in_short(sections, changed=(), coming=(), kinds=(EFFECT,))
    return [effect for effect in effects if effect.review.units]


def _most_frequent_review(section: Section) -> Reason | None:
    reviews = [
        reason
        for _, reasons in section.reasons
        for reason in reasons
        if reason.reason and reason.outcome == "REVIEW"
    ]
    return max(reviews, key=lambda reason: reason.units, default=None)
