"""Packs as constant tables for Spark's projections: their facts, terms and decisions.

All packs are rows of the same few constants. A *variant* is a pack with the options of some
counties; a *code* is the index of a decision, of which each pack has one per rule and certainty.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from clearance.rulebook.language.assigned import Assigned
from clearance.rulebook.language.model import Decision, Otherwise, Rule, Unknown
from clearance.rulebook.language.resolved import ResolvedPack
from clearance.rulebook.language.rivals import REASON, RULE, as_rival
from clearance.rulebook.language.terms import terms_of
from clearance.rulebook.spark.operators import bound_condition, flip, holds, known, truth
from clearance.rulebook.spark.text import array, constant_table, quoted_name

OUTCOMES = ("ELIGIBLE", "NOT_ELIGIBLE", "REVIEW")
RUNS = "array<struct<by:int,back:int,mask:bigint>>"
MOVING = "array<struct<at:int,bit:bigint,open:bigint>>"
TERMS = (
    "array<struct<"
    "yes:bigint,no:bigint,asks:bigint,code:bigint,unsure:bigint,says:bigint,others:bigint>>"
)
PACK = "struct<pack:string,version:string,fingerprint:string,kind:string,first_day:date>"
# The number of facts in a word of a unit: the sign bit is not used.
WORD = 63
SAYS = "struct<outcome:string,reason:string,rule:string,cite:string>"


@dataclass
class Questions:
    """The distinct facts of all packs, as words of bits, and the distinct days of their flips.

    Attributes:
        as_of: the as-of date, or the column with the as-of date.
        truths: the bit of each fact, by the texts for its truth and for whether it is known.
        flips: the index of each flip day, by its text and the text for whether it is a bound,
            which is empty if it never is.
    """

    as_of: date | str
    truths: dict[tuple[str, str], int] = field(default_factory=dict)
    flips: dict[tuple[str, str], int] = field(default_factory=dict)

    def places(self, resolved: ResolvedPack) -> list[int]:
        """The bit of each fact of a pack; new facts are added."""
        questions = [
            (holds(resolved, fact, as_of=self.as_of), known(resolved, fact, as_of=self.as_of))
            for fact in resolved.facts
        ]
        return [self.truths.setdefault(texts, len(self.truths)) for texts in questions]

    def moving(self, resolved: ResolvedPack) -> list[dict[str, int]]:
        """For each timed fact of a pack: the index of its flip day (`at`) and its bit in the pack.

        `open` is the bit again if the fact holds after its flip, else 0. It is used instead of
        `bit` when the day is a bound, before which the fact is unknown.
        """
        rows = []
        for i in resolved.timed:
            fact = resolved.facts[i]
            if resolved.is_off(fact):
                continue
            day = (flip(resolved, fact), bound_condition(fact.subject, fact))
            at = self.flips.setdefault(day, len(self.flips))
            rows.append({"at": at, "bit": 1 << i, "open": (1 << i) * fact.rises})
        return rows

    @property
    def words(self) -> range:
        """The indexes of the words."""
        return range(max(1, -(-len(self.truths) // WORD)))

    def known_words(self) -> list[str]:
        """The words of a unit's known facts; facts of the same columns share a condition."""
        words = []
        for number in self.words:
            questions = list(self.truths)[number * WORD :][:WORD]
            words.append(_bits_of_word(_masks(text for _, text in questions)))
        return words

    def true_words(self) -> list[str]:
        """The words of the facts that hold for a unit."""
        facts = list(self.truths)
        return [
            _bits_of_word(_masks(text for text, _ in facts[number * WORD :][:WORD]))
            for number in self.words
        ]


def _masks(texts: Iterable[str]) -> dict[str, int]:
    """The mask of bits of each text."""
    masks: dict[str, int] = {}
    for place, text in enumerate(texts):
        masks[text] = masks.get(text, 0) | 1 << place
    return masks


