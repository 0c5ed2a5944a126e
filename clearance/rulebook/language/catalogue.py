"""The columns that packs may ask about, as declared in `rules/features.yaml`."""

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
        type: what kind of value it holds; decides which operators fit.
        null: `never`, or `unknown` when a missing value makes conditions on it unknown.
        label: how English renderings call it.
        meaning: what it says, for lawyers.
        codes: the words a code column may have; for tags, those that are no statute lists.
        feed: the side feed that it comes from; unknown where that was never loaded.
        words: how it is said in English, from `words.yaml`.
        bounded: of a date, the yes or no column that says that the true day is on or before the
            value, and no more is known of it; of dates, the one that says that some of them are
            only the first and the last day that one may be.
        between: of a date, the columns with the first and the last day that it may be where the
            record gives the month or the year alone.
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
        for key, wrong in (("bounded", _misbounded), ("between", _misplaced))
        if (problem := wrong(feature, features)) is not None
    ]
    if lines:
        raise RulebookInvalid("\n".join(lines), f"Correct {path} and run again.")
    words = load_words(rules)
    for unit, features in catalogue.items():
        for name, feature in features.items():
            lists = feature.type == "tags" and not feature.codes
            said = words.of(unit, name, codes=feature.codes, lists=lists)
            features[name] = feature.model_copy(update={"words": said})
    return catalogue


def _misbounded(feature: Feature, features: dict[str, Feature]) -> str | None:
    """What is wrong with the column that marks a bound."""
    if feature.bounded is None:
        return None
    if feature.type not in ("date", "dates"):
        return "only a date has a bound"
    mark = features.get(feature.bounded)
    if mark is None or mark.type != "yes_no" or mark.null != "never":
        return f"`{feature.bounded}` must be a yes_no column that always has a value"
    return None


def _misplaced(feature: Feature, features: dict[str, Feature]) -> str | None:
    """What is wrong with the columns that a date lies between."""
    if feature.between is None:
        return None
    if feature.type != "date" or feature.null != "unknown" or feature.bounded is not None:
        return "only a date that may be unknown, and has no bound, lies between two others"
    for name in feature.between:
        other = features.get(name)
        if other is None or other.type != "date" or other.null != "unknown":
            return f"`{name}` must be a date column that may be unknown"
    return None


def without_words(content: bytes) -> bytes:
    """What of the columns' file decides something: their words left out, the rest in its order.

    Args:
        content: of the file; it comes back as it is where it has not the form.
    """
    try:
        units = yaml.load(content, Loader=yaml.CSafeLoader)
        kept = {
            unit: {
                name: {key: value for key, value in feature.items() if key not in WORDS}
                for name, feature in features.items()
            }
            for unit, features in units.items()
        }
        return json.dumps(kept, default=str).encode()
    except (yaml.YAMLError, UnicodeError, AttributeError):
        return content
