"""The meaning of each column of a packet, for the workbook's page of words."""

from __future__ import annotations

from pathlib import Path

from clearance.errors import RulebookInvalid
from clearance.rulebook.language.yaml_lines import load_yaml

MEANINGS_FILE = "packet_columns.yaml"


def load_column_meanings(rules: Path) -> dict[str, str]:
    """The meaning of each column of a packet; empty if the folder has no such file.

    Args:
        rules: the rulebook's folder.

    Raises:
        RulebookInvalid: the file is not a mapping of columns to texts.
    """
    path = rules / MEANINGS_FILE
    if not path.is_file():
        return {}
    content = load_yaml(path).data or {}
    if not isinstance(content, dict) or not all(isinstance(v, str) for v in content.values()):
        raise RulebookInvalid(
            f"{path.name} must give one text per column.", "Write each line as `COLUMN: text`."
        )
    return {str(column): text for column, text in content.items()}
