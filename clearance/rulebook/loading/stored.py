"""The text of a pack in the table `packs`: its file, and the values that the configuration set.

The text is one YAML mapping: the pack's file, and under `settled` the switches, the options of the
county and the fingerprint of the pack's inputs. So a row of `packs` alone is enough to read old
evidence, to print a reason and to decide again.
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


def stored_text(resolved: ResolvedPack, *, text: str) -> str:
    """The text of a row of `packs`.

    Args:
        resolved: the pack as it was used.
        text: the text of its file.
    """
    switches = {
        name: resolved.values[name] for name, param in resolved.pack.params.items() if param.switch
    }
    settled = {
        "reads": resolved.inputs_fingerprint,
        "switches": switches,
        "options": dict(resolved.options),
    }
    line = json.dumps({SETTLED: settled}, default=str, sort_keys=True)[1:-1]
    appended = f"{text.rstrip()}\n\n# What the configuration settled.\n{line}\n"
    if _has_settings(appended):
        return appended
    # No line can be appended to a file that ends its document or is in braces.
    content = {**(yaml.safe_load(text) or {}), SETTLED: json.loads("{" + line + "}")[SETTLED]}
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)


def _has_settings(text: str) -> bool:
    try:
        content = yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return False
    return isinstance(content, dict) and SETTLED in content


def parse_stored_pack(text: str, *, catalogue: Catalogue) -> ResolvedPack:
    """The resolved pack of a row of `packs`, with the same fingerprint and the same answers.

    Args:
        text: the row's `yaml`.
        catalogue: the columns that packs may use.

    Raises:
        RulebookInvalid: the text is not YAML.
        ValueError: the pack does not fit today's models.
    """
    content: dict[str, Any] = dict(load_yaml(Path("packs"), text=text).data)
    settled = content.pop(SETTLED, {})
    pack = Pack.model_validate(content)
    return resolve(
        pack,
        catalogue,
        switches=_with_tuples(settled.get("switches", {})),
        inputs_fingerprint=str(settled.get("reads", "")),
        options=_with_tuples(settled.get("options", {})),
    )


def _with_tuples(values: dict[str, Any]) -> dict[str, Any]:
    """The values, with lists as tuples."""
    return {n: tuple(value) if isinstance(value, list) else value for n, value in values.items()}
