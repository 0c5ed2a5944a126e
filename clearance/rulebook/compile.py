"""Packs as native Spark columns: a straight chain of projections, no shuffle, no Python.

1. one boolean a fact that time does not move, one flip date a fact that it does;
2. `known` and `base` as two longs, and `true` on the as-of date;
3. the flow as mask tests: a word of the rules that hold and a word of those that are unknown,
   and from them one small code;
4. the look-ahead: the flow once more, over the array of flip dates, and only its rules that ask
   about time (`lookahead`). It runs only where a fact that time moves was consulted: elsewhere
   the answer is the same on every day.

Each projection stands on columns of the one before it, never on copies of its expressions.
Measured in docs/decisions/0002-evaluation.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from clearance.rulebook.bound import BoundPack
from clearance.rulebook.lookahead import TimedRules
from clearance.rulebook.masks import bit_if, long_word, tests
from clearance.rulebook.model import Decision
from clearance.rulebook.spark_operators import date_literal, flip_column, truth_column
from clearance.rulebook.spark_options import (
    asks_off,
    option_names,
    stamp_column,
    stamp_name,
    with_options,
)

FIRST_DAY = date(1, 1, 1)
IDENTITY = ("subject_id", "unit_id", "county")


@dataclass(frozen=True)
class Assigned:
    """A pack and the counties whose units it decides.

    Attributes:
        bound: the pack, with the options of every county that is not in `by_county`.
        counties: only these; None for every county.
        excluded: all but these; used for a default policy.
        by_county: the pack with a county's own options.
    """

    bound: BoundPack
    counties: frozenset[str] | None = None
    excluded: frozenset[str] = frozenset()
    by_county: Mapping[str, BoundPack] = field(default_factory=dict)

    @property
    def bounds(self) -> dict[str, BoundPack]:
        """The pack as it is used: under its id, and under `pack/COUNTY` for own options.

        The id stands alone where all its counties have the same options; it is left out where
        each of its counties has its own.
        """
        identity = self.bound.pack.pack
        found = {f"{identity}/{county}": own for county, own in sorted(self.by_county.items())}
        if self.counties is None or self.counties - set(self.by_county):
            found = {identity: self.bound, **found}
        return found

    def applies(self) -> Column:
        """Whether a unit is this pack's business."""
        holds = F.lit(True)
        for fact in self.bound.scope:
            holds = holds & truth_column(self.bound, fact)
        if self.counties is not None:
            holds = holds & F.col("county").isin(*sorted(self.counties))
        if self.excluded:
            holds = holds & ~F.col("county").isin(*sorted(self.excluded))
        return F.coalesce(holds, F.lit(False))


def evaluate(units: DataFrame, assigned: Sequence[Assigned], *, as_of: date) -> DataFrame:
    """One row a unit and pack: every column of `determinations` but `sweep_id`.

    Args:
        units: `charges` (convicted counts) or `arrests`, with the columns the packs read.
        assigned: packs of one unit kind with their counties; each at most once.
        as_of: the sweep's date.
    """
    if not assigned:
        raise ValueError("evaluate needs at least one pack")
    packs = [_PackColumns(f"p{i}_", item, as_of) for i, item in enumerate(assigned)]
    units = with_options(units, [(item.bound, item.by_county) for item in assigned])
    stamps = [name for p in packs for name in p.stamps]
    rows = units.select(*IDENTITY, *stamps, *_read_by(packs), *[p.scope() for p in packs])
    rows = rows.where(_any([p.col("in") for p in packs]))
    done: list[str] = []
    for i, pack in enumerate(packs):
        later = packs[i + 1 :]
        carried = [*IDENTITY, *stamps, *_read_by(later), *[p.name("in") for p in later], *done]
        for stage in pack.stages():
            rows = rows.select(*carried, *stage)
        done += [pack.name(column) for column in RESULT]
    decided = F.filter(F.array(*[p.determination() for p in packs]), lambda d: d.isNotNull())
    unit = assigned[0].bound.pack.unit
    return rows.select(*IDENTITY, F.inline(decided)).select(
        "subject_id",
        F.lit(unit).alias("unit"),
        "unit_id",
        "county",
        *DECIDED,
        date_literal(as_of).alias("as_of"),
    )


