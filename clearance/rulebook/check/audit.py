"""The whole rulebook gone through: every problem and every note of every pack, at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clearance.errors import RulebookInvalid
from clearance.rulebook.check.elements_mapped import (
    unmapped,
    unsaid,
    untrue_statements,
)
from clearance.rulebook.check.findings import Finding, from_line
from clearance.rulebook.check.reachability import (
    Shown,
    overlaps,
    reach_problems,
    undated,
)
from clearance.rulebook.check.solver.solver import PackSolver
from clearance.rulebook.check.uncited_values import params_astray, uncited
from clearance.rulebook.language.resolved import resolve
from clearance.rulebook.loading.load import PackFile, Rulebook, read_rulebook
from clearance.rulebook.loading.versions import version_gaps


@dataclass(frozen=True)
class Audit:
    """What the check found.

    Attributes:
        packs: how many packs could be read.
        problems: what must be corrected.
        notes: what a lawyer may want to look at: overlaps, periods without a value or a version.
    """

    packs: int
    problems: tuple[Finding, ...]
    notes: tuple[Finding, ...]

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "packs": self.packs,
            "problems": [finding.as_dict() for finding in self.problems],
            "notes": [finding.as_dict() for finding in self.notes],
        }

    def raise_for_problems(self) -> None:
        """Raise RulebookInvalid with every problem, where there is one."""
        if self.problems:
            raise RulebookInvalid(
                "\n".join(finding.as_text() for finding in self.problems),
                f"{len(self.problems)} to correct in the rules; each line says where.",
            )


def audit(folder: Path, *, overlapping: bool) -> Audit:
    """Check every pack of a rules folder, by its form and by a solver over its columns.

    Args:
        folder: the rules.
        overlapping: whether to look for rules that overlap, which takes longest.

    Raises:
        RulebookInvalid: there is no such folder.
    """
    rulebook, lines = read_rulebook(folder)
    problems = [from_line(line, kind="form") for line in lines]
    notes: list[Finding] = []
    for item in rulebook.packs:
        bad, good = _check(rulebook, item, overlapping=overlapping)
        problems += bad
        notes += good
    notes += _gaps(rulebook)
    return Audit(len(rulebook.packs), tuple(problems), tuple(notes))


def _check(
    rulebook: Rulebook, item: PackFile, *, overlapping: bool
) -> tuple[list[Finding], list[Finding]]:
    bound = resolve(item.pack, rulebook.catalogue, switches={}, reads=rulebook.reads)
    solver = PackSolver(bound, rulebook.catalogue)
    bad = [
        *uncited(bound),
        *params_astray(bound, rulebook.reasons),
        *reach_problems(bound, solver),
        *unmapped(bound),
        *untrue_statements(bound, solver),
    ]
    good = [
        *unsaid(bound),
        *undated(bound, solver),
        *(overlaps(bound, solver) if overlapping else ()),
    ]
    return list(_placed(item, bad)), list(_placed(item, good))


def _placed(item: PackFile, found: list[Shown]) -> Iterator[Finding]:
    for shown in sorted(found, key=lambda shown: item.document.line(shown.where)):
        yield Finding(
            kind=shown.kind,
            file=item.name,
            line=item.document.line(shown.where),
            message=shown.message,
            remedy=shown.remedy,
            pack=f"{item.pack.pack}@{item.pack.version}",
            witness=shown.witness,
        )


def _gaps(rulebook: Rulebook) -> Iterator[Finding]:
    for i, message in version_gaps([item.pack for item in rulebook.packs]):
        item = rulebook.packs[i]
        shown = Shown("gap", ("in_force",), message, "Add the version of that time, if any")
        yield from _placed(item, [shown])
