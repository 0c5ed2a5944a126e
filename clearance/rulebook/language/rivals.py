"""Rivals: for a unit with an unreadable county, the packs of the counties that it may belong to.

A rival is evaluated beside the pack that decides. Its scope becomes its first rule: a unit outside
the scope gets no relief from it, as if the rival refused it.
"""

from __future__ import annotations

from dataclasses import replace

from clearance.rulebook.language.model import All, Decision, Not, Rule
from clearance.rulebook.language.resolved import ResolvedPack

# The reason code and the rule of a unit that a rival would decide otherwise.
REASON = "COUNTY_UNREAD"
RULE = "county_unread"
_LEFT_OUT = "left_out"


def as_rival(resolved: ResolvedPack, number: int) -> ResolvedPack:
    """The pack with its scope as its first rule, under an id of its own.

    Args:
        resolved: the pack of a county.
        number: the number in the rival's id, different for each rival.
    """
    scope = tuple(replace(fact, name=f"{_LEFT_OUT}_{at}") for at, fact in enumerate(resolved.scope))
    inside = All(all=tuple(fact.name for fact in scope))
    left_out = Rule(
        rule=_LEFT_OUT,
        when=Not(**{"not": inside}),
        then=Decision(outcome="NOT_ELIGIBLE"),
        reason=REASON,
        cite=resolved.pack.authority.cite,
    )
    pack = resolved.pack.model_copy(
        update={"pack": f"rival_{number}", "flow": (left_out, *resolved.pack.flow)}
    )
    return ResolvedPack(
        pack=pack,
        facts=(*resolved.facts, *scope),
        scope=(),
        values=resolved.values,
        inputs_fingerprint=resolved.inputs_fingerprint,
        options=resolved.options,
    )
