"""A pack: one relief under one version of a law, or one county policy, as data.

Frozen models that allow no extra keys. Names that must exist elsewhere are checked in
`loading/pack_checks.py`; files are read in `loading/load.py`.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from clearance.rulebook.language.lawyer_notes import (
    EffectOfRelief,
    Element,
    HowToAsk,
    Reading,
    Readings,
)
from clearance.rulebook.language.options import PackOption

Outcome = Literal["ELIGIBLE", "NOT_ELIGIBLE", "REVIEW"]
Relief = Literal[
    "dismiss_and_seal",
    "dismiss",
    "redesignate_misdemeanor",
    "redesignate_infraction",
    "resentence",
    "grant_conviction_relief",
    "grant_arrest_relief",
    "detention_only",
    "destroy_record",
    "void_conviction",
    "seal_arrest",
]
Kind = Literal["law", "policy", "scenario", "pointer", "effect"]
Certainty = Literal["H", "M", "V", "reading"]
ParamValue = bool | int | date | str | tuple[str, ...]

ABSENT_FEEDS = "absent_feeds"
"""The key of a pack for the value of columns whose side feed was never loaded."""
FEEDS_MAY = ("unknown", "none_recorded")

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
ReasonCode = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]
Cite = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Authority(_Model):
    """The source of the rules: its cite, the day it was read, and the reviewer."""

    cite: Cite
    read_on: date
    reviewed_by: str | None
    url: str | None = None
    note: str | None = None


class InForce(_Model):
    """The first and the last day (inclusive) on which the version was in force; null = open."""

    start: date | None = Field(alias="from")
    end: date | None = Field(alias="to")


class DatedValue(_Model):
    """A value that holds from a day on, by the date in the param's `by` column."""

    start: date = Field(alias="from")
    value: ParamValue
    cite: Cite


class PackParam(_Model):
    """A named value of the pack with its own citation.

    Attributes:
        value: the value; None if `dated` has one per period.
        by: the date column that chooses among `dated`.
        switch: whether the configuration's `switches` may set it.
        allowed: the values a switch may have.
        readings: the meaning of each value, and who gains by it.
    """

    cite: Cite
    value: ParamValue | None = None
    by: Name | None = None
    dated: tuple[DatedValue, ...] = ()
    switch: bool = False
    allowed: tuple[ParamValue, ...] = ()
    readings: Readings = Field(default_factory=dict)
    certainty: Certainty | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _one_value_or_dated(self) -> PackParam:
        if bool(self.dated) == (self.value is not None):
            raise ValueError("give either `value` or `dated`")
        if bool(self.dated) != (self.by is not None):
            raise ValueError("`dated` values need `by`: the date column that chooses among them")
        starts = [item.start for item in self.dated]
        if starts != sorted(set(starts)):
            raise ValueError("`dated` values must start on rising dates")
        if self.allowed and self.value not in self.allowed:
            raise ValueError("`value` is not among `allowed`")
        return self


class All(_Model):
    """Holds when every part holds."""

    all: tuple[Condition, ...] = Field(min_length=1)


class Any_(_Model):
    """Holds when some part holds."""

    any: tuple[Condition, ...] = Field(min_length=1)


class Not(_Model):
    """Holds when its part does not."""

    not_: Condition = Field(alias="not")


def _condition(value: Any) -> Any:
    if isinstance(value, (str, _Model)):
        return value
    if isinstance(value, dict) and len(value) == 1:
        (key,) = value
        kinds: dict[str, type[_Model]] = {"all": All, "any": Any_, "not": Not}
        kind = kinds.get(key)
        if kind is not None:
            return kind.model_validate(value)
    raise ValueError("a condition is a fact's name or one of {all: […]}, {any: […]}, {not: …}")


Condition = Annotated[str | All | Any_ | Not, BeforeValidator(_condition)]


class Decision(_Model):
    """The decision of a rule: the outcome, and the relief if the outcome is ELIGIBLE."""

    outcome: Outcome
    relief: Relief | None = None


def _decision(value: Any) -> Any:
    if isinstance(value, str):
        if value == "NOT_YET":
            raise ValueError("NOT_YET is derived from dates, never written in a pack")
        if value == "ELIGIBLE":
            raise ValueError("ELIGIBLE needs its relief: {ELIGIBLE: dismiss}")
        return {"outcome": value}
    if isinstance(value, dict) and set(value) == {"ELIGIBLE"}:
        return {"outcome": "ELIGIBLE", "relief": value["ELIGIBLE"]}
    return value


Then = Annotated[Decision, BeforeValidator(_decision)]


class Stated(_Model):
    """One element of a rule's branch: a condition that holds whenever the rule decides."""

    holds: Condition
    cite: Cite


class Rule(_Model):
    """One line of the flow: the first rule that holds decides.

    Attributes:
        states: the elements of its branch, in the order of the section; earlier rules imply them.
        other_reading: another way in which a lawyer might decide, and who would gain.
    """

    rule: Name
    when: Condition
    unless: Condition | None = None
    then: Then
    reason: ReasonCode
    cite: Cite
    label: str | None = None
    certainty: Certainty | None = None
    note: str | None = None
    states: tuple[Stated, ...] = ()
    other_reading: Reading | None = None


class Otherwise(_Model):
    """The decision when no rule holds.

    Attributes:
        rules_cover_all: whether the rules are meant to decide every unit whose facts are all
            known; `rules check` then searches for a unit that they do not decide.
    """

    then: Then
    reason: ReasonCode
    cite: Cite
    rules_cover_all: bool = False
    label: str | None = None
    note: str | None = None


