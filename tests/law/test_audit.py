"""The page of what an audit found: every finding has its cases, and every case is there."""

from __future__ import annotations

import ast
import csv
import re
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from clearance.platform.paths import rules_folder
from clearance.prepare.statutes.lists import REQUIRED_BY_STEPS, load_statutes
from clearance.rulebook.loading.load import Rulebook
from tests.support.places import ROOT

PAGE = ROOT / "docs" / "audit.md"
CHARGES = ROOT / "tests" / "prepare" / "statutes" / "charge_lists.csv"
FINDINGS = {
    *(f"A{number}" for number in range(1, 13)),
    *(f"C{number}" for number in range(13, 17)),
    *(str(number) for number in range(1, 16)),
    "6b",
    *(
        f"B {relief}"
        for relief in (
            "849.5 851.91 1210.1 1203.43 diversion 11361.5 1203.42 290.5 653.29 1170.21 1203.4b "
            "1170.9 kinds"
        ).split()
    ),
}
"""A to C are what had to change, the numbers what the audit found."""

ACTS = {
    "pc1203_4": "AB 134 (Stats. 2023, ch. 47)",
    "pc1203_41": "AB 134 (Stats. 2023, ch. 47)",
    "pc1203_42": "AB 134 (Stats. 2023, ch. 47)",
    "pc17_b": "AB 321 (Stats. 2025, ch. 611)",
    "pc1203_4a": "SB 1106 (Stats. 2022, ch. 734)",
    "pc1203_4b": "SB 245 (Stats. 2025, ch. 746)",
    "pc4852_01": "AB 1924, Stats. 2022, ch. 766",
    "pc1203_425@2024-10-01": "AB 168 (Stats. 2024, ch. 49)",
    "pc851_93@2024-10-01": "AB 168 (Stats. 2024, ch. 49)",
}
"""By pack, the act that had last changed its section in the official text of 2026-07-21."""


class Line(NamedTuple):
    """A line of the page's tables: which findings, and where which cases are."""

    findings: list[str]
    place: str
    cases: list[str]


@cache
def lines() -> list[Line]:
    """The lines of the tables, without their headings."""
    found = []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and cells[0] != "Finding":
            findings, _, _, place, *cases = cells
            given = [case for case in cases if case]
            found.append(Line(findings.split(", "), place.strip("`"), given))
    return found


@cache
def names_at(place: str) -> set[str]:
    """The names of the cases in a file, as the page writes the file."""
    if place == CHARGES.name:
        with CHARGES.open(encoding="utf-8", newline="") as file:
            return {f"{row['text']} {row['level']} {row['on']}" for row in csv.DictReader(file)}
    if place.endswith(".py"):
        return names_in(ROOT / place)
    file_of_cases = rules_folder() / f"{place}.cases.yaml"
    cases = yaml.safe_load(file_of_cases.read_text(encoding="utf-8"))["cases"]
    return {case["case"] for case in cases}


def names_in(module: Path) -> set[str]:
    """Every text in a module that may name a case, and its tests."""
    parts = list(ast.walk(ast.parse(module.read_text(encoding="utf-8"))))
    tests = {part.name for part in parts if isinstance(part, ast.FunctionDef)}
    return tests | {str(part.value) for part in parts if isinstance(part, ast.Constant)}


def section_of(charge: str) -> str:
    """The section that a charge's text names, without an attempt before it."""
    found = re.match(r"(?:664/|182\(A\)\(1\)/)?(\d[\d.]*[A-Z]*)", charge)
    return found.group(1) if found else charge


def days_beside(first: date | None, last: date | None) -> list[str]:
    """The days on either side of the beginning and of the end of a row, as they are written."""
    day = timedelta(days=1)
    found = [first - day, first] if first else []
    found += [last, last + day] if last else []
    return [one.isoformat() for one in found]


def test_every_finding_has_its_lines() -> None:
    assert {finding for line in lines() for finding in line.findings} == FINDINGS


def test_every_case_that_the_page_names_is_there() -> None:
    missing = [
        (line.place, case)
        for line in lines()
        for case in line.cases
        if case not in names_at(line.place)
    ]
    assert missing == []


def test_a_line_has_a_case_on_either_side_or_names_one_test() -> None:
    for line in lines():
        alone = len(line.cases) == 1 and line.cases[0].startswith("test_")
        assert alone or len(set(line.cases)) == 2, line


def test_either_side_of_every_day_of_a_statute_list_has_a_charge() -> None:
    """A row begins to hold on its first day, and not on the day before; so with its last day."""
    with CHARGES.open(encoding="utf-8", newline="") as file:
        dated = {(section_of(row["text"]), row["on"]) for row in csv.DictReader(file)}
    rows = load_statutes(rules_folder(), required=REQUIRED_BY_STEPS).rows
    assert [
        (row.list, row.section, row.path, day)
        for row in rows
        for day in days_beside(row.valid_from, row.valid_to)
        if (row.section, day) not in dated
    ] == []


def test_no_pointer_asks_for_restitution(rulebook: Rulebook) -> None:
    """That it need not be paid is an element of a section, and no rule is about it."""
    about = {
        item.pack.pack: element
        for item in rulebook.packs
        for element in item.pack.elements
        if item.pack.kind == "pointer" and "estitution" in element.says
    }
    assert {"pc1203_4", "pc1203_41", "pc1203_42", "pc1203_4a", "pc1203_4b", "pc17_b"} == set(about)
    assert all(element.rules == () for element in about.values())


def test_the_bill_behind_the_branch_for_revoked_misdemeanors_is_in_the_history() -> None:
    pack = yaml.safe_load((rules_folder() / "pc1203_425/2024-07-01-enacted.yaml").read_text())
    bills = [change["bill"] for change in pack["changes"]]
    assert "AB 567 (Stats. 2023, ch. 444)" in bills


def test_the_newest_violent_felony_cites_its_act() -> None:
    (row,) = (
        row
        for row in load_statutes(rules_folder(), required=REQUIRED_BY_STEPS).rows
        if row.list == "violent" and row.section == "261" and row.valid_from is not None
    )
    assert row.cite == "PC 667.5(c)(24); SB 268 (Stats. 2024, ch. 855)"


@pytest.mark.parametrize("name", ACTS)
def test_each_pack_cites_the_act_that_last_changed_its_section(
    name: str, rulebook: Rulebook
) -> None:
    pack, _, version = name.partition("@")
    cites = [
        item.pack.authority.cite
        for item in rulebook.packs
        if item.pack.pack == pack and version in ("", item.pack.version)
    ]
    assert len(cites) == 1
    assert ACTS[name] in cites[0]
