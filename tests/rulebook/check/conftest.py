"""A rules folder without a pack, and the check of a small pack in it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from clearance.platform.paths import rules_folder
from clearance.rulebook.check.audit import Audit, audit
from tests.rulebook.check.small_rules import Check, write
from tests.support.rulebook.packs import small_pack


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A rules folder without a pack."""
    folder = tmp_path / "rules"
    (folder / "prop64").mkdir(parents=True)
    for file in (*rules_folder().glob("*.yaml"), *rules_folder().glob("*.csv")):
        shutil.copy(file, folder / file.name)
    shutil.copytree(rules_folder() / "statutes", folder / "statutes")
    return folder


@pytest.fixture
def check(rules: Path) -> Check:
    """What the check finds in a small pack, changed so."""

    def run(**changes: Any) -> Audit:
        write(rules, small_pack(**changes))
        return audit(rules, overlapping=True)

    return run
