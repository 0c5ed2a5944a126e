"""The rulebook's own verbs: list, English, and the cases beside each pack."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console

from clearance.commands.context import CommandContext
from clearance.errors import DifferenceFound, RulebookInvalid, UsageError
from clearance.rulebook.check.cases import (
    ReadyCase,
    difference,
    load_cases,
    run_in_python,
)
from clearance.rulebook.english.pages import pages
from clearance.rulebook.english.prose import english
from clearance.rulebook.language.resolved import BoundPack, bind
from clearance.rulebook.loading.load import PackFile, Rulebook, load_rulebook
from clearance.rulebook.loading.signatures import sign, sign_off
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


def list_packs(rules: Path, settings: Settings) -> list[dict[str, Any]]:
    """One entry a pack and version, and whether it is signed off under the settings' switches."""
    rows = []
    rulebook = load_rulebook(rules)
    for item in rulebook.packs:
        pack = item.pack
        signed = sign_off(item, _bound(rulebook, item, settings))
        force = pack.in_force
        rows.append(
            {
                "pack": pack.pack,
                "version": pack.version,
                "kind": pack.kind,
                "unit": pack.unit,
                "title": pack.title,
                "in_force_from": None if force == "never" else force.start,
                "in_force_to": None if force == "never" else force.end,
                "ever_in_force": force != "never",
                "rules": len(pack.flow),
                "reviewed_by": pack.authority.reviewed_by,
                "signed_off": signed.state,
                "signed_by": signed.signature.by if signed.signature else None,
                "signed_on": signed.signature.on if signed.signature else None,
                "says": str(signed),
            }
        )
    return rows


def say_packs(rows: list[dict[str, Any]], console: Console) -> None:
    """A line a pack."""
    for row in rows:
        console.print(
            f"{row['pack']}@{row['version']}  {row['kind']}  {row['title']}  ({row['says']})",
            markup=False,
        )


def sign_pack(rules: Path, settings: Settings, name: str, *, by: str, on: date) -> Path:
    """The file in which a pack is signed off now.

    Raises:
        UsageError: there is no such pack, several versions and none was named, or nobody signs.
    """
    rulebook = load_rulebook(rules)
    item = _named(rulebook, name)
    return sign(item, _bound(rulebook, item, settings), by=by, on=on)


def show_pack(rules: Path, settings: Settings, name: str) -> str:
    """A pack in English.

    Raises:
        UsageError: there is no such pack, or several versions and none was named.
    """
    rulebook = load_rulebook(rules)
    bound = _bound(rulebook, _named(rulebook, name), settings)
    return english(bound, rulebook.catalogue, rulebook.reasons)


def _named(rulebook: Rulebook, name: str) -> PackFile:
    identity, _, version = name.partition("@")
    versions = [
        item
        for item in rulebook.packs
        if item.pack.pack == identity and version in ("", item.pack.version)
    ]
    if len(versions) != 1:
        known = ", ".join(f"{i.pack.pack}@{i.pack.version}" for i in rulebook.packs)
        what = "is several versions" if versions else "is no pack"
        raise UsageError(f"`{name}` {what}.", f"Name one of: {known}.")
    return versions[0]


def write_pages(rules: Path, out: Path) -> list[str]:
    """A page a pack version and their index, as files in a folder.

    Returns:
        The names of the files, the index first.

    Raises:
        UsageError: the folder cannot be written.
    """
    written = pages(load_rulebook(rules))
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in written.items():
            (out / name).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(
            f"{out} cannot be written ({type(error).__name__}).", "Name another folder."
        ) from error
    return list(written)


def run_cases(context: CommandContext) -> CasesResult:
    """Every pack's cases through the oracle, then all of them through Spark in one job."""
    rulebook = load_rulebook(context.rules)
    ready: list[tuple[BoundPack, ReadyCase]] = []
    failures: list[tuple[str, str, str, str]] = []
    for item in rulebook.packs:
        bound = _bound(rulebook, item, Settings())
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


def say_cases(result: CasesResult, console: Console) -> None:
    """Failures, then one line of figures."""
    for pack, engine, case, wrong in result.failures:
        console.print(f"{pack} ({engine}): {case}: {wrong}", markup=False)
    console.print(
        f"{result.cases} cases of {result.packs} packs, each through Python and Spark: "
        f"{len(result.failures)} differ"
    )


def _bound(rulebook: Rulebook, item: PackFile, settings: Settings) -> BoundPack:
    return bind(item.pack, rulebook.catalogue, switches=settings.switches, reads=rulebook.reads)
