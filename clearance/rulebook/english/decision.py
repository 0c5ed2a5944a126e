"""A decision in English: the parsed pack, and the petitions that NOT_ELIGIBLE leaves open."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from clearance.errors import RulebookInvalid
from clearance.rulebook.english.fact_words import FactWords
from clearance.rulebook.english.prose import NO_PETITION_OPEN, NOT_AUTOMATIC, PETITION_OPEN
from clearance.rulebook.language.catalogue import Catalogue
from clearance.rulebook.language.resolved import ResolvedPack
from clearance.rulebook.loading.load import read_rulebook
from clearance.rulebook.loading.stored import parse_stored_pack

Petitions = Mapping[tuple[str, str], tuple[tuple[str, str], ...]]
"""By pack and version: the pointers that may be open after a no, each its id and its title."""


class TodaysRules(NamedTuple):
    """What an explanation reads from a rules folder.

    Attributes:
        catalogue: the columns that packs may use.
        petitions: of its packs.
        how_to_ask: by pack and version, sentences on how a court is asked, each with its cite.
    """

    catalogue: Catalogue
    petitions: Petitions
    how_to_ask: Mapping[tuple[str, str], tuple[str, ...]]


def read_todays_rules(rules: Path) -> TodaysRules:
    """The columns of a rules folder, and notes of its packs; all empty without a folder.

    Args:
        rules: the folder; packs with problems are left out.
    """
    try:
        rulebook, _ = read_rulebook(rules)
    except RulebookInvalid:
        return TodaysRules({}, {}, {})
    titles = {item.pack.pack: item.pack.title for item in rulebook.packs}
    petitions = {
        (item.pack.pack, item.pack.version): tuple(
            (name, titles.get(name, name)) for name in item.pack.petition
        )
        for item in rulebook.packs
    }
    how_to_ask = {
        (item.pack.pack, item.pack.version): tuple(
            f"{part.says.rstrip('.')} ({part.cite})." for part in item.pack.how_to_ask
        )
        for item in rulebook.packs
    }
    return TodaysRules(rulebook.catalogue, petitions, how_to_ask)


def stored_pack(text: str, catalogue: Catalogue) -> ResolvedPack | None:
    """The resolved pack of a stored text; None if today's rules cannot parse it.

    Args:
        text: `yaml` of a row of `packs`.
        catalogue: the columns that packs may use.
    """
    try:
        resolved = parse_stored_pack(text, catalogue=catalogue)
        FactWords(resolved, catalogue[resolved.pack.unit]).all()
        return resolved
    except (RulebookInvalid, ValueError, KeyError, TypeError):
        return None


def answer_in_words(
    *, kind: str, outcome: str, petitions: tuple[str, ...], none_open: bool = False
) -> str | None:
    """The petitions that NOT_ELIGIBLE of automatic law leaves open; None for other decisions.

    Args:
        kind: the kind of the pack.
        outcome: the outcome of the determination.
        petitions: the petitions that the pack names.
        none_open: whether every petition that the pack names is known not to be open.
    """
    if kind != "law" or outcome != "NOT_ELIGIBLE":
        return None
    if none_open:
        return f"{NOT_AUTOMATIC}; {NO_PETITION_OPEN}"
    named = f": {'; '.join(petitions)}" if petitions else ""
    return f"{NOT_AUTOMATIC}; {PETITION_OPEN}{named}"
