"""Packs as tables that Spark's projections look up: what a pack asks, its terms, what it says.

However many packs there are, they are rows of the same few constants. A *variant* is a pack as some
counties set it; a *code* is a row of the decisions, one for each thing that a pack can say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from clearance.rulebook.assigned import Assigned
from clearance.rulebook.bound import BoundPack
from clearance.rulebook.model import Decision, Otherwise, Rule, Unknown
from clearance.rulebook.spark_operators import flip, truth
from clearance.rulebook.spark_text import array, name, table
from clearance.rulebook.terms import terms_of

OUTCOMES = ("ELIGIBLE", "NOT_ELIGIBLE", "REVIEW")
PLACES = "array<struct<at:int,bit:bigint>>"
MOVES = "array<struct<at:int,bit:bigint,rises:boolean>>"
TERMS = (
    "array<struct<"
    "yes:bigint,no:bigint,asks:bigint,code:bigint,unsure:bigint,says:bigint,others:bigint>>"
)
PACK = "struct<pack:string,version:string,fingerprint:string,kind:string>"
SAYS = "struct<outcome:string,reason:string,rule:string,cite:string>"


@dataclass
class Questions:
    """The distinct facts of all packs: a place for each text in one of two arrays."""

    truths: dict[str, int] = field(default_factory=dict)
    flips: dict[str, int] = field(default_factory=dict)

    def place(self, bound: BoundPack, index: int) -> tuple[bool, int]:
        """Whether time moves a pack's fact, and its place among those that it does or does not."""
        fact = bound.facts[index]
        if fact.timed and not bound.is_off(fact):
            return True, self.flips.setdefault(flip(bound, fact), len(self.flips))
        return False, self.truths.setdefault(truth(bound, fact), len(self.truths))


@dataclass(frozen=True)
class Line:
    """What a pack says in one case.

    Attributes:
        bound: the pack; its options play no part.
        rule: the rule's index; the number of rules for `otherwise`.
        unsure: its `unknown` decides, where that rule would have.
    """

    bound: BoundPack
    rule: int
    unsure: bool

    @property
    def decision(self) -> Decision:
        """Outcome and relief."""
        unknown = self.bound.pack.unknown.then
        return unknown if self.unsure and unknown is not None else self.bound.decisions[self.rule]

    @property
    def words(self) -> dict[str, str | None]:
        """What the row says besides the relief."""
        pack, line = self.bound.pack, self._line
        rule = line.rule if isinstance(line, Rule) else "otherwise"
        if line is pack.unknown:
            rule = "unknown"
        outcome = self.decision.outcome
        return {"outcome": outcome, "reason": line.reason, "rule": rule, "cite": line.cite}

    @property
    def _line(self) -> Rule | Otherwise | Unknown:
        pack = self.bound.pack
        if self.unsure:
            return pack.unknown
        return pack.otherwise if self.rule == pack.last else pack.flow[self.rule]


