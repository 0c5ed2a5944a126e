"""The catalogue: the columns that packs may use, as declared in `rules/features.yaml`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from clearance.errors import RulebookInvalid
from clearance.rulebook.language.column_words import ColumnWords, load_words
from clearance.rulebook.language.yaml_lines import load_yaml

COLUMNS_FILE = "features.yaml"
WORDS = ("label", "meaning")
FeatureType = Literal["date", "dates", "number", "yes_no", "code", "text", "tags", "path", "age"]
Unit = Literal["conviction", "arrest"]


class Feature(BaseModel):
    """One column of `charges` or `arrests`.

    Attributes:
        type: the kind of its values, which decides the operators that can be used.
        null: `never`, or `unknown` when a missing value makes conditions on it unknown.
        label: its name in English renderings.
        meaning: its description for lawyers.
        codes: the values of a code column; for tags, the values that are not statute lists.
        feed: the side feed that it comes from; the value is unknown if the feed was never loaded.
        words: its English words, from `words.yaml`.
        bounded: of a date, the yes_no column that is true if the value is a bound: the true day is
            on or before it, and nothing else is known. Of dates, the yes_no column that is true if
            some of them are only the first and the last possible day of one date.
        between: of a date, the columns with its first and last possible day, for records that give
            only the month or the year.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: FeatureType
    null: Literal["never", "unknown"]
    label: str = Field(min_length=1)
    meaning: str = Field(min_length=1)
    codes: tuple[str, ...] = ()
    feed: str | None = None
    words: ColumnWords = ColumnWords()
    bounded: str | None = None
    between: tuple[str, str] | None = None


Catalogue = dict[Unit, dict[str, Feature]]


def load_catalogue(rules: Path) -> Catalogue:
    """Every feature by unit and column name, with its words.

    Raises:
        RulebookInvalid: a file is missing or does not have the declared form.
    """
    path = rules / COLUMNS_FILE
    document = load_yaml(path)
    try:
        catalogue = TypeAdapter(Catalogue).validate_python(document.data)
    except ValidationError as error:
        lines = [
            f"{path.name}:{document.line(problem['loc'])}: {problem['msg']}"
            for problem in error.errors()
        ]
        raise RulebookInvalid("\n".join(lines), f"Correct {path} and run again.") from error
    lines = [
        f"{path.name}:{document.line((unit, name, key))}: `{key}` of `{name}`: {problem}"
        for unit, features in catalogue.items()
        for name, feature in features.items()
        for key, find_problem in (("bounded", _bound_problem), ("between", _span_problem))
        if (problem := find_problem(feature, features)) is not None
    ]
    if lines:
        raise RulebookInvalid("\n".join(lines), f"Correct {path} and run again.")
    words = load_words(rules)
    for unit, features in catalogue.items():
        for name, feature in features.items():
            is_list = feature.type == "tags" and not feature.codes
            column_words = words.of(unit, name, codes=feature.codes, lists=is_list)
            features[name] = feature.model_copy(update={"words": column_words})
    return catalogue


def _bound_problem(feature: Feature, features: dict[str, Feature]) -> str | None:
    """The problem of the column in `bounded`; None if it has none."""
    if feature.bounded is None:
        return None
    if feature.type not in ("date", "dates"):
        return "only a date has a bound"
    mark = features.get(feature.bounded)
    if mark is None or mark.type != "yes_no" or mark.null != "never":
        return f"`{feature.bounded}` must be a yes_no column that always has a value"
    return None


def _span_problem(feature: Feature, features: dict[str, Feature]) -> str | None:
    """The problem of the columns in `between`; None if they have none."""
    if feature.between is None:
        return None
    if feature.type != "date" or feature.null != "unknown" or feature.bounded is not None:
        return "only a date that may be unknown, and has no bound, lies between two others"
    for name in feature.between:
        other = features.get(name)
        if other is None or other.type != "date" or other.null != "unknown":
            return f"`{name}` must be a date column that may be unknown"
    return None


def without_column_words(content: bytes) -> bytes:
    """The content of the columns' file that decides: labels and meanings left out, order kept.

    Args:
        content: the file; returned unchanged if it does not have the form of the file.
    """
    try:
        units = yaml.load(content, Loader=yaml.CSafeLoader)
        deciding = {
            unit: {
                name: {key: value for key, value in feature.items() if key not in WORDS}
                for name, feature in features.items()
            }
            for unit, features in units.items()
        }
        return json.dumps(deciding, default=str).encode()
    except (yaml.YAMLError, UnicodeError, AttributeError):
        return content
