"""Packs as tables that Spark's projections look up: what a pack asks, its terms, what it says.

However many packs there are, they are rows of the same few constants. A *variant* is a pack as some
counties set it; a *code* is a row of the decisions, one for each thing that a pack can say.
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
from clearance.rulebook.spark.operators import flip, holds, is_bound, known, truth
from clearance.rulebook.spark.text import array, name, table

OUTCOMES = ("ELIGIBLE", "NOT_ELIGIBLE", "REVIEW")
RUNS = "array<struct<by:int,back:int,mask:bigint>>"
MOVING = "array<struct<at:int,bit:bigint,open:bigint>>"
TERMS = (
    "array<struct<"
    "yes:bigint,no:bigint,asks:bigint,code:bigint,unsure:bigint,says:bigint,others:bigint>>"
)
PACK = "struct<pack:string,version:string,fingerprint:string,kind:string,first_day:date>"
# Facts in a word of a unit: the sign stays clear.
WORD = 63
SAYS = "struct<outcome:string,reason:string,rule:string,cite:string>"


@dataclass
class Questions:
    """The distinct facts of all packs, as words of bits, and the distinct days on which they flip.

    Attributes:
        as_of: the day on which the facts are asked, or the column that has it.
        truths: each fact's text and the text that tells whether it is known, in order of its bit.
        flips: each day's text, and the text that tells whether it is a bound, empty where it never
            is; with its place.
    """

    as_of: date | str
    truths: dict[tuple[str, str], int] = field(default_factory=dict)
    flips: dict[tuple[str, str], int] = field(default_factory=dict)

    def places(self, bound: ResolvedPack) -> list[int]:
        """The bit of each fact of a pack, which is added where it is new."""
        asked = [
            (holds(bound, fact, as_of=self.as_of), known(bound, fact, as_of=self.as_of))
            for fact in bound.facts
        ]
        return [self.truths.setdefault(texts, len(self.truths)) for texts in asked]

    def moving(self, bound: ResolvedPack) -> list[dict[str, int]]:
        """Of each fact of a pack that time moves: where its day stands, and its bit in the pack.

        `open` is the bit where the fact holds from the day of a bound on; before it is not known.
        """
        rows = []
        for i in bound.timed:
            fact = bound.facts[i]
            if bound.is_off(fact):
                continue
            day = (flip(bound, fact), is_bound(fact.subject, fact))
            at = self.flips.setdefault(day, len(self.flips))
            rows.append({"at": at, "bit": 1 << i, "open": (1 << i) * fact.rises})
        return rows

    @property
    def words(self) -> range:
        """Numbers of the words."""
        return range(max(1, -(-len(self.truths) // WORD)))

    def known_words(self) -> list[str]:
        """The known facts of a unit; facts of the same columns are known together."""
        words = []
        for number in self.words:
            asked = list(self.truths)[number * WORD :][:WORD]
            words.append(_word(_masks(text for _, text in asked)))
        return words

    def true_words(self) -> list[str]:
        """The facts that hold for a unit."""
        facts = list(self.truths)
        return [
            _word(_masks(text for text, _ in facts[number * WORD :][:WORD]))
            for number in self.words
        ]


def _masks(texts: Iterable[str]) -> dict[str, int]:
    """By text, its bits."""
    masks: dict[str, int] = {}
    for place, text in enumerate(texts):
        masks[text] = masks.get(text, 0) | 1 << place
    return masks


def _word(masks: dict[str, int]) -> str:
    """The bits of every condition that holds."""
    return " | ".join(["0L", *(f"IF({text}, {mask}L, 0L)" for text, mask in masks.items())])


@dataclass(frozen=True)
class Line:
    """What a pack says in one case.

    Attributes:
        bound: the pack; its options play no part.
        rule: the rule's index; the number of rules for `otherwise`.
        unsure: its `unknown` decides, where that rule would have.
    """

    bound: ResolvedPack
    rule: int
    unsure: bool

    @property
    def decision(self) -> Decision:
        """Outcome and relief."""
        unknown = self.bound.pack.unknown.then
        return unknown if self.unsure and unknown is not None else self.bound.decisions[self.rule]

    @property
    def consulted(self) -> int:
        """The facts asked when the walk ends there."""
        return self.bound.consulted[self.rule]

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


@dataclass(frozen=True)
class UnreadCounty:
    """What a pack says where the county cannot be read and another's would say otherwise.

    Attributes:
        bound: the pack.
        consulted: no fact of the pack.
    """

    bound: ResolvedPack
    consulted: int = 0

    @property
    def decision(self) -> Decision:
        """Outcome and relief."""
        return Decision(outcome="REVIEW")

    @property
    def words(self) -> dict[str, str | None]:
        """What the row says besides the relief."""
        cite = self.bound.pack.authority.cite
        return {"outcome": self.decision.outcome, "reason": REASON, "rule": RULE, "cite": cite}


class Tables:
    """The packs of one evaluation, as constants in Spark's SQL.

    Attributes:
        assigned: the packs with their counties.
        variants: each pack as some counties set it, and the index of its pack; then each rival,
            and each pack that has rivals as it is where the county cannot be read.
        lines: the decisions; those that say ELIGIBLE first, then NOT_ELIGIBLE, then REVIEW.
    """

    def __init__(self, assigned: Sequence[Assigned], *, as_of: date | str) -> None:
        self.assigned = assigned
        rivals = {rival.fingerprint: rival for item in assigned for rival in item.rivals}
        walked = [as_rival(rival, at) for at, rival in enumerate(rivals.values())]
        self._packs = [*(item.bound for item in assigned), *walked]
        self.variants: list[tuple[int, ResolvedPack]] = []
        self._variant_of: dict[tuple[int, str], int] = {}
        for i, item in enumerate(assigned):
            for bound in (item.bound, *item.by_county.values()):
                if (i, bound.fingerprint) not in self._variant_of:
                    self._variant_of[i, bound.fingerprint] = len(self.variants)
                    self.variants.append((i, bound))
        at = dict(zip(rivals, range(len(self.variants), 2**31), strict=False))
        self.variants += [(len(assigned) + i, rival) for i, rival in enumerate(walked)]
        self._unread = {
            i: len(self.variants) + place
            for place, i in enumerate(i for i, item in enumerate(assigned) if item.rivals)
        }
        self.variants += [(i, assigned[i].bound) for i in self._unread]
        self._rivals_of = {
            variant: [at[rival.fingerprint] for rival in assigned[i].rivals]
            for i, variant in self._unread.items()
        }
        lines: list[Line | UnreadCounty] = [
            Line(bound, rule, unsure)
            for bound in self._packs
            for unsure in ((False,) if bound.unknown_passes else (False, True))
            for rule in range(bound.pack.last + 1)
        ]
        lines += [UnreadCounty(assigned[i].bound) for i in self._unread]
        self.lines = sorted(lines, key=lambda line: OUTCOMES.index(line.decision.outcome))
        self._code_of = {
            (line.bound.pack.pack, line.rule, line.unsure): code
            for code, line in enumerate(self.lines)
            if isinstance(line, Line)
        }
        self.questions = Questions(as_of)
        self._places = [self.questions.places(bound) for _, bound in self.variants]
        self._moving = [self.questions.moving(bound) for _, bound in self.variants]

    def flips(self) -> str:
        """Of a unit: the day on which each distinct fact flips that time moves."""
        return array((day for day, _ in self.questions.flips), of="date")

    @property
    def has_bounds(self) -> bool:
        """Whether any day on which a fact flips may be a bound."""
        return any(mark for _, mark in self.questions.flips)

    def bounds(self) -> str:
        """Of a unit: whether each of those days is the latest possible one."""
        return array((mark or "false" for _, mark in self.questions.flips), of="boolean")

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
        """The variants that decide in a county; None stands for every one that is not named."""
        if county is None and any(i in self._unread for i, _ in items):
            read = self._variants([(i, item) for i, item in items if not item.rivals], county=None)
            return sorted([*read, *(self._unread[i] for i, _ in items if i in self._unread)])
        bounds = [(i, item.of_county(county)) for i, item in items]
        return [self._variant_of[i, b.fingerprint] for i, b in bounds if b is not None]

    def runs(self, word: int) -> str:
        """By variant: the bits that it takes from a word of its unit.

        A run of neighbours moves together: shifted to the left, with what leaves the word there
        coming in from the right.
        """
        return table([_runs(places, word) for places in self._places], of=f"array<{RUNS}>")

    def moving(self) -> str:
        """By variant: the facts that time moves, their days' places and their bits."""
        return table(self._moving, of=f"array<{MOVING}>")

    def still(self) -> str:
        """By variant: the bits of the facts that time does not move."""
        masks = []
        for moving, (_, bound) in zip(self._moving, self.variants, strict=True):
            masks.append((1 << len(bound.facts)) - 1 - sum(move["bit"] for move in moving))
        return table(masks, of="array<bigint>")

    def terms(self) -> str:
        """By variant: the terms of its rules in order, the last one of `otherwise`.

        `says` is a bit for the decision, `others` the bits of all other decisions: reading 5 asks
        whether an unknown rule before would decide otherwise.
        """
        by_pack = [self._terms(bound) for bound in self._packs]
        return table([by_pack[i] for i, _ in self.variants], of=f"array<{TERMS}>")

    def _terms(self, bound: ResolvedPack) -> list[dict[str, int]]:
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
        return table([line.consulted for line in self.lines], of="array<bigint>")

    @property
    def has_rivals(self) -> bool:
        """Whether any pack has."""
        return bool(self._unread)

    def rivals(self) -> str:
        """By variant: the variants that it is held against; none where the county is read."""
        others = [self._rivals_of.get(variant, []) for variant in range(len(self.variants))]
        return table(others, of="array<array<int>>")

    def decides(self) -> str:
        """By code: a number for outcome and relief."""
        kinds = list(dict.fromkeys(line.decision for line in self.lines))
        return table([kinds.index(line.decision) for line in self.lines], of="array<int>")

    def unread(self) -> str:
        """By variant: the code for a county that cannot be read; null where it is read."""
        of_pack = {
            line.bound.pack.pack: code
            for code, line in enumerate(self.lines)
            if isinstance(line, UnreadCounty)
        }
        codes = {variant: of_pack[self._packs[i].pack.pack] for i, variant in self._unread.items()}
        found = [codes.get(variant) for variant in range(len(self.variants))]
        return table(found, of="array<bigint>")

    def says(self) -> str:
        """By code: the words of the row."""
        return table([line.words for line in self.lines], of=f"array<{SAYS}>")

    def reliefs(self) -> str:
        """By code: the relief."""
        return table([line.decision.relief for line in self.lines], of="array<string>")

    def packs(self) -> str:
        """By variant: what names the pack, and the first day of its law."""
        rows: list[dict[str, Any]] = [
            {
                "pack": bound.pack.pack,
                "version": bound.pack.version,
                "fingerprint": bound.fingerprint,
                "kind": bound.pack.kind,
                "first_day": bound.pack.first_day and bound.pack.first_day.isoformat(),
            }
            for _, bound in self.variants
        ]
        return table(rows, of=f"array<{PACK}>")


def _runs(places: Sequence[int], word: int) -> list[dict[str, int]]:
    masks: dict[int, int] = {}
    for bit, place in enumerate(places):
        number, at = divmod(place, WORD)
        if number == word:
            by = (bit - at) % 64
            masks[by] = masks.get(by, 0) | 1 << bit
    return [{"by": by, "back": (64 - by) % 64, "mask": mask} for by, mask in masks.items()]
