"""The words of an office: labels and sentences for outcome, relief and reason code.

Reason texts are in `reasons.yaml`; labels of REVIEW are in the pack's rules. Both are looked up on
the driver, once per distinct decision, never per person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clearance.errors import RulebookInvalid
from clearance.rulebook.language.yaml_lines import load_yaml

if TYPE_CHECKING:
    from pyspark.sql import Row

DISMISSAL = "Eligible for Dismissal"
REDUCTION = "Eligible for Reduction"
RESENTENCING = "Eligible for Resentencing"
NOT_ELIGIBLE = "Not eligible"
HAND_REVIEW = "Hand Review"

_BY_RELIEF = {"dismiss": DISMISSAL, "redesignate": REDUCTION, "resentence": RESENTENCING}


@dataclass(frozen=True)
class PackWords:
    """The texts of a stored pack.

    Attributes:
        pack: id.
        version: its version.
        title: its title, or the id.
        kind: law, policy, scenario, pointer or effect.
        authority: the law or policy that the pack states.
        facts: names in order; bit i of the evidence is fact i.
        questions: each fact as written in the pack, options with their values.
        labels: office label by rule id; only rules with a label.
        params: the value of each param and option, for reason texts.
        petition: pointers to petitions that may be open after NOT_ELIGIBLE.
    """

    pack: str
    version: str
    title: str
    kind: str = ""
    authority: str = ""
    facts: tuple[str, ...] = ()
    questions: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    petition: tuple[str, ...] = ()


# The placeholders that are filled in later, from each count.
FILLED_BY_COUNT = ("charge", "section")


class _Placeholders(dict[str, str]):
    """Values of placeholders; a placeholder without a value becomes its name in words."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}" if key in FILLED_BY_COUNT else f"({key.replace('_', ' ')})"


def load_reason_texts(rules: Path) -> dict[str, str]:
    """The text of each reason code; empty if the folder has no `reasons.yaml`.

    Args:
        rules: the rulebook's folder.

    Raises:
        RulebookInvalid: the file is not a mapping of codes to texts.
    """
    path = rules / "reasons.yaml"
    if not path.is_file():
        return {}
    content = load_yaml(path).data or {}
    if not isinstance(content, dict) or not all(isinstance(v, str) for v in content.values()):
        raise RulebookInvalid(
            f"{path.name} must give one text per reason code.",
            "Write each line as `CODE: text`.",
        )
    return {str(code): text for code, text in content.items()}


def read_pack_words(*, pack: str, version: str, text: str, facts: Iterable[str]) -> PackWords:
    """Reads the words of a row of `packs`.

    Args:
        pack: id.
        version: its version.
        text: the pack as YAML.
        facts: names in order of their bits.
    """
    content = load_yaml(Path(f"{pack} {version}"), text=text).data or {}
    return pack_words_of(content, pack=pack, version=version, facts=facts)


def pack_words_of(
    content: Mapping[str, Any], *, pack: str, version: str, facts: Iterable[str]
) -> PackWords:
    """The words of a pack whose YAML is parsed.

    Args:
        content: the pack.
        pack: id.
        version: its version.
        facts: names in order of their bits.
    """
    rules = {rule["rule"]: rule for rule in content.get("flow") or []}
    for name in ("unknown", "otherwise"):
        if isinstance(content.get(name), dict):
            rules[name] = content[name]
    facts_as_written = content.get("facts")
    authority = content.get("authority") or {}
    settled = content.get("settled") or {}
    options = {name: _option(given) for name, given in (settled.get("options") or {}).items()}
    switches = {name: _value(given) for name, given in (settled.get("switches") or {}).items()}
    params = {name: _value(given) for name, given in (content.get("params") or {}).items()}
    return PackWords(
        pack=pack,
        version=version,
        title=str(content.get("title") or pack),
        kind=str(content.get("kind") or ""),
        authority=str(authority.get("cite") or ""),
        facts=tuple(facts),
        questions=(
            _questions(facts_as_written, options) if isinstance(facts_as_written, dict) else {}
        ),
        labels={name: rule["label"] for name, rule in rules.items() if rule.get("label")},
        params={**params, **switches, **options},
        petition=tuple(str(name) for name in content.get("petition") or ()),
    )


def read_words_of_packs(packs: Iterable[Row]) -> dict[str, PackWords]:
    """Reads the words of each pack, by fingerprint.

    Args:
        packs: rows of `packs`.
    """
    return {
        row.fingerprint: read_pack_words(
            pack=row.pack, version=row.version, text=row.yaml, facts=row.facts
        )
        for row in packs
    }


def _questions(facts: Mapping[Any, Any], options: Mapping[str, str]) -> dict[str, str]:
    """Each fact as written, with the county's value behind an option."""
    return {
        str(name): " ".join(
            f"{word} ({options[word]})" if word in options else word for word in text.split(" ")
        )
        for name, text in facts.items()
        if isinstance(text, str)
    }


def _option(value: Any) -> str:
    """An option's value as text; an option without a value is `off`."""
    if isinstance(value, list):
        return ", ".join(str(item) for item in value) or "off"
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value) if value else "off"


def _value(param: Any) -> str:
    value = param.get("value") if isinstance(param, dict) else param
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return "" if value is None else str(value)


def office_word(outcome: str, relief: str | None, label: str | None = None) -> str:
    """The office's word for an outcome.

    Args:
        outcome: of the determination; NOT_YET has the word of NOT_ELIGIBLE.
        relief: of the determination.
        label: of the rule that decided.
    """
    if outcome == "REVIEW":
        return label or HAND_REVIEW
    if outcome == "ELIGIBLE":
        stem = (relief or "").split("_")[0]
        return _BY_RELIEF.get(stem, "Eligible")
    return NOT_ELIGIBLE


def merged_reason_text(code: str, texts: Mapping[str, str], packs: Iterable[PackWords]) -> str:
    """The sentence for a reason code, over several counts and counties.

    A param with several values is written with all of them; the count's section and charge are
    written as `(section)` and `(the charge itself)`.

    Args:
        code: of the determinations.
        texts: by code.
        packs: the pack with each county's options.
    """
    variants = list(packs)
    params = {
        name: _alternatives(pack.params[name] for pack in variants if name in pack.params)
        for name in {name for pack in variants for name in pack.params}
    }
    of_count = {"section": "(section)", "charge": "(the charge itself)"}
    return format_reason(code, texts, {**params, **of_count})


def _alternatives(values: Iterable[str]) -> str:
    return " or ".join(sorted(set(values), key=lambda value: (len(value), value)))


def format_reason(code: str, texts: Mapping[str, str], params: Mapping[str, str]) -> str:
    """The sentence for a reason code; the code itself if it has no text.

    Without a param, a placeholder of `FILLED_BY_COUNT` stays in the sentence and any other becomes
    its name in words.

    Args:
        code: of the determination.
        texts: by code.
        params: of the pack, for placeholders such as `{years_quiet}`.
    """
    text = texts.get(code)
    if text is None:
        return code
    return text.format_map(_Placeholders(params))
