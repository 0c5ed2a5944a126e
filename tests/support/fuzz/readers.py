"""Files of the rules read to the end, as the fuzz tests and the soak read broken ones."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

from clearance.determine.county_options import load_county_options
from clearance.errors import RulebookInvalid
from clearance.platform.paths import rules_folder
from clearance.rulebook.check.cases import find_failures, load_cases
from clearance.rulebook.english.office_words import load_reason_texts
from clearance.rulebook.english.prose import pack_in_english
from clearance.rulebook.language.catalogue import load_catalogue
from clearance.rulebook.language.options import OptionValues, PackOption
from clearance.rulebook.language.resolved import resolve
from clearance.rulebook.language.yaml_lines import Document, load_yaml
from clearance.rulebook.loading.documents import pack_files, read_documents
from clearance.rulebook.loading.load import (
    PackFile,
    Rulebook,
    _load_list_names,
    _parse_pack,
    load_rulebook,
)
from clearance.rulebook.loading.pack_checks import Known
from clearance.settings import CountyPolicies, CountyPolicy, Settings

RULES = rules_folder()
CASES = sorted(RULES.glob("*/**/*.cases.yaml"))
AS_OF = date(2026, 11, 1)
PACKS = [path.with_name(path.name.replace(".cases.yaml", ".yaml")) for path in CASES]


@cache
def known() -> Known:
    """What packs may name."""
    return Known(
        load_catalogue(RULES), load_reason_texts(RULES), _load_list_names(RULES / "statutes")
    )


@cache
def _rulebook() -> Rulebook:
    return load_rulebook(RULES)


@cache
def pack_options() -> dict[str, PackOption]:
    """The options that a county's file may set."""
    found = _rulebook().find("configurable", as_of=AS_OF)
    assert found is not None
    return dict(found.pack.options)


def read_county(path: Path) -> OptionValues:
    """The options of a county whose policy names this option file, as a sweep takes them.

    Raises:
        UsageError: an entry does not fit, each with its line.
    """
    policy = CountyPolicy(policy="configurable", options=path.name)
    config = Settings(county_policies=CountyPolicies(counties={"YOLO": policy}))
    config.read_option_files(path.parent)
    chosen = load_county_options(_rulebook(), config, as_of=AS_OF)["configurable"].counties["YOLO"]
    assert len(config.fingerprint) == 64
    return chosen


def cases_of(path: Path) -> Path:
    """The cases of the pack in a file of the project's rules."""
    return next(item.cases for item in _rulebook().packs if item.document.path == path)


@cache
def _documents() -> dict[str, Document]:
    """The files of the project's packs."""
    return {path.relative_to(RULES).as_posix(): load_yaml(path) for path in pack_files(RULES)}


def pack_of(path: Path) -> tuple[PackFile | None, list[str]]:
    """The pack of one file, built from the project's other versions, and what is wrong with it."""
    documents, problems = read_documents(path.parent, files=[path], beside=_documents())
    for item in documents:
        found, wrong = _parse_pack(item, known())
        return found, [*problems, *wrong]
    return None, problems


def read_pack(path: Path, cases: Path) -> None:
    """A pack read, checked, and where it holds together told in English and run on its cases.

    Raises:
        RulebookInvalid: the pack or its cases do not hold together.
    """
    found, problems = pack_of(path)
    if problems or found is None:
        assert all(problem.startswith(f"{path.name}:") for problem in problems)
        raise RulebookInvalid("\n".join(problems), "Correct the rules.")
    catalogue, reasons = known().catalogue, known().reasons
    assert catalogue is not None and reasons is not None
    bound = resolve(found.pack, catalogue, switches={}, inputs_fingerprint="r")
    pack_in_english(bound, catalogue, reasons)
    find_failures(bound, load_cases(cases, resolved=bound, catalogue=catalogue))