class Unknown(_Model):
    """The decision when an unknown condition could change the answer.

    Either `counts_as: not_holding`, or an outcome with reason and cite.
    """

    counts_as: Literal["not_holding"] | None = None
    then: Then | None = None
    reason: ReasonCode | None = None
    cite: Cite | None = None
    label: str | None = None

    @model_validator(mode="after")
    def _one_or_the_other(self) -> Unknown:
        outcome = (self.then, self.reason, self.cite)
        if self.counts_as is None and any(part is None for part in outcome):
            raise ValueError("give `then`, `reason` and `cite`, or `counts_as: not_holding`")
        if self.counts_as is not None and any(part is not None for part in outcome):
            raise ValueError("`counts_as` excludes the other keys")
        if self.then is not None and self.then.outcome == "ELIGIBLE":
            raise ValueError("missing information never grants relief by itself")
        return self


class Pack(_Model):
    """One relief under one law version or one county policy. Source: docs of the rulebook.

    Attributes:
        pack: id, the same for every version.
        version: date of the version, or a name such as `2023-07-01-enacted`.
        in_force: dates, or `never` for a version that only what-ifs use.
        scope: sentences that must all hold for the pack to decide a unit.
        leap_day: the anniversary of 29 February in other years: 28 February or 1 March.
        options: values that each county sets for itself; an option that is not set is off.
        facts: yes/no questions by name, in order; bit i of the evidence is fact i.
        flow: ordered rules.
        elements: the section's elements, in its order, each with the rules that express it.
        effect_of_relief: the consequences that relief has, and those that it does not have.
        petition: pointers to petitions that may be open after NOT_ELIGIBLE.
        how_to_ask: of a pointer, what the section says of the court, forms, fees and notices.
    """

    pack: Name
    version: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    kind: Kind
    title: str = Field(min_length=3)
    authority: Authority
    in_force: InForce | Literal["never"]
    unit: Literal["conviction", "arrest"]
    scope: tuple[str, ...] = Field(min_length=1)
    leap_day: Literal["down", "up"]
    params: dict[Name, PackParam] = Field(default_factory=dict)
    options: dict[Name, PackOption] = Field(default_factory=dict)
    facts: dict[Name, str] = Field(default_factory=dict)
    flow: tuple[Rule, ...] = Field(min_length=1, max_length=28)
    unknown: Unknown
    otherwise: Otherwise
    note: str | None = None
    elements: tuple[Element, ...] = ()
    effect_of_relief: EffectOfRelief | None = None
    petition: tuple[Name, ...] = ()
    how_to_ask: tuple[HowToAsk, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _absent_feeds_is_a_switch(cls, data: Any) -> Any:
        """Turns the key `absent_feeds` into a param of the pack, which a switch may set."""
        if not isinstance(data, dict) or ABSENT_FEEDS not in data:
            return data
        value, params = data[ABSENT_FEEDS], data.get("params") or {}
        if not isinstance(value, dict) or not isinstance(params, dict) or ABSENT_FEEDS in params:
            raise ValueError(f"`{ABSENT_FEEDS}` needs `value` and `cite`, and may appear once")
        switch = {"allowed": list(FEEDS_MAY), "switch": True, **value}
        rest = {key: value for key, value in data.items() if key != ABSENT_FEEDS}
        return {**rest, "params": {**params, ABSENT_FEEDS: switch}}

    @field_validator("facts")
    @classmethod
    def _fits_one_word(cls, facts: dict[str, str]) -> dict[str, str]:
        if len(facts) > 63:
            raise ValueError("a pack has at most 63 facts: evidence is one 64-bit word")
        return facts

    @model_validator(mode="after")
    def _a_name_means_one_thing(self) -> Pack:
        both = sorted(set(self.params) & set(self.options))
        if both:
            raise ValueError(f"`{both[0]}` is a param and an option; choose another name")
        keys = [option.key for option in self.options.values() if option.key is not None]
        if len(set(keys)) < len(keys):
            raise ValueError("two options have the same `key`")
        return self

    @model_validator(mode="after")
    def _relief_goes_with_eligible(self) -> Pack:
        parts: list[Rule | Otherwise] = [*self.flow, self.otherwise]
        for part in parts:
            eligible = part.then.outcome == "ELIGIBLE"
            if eligible != (part.then.relief is not None):
                raise ValueError("relief is required with ELIGIBLE and allowed only there")
        return self

    def in_force_on(self, day: date) -> bool:
        """Whether this version is the law on that day."""
        if self.in_force == "never":
            return False
        start, end = self.in_force.start, self.in_force.end
        return (start is None or start <= day) and (end is None or day <= end)

    @property
    def first_day(self) -> date | None:
        """The first day of the law; None for a version that was never in force."""
        return None if self.in_force == "never" else self.in_force.start

    @property
    def gives_relief(self) -> bool:
        """Whether some rule, or `otherwise`, decides ELIGIBLE."""
        decisions = (*(rule.then for rule in self.flow), self.otherwise.then)
        return any(decision.outcome == "ELIGIBLE" for decision in decisions)

    @property
    def last(self) -> int:
        """Index of `otherwise`, counted after the flow's rules."""
        return len(self.flow)


Stated.model_rebuild()
All.model_rebuild()
Any_.model_rebuild()
Not.model_rebuild()


def fact_names(condition: Condition) -> list[str]:
    """The names of a condition's facts, left to right."""
    if isinstance(condition, str):
        return [condition]
    if isinstance(condition, Not):
        return fact_names(condition.not_)
    parts = condition.all if isinstance(condition, All) else condition.any
    return [name for part in parts for name in fact_names(part)]


def condition_of(rule: Rule) -> Condition:
    """The condition under which the rule holds, with its exception."""
    if rule.unless is None:
        return rule.when
    return All(all=(rule.when, Not(not_=rule.unless)))
