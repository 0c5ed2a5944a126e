"""A decision in English: the parsed pack, and the petitions that NOT_ELIGIBLE leaves open."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from clearance.errors import RulebookInvalid
from clearance.rulebook.english.fact_words import FactWords
from clearance.rulebook.english.prose import NOT_AUTOMATIC, PETITION_OPEN
from clearance.rulebook.language.catalogue import Catalogue
from clearance.rulebook.language.resolved import ResolvedPack
from clearance.rulebook.loading.load import read_rulebook
from clearance.rulebook.loading.stored import parse_stored_pack

Petitions = Mapping[tuple[str, str], tuple[str, ...]]
"""By pack and version, the pointers that may be open after NOT_ELIGIBLE, as `id: title`."""


def catalogue_and_petitions(rules: Path) -> tuple[Catalogue, Petitions]:
    """The columns of a rules folder, and the petitions of its packs; both empty without a folder.

    Args:
        rules: the folder; packs with problems are left out.
    """
    try:
        rulebook, _ = read_rulebook(rules)
    except RulebookInvalid:
        return {}, {}
    titles = {item.pack.pack: item.pack.title for item in rulebook.packs}
    petitions = {
        (item.pack.pack, item.pack.version): tuple(
            f"{name}: {titles.get(name, name)}" for name in item.pack.petition
        )
        for item in rulebook.packs
    }
    return rulebook.catalogue, petitions


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


def answer_in_words(*, kind: str, outcome: str, petitions: tuple[str, ...]) -> str | None:
    """The petitions that NOT_ELIGIBLE of automatic law leaves open, in words; else None.

    Args:
        kind: of the pack.
        outcome: of the determination.
        petitions: the petitions of the pack, as `id: title`.
    """
    if kind != "law" or outcome != "NOT_ELIGIBLE":
        return None
    named = f": {'; '.join(petitions)}" if petitions else ""
    return f"{NOT_AUTOMATIC}; {PETITION_OPEN}{named}"
