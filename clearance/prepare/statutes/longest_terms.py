"""The longest terms that the law allows, which bound a missing length: `rules/longest_terms.yaml`.

Imports without pyspark.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

Kind = Literal["probation", "jail", "parole"]
KINDS: tuple[Kind, ...] = get_args(Kind)
# Each entry is a bit of one number.
MOST_ENTRIES = 62
LEVELS: tuple[Literal["F", "M", "I"], ...] = ("F", "M", "I")


class LongestTerm(BaseModel):
    """The longest term of the convictions that meet all conditions of the entry.

    Attributes:
        levels: the levels of the conviction as it was made; all levels where the file has none.
        sections: the sections of the charge, as `PC 459`; without any, all that can be read.
        unread: whether the entry is for charges that cannot be read instead.
        start: the first conviction date, `from` in the file.
        beside_probation: whether probation must have been granted, too.
        years: the longest term in years; None without a bound.
        cite: the law.
        certainty: as of a row of a statute list.
        note: for a lawyer.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    levels: tuple[Literal["F", "M", "I"], ...] = LEVELS
    sections: tuple[Annotated[str, Field(pattern=r"^[A-Z]{2} [0-9]+[0-9A-Z.]*$")], ...] = ()
    unread: bool = False
    start: date | None = Field(default=None, alias="from")
    beside_probation: bool = False
    years: Annotated[int, Field(ge=1, le=150)] | None
    cite: str = Field(min_length=1)
    certainty: Literal["H", "M", "V", "reading"]
    note: str | None = None

    @model_validator(mode="after")
    def _one_kind_of_charge(self) -> Self:
        if self.unread and self.sections:
            raise ValueError("`sections` are of charges that can be read: drop one of the two")
        if len(set(self.sections)) < len(self.sections):
            raise ValueError("a section stands twice")
        return self


class LongestTerms(BaseModel):
    """The entries of each kind of term; the first whose conditions a conviction meets decides.

    Attributes:
        probation: of probation, and of a term without a place that cannot be prison.
        jail: of county jail.
        parole: of parole after prison.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    probation: tuple[LongestTerm, ...] = ()
    jail: tuple[LongestTerm, ...] = ()
    parole: tuple[LongestTerm, ...] = ()

    @model_validator(mode="after")
    def _few(self) -> Self:
        if sum(len(getattr(self, kind)) for kind in KINDS) > MOST_ENTRIES:
            raise ValueError(f"at most {MOST_ENTRIES} entries in all")
        return self
