"""Head counts of made-up people, for the open questions of the pages for lawyers.

`scripts/head-counts` writes the file `head_counts.json` of a rules folder, so that pages are made
without Spark. The counts of a pack hold while its fingerprint is the same; those of a pack that has
changed are left out of its page.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from clearance.errors import RulebookInvalid
from clearance.rulebook.language.resolved import ResolvedPack
from clearance.rulebook.loading.signatures import signed_fingerprint

FILE = "head_counts.json"


class RuleCount(BaseModel):
    """The units that a rule decided, and the people who have them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    units: int
    people: int


class PackCounts(BaseModel):
    """The counts of a version of a pack.

    Attributes:
        fingerprint: of the pack that decided.
        units: the units that the pack decided.
        rules: by rule; a rule that decided none is left out.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    fingerprint: str
    units: int
    rules: Mapping[str, RuleCount]


class HeadCounts(BaseModel):
    """The counts of a state of made-up people.

    Attributes:
        people: how many people `synth` made up.
        seed: of `synth`.
        as_of: the date of the decisions.
        packs: by `pack@version`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    people: int
    seed: int
    as_of: date
    packs: Mapping[str, PackCounts]

    def of(self, resolved: ResolvedPack) -> PackCounts | None:
        """The counts of a pack; None if it has none, or has changed since it was counted.

        Args:
            resolved: the pack.
        """
        counts = self.packs.get(f"{resolved.pack.pack}@{resolved.pack.version}")
        same = counts is not None and counts.fingerprint == signed_fingerprint(resolved)
        return counts if same else None

    def population(self, counts: PackCounts, unit: str) -> str:
        """A sentence on what was counted.

        Args:
            counts: of a pack.
            unit: of the pack.
        """
        return (
            f"Numbers are of {self.people:,} made-up people (seed {self.seed}), as of "
            f"{self.as_of}, of whom this pack decides {counts.units:,} {unit}s. They show which "
            "questions are about many, and nothing of California."
        )


def load_head_counts(rules: Path) -> HeadCounts | None:
    """The head counts of a rules folder; None if it has no such file.

    Args:
        rules: the rules folder.

    Raises:
        RulebookInvalid: the file has another form.
    """
    path = rules / FILE
    if not path.is_file():
        return None
    try:
        return HeadCounts.model_validate_json(path.read_text(encoding="utf-8"))
    except ValidationError as error:
        raise RulebookInvalid(
            f"{FILE} does not have the form of head counts.",
            "Write it anew with scripts/head-counts, or remove it.",
        ) from error
