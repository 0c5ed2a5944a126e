"""Why units are not eligible under a law: the units that fall out, in the order of its rules.

All of it is public already: the totals of counties, and the reasons that counties show. Units of
withheld outcomes and reasons are one step, `NOT_SHOWN`, since the page cannot say where they fall
out; some of them may be eligible.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pyspark.sql import Row

from clearance.publish.figures.small_cells import OUTCOMES
from clearance.report.figures import CLASSES, WORDS, Reason, percent
from clearance.report.sections import Section
from clearance.rulebook.english.reasons import list_reasons

KIND = "law"
ALL = "All convictions or arrests that the law is about, in the counties that show how many"
NOT_SHOWN = "Not shown: withheld, some of them may be eligible"
SHOWN = "In the counties that show how many"


@dataclass(frozen=True)
class Step:
    """A bar of a waterfall.

    Attributes:
        text: the reason's text, or what else the units have in common.
        outcome: the word of the outcome; empty for all units and for units not shown.
        bar: the class of the bar's colour.
        units: the units that fall out; of the first step all, of the last the eligible.
        left: the units after this step.
        offset: percent of all units, left of the bar.
        width: percent of all units, of the bar.
    """

    text: str
    outcome: str
    bar: str
    units: int
    left: int
    offset: float
    width: float


def order_of_reasons(rows: Iterable[Row], *, texts: Mapping[str, str]) -> dict[str, list[str]]:
    """The reason codes of each pack, by id, in the order of the rules that give them.

    Args:
        rows: the rows of `packs` that sweeps of the page used.
        texts: reason texts by code.
    """
    packs = list(rows)
    by_fingerprint = list_reasons(packs, texts=texts)
    return {
        row.pack: list(dict.fromkeys(reason.code for reason in by_fingerprint[row.fingerprint]))
        for row in packs
    }


def build_waterfall(section: Section, order: Sequence[str]) -> tuple[Step, ...]:
    """The steps from all units to the eligible; empty if not of a law or if no step is shown.

    Args:
        section: of the statewide page.
        order: the law's reason codes, see `order_of_reasons`.
    """
    total = section.totals.total
    if section.kind != KIND or not total:
        return ()
    eligible = section.totals.units[OUTCOMES.index("ELIGIBLE")]
    fallen = _fallen((reason for _, of_pack in section.reasons for reason in of_pack), order)
    if not fallen and not eligible:
        return ()
    steps = [Step(ALL, "", "all", total, total, 0.0, 100.0)]
    left = total
    for reason in fallen:
        left -= reason.units
        steps.append(
            Step(
                reason.text,
                WORDS[reason.outcome],
                CLASSES[reason.outcome],
                reason.units,
                left,
                percent(left, total),
                percent(reason.units, total),
            )
        )
    if not_shown := left - eligible:
        shares = percent(eligible, total), percent(not_shown, total)
        steps.append(Step(NOT_SHOWN, "", "not-shown", not_shown, eligible, *shares))
    share = percent(eligible, total)
    return (*steps, Step(SHOWN, WORDS["ELIGIBLE"], "eligible", eligible, eligible, 0.0, share))


def _fallen(reasons: Iterable[Reason], order: Sequence[str]) -> list[Reason]:
    """The shown reasons of units that are not eligible, in the order of the rules."""
    index_of = {code: index for index, code in enumerate(order)}
    shown = [reason for reason in reasons if reason.reason and reason.outcome != "ELIGIBLE"]
    return sorted(
        shown,
        key=lambda reason: (
            index_of.get(reason.reason, len(order)),
            reason.reason,
            reason.outcome,
        ),
    )