class Tables:
    """The packs of one evaluation, as constants in Spark's SQL.

    Attributes:
        assigned: the packs with their counties.
        variants: each pack as some counties set it, and the index of its pack.
        lines: the decisions; those that say ELIGIBLE first, then NOT_ELIGIBLE, then REVIEW.
    """

    def __init__(self, assigned: Sequence[Assigned]) -> None:
        self.assigned = assigned
        self.variants: list[tuple[int, BoundPack]] = []
        self._variant_of: dict[tuple[int, str], int] = {}
        for i, item in enumerate(assigned):
            for bound in (item.bound, *item.by_county.values()):
                if (i, bound.fingerprint) not in self._variant_of:
                    self._variant_of[i, bound.fingerprint] = len(self.variants)
                    self.variants.append((i, bound))
        found = [
            Line(item.bound, rule, unsure)
            for item in assigned
            for unsure in ((False,) if item.bound.unknown_passes else (False, True))
            for rule in range(item.bound.pack.last + 1)
        ]
        self.lines = sorted(found, key=lambda line: OUTCOMES.index(line.decision.outcome))
        self._code_of = {
            (line.bound.pack.pack, line.rule, line.unsure): code
            for code, line in enumerate(self.lines)
        }
        questions = Questions()
        self._places = [
            [questions.place(bound, i) for i in range(len(bound.facts))]
            for _, bound in self.variants
        ]
        self.questions = questions

    def truths(self) -> str:
        """Of a unit: the truth of every distinct fact that time does not move."""
        return array(self.questions.truths, of="boolean")

    def flips(self) -> str:
        """Of a unit: the day on which each distinct fact flips that time moves."""
        return array(self.questions.flips, of="date")

    def packs_of_unit(self) -> str:
        """Of a unit: the variants whose business it is."""
        by_scope: dict[str, list[int]] = {}
        for i, item in enumerate(self.assigned):
            scope = " AND ".join(dict.fromkeys(truth(item.bound, f) for f in item.bound.scope))
            by_scope.setdefault(scope, []).append(i)
        none = table([], of="array<int>")
        found = [
            f"IF({scope}, {self._by_county(items)}, {none})" for scope, items in by_scope.items()
        ]
        return f"concat({', '.join(found)})"

    def _by_county(self, packs: list[int]) -> str:
        items = [(i, self.assigned[i]) for i in packs]
        named = {county for _, item in items for county in item.counties_named}
        elsewhere = table(self._variants(items, county=None), of="array<int>")
        if not named:
            return elsewhere
        own = {county: self._variants(items, county=county) for county in sorted(named)}
        listed = table(own, of="map<string,array<int>>")
        return f"coalesce(try_element_at({listed}, {name('county')}), {elsewhere})"

    def _variants(self, items: list[tuple[int, Assigned]], *, county: str | None) -> list[int]:
        bounds = [(i, item.of_county(county)) for i, item in items]
        return [self._variant_of[i, b.fingerprint] for i, b in bounds if b is not None]

    def still(self) -> str:
        """By variant: place and bit of each fact that time does not move."""
        return table(
            [
                [{"at": at, "bit": 1 << i} for i, (moves, at) in enumerate(places) if not moves]
                for places in self._places
            ],
            of=f"array<{PLACES}>",
        )

    def moving(self) -> str:
        """By variant: place and bit of each fact that time moves, and whether it holds after."""
        return table(
            [
                [
                    {"at": at, "bit": 1 << i, "rises": bound.facts[i].rises}
                    for i, (moves, at) in enumerate(places)
                    if moves
                ]
                for places, (_, bound) in zip(self._places, self.variants, strict=True)
            ],
            of=f"array<{MOVES}>",
        )

    def terms(self) -> str:
        """By variant: the terms of its rules in order, the last one of `otherwise`.

        `says` is a bit for the decision, `others` the bits of all other decisions: reading 5 asks
        whether an unknown rule before would decide otherwise.
        """
        by_pack = [self._terms(item.bound) for item in self.assigned]
        return table([by_pack[i] for i, _ in self.variants], of=f"array<{TERMS}>")

    def _terms(self, bound: BoundPack) -> list[dict[str, int]]:
        kinds = list(dict.fromkeys(bound.decisions))
        rows = []
        for rule, decision in enumerate(bound.decisions):
            says = 1 << kinds.index(decision)
            code = self._code_of[bound.pack.pack, rule, False]
            last = rule == bound.pack.last
            for yes, no in ((0, 0),) if last else terms_of(bound, bound.conditions[rule]):
                rows.append(
                    {
                        "yes": yes,
                        "no": no,
                        "asks": yes | no,
                        "code": code,
                        "unsure": self._code_of.get((bound.pack.pack, rule, True), code),
                        "says": says,
                        "others": (1 << len(kinds)) - 1 - says,
                    }
                )
        return rows

    @cached_property
    def eligible(self) -> int:
        """How many codes say ELIGIBLE: those below it do."""
        return sum(line.decision.outcome == "ELIGIBLE" for line in self.lines)

    @cached_property
    def refused(self) -> int:
        """How many codes say ELIGIBLE or NOT_ELIGIBLE."""
        return sum(line.decision.outcome != "REVIEW" for line in self.lines)

    def consulted(self) -> str:
        """By code: the facts asked when the walk ends there."""
        masks = [line.bound.consulted[line.rule] for line in self.lines]
        return table(masks, of="array<bigint>")

    def says(self) -> str:
        """By code: the words of the row."""
        return table([line.words for line in self.lines], of=f"array<{SAYS}>")

    def reliefs(self) -> str:
        """By code: the relief."""
        return table([line.decision.relief for line in self.lines], of="array<string>")

    def packs(self) -> str:
        """By variant: what names the pack."""
        rows: list[dict[str, Any]] = [
            {
                "pack": bound.pack.pack,
                "version": bound.pack.version,
                "fingerprint": bound.fingerprint,
                "kind": bound.pack.kind,
            }
            for _, bound in self.variants
        ]
        return table(rows, of=f"array<{PACK}>")