def _bits_of_word(masks: dict[str, int]) -> str:
    """The sum of the bits of every condition that holds."""
    return " | ".join(["0L", *(f"IF({text}, {mask}L, 0L)" for text, mask in masks.items())])


@dataclass(frozen=True)
class PackDecision:
    """One decision of a pack.

    Attributes:
        resolved: the pack; its options do not matter here.
        rule: the rule's index; the number of rules for `otherwise`.
        unsure: whether `unknown` decides in place of the rule.
    """

    resolved: ResolvedPack
    rule: int
    unsure: bool

    @property
    def decision(self) -> Decision:
        """Outcome and relief."""
        unknown = self.resolved.pack.unknown.then
        return (
            unknown if self.unsure and unknown is not None else self.resolved.decisions[self.rule]
        )

    @property
    def consulted(self) -> int:
        """The mask of the facts consulted when the rule decides."""
        return self.resolved.consulted[self.rule]

    @property
    def words(self) -> dict[str, str | None]:
        """Outcome, reason, rule and cite of the row."""
        pack, line = self.resolved.pack, self._line
        rule = line.rule if isinstance(line, Rule) else "otherwise"
        if line is pack.unknown:
            rule = "unknown"
        outcome = self.decision.outcome
        return {"outcome": outcome, "reason": line.reason, "rule": rule, "cite": line.cite}

    @property
    def _line(self) -> Rule | Otherwise | Unknown:
        pack = self.resolved.pack
        if self.unsure:
            return pack.unknown
        return pack.otherwise if self.rule == pack.last else pack.flow[self.rule]


@dataclass(frozen=True)
class UnreadCounty:
    """The decision for a unit with an unreadable county which a rival would decide otherwise.

    Attributes:
        resolved: the pack.
        consulted: 0, for no fact of the pack.
    """

    resolved: ResolvedPack
    consulted: int = 0

    @property
    def decision(self) -> Decision:
        """Outcome and relief."""
        return Decision(outcome="REVIEW")

    @property
    def words(self) -> dict[str, str | None]:
        """Outcome, reason, rule and cite of the row."""
        cite = self.resolved.pack.authority.cite
        return {"outcome": self.decision.outcome, "reason": REASON, "rule": RULE, "cite": cite}


