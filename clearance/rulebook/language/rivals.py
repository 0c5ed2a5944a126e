"""A unit whose county cannot be read: the packs of other counties, which may be its own.

A rival is walked beside the pack that decides. Its scope is its first rule: what it leaves out it
gives no relief, as if it refused it.
"""

from __future__ import annotations

from dataclasses import replace

from clearance.rulebook.language.model import All, Decision, Not, Rule
from clearance.rulebook.language.resolved import ResolvedPack

# What a person is told where a rival would decide otherwise.
REASON = "COUNTY_UNREAD"
RULE = "county_unread"
_LEFT_OUT = "left_out"


def as_rival(bound: ResolvedPack, number: int) -> ResolvedPack:
    """The pack with its scope as its first rule, under a name of its own.

    Args:
        bound: what a county decides by.
        number: tells it from other rivals.
    """
    scope = tuple(replace(fact, name=f"{_LEFT_OUT}_{at}") for at, fact in enumerate(bound.scope))
    inside = All(all=tuple(fact.name for fact in scope))
    left_out = Rule(
        rule=_LEFT_OUT,
        when=Not(**{"not": inside}),
        then=Decision(outcome="NOT_ELIGIBLE"),
        reason=REASON,
        cite=bound.pack.authority.cite,
    )
    pack = bound.pack.model_copy(
        update={"pack": f"rival_{number}", "flow": (left_out, *bound.pack.flow)}
    )
    return ResolvedPack(
        pack=pack,
        facts=(*bound.facts, *scope),
        scope=(),
        values=bound.values,
        reads=bound.reads,
        options=bound.options,
    )
