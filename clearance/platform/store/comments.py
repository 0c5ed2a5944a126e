"""The comments of a store's tables and columns: what a row is, and what each column says."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from clearance import schemas
from clearance.personal import IDENTIFYING, REVIEWERS_WORDS, WHOLE_LINE
from clearance.platform.paths import rules_folder
from clearance.schemas import TableSpec

# Data, not code: other words do not change the fingerprint of the code that decides.
COLUMNS_FILE = Path(schemas.__file__).with_name("columns.yaml")
FEATURES_FILE = "features.yaml"


def table_comment(spec: TableSpec) -> str:
    """What a row of a table is, as a sentence."""
    return f"One row is {spec.row}."


@cache
def _read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def column_comments(spec: TableSpec) -> dict[str, str]:
    """What each column of a table says, by name; a column without words is left out.

    Args:
        spec: the table.
    """
    columns = _read(COLUMNS_FILE)
    features = _read(rules_folder() / FEATURES_FILE)[spec.features] if spec.features else {}
    words = {
        **columns["every"],
        **{name: feature["meaning"] for name, feature in features.items()},
        **columns.get(spec.name, {}),
        **{name.lower(): f"Restricted: {why}." for name, why in IDENTIFYING.items()},
        **{name: f"Restricted: {why}." for name, why in REVIEWERS_WORDS.items()},
        WHOLE_LINE: "Restricted: the line as received, every field in it.",
    }
    return {name: words[name] for name in spec.columns if name in words}
