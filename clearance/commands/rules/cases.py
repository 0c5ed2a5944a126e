"""`clearance rules test`: runs the cases beside each pack, through Python and through Spark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rich.console import Console

from clearance.commands.context import CommandContext
from clearance.commands.rules.packs import resolve_pack
from clearance.errors import DifferenceFound, RulebookInvalid
from clearance.rulebook.check.cases import (
    ReadyCase,
    difference,
    find_failures,
    load_cases,
)
from clearance.rulebook.language.resolved import ResolvedPack
from clearance.rulebook.loading.load import load_rulebook
from clearance.settings import Settings


@dataclass(frozen=True)
class CasesResult:
    """The result of the cases.

    Attributes:
        packs: the number of packs whose cases ran.
        cases: the number of cases.
        failures: pack, engine, sentence, and how the decision differs.
    """

    packs: int
    cases: int
    failures: tuple[tuple[str, str, str, str], ...]

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        names = ("pack", "engine", "case", "difference")
        failures = [dict(zip(names, failure, strict=True)) for failure in self.failures]
        return {"packs": self.packs, "cases": self.cases, "failures": failures}

    def raise_for_failures(self) -> None:
        """Raise DifferenceFound where a case failed."""
        if self.failures:
            raise DifferenceFound(
                f"{len(self.failures)} of {2 * self.cases} case runs differ.",
                "Correct the pack or the case: they are side by side in the rules folder.",
            )


def run_cases(context: CommandContext) -> CasesResult:
    """Run every pack's cases through the oracle, then all of them through Spark in one job."""
    rulebook = load_rulebook(context.rules)
    ready: list[tuple[ResolvedPack, ReadyCase]] = []
    failures: list[tuple[str, str, str, str]] = []
    for item in rulebook.packs:
        resolved = resolve_pack(rulebook, item, Settings())
        if not item.cases.is_file():
            raise RulebookInvalid(
                f"Pack {item.pack.pack} has no cases.", f"Write {item.cases.name} beside it."
            )
        cases = load_cases(item.cases, resolved=resolved, catalogue=rulebook.catalogue)
        failures += [
            (item.pack.pack, "python", *failure) for failure in find_failures(resolved, cases)
        ]
        ready += [(resolved, case) for case in cases]
    with context.session() as spark:
        from clearance.rulebook.spark.rows import decide_in_spark

        decisions = decide_in_spark(
            spark,
            [(case.under(resolved), case.as_of, case.row) for resolved, case in ready],
            catalogue=rulebook.catalogue,
        )
    for (resolved, case), decision in zip(ready, decisions, strict=True):
        wrong = difference(case.expect, decision)
        if wrong is not None:
            failures.append((resolved.pack.pack, "spark", case.name, wrong))
    return CasesResult(len(rulebook.packs), len(ready), tuple(failures))


def print_cases(result: CasesResult, console: Console) -> None:
    """Print the failures, then one line of figures."""
    for pack, engine, case, wrong in result.failures:
        console.print(f"{pack} ({engine}): {case}: {wrong}", markup=False)
    console.print(
        f"{result.cases} cases of {result.packs} packs, each through Python and Spark: "
        f"{len(result.failures)} differ"
    )
