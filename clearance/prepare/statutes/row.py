"""A row of a statute list: a section or a subdivision, and the conditions for a charge of it."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from clearance.prepare.citation.spelling import SECTION_PATTERN

PATH_PATTERN = r"^([A-Z]{1,2}|\d{1,3}|[IVX]{1,4})(\.([A-Z]{1,2}|\d{1,3}|[IVX]{1,4}))*$"
LITERAL_PATTERN = r"^[A-Z0-9]+( [A-Z0-9]+)*(\|[A-Z0-9]+( [A-Z0-9]+)*)*$"
EARLIEST, LATEST = date.min, date.max


class StatuteRow(BaseModel):
    """A section or a subdivision on a list; `rules/statutes/README.md` explains the columns."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    list: str = Field(pattern="^[a-z][a-z0-9_]*$")
    code_book: str
    section: str = Field(pattern=SECTION_PATTERN)
    path: str | None = Field(pattern=PATH_PATTERN)
    literal: str | None = Field(pattern=LITERAL_PATTERN)
    needs: Literal["felony", "unreadable", "felony_unreadable", "not"] | None
    attempts: Literal["yes", "possible", "no"]
    conspiracies: Literal["yes", "possible", "no"]
    bare: Literal["possible", "no"] | None
    without_book: Literal["match", "possible", "no"]
    condition: str = Field(min_length=1)
    valid_from: date | None
    valid_to: date | None
    cite: str = Field(min_length=1)
    certainty: Literal["H", "M", "V", "reading"]
    source: str = Field(min_length=1)

    @field_validator("path", "literal", "needs", "bare", "valid_from", "valid_to", mode="before")
    @classmethod
    def _blank_is_absent(cls, value: object) -> object:
        return None if value == "" else value

    @model_validator(mode="after")
    def _holds_together(self) -> StatuteRow:
        if (self.path is None) != (self.bare is None):
            raise ValueError("bare is for rows with a path: `possible` or `no` there, else blank")
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError(
                f"valid_to {self.valid_to} is before valid_from {self.valid_from}; "
                "no charge is on the list: turn them round or drop one"
            )
        if self.needs == "not" and (self.valid_from or self.valid_to):
            raise ValueError("a row that says `not` holds at all dates: leave valid_from, valid_to")
        return self

    @property
    def place(self) -> tuple[str, str, str, str, str]:
        """The list, section, path and words of the row, by which rows are sorted."""
        return (self.list, self.code_book, self.section, self.path or "", self.literal or "")

    @property
    def window(self) -> tuple[date, date]:
        """The first and the last day on which the row holds."""
        return (self.valid_from or EARLIEST, self.valid_to or LATEST)

    @property
    def effects(self) -> tuple[str | None, ...]:
        """The columns that decide the result for a charge that the row matches."""
        return (self.needs, self.attempts, self.conspiracies, self.bare, self.without_book)