class Tables:
    """The packs of one evaluation, as constants in Spark SQL.

    Attributes:
        assigned: the packs with their counties.
        variants: the index of its pack and the resolved pack of each variant: first the packs with
            the options of some counties, then the rivals, then, for unreadable counties, each pack
            with rivals.
        decisions: the decisions in order of their codes: ELIGIBLE, then NOT_ELIGIBLE, then REVIEW.
    """

    def __init__(self, assigned: Sequence[Assigned], *, as_of: date | str) -> None:
        self.assigned = assigned
        rivals = {rival.fingerprint: rival for item in assigned for rival in item.rivals}
        walked = [as_rival(rival, at) for at, rival in enumerate(rivals.values())]
        self._packs = [*(item.resolved for item in assigned), *walked]
        self.variants: list[tuple[int, ResolvedPack]] = []
        self._variant_of: dict[tuple[int, str], int] = {}
        for i, item in enumerate(assigned):
            for resolved in (item.resolved, *item.by_county.values()):
                if (i, resolved.fingerprint) not in self._variant_of:
                    self._variant_of[i, resolved.fingerprint] = len(self.variants)
                    self.variants.append((i, resolved))
        at = dict(zip(rivals, range(len(self.variants), 2**31), strict=False))
        self.variants += [(len(assigned) + i, rival) for i, rival in enumerate(walked)]
        self._unread = {
            i: len(self.variants) + place
            for place, i in enumerate(i for i, item in enumerate(assigned) if item.rivals)
        }
        self.variants += [(i, assigned[i].resolved) for i in self._unread]
        self._rivals_of = {
            variant: [at[rival.fingerprint] for rival in assigned[i].rivals]
            for i, variant in self._unread.items()
        }
        decisions: list[PackDecision | UnreadCounty] = [
            PackDecision(resolved, rule, unsure)
            for resolved in self._packs
            for unsure in ((False,) if resolved.unknown_passes else (False, True))
            for rule in range(resolved.pack.last + 1)
        ]
        decisions += [UnreadCounty(assigned[i].resolved) for i in self._unread]
        self.decisions = sorted(decisions, key=lambda entry: OUTCOMES.index(entry.decision.outcome))
        self._code_of = {
            (entry.resolved.pack.pack, entry.rule, entry.unsure): code
            for code, entry in enumerate(self.decisions)
            if isinstance(entry, PackDecision)
        }
        self.questions = Questions(as_of)
        self._places = [self.questions.places(resolved) for _, resolved in self.variants]
        self._moving = [self.questions.moving(resolved) for _, resolved in self.variants]

    def flips(self) -> str:
        """Per unit: the flip day of each distinct timed fact."""
        return array((day for day, _ in self.questions.flips), of="date")

    @property
    def has_bounds(self) -> bool:
        """Whether any flip day may be a bound."""
        return any(mark for _, mark in self.questions.flips)

    def bounds(self) -> str:
        """Per unit: whether each flip day is a bound."""
        return array((mark or "false" for _, mark in self.questions.flips), of="boolean")

    def packs_of_unit(self) -> str:
        """Per unit: the variants whose scope and counties it is in."""
        by_scope: dict[str, list[int]] = {}
        for i, item in enumerate(self.assigned):
            scope = " AND ".join(
                dict.fromkeys(truth(item.resolved, f) for f in item.resolved.scope)
            )
            by_scope.setdefault(scope, []).append(i)
        none = constant_table([], of="array<int>")
        variants = [
            f"IF({scope}, {self._by_county(items)}, {none})" for scope, items in by_scope.items()
        ]
        return f"concat({', '.join(variants)})"

    def _by_county(self, packs: list[int]) -> str:
        items = [(i, self.assigned[i]) for i in packs]
        named = {county for _, item in items for county in item.counties_named}
        elsewhere = constant_table(self._variants(items, county=None), of="array<int>")
        if not named:
            return elsewhere
        by_county = {county: self._variants(items, county=county) for county in sorted(named)}
        listed = constant_table(by_county, of="map<string,array<int>>")
        return f"coalesce(try_element_at({listed}, {quoted_name('county')}), {elsewhere})"

    def _variants(self, items: list[tuple[int, Assigned]], *, county: str | None) -> list[int]:
        """The variants that decide in a county; None for every county that is not named."""
        if county is None and any(i in self._unread for i, _ in items):
            decided = self._variants(
                [(i, item) for i, item in items if not item.rivals], county=None
            )
            return sorted([*decided, *(self._unread[i] for i, _ in items if i in self._unread)])
        bounds = [(i, item.of_county(county)) for i, item in items]
        return [self._variant_of[i, b.fingerprint] for i, b in bounds if b is not None]

    def runs(self, word: int) -> str:
        """Per variant: the runs of bits that it takes from a word of the unit.

        A run of neighbouring bits is rotated to the left by the same number of places.
        """
        return constant_table([_runs(places, word) for places in self._places], of=f"array<{RUNS}>")

    def moving(self) -> str:
        """Per variant: its timed facts, the indexes of their days and their bits."""
        return constant_table(self._moving, of=f"array<{MOVING}>")

    def still(self) -> str:
        """Per variant: the mask of the facts that are not timed."""
        masks = []
        for moving, (_, resolved) in zip(self._moving, self.variants, strict=True):
            masks.append((1 << len(resolved.facts)) - 1 - sum(move["bit"] for move in moving))
        return constant_table(masks, of="array<bigint>")

    def terms(self) -> str:
        """Per variant: the terms of its rules in order, last the one of `otherwise`.

        `says` is a bit for the decision, `others` the bits of all other decisions. By reading 5
        they show whether an earlier, unknown rule would decide otherwise.
        """
        by_pack = [self._terms(resolved) for resolved in self._packs]
        return constant_table([by_pack[i] for i, _ in self.variants], of=f"array<{TERMS}>")

    def _terms(self, resolved: ResolvedPack) -> list[dict[str, int]]:
        decisions = list(dict.fromkeys(resolved.decisions))
        rows = []
        for rule, decision in enumerate(resolved.decisions):
            bit = 1 << decisions.index(decision)
            code = self._code_of[resolved.pack.pack, rule, False]
            last = rule == resolved.pack.last
            for yes, no in ((0, 0),) if last else terms_of(resolved, resolved.conditions[rule]):
                rows.append(
                    {
                        "yes": yes,
                        "no": no,
                        "asks": yes | no,
                        "code": code,
                        "unsure": self._code_of.get((resolved.pack.pack, rule, True), code),
                        "says": bit,
                        "others": (1 << len(decisions)) - 1 - bit,
                    }
                )
        return rows

    @cached_property
    def eligible(self) -> int:
        """The number of codes with ELIGIBLE: every lower code has it."""
        return sum(entry.decision.outcome == "ELIGIBLE" for entry in self.decisions)

    @cached_property
    def refused(self) -> int:
        """The number of codes with ELIGIBLE or NOT_ELIGIBLE: every lower code has one of them."""
        return sum(entry.decision.outcome != "REVIEW" for entry in self.decisions)

    def consulted(self) -> str:
        """Per code: the mask of the facts consulted."""
        return constant_table([entry.consulted for entry in self.decisions], of="array<bigint>")

    @property
    def has_rivals(self) -> bool:
        """Whether any pack has rivals."""
        return bool(self._unread)

    def rivals(self) -> str:
        """Per variant: its rivals' variants; empty unless the county is unreadable."""
        others = [self._rivals_of.get(variant, []) for variant in range(len(self.variants))]
        return constant_table(others, of="array<array<int>>")

    def decides(self) -> str:
        """Per code: a number for outcome and relief."""
        distinct = list(dict.fromkeys(entry.decision for entry in self.decisions))
        return constant_table(
            [distinct.index(entry.decision) for entry in self.decisions], of="array<int>"
        )

    def unread(self) -> str:
        """Per variant: the code of an unread county; null if the county is readable."""
        of_pack = {
            entry.resolved.pack.pack: code
            for code, entry in enumerate(self.decisions)
            if isinstance(entry, UnreadCounty)
        }
        codes = {variant: of_pack[self._packs[i].pack.pack] for i, variant in self._unread.items()}
        by_variant = [codes.get(variant) for variant in range(len(self.variants))]
        return constant_table(by_variant, of="array<bigint>")

    def says(self) -> str:
        """Per code: outcome, reason, rule and cite of the row."""
        return constant_table([entry.words for entry in self.decisions], of=f"array<{SAYS}>")

    def reliefs(self) -> str:
        """Per code: the relief."""
        return constant_table(
            [entry.decision.relief for entry in self.decisions], of="array<string>"
        )

    def packs(self) -> str:
        """Per variant: the pack's id, version, fingerprint, kind and first day of the law."""
        rows: list[dict[str, Any]] = [
            {
                "pack": resolved.pack.pack,
                "version": resolved.pack.version,
                "fingerprint": resolved.fingerprint,
                "kind": resolved.pack.kind,
                "first_day": resolved.pack.first_day and resolved.pack.first_day.isoformat(),
            }
            for _, resolved in self.variants
        ]
        return constant_table(rows, of=f"array<{PACK}>")


def _runs(places: Sequence[int], word: int) -> list[dict[str, int]]:
    masks: dict[int, int] = {}
    for bit, place in enumerate(places):
        number, at = divmod(place, WORD)
        if number == word:
            by = (bit - at) % 64
            masks[by] = masks.get(by, 0) | 1 << bit
    return [{"by": by, "back": (64 - by) % 64, "mask": mask} for by, mask in masks.items()]
