"""A resolved pack: facts parsed and typed, values settled, fingerprint computed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from clearance.errors import UsageError, nearest
from clearance.rulebook.language.catalogue import Catalogue, Feature
from clearance.rulebook.language.facts import Fact, resolve_facts, resolve_scope
from clearance.rulebook.language.lawyer_notes import without_lawyer_notes
from clearance.rulebook.language.model import (
    ABSENT_FEEDS,
    FEEDS_MAY,
    Condition,
    DatedValue,
    Decision,
    Pack,
    ParamValue,
    condition_of,
    fact_names,
)
from clearance.rulebook.language.options import OptionValue, OptionValues, all_off, is_off

Values = Mapping[str, ParamValue | tuple[DatedValue, ...]]
# The code of a side feed's column that means: nothing is recorded.
NO_RECORD = "none"
# The column with the day of the unit itself; no unit is eligible before it.
EVENT_DAYS = {"conviction": "conviction_date", "arrest": "arrest_date"}


@dataclass(frozen=True)
class ResolvedPack:
    """A pack with its facts resolved and its params' values settled.

    Attributes:
        pack: the rules.
        facts: resolved, in order; bit i of the evidence is fact i.
        scope: facts that must all hold.
        values: each param's value, switches applied; dated params keep their periods.
        inputs_fingerprint: hash of what else the pack rests on (statute lists, dispositions).
        options: each option's value, in one county.
        feeds: by column from a side feed, the value that means: nothing is recorded.
        recorded: the fingerprint of the pack in a store's `packs`; None if the pack comes from a
            rules folder.
    """

    pack: Pack
    facts: tuple[Fact, ...]
    scope: tuple[Fact, ...]
    values: Values
    inputs_fingerprint: str
    options: OptionValues = field(default_factory=dict)
    recorded: str | None = None
    feeds: Mapping[str, ParamValue] = field(default_factory=dict)

    @property
    def absent(self) -> Mapping[str, ParamValue]:
        """By column, the value in place of null, if the pack counts absent feeds as empty."""
        return self.feeds if self.values.get(ABSENT_FEEDS) == FEEDS_MAY[1] else {}

    def with_options(self, options: OptionValues) -> ResolvedPack:
        """The same pack with the options of a county; an option that is not named is off."""
        return replace(self, options={**all_off(self.pack.options), **options})

    def with_switches(self, switches: Mapping[str, ParamValue]) -> ResolvedPack:
        """The same pack under other values of its switches."""
        return replace(self, values={**self.values, **switches})

    def is_off(self, fact: Fact) -> bool:
        """Whether the fact uses an option that is off, so that it does not hold."""
        return any(is_off(self.options[name]) for name in fact.options)

    @cached_property
    def position(self) -> dict[str, int]:
        """Index of each fact by name."""
        return {fact.name: i for i, fact in enumerate(self.facts)}

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """The condition of each rule of the flow."""
        return tuple(condition_of(rule) for rule in self.pack.flow)

    @cached_property
    def consulted(self) -> tuple[int, ...]:
        """Per rule and for `otherwise`: mask of the facts consulted when that rule decides."""
        masks, seen = [], 0
        for condition in self.conditions:
            for name in fact_names(condition):
                seen |= 1 << self.position[name]
            masks.append(seen)
        return (*masks, seen)

    @cached_property
    def timed(self) -> tuple[int, ...]:
        """Indexes of the timed facts."""
        return tuple(i for i, fact in enumerate(self.facts) if fact.timed)

    @cached_property
    def decisions(self) -> tuple[Decision, ...]:
        """Outcome and relief of each rule and of `otherwise`."""
        return (*(rule.then for rule in self.pack.flow), self.pack.otherwise.then)

    @cached_property
    def spans(self) -> dict[str, tuple[str, str]]:
        """By date column, the columns with its first and last possible day."""
        return {
            name: span for fact in (*self.facts, *self.scope) for name, span in fact.spans.items()
        }

    @cached_property
    def columns(self) -> set[str]:
        """The columns of the unit that the pack reads."""
        named = {name for fact in (*self.facts, *self.scope) for name in fact.reads}
        return named | {p.by for p in self.pack.params.values() if p.by is not None}

    @property
    def event_day(self) -> str:
        """The column with the day of the unit itself."""
        return EVENT_DAYS[self.pack.unit]

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of all that decides: rules, values after switches, options, inputs."""
        if self.recorded is not None:
            return self.recorded
        content: dict[str, Any] = {
            "pack": without_lawyer_notes(self.pack.model_dump(mode="json", by_alias=True)),
            "values": {name: str(value) for name, value in sorted(self.values.items())},
            "reads": self.inputs_fingerprint,
        }
        if self.options:
            content["options"] = self.options
        text = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def unknown_passes(self) -> bool:
        """Whether an unknown condition counts as not holding."""
        return self.pack.unknown.counts_as is not None


