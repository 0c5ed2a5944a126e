"""A pack as the store keeps it: its file, and what the configuration settled.

The text is one YAML mapping: the pack as it stood in its file, and under `settled` the switches,
the options of the county and the fingerprint of what the pack reads. So a row of `packs` alone is
enough to read old evidence, to print a reason and to decide again.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from clearance.rulebook.language.catalogue import Catalogue
from clearance.rulebook.language.model import Pack
from clearance.rulebook.language.resolved import ResolvedPack, resolve
from clearance.rulebook.language.yaml_lines import load_yaml

SETTLED = "settled"


def stored_text(bound: ResolvedPack, *, text: str) -> str:
    """The text of a row of `packs`.

    Args:
        bound: the pack as it was used.
        text: its file.
    """
    switches = {
        name: bound.values[name] for name, param in bound.pack.params.items() if param.switch
    }
    settled = {"reads": bound.reads, "switches": switches, "options": dict(bound.options)}
    line = json.dumps({SETTLED: settled}, default=str, sort_keys=True)[1:-1]
    appended = f"{text.rstrip()}\n\n# What the configuration settled.\n{line}\n"
    if _is_mapping_with(appended):
        return appended
    # A file that ends its document, or stands in braces, takes no further line.
    content = {**(yaml.safe_load(text) or {}), SETTLED: json.loads("{" + line + "}")[SETTLED]}
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)


def _is_mapping_with(text: str) -> bool:
    try:
        content = yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return False
    return isinstance(content, dict) and SETTLED in content


def bound_from(text: str, *, catalogue: Catalogue) -> ResolvedPack:
    """The pack as it was used, from a row of `packs`: the same fingerprint, the same answers.

    Args:
        text: the row's `yaml`.
        catalogue: the columns that packs may ask about.

    Raises:
        RulebookInvalid: the text is no YAML.
        ValueError: the rule language of today does not know the pack's form.
    """
    content: dict[str, Any] = dict(load_yaml(Path("packs"), text=text).data)
    settled = content.pop(SETTLED, {})
    pack = Pack.model_validate(content)
    return resolve(
        pack,
        catalogue,
        switches=_with_tuples(settled.get("switches", {})),
        reads=str(settled.get("reads", "")),
        options=_with_tuples(settled.get("options", {})),
    )


def _with_tuples(values: dict[str, Any]) -> dict[str, Any]:
    """The values, each list as the tuple that it was."""
    return {n: tuple(value) if isinstance(value, list) else value for n, value in values.items()}
