"""A pack's notes for the lawyer who checks it, beside the rules.

The elements of the section with their rules, the effects of relief, the readings of open questions,
the pointers to petitions and how to ask a court. Notes decide nothing, so that they are no part of
the fingerprint.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3)]

PACK_KEYS = ("elements", "effect_of_relief", "petition", "how_to_ask")
RULE_KEYS = ("states", "other_reading")
PARAM_KEYS = ("readings",)


class _Words(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Element(_Words):
    """One element of the section, in the project's own words.

    Attributes:
        cite: the section and clause.
        says: what the element requires.
        rules: ids of the rules that express it; `otherwise` and `unknown` count too.
        no_rule: why it needs no rule; None if it has rules.
    """

    cite: Text
    says: Text
    rules: tuple[str, ...] = ()
    no_rule: Text | None = None

    @model_validator(mode="after")
    def _rules_or_why_not(self) -> Element:
        if bool(self.rules) == (self.no_rule is not None):
            raise ValueError("give `rules`, or `no_rule` and why it needs none")
        return self


class Effect(_Words):
    """One consequence that relief has, or does not have."""

    says: Text
    cite: Text


class EffectOfRelief(_Words):
    """The consequences that relief has for the person, and those that it does not have."""

    does: tuple[Effect, ...] = Field(min_length=1)
    does_not: tuple[Effect, ...] = Field(min_length=1)


class HowToAsk(_Words):
    """Where or how a court is asked, as the section says it: the court, a form, a fee, a notice."""

    says: Text
    cite: Text


class Reading(_Words):
    """One reading of an open question.

    Attributes:
        says: the reading in words.
        gains: who gains by the reading, and who loses.
    """

    says: Text
    gains: Text


def as_text(value: Any) -> str:
    """A switch's value as the text that keys `readings`: `true`, `3`, `first`.

    Args:
        value: as the pack or the configuration has it.
    """
    if isinstance(value, (tuple, list)):
        return ", ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


Value = Annotated[str, BeforeValidator(as_text)]
Readings = dict[Value, Reading]


def reading_of(readings: Readings, value: object) -> Reading | None:
    """The reading of a switch's value; None if it has none.

    Args:
        readings: of the switch.
        value: the value.
    """
    return readings.get(as_text(value))


def without_lawyer_notes(pack: dict[str, Any]) -> dict[str, Any]:
    """A pack's content without its notes: the part that decides.

    Args:
        pack: the content, as dumped from the model.
    """
    deciding = {key: value for key, value in pack.items() if key not in PACK_KEYS}
    deciding["flow"] = [_without_keys(rule, RULE_KEYS) for rule in pack["flow"]]
    deciding["params"] = {name: _without_keys(p, PARAM_KEYS) for name, p in pack["params"].items()}
    return deciding


def _without_keys(part: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: value for key, value in part.items() if key not in keys}