def resolve(
    pack: Pack,
    catalogue: Catalogue,
    *,
    switches: Mapping[str, ParamValue],
    inputs_fingerprint: str,
    options: Mapping[str, OptionValue] | None = None,
) -> ResolvedPack:
    """The resolved pack of a pack.

    Args:
        pack: a checked pack.
        catalogue: the columns that it may use.
        switches: values of the configuration for params marked `switch`.
        inputs_fingerprint: hash of the statute lists, dispositions and columns.
        options: option values of one county; an option that is not named is off.
    """
    features = catalogue[pack.unit]
    values: dict[str, ParamValue | tuple[DatedValue, ...]] = {}
    for name, param in pack.params.items():
        value = param.value if param.value is not None else param.dated
        if param.switch and name in switches:
            value = switches[name]
        values[name] = value
    return ResolvedPack(
        pack=pack,
        facts=tuple(resolve_facts(pack, features)),
        scope=tuple(resolve_scope(pack, features)),
        values=values,
        inputs_fingerprint=inputs_fingerprint,
        options={**all_off(pack.options), **(options or {})},
        feeds=_words_for_nothing(features),
    )


def _words_for_nothing(features: Mapping[str, Feature]) -> dict[str, ParamValue]:
    """By column from a side feed, its value for nothing: `none` or False; dates have none."""
    words: dict[str, ParamValue] = {
        name: False
        for name, feature in features.items()
        if feature.feed is not None and feature.type == "yes_no"
    }
    coded = {n for n, f in features.items() if f.feed is not None and NO_RECORD in f.codes}
    return {**words, **dict.fromkeys(coded, NO_RECORD)}


def check_switches(packs: list[Pack], switches: Mapping[str, ParamValue]) -> None:
    """Refuse a switch that no pack has, or a value that a pack does not allow.

    Raises:
        UsageError: the message names the nearest switch, or the allowed values.
    """
    switches_of_packs = [
        (name, pack, param) for pack in packs for name, param in pack.params.items() if param.switch
    ]
    for name, value in switches.items():
        users = [(pack, param) for other, pack, param in switches_of_packs if other == name]
        if not users:
            guess = nearest(name, sorted({other for other, _, _ in switches_of_packs}))
            hint = f" Did you mean `{guess}`?" if guess else ""
            raise UsageError(
                f"No pack has a switch `{name}`.{hint}", "Correct `switches` in the configuration."
            )
        for pack, param in users:
            if param.allowed and value not in param.allowed:
                allowed = ", ".join(written(word) for word in param.allowed)
                raise UsageError(
                    f"Switch `{name}` is set to `{written(value)}`; pack {pack.pack} allows "
                    f"{allowed}.",
                    "Correct `switches` in the configuration.",
                )


def written(value: ParamValue) -> str:
    """A param's value as a configuration writes it."""
    return f"[{', '.join(value)}]" if isinstance(value, tuple) else str(value)
