"""What a pack says about its law beside the rules: words for the lawyer who checks it.

Nothing here decides anything, so that it changes no fingerprint: a section's elements and which
rules they are, what relief does, the readings of what is open, where a petition may be open.
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

PACK_KEYS = ("elements", "effect_of_relief", "petition")
RULE_KEYS = ("states", "other_reading")
PARAM_KEYS = ("readings",)


class _Words(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Element(_Words):
    """One element of the section, in our own words.

    Attributes:
        cite: where it stands, to the clause.
        says: what it asks.
        rules: ids of the rules that it is; `otherwise` and `unknown` may be named too.
        no_rule: why it needs none.
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
    """One thing that relief does, or does not do."""

    says: Text
    cite: Text


class EffectOfRelief(_Words):
    """What a person has from relief, and what not."""

    does: tuple[Effect, ...] = Field(min_length=1)
    does_not: tuple[Effect, ...] = Field(min_length=1)


class Reading(_Words):
    """One way to read what is open.

    Attributes:
        says: the reading.
        gains: who gains by it, and who loses.
    """

    says: Text
    gains: Text


def as_text(value: Any) -> str:
    """A switch's value as `readings` name it: `true`, `3`, `first`.

    Args:
        value: as the pack or the configuration has it.
    """
    if isinstance(value, (tuple, list)):
        return ", ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


Value = Annotated[str, BeforeValidator(as_text)]
Readings = dict[Value, Reading]


def reading_of(readings: Readings, value: object) -> Reading | None:
    """The reading that a switch's value stands for.

    Args:
        readings: of the switch.
        value: the value.
    """
    return readings.get(as_text(value))


def without_words(pack: dict[str, Any]) -> dict[str, Any]:
    """A pack's content without what it only says; the rest decides.

    Args:
        pack: its content, as it is dumped.
    """
    kept = {key: value for key, value in pack.items() if key not in PACK_KEYS}
    kept["flow"] = [_without(rule, RULE_KEYS) for rule in pack["flow"]]
    kept["params"] = {name: _without(p, PARAM_KEYS) for name, p in pack["params"].items()}
    return kept


def _without(part: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: value for key, value in part.items() if key not in keys}
