"""The periods in which a case may be filed, as data: `rules/limitation.yaml`.

Statute lists say which offences have which period. Imports without pyspark.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from clearance.errors import nearest

Name = Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$")]


class LimitationPeriod(BaseModel):
    """A period, and what an offence must be for it; one without conditions is every other's.

    Attributes:
        years: from the arrest to the last day on which a case may be filed; `none` without limit.
        lists: it is on one of them, or may be.
        level: F for what may be punished as a felony, however it is charged.
        cite: the law.
        certainty: as of a row of a statute list.
        note: what to know.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    years: Annotated[int, Field(ge=1, le=99)] | Literal["none"]
    lists: tuple[Name, ...] = ()
    level: Literal["F"] | None = None
    cite: str = Field(min_length=1)
    certainty: Literal["H", "M", "V", "reading"]
    note: str | None = None

    @property
    def for_all(self) -> bool:
        """Whether it asks nothing of the offence."""
        return not self.lists and self.level is None

    @property
    def length(self) -> float:
        """The years, to compare periods by."""
        return float("inf") if self.years == "none" else self.years


class FelonyByPriors(BaseModel):
    """Wobblers that are a felony only of somebody with other convictions.

    Attributes:
        offences: lists of such offences.
        priors: lists of the convictions; one on record that is on them, or may be, is enough.
        cite: the law.
        certainty: as of a row of a statute list.
        note: what to know.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    offences: tuple[Name, ...] = Field(min_length=1)
    priors: tuple[Name, ...] = Field(min_length=1)
    cite: str = Field(min_length=1)
    certainty: Literal["H", "M", "V", "reading"]
    note: str | None = None


class Limitation(BaseModel):
    """All periods; where several fit, the longest holds.

    Attributes:
        wobblers: lists of offences that may be punished as a felony whatever their charge says.
        by_priors: those among them that may be only with other convictions; None where none are.
        periods: the longest first.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    wobblers: tuple[Name, ...] = Field(min_length=1)
    by_priors: FelonyByPriors | None = None
    periods: tuple[LimitationPeriod, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        lengths = [period.length for period in self.periods]
        if lengths != sorted(lengths, reverse=True):
            raise ValueError("where several fit, the longest holds: write the longest first")
        if [period.for_all for period in self.periods] != [False] * (len(lengths) - 1) + [True]:
            raise ValueError("the last, and only that, has neither `lists` nor `level`")
        return self

    def unknown_lists(self, known: tuple[str, ...]) -> list[tuple[tuple[str | int, ...], str]]:
        """Lists that no file is: where each stands, and what is wrong with it.

        Args:
            known: the lists' ids.
        """
        named: list[tuple[tuple[str | int, ...], str]]
        named = [(("wobblers",), name) for name in self.wobblers]
        named += [(("by_priors", "offences"), name) for name in self.offences_by_priors]
        named += [(("by_priors", "priors"), name) for name in self.priors]
        named += [
            (("periods", at, "lists"), name)
            for at, period in enumerate(self.periods)
            for name in period.lists
        ]
        found: list[tuple[tuple[str | int, ...], str]] = []
        for where, name in named:
            if name not in known:
                guess = nearest(name, list(known))
                hint = f"; did you mean {guess}?" if guess else ""
                found.append((where, f"`{name}` is no statute list{hint}"))
        return found

    @property
    def lists(self) -> frozenset[str]:
        """Every list that a period or the wobblers name."""
        named = (self.wobblers, self.offences_by_priors, self.priors)
        return frozenset().union(*named, *(period.lists for period in self.periods))

    @property
    def offences_by_priors(self) -> tuple[str, ...]:
        """Lists of offences that are a felony only with other convictions."""
        return self.by_priors.offences if self.by_priors else ()

    @property
    def priors(self) -> tuple[str, ...]:
        """Lists of those convictions."""
        return self.by_priors.priors if self.by_priors else ()
