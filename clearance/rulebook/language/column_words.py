"""The English words of columns, codes and statute lists: `rules/words.yaml`.

These words decide nothing, so that they can be improved without a new sweep. A column without an
entry is rendered by its label in `features.yaml`, a code or list by its id.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from clearance.errors import RulebookInvalid
from clearance.rulebook.language.yaml_lines import load_yaml

WORDS_FILE = "words.yaml"

CodeWords = str | tuple[str, str]
"""The word after `is` and `is not`; or two phrases, for the positive and the negative statement."""


class PossibleWords(BaseModel):
    """What a list asks besides the section, where a record cannot say whether it holds.

    Attributes:
        fact: the fact, as `how the offence was committed`.
        supplier: who could supply it, as `the court's file`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    fact: str = Field(min_length=1)
    supplier: str = Field(alias="from", min_length=1)


class ColumnWords(BaseModel):
    """The English words of one column.

    Attributes:
        is_: of a yes_no column, the sentence for yes; of a tags column, the words before its lists
            or outcomes (`the charge is`); of any other column, its name.
        not_: the negative of `is_`; None if the program can form it.
        codes: the words of each code, or of each statute list.
        possible: of each statute list, what it asks besides the section.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    is_: str | None = Field(default=None, alias="is", min_length=1)
    not_: str | None = Field(default=None, alias="not", min_length=1)
    codes: dict[str, CodeWords] = Field(default_factory=dict)
    possible: dict[str, PossibleWords] = Field(default_factory=dict)


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    conviction: dict[str, ColumnWords] = Field(default_factory=dict)
    arrest: dict[str, ColumnWords] = Field(default_factory=dict)
    codes: dict[str, CodeWords] = Field(default_factory=dict)
    lists: dict[str, str] = Field(default_factory=dict)
    possible: dict[str, PossibleWords] = Field(default_factory=dict)


class RuleWords:
    """The words of a rules folder, by unit and column."""

    def __init__(self, content: _File) -> None:
        self._by_unit = {"conviction": content.conviction, "arrest": content.arrest}
        self._codes = content.codes
        self._lists = content.lists
        self._possible = content.possible

    def of(self, unit: str, column: str, *, codes: tuple[str, ...], lists: bool) -> ColumnWords:
        """The words of one column.

        Args:
            unit: `conviction` or `arrest`.
            column: its name.
            codes: the column's codes; words shared by several columns are added to its own.
            lists: whether its values are statute lists.
        """
        column_words = self._by_unit[unit].get(column, ColumnWords())
        shared = {code: words for code, words in self._codes.items() if code in codes}
        possible = column_words.possible
        if lists:
            shared, possible = dict(self._lists), {**self._possible, **column_words.possible}
        return column_words.model_copy(
            update={"codes": {**shared, **column_words.codes}, "possible": possible}
        )


def load_words(rules: Path) -> RuleWords:
    """The words of a rules folder; empty without the file.

    Raises:
        RulebookInvalid: the file does not have the declared form.
    """
    path = rules / WORDS_FILE
    if not path.is_file():
        return RuleWords(_File())
    document = load_yaml(path)
    try:
        return RuleWords(TypeAdapter(_File).validate_python(document.data or {}))
    except ValidationError as error:
        lines = [
            f"{path.name}:{document.line(tuple(problem['loc']))}: {problem['msg']}"
            for problem in error.errors()
        ]
        raise RulebookInvalid("\n".join(lines), f"Correct {path} and run again.") from error
