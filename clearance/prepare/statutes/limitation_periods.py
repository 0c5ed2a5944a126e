"""The periods in which a case may be filed, as data: `rules/limitation.yaml`.

Statute lists hold the offences of each period. Imports without pyspark.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from clearance.errors import nearest

Name = Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$")]


class LimitationPeriod(BaseModel):
    """A period, and its conditions on an offence; a period without any is that of all others.

    Attributes:
        years: from the arrest to the last day on which a case may be filed; `none` without limit.
        lists: statute lists; the offence is, or may be, on one of them.
        level: F for an offence that may be punished as a felony, whatever its charge says.
        cite: the law.
        certainty: as of a row of a statute list.
        note: for a lawyer.
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
        """Whether the period has no condition on the offence."""
        return not self.lists and self.level is None

    @property
    def length(self) -> float:
        """The years, to compare periods by."""
        return float("inf") if self.years == "none" else self.years


class FelonyByPriors(BaseModel):
    """Wobblers that are a felony only for a person with certain other convictions.

    Attributes:
        offences: lists of these wobblers.
        priors: lists of the other convictions; a single one that is, or may be, on them is enough.
        cite: the law.
        certainty: as of a row of a statute list.
        note: for a lawyer.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    offences: tuple[Name, ...] = Field(min_length=1)
    priors: tuple[Name, ...] = Field(min_length=1)
    cite: str = Field(min_length=1)
    certainty: Literal["H", "M", "V", "reading"]
    note: str | None = None


class Limitation(BaseModel):
    """All periods; where an offence meets the conditions of several, the longest holds.

    Attributes:
        wobblers: lists of offences that may be punished as a felony, whatever their charge says.
        by_priors: the wobblers that are a felony only with other convictions; None without any.
        periods: the periods, the longest first.
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
        """The lists without a file: the keys that name each, and the problem.

        Args:
            known: the ids of the lists that have a file.
        """
        named: list[tuple[tuple[str | int, ...], str]]
        named = [(("wobblers",), name) for name in self.wobblers]
        named += [(("by_priors", "offences"), name) for name in self.offences_by_priors]
        named += [(("by_priors", "priors"), name) for name in self.priors]
        named += [
            (("periods", index, "lists"), name)
            for index, period in enumerate(self.periods)
            for name in period.lists
        ]
        problems: list[tuple[tuple[str | int, ...], str]] = []
        for keys, name in named:
            if name not in known:
                guess = nearest(name, list(known))
                hint = f"; did you mean {guess}?" if guess else ""
                problems.append((keys, f"`{name}` is no statute list{hint}"))
        return problems

    @property
    def lists(self) -> frozenset[str]:
        """Every list that is named here."""
        named = (self.wobblers, self.offences_by_priors, self.priors)
        return frozenset().union(*named, *(period.lists for period in self.periods))

    @property
    def offences_by_priors(self) -> tuple[str, ...]:
        """Lists of offences that are a felony only with other convictions."""
        return self.by_priors.offences if self.by_priors else ()

    @property
    def priors(self) -> tuple[str, ...]:
        """Lists of the convictions that make those offences a felony."""
        return self.by_priors.priors if self.by_priors else ()
