"""`clearance rules test`: the cases beside each pack, through Python and through Spark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rich.console import Console

from clearance.commands.context import CommandContext
from clearance.commands.rules.packs import bound_pack
from clearance.errors import DifferenceFound, RulebookInvalid
from clearance.rulebook.check.cases import (
    ReadyCase,
    difference,
    load_cases,
    run_in_python,
)
from clearance.rulebook.language.resolved import ResolvedPack
from clearance.rulebook.loading.load import load_rulebook
from clearance.settings import Settings


@dataclass(frozen=True)
class CasesResult:
    """How the cases went.

    Attributes:
        packs: packs whose cases ran.
        cases: how many.
        failures: pack, engine, sentence, and how it differs.
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
                "Correct the pack or the case: they stand side by side in the rules folder.",
            )


def run_cases(context: CommandContext) -> CasesResult:
    """Every pack's cases through the oracle, then all of them through Spark in one job."""
    rulebook = load_rulebook(context.rules)
    ready: list[tuple[ResolvedPack, ReadyCase]] = []
    failures: list[tuple[str, str, str, str]] = []
    for item in rulebook.packs:
        bound = bound_pack(rulebook, item, Settings())
        if not item.cases.is_file():
            raise RulebookInvalid(
                f"Pack {item.pack.pack} has no cases.", f"Write {item.cases.name} beside it."
            )
        cases = load_cases(item.cases, bound=bound, catalogue=rulebook.catalogue)
        failures += [(item.pack.pack, "python", *failed) for failed in run_in_python(bound, cases)]
        ready += [(bound, case) for case in cases]
    with context.session() as spark:
        from clearance.rulebook.spark.rows import decide_in_spark

        got = decide_in_spark(
            spark,
            [(case.under(bound), case.as_of, case.row) for bound, case in ready],
            catalogue=rulebook.catalogue,
        )
    for (bound, case), determination in zip(ready, got, strict=True):
        wrong = difference(case.expect, determination)
        if wrong is not None:
            failures.append((bound.pack.pack, "spark", case.name, wrong))
    return CasesResult(len(rulebook.packs), len(ready), tuple(failures))


def print_cases(result: CasesResult, console: Console) -> None:
    """Failures, then one line of figures."""
    for pack, engine, case, wrong in result.failures:
        console.print(f"{pack} ({engine}): {case}: {wrong}", markup=False)
    console.print(
        f"{result.cases} cases of {result.packs} packs, each through Python and Spark: "
        f"{len(result.failures)} differ"
    )
