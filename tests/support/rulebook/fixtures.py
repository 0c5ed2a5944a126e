"""The rulebook of the project, read once."""

from __future__ import annotations

import pytest

from clearance.platform.paths import rules_folder
from clearance.rulebook.language.resolved import ResolvedPack
from clearance.rulebook.loading.load import Rulebook, load_rulebook


@pytest.fixture(scope="session")
def rulebook() -> Rulebook:
    return load_rulebook(rules_folder())


@pytest.fixture(scope="session")
def bounds(rulebook: Rulebook) -> list[ResolvedPack]:
    return [rulebook.resolve(item.pack, switches={}) for item in rulebook.packs]


@pytest.fixture(scope="session")
def latest(bounds: list[ResolvedPack]) -> list[ResolvedPack]:
    """The last version of each pack; the others differ from it in little."""
    by_version = sorted(bounds, key=lambda bound: bound.pack.version)
    return list({bound.pack.pack: bound for bound in by_version}.values())
