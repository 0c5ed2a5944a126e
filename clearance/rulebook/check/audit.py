"""The audit of a rulebook: every problem and every note of every pack."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clearance.errors import RulebookInvalid
from clearance.rulebook.check.elements_mapped import (
    find_false_statements,
    find_missing_notes,
    find_unmapped_rules,
)
from clearance.rulebook.check.findings import Finding, finding_from_line
from clearance.rulebook.check.reachability import (
    PackFinding,
    find_overlaps,
    find_undated,
    find_unreachable,
)
from clearance.rulebook.check.solver.solver import PackSolver
from clearance.rulebook.check.uncited_values import find_param_problems, find_uncited
from clearance.rulebook.loading.load import PackFile, Rulebook, read_rulebook
from clearance.rulebook.loading.versions import version_gaps


@dataclass(frozen=True)
class Audit:
    """The findings of the check.

    Attributes:
        packs: number of valid packs.
        problems: findings that must be corrected.
        notes: findings for a lawyer: overlaps, periods without a value or a version.
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
    """Check every pack of a rules folder: its form, and its rules by a solver over its columns.

    Args:
        folder: the rules folder.
        overlapping: whether to search for overlapping rules, which takes longest.

    Raises:
        RulebookInvalid: there is no such folder.
    """
    rulebook, lines = read_rulebook(folder)
    problems = [finding_from_line(line, kind="form") for line in lines]
    notes: list[Finding] = []
    for item in rulebook.packs:
        new_problems, new_notes = _check_pack(rulebook, item, overlapping=overlapping)
        problems += new_problems
        notes += new_notes
    notes += _find_gaps(rulebook)
    return Audit(len(rulebook.packs), tuple(problems), tuple(notes))


def _check_pack(
    rulebook: Rulebook, item: PackFile, *, overlapping: bool
) -> tuple[list[Finding], list[Finding]]:
    resolved = rulebook.resolve(item.pack, switches={})
    solver = PackSolver(resolved, rulebook.catalogue)
    problems = [
        *find_uncited(resolved),
        *find_param_problems(resolved, rulebook.reasons),
        *find_unreachable(resolved, solver),
        *find_unmapped_rules(resolved),
        *find_false_statements(resolved, solver),
    ]
    notes = [
        *find_missing_notes(resolved),
        *find_undated(resolved, solver),
        *(find_overlaps(resolved, solver) if overlapping else ()),
    ]
    return list(_as_findings(item, problems)), list(_as_findings(item, notes))


def _as_findings(item: PackFile, findings: list[PackFinding]) -> Iterator[Finding]:
    for finding in sorted(findings, key=lambda finding: item.document.line(finding.where)):
        yield Finding(
            kind=finding.kind,
            file=item.name,
            line=item.document.line(finding.where),
            message=finding.message,
            remedy=finding.remedy,
            pack=f"{item.pack.pack}@{item.pack.version}",
            witness=finding.witness,
        )


def _find_gaps(rulebook: Rulebook) -> Iterator[Finding]:
    for i, message in version_gaps([item.pack for item in rulebook.packs]):
        item = rulebook.packs[i]
        finding = PackFinding("gap", ("in_force",), message, "Add the version of that time, if any")
        yield from _as_findings(item, [finding])