def _read_by(packs: Sequence[_PackColumns]) -> list[str]:
    """The columns that deciding reads, the counties' options among them."""
    columns = sorted({name for p in packs for name in p.bound.columns} - set(IDENTITY))
    return [*columns, *[f"`{name}`" for p in packs for name in option_names(p.bound)]]


DECIDED = (
    "pack",
    "pack_version",
    "pack_fingerprint",
    "kind",
    "outcome",
    "relief",
    "reason",
    "rule",
    "cite",
    "facts_true",
    "facts_known",
    "eligible_on",
    "revisit_on",
)


# What is left of a pack's chain of projections: enough to write its determination.
RESULT = ("in", "code", "facts_true", "facts_known", "begun", "opens", "change")
STATES = "array<struct<day:date,code:int,facts:bigint>>"


class _PackColumns:
    """The projections of one pack; column names carry its prefix."""

    def __init__(self, prefix: str, assigned: Assigned, as_of: date) -> None:
        self.prefix = prefix
        self.assigned = assigned
        self.bound = assigned.bound
        self.as_of = date_literal(as_of)
        self.size = self.bound.pack.last + 1
        self.stamps = [f"`{stamp_name(self.bound)}`"] if assigned.by_county else []

    def name(self, column: str) -> str:
        """The column's name with the pack's prefix."""
        return self.prefix + column

    def col(self, column: str) -> Column:
        """The pack's own column."""
        return F.col(self.name(column))

    def _named(self, **columns: Column) -> list[Column]:
        return [column.alias(self.name(name)) for name, column in columns.items()]

    def _keep(self, *names: str) -> list[Column]:
        return [self.col(name) for name in names]

    def scope(self) -> Column:
        """Whether the unit is this pack's business."""
        return self.assigned.applies().alias(self.name("in"))

    def stages(self) -> list[list[Column]]:
        """The select lists, each standing on the one before it."""
        return [
            self._facts(),
            self._words(),
            self._walk(),
            self._answer(),
            self._look_ahead(),
            self._outlook(),
        ]

    @property
    def _flips(self) -> list[str]:
        return [f"f{i}" for i in self.bound.timed]

    def _facts(self) -> list[Column]:
        result = self._keep("in")
        for i, fact in enumerate(self.bound.facts):
            make = flip_column if fact.timed else truth_column
            result += self._named(**{f"f{i}": make(self.bound, fact)})
            if fact.timed and fact.options:
                # It never flips, and that is known.
                result += self._named(**{f"off{i}": asks_off(self.bound, fact)})
        return result

    def _words(self) -> list[Column]:
        """Which facts are known; which hold before every flip; which hold on the as-of date."""
        known, base = long_word(0), long_word(0)
        for i, fact in enumerate(self.bound.facts):
            column, bit = self.col(f"f{i}"), 1 << i
            is_known = column.isNotNull()
            if fact.timed and fact.options:
                is_known = is_known | self.col(f"off{i}")
            known = known.bitwiseOR(bit_if(is_known, bit))
            if not fact.timed:
                base = base.bitwiseOR(bit_if(column, bit))
            elif not fact.rises:
                base = base.bitwiseOR(bit_if(column.isNotNull(), bit))
        true = base.bitwiseXOR(self._flipped(self.as_of))
        return [
            *self._keep("in", *self._flips),
            *self._named(known=known, base=base, true=true),
        ]

    def _flipped(self, day: Column) -> Column:
        """Word of the facts whose flip has come by that day."""
        word = long_word(0)
        for i in self.bound.timed:
            word = word.bitwiseOR(bit_if(day >= self.col(f"f{i}"), 1 << i))
        return word

    def _walk(self) -> list[Column]:
        """Two words over the flow on the as-of date: rules that hold, rules that are unknown."""
        yes, unsure = long_word(1 << self.bound.pack.last), long_word(0)
        known, true = self.col("known"), self.col("true")
        for i, condition in enumerate(self.bound.conditions):
            holds, fails = tests(self.bound, condition, known=known, true=true)
            yes = yes.bitwiseOR(bit_if(holds, 1 << i))
            if not self.bound.unknown_passes:
                unsure = unsure.bitwiseOR(bit_if(~holds & ~fails, 1 << i))
        return [
            *self._keep("in", *self._flips, "known", "base", "true"),
            *self._named(yes=yes, unsure=unsure),
        ]

    def _first(self, yes: Column) -> Column:
        """Index of the first rule that holds: the lowest bit's place."""
        lowest = yes.bitwiseAND(-yes)
        return F.bit_count(lowest - 1)

    def _code(self, yes: Column, unsure: Column) -> Column:
        """The rule's index, plus the number of rules where the pack's `unknown` decides instead.

        Reading 5: an unknown rule before the first that holds matters only where it would decide
        otherwise, with another outcome or relief.
        """
        first = self._first(yes)
        if self.bound.unknown_passes:
            return first
        otherwise = [
            sum(1 << j for j in range(i) if self.bound.decisions[j] != self.bound.decisions[i])
            for i in range(self.size)
        ]
        matters = unsure.bitwiseAND(_lookup([long_word(word) for word in otherwise], first)) != 0
        return first + F.when(matters, F.lit(self.size)).otherwise(F.lit(0))

    def _consulted(self, yes: Column) -> Column:
        return _lookup([long_word(mask) for mask in self.bound.consulted], self._first(yes))

    def _answer(self) -> list[Column]:
        """The answer on the as-of date, and the days on which it could be another."""
        yes, unsure, known = self.col("yes"), self.col("unsure"), self.col("known")
        mask = self._consulted(yes)
        timed = long_word(sum(1 << i for i in self.bound.timed))
        moves = self.col("in") & (mask.bitwiseAND(timed).bitwiseAND(known) != 0)
        flips = F.array(*[self.col(name) for name in self._flips])
        days = F.array_distinct(F.concat(F.array(date_literal(FIRST_DAY)), F.sort_array(flips)))
        return [
            *self._keep("in", *self._flips, "known", "base", "yes", "unsure"),
            *self._named(
                code=self._code(yes, unsure),
                facts_true=self.col("true").bitwiseAND(mask),
                facts_known=known.bitwiseAND(mask),
                days=F.when(moves, F.array_compact(days)),
            ),
        ]

    def _look_ahead(self) -> list[Column]:
        """Each day on which a fact flips, from the first day on: answer and facts then."""
        kept = self._keep("in", "code", "facts_true", "facts_known")
        if not self.bound.timed:
            return [*kept, *self._named(states=F.lit(None).cast(STATES))]
        states = F.transform(
            self.col("days"),
            lambda day: F.struct(
                day.alias("day"),
                self.col("base").bitwiseXOR(self._flipped(day)).alias("true"),
            ),
        )
        words = TimedRules(self.bound, yes=self.col("yes"), unsure=self.col("unsure"))
        states = F.transform(
            states,
            lambda state: F.struct(
                state["day"].alias("day"),
                state["true"].alias("true"),
                *words.on(state["true"], known=self.col("known")),
            ),
        )
        states = F.transform(
            states,
            lambda state: F.struct(
                state["day"].alias("day"),
                self._code(state["yes"], state["unsure"]).alias("code"),
                state["true"].bitwiseAND(self._consulted(state["yes"])).alias("facts"),
            ),
        )
        return [*kept, *self._named(states=states)]

    def _outlook(self) -> list[Column]:
        """From the days: start of the run, the next eligible day and its code, the next change."""
        states, code, facts = self.col("states"), self.col("code"), self.col("facts_true")
        said = self._said("ELIGIBLE")
        later = F.filter(states, lambda s: s["day"] > self.as_of)
        opens = F.get(F.filter(later, lambda s: _in(s["code"], said)), 0)
        differs = F.filter(later, lambda s: (s["code"] != code) | (s["facts"] != facts))
        begun = F.aggregate(
            F.filter(states, lambda s: s["day"] <= self.as_of),
            F.lit(None).cast("date"),
            lambda start, s: F.when(_in(s["code"], said), F.coalesce(start, s["day"])),
        )
        nothing = F.lit(None)
        if not self.bound.timed:
            begun, opens = nothing.cast("date"), nothing.cast("struct<day:date,code:int>")
            differs = nothing.cast("array<struct<day:date>>")
        return [
            *self._keep("in", "code", "facts_true", "facts_known"),
            *self._named(begun=begun, opens=opens, change=F.get(differs, 0)["day"]),
        ]

    def _decisions(self) -> list[Decision]:
        unknown = self.bound.pack.unknown.then
        plain = list(self.bound.decisions)
        return plain if unknown is None else plain + [unknown] * self.size

    def _said(self, outcome: str) -> list[int]:
        return [i for i, d in enumerate(self._decisions()) if d.outcome == outcome]

    def determination(self) -> Column:
        """The row, or null where the unit is not this pack's business."""
        pack, code, ahead = self.bound.pack, self.col("code"), self.col("opens")["day"]
        eligible = _in(code, self._said("ELIGIBLE"))
        not_yet = _in(code, self._said("NOT_ELIGIBLE")) & ahead.isNotNull()
        begun = F.nullif(self.col("begun"), date_literal(FIRST_DAY))
        outcomes = self._word([d.outcome for d in self._decisions()], code)
        relief_code = F.when(not_yet, self.col("opens")["code"]).otherwise(code)
        columns = {
            "pack": F.lit(pack.pack),
            "pack_version": F.lit(pack.version),
            "pack_fingerprint": (
                stamp_column(self.bound) if self.stamps else F.lit(self.bound.fingerprint)
            ),
            "kind": F.lit(pack.kind),
            "outcome": F.when(not_yet, F.lit("NOT_YET")).otherwise(outcomes),
            "relief": self._word([d.relief for d in self._decisions()], relief_code),
            "reason": self._word(self._texts("reason"), code),
            "rule": self._word(self._texts("rule"), code),
            "cite": self._word(self._texts("cite"), code),
            "facts_true": self.col("facts_true"),
            "facts_known": self.col("facts_known"),
            "eligible_on": F.when(eligible, begun).otherwise(ahead),
            "revisit_on": self.col("change"),
        }
        row = F.struct(*[column.alias(name) for name, column in columns.items()])
        return F.when(self.col("in"), row)

    def _texts(self, part: str) -> list[str | None]:
        pack = self.bound.pack
        if part == "rule":
            texts: list[str | None] = [*[rule.rule for rule in pack.flow], "otherwise"]
            unknown: str | None = "unknown"
        else:
            texts = [getattr(line, part) for line in (*pack.flow, pack.otherwise)]
            unknown = getattr(pack.unknown, part)
        return texts + [unknown] * self.size

    def _word(self, words: Sequence[str | None], code: Column) -> Column:
        return _lookup([F.lit(word).cast("string") for word in words], code)


def _any(conditions: list[Column]) -> Column:
    holds = conditions[0]
    for condition in conditions[1:]:
        holds = holds | condition
    return holds


def _in(index: Column, members: list[int]) -> Column:
    """Whether a small index is among the members (one literal word, one shift)."""
    word = sum(1 << member for member in set(members))
    return F.call_function("shiftright", long_word(word), index).bitwiseAND(long_word(1)) == 1


def _lookup(values: list[Column], index: Column) -> Column:
    return F.get(F.array(*values), index)
