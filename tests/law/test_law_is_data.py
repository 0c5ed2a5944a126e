"""The law is data: no module names a section of a law, but where the reason stands here.

What is searched is the code and its texts: names, numbers, string literals. Docstrings and
comments may cite. A number of one or two digits is taken for a section only with a code book or a
subdivision beside it, as in `PC 32` and `17(b)`.
"""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

from clearance.platform.paths import rules_folder
from tests.support.places import ROOT

COLUMN = "a column of the tables, declared in rules/features.yaml"
LIST = "a list of rules/statutes by its name"
HEADING = "a heading of the packets, in which the count or the person is described"
NO_SECTION = "a quantity, no section"

ALLOWED: dict[tuple[str, str], str] = {
    ("clearance/prepare/person/persons.py", "registrable_290c"): LIST,
    ("clearance/prepare/person/persons.py", "registered_290"): COLUMN,
    (
        "clearance/prepare/person/persons.py",
        "registers_290",
    ): "a step behind a column",
    ("clearance/prepare/record/rules.py", "registered_290"): COLUMN,
    ("clearance/prepare/statutes/lists.py", "registrable_290c"): LIST,
    ("clearance/export/step.py", "448"): "the mode 0o700 of a folder",
    ("clearance/platform/faults/chain.py", "600"): NO_SECTION,
    ("clearance/feed/forms.py", "290"): "an example in the words of a problem",
    ("clearance/ingest/files/kind.py", "128"): NO_SECTION,
    ("clearance/ingest/files/probe.py", "100.0"): NO_SECTION,
    ("clearance/ingest/unread.py", "100"): NO_SECTION,
    ("clearance/platform/spark/jvm_names.py", "100"): NO_SECTION,
    ("clearance/platform/watch/meter.py", "1000"): NO_SECTION,
    ("clearance/maintain/step.py", "128"): NO_SECTION,
    ("clearance/publish/column_order.py", "PC290"): HEADING,
    **{("clearance/publish/column_order.py", str(11357 + i)): HEADING for i in range(4)},
    ("clearance/publish/packets/counts.py", "registered_290"): COLUMN,
    ("clearance/publish/files.py", "448"): "the mode 0o700 of a folder",
    **{("clearance/publish/packets/counts.py", f"p64_{11357 + i}"): COLUMN for i in range(4)},
    ("clearance/publish/workbook/summary.py", "620"): NO_SECTION,
    ("clearance/report/figures.py", "100"): NO_SECTION,
    ("clearance/report/waterfall.py", "100.0"): NO_SECTION,
    ("clearance/rulebook/check/solver/days.py", "100"): NO_SECTION,
    ("clearance/rulebook/language/yaml_lines.py", "1000"): NO_SECTION,
    ("clearance/schemas/units.py", "registered_290"): COLUMN,
    **{("clearance/schemas/units.py", f"p64_{11357 + i}"): COLUMN for i in range(4)},
    ("clearance/platform/spark/session.py", "100"): NO_SECTION,
    ("clearance/platform/spark/pages.py", "448"): "the mode 0o700 of a folder",
    ("clearance/platform/store/store.py", "448"): "the mode 0o700 of a folder",
    ("clearance/settings.py", "100.0"): NO_SECTION,
}
MADE_UP = "clearance/synth/"
"""Made-up people are charged with something; nothing is decided from what these modules say."""

NUMBER = re.compile(r"\d+[a-z]?(?:[._]\d+)?[a-z]?", re.IGNORECASE)
WORD = re.compile(r"[\w.]*\d[\w.]*")
SUBDIVISION = re.compile(r"(?<![\w.])\d{1,2} ?\([A-Za-z]\)")


@cache
def code_books() -> str:
    books = yaml.safe_load((rules_folder() / "code_books.yaml").read_text(encoding="utf-8"))
    return "|".join(sorted({str(word) for word in books["code_books"]}, key=len, reverse=True))


@cache
def sections() -> frozenset[str]:
    """Every section that a statute list names or a pack cites, three digits or more."""
    found: set[str] = set()
    for path in (rules_folder() / "statutes").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                found |= set(_numbers(f"{row['section']} {row['cite']}"))
    for path in rules_folder().glob("*/**/*.yaml"):
        for line in re.findall(r"\bcite: (.*)", path.read_text(encoding="utf-8")):
            book_and_section = rf"\b(?:{code_books()}|HSC) (?:former )?([\d.]+[A-Za-z]?)"
            found |= {n for cited in re.findall(book_and_section, line) for n in _numbers(cited)}
    return frozenset(number for number in found if not re.fullmatch(r"\d{1,2}[a-z]?", number))


def _numbers(text: str) -> Iterator[str]:
    """Each number of a text, whole and by its parts; `851_93` is 851.93 too."""
    for number in NUMBER.findall(text.lower()):
        yield number.replace("_", ".")
        yield from re.findall(r"\d{3,}", number)


def named_sections(source: str) -> set[str]:
    """The words of a module's code that name a section."""
    tree = ast.parse(source)
    docstrings = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    beside_a_book = re.compile(
        rf"\b(?:(?:{code_books()}) ?\d{{1,2}}|\d{{1,2}} ?(?:{code_books()}))\b"
    )
    found: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in docstrings:
            continue
        for text in _texts(node):
            found |= {word for word in WORD.findall(text) if sections() & set(_numbers(word))}
            found |= {*beside_a_book.findall(text), *SUBDIVISION.findall(text)}
    return found


def _texts(node: ast.AST) -> Iterator[str]:
    """What a node says itself: a name, an attribute, a literal."""
    for _, value in ast.iter_fields(node):
        if isinstance(value, str):
            yield value
        elif isinstance(value, bytes):
            yield value.decode("latin-1")
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            yield str(value)


def modules() -> list[Path]:
    return [path for folder in ("clearance", "jobs") for path in (ROOT / folder).rglob("*.py")]


def test_no_module_names_a_section_of_a_law_but_where_the_reason_is_given() -> None:
    found = {
        (name, word)
        for path in modules()
        if not (name := path.relative_to(ROOT).as_posix()).startswith(MADE_UP)
        for word in named_sections(path.read_text(encoding="utf-8"))
    }
    assert sorted(found - set(ALLOWED)) == [], "the law belongs in rules/"
    assert sorted(set(ALLOWED) - found) == [], "no longer there: take it off the list"


def test_the_modules_of_made_up_people_are_asked_by_no_module_that_decides() -> None:
    deciding = ("charges", "feeds", "ingest", "publish", "report", "rulebook", "sweep")
    for path in modules():
        if path.relative_to(ROOT).parts[1:2] and path.relative_to(ROOT).parts[1] in deciding:
            assert "clearance.synth" not in path.read_text(encoding="utf-8"), path


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ('excluded = section == "11357"', "11357"),
        ("excluded = section in (459, 11361)", "11361"),
        ('text = f"{name}: PC 1203.4"', "1203.4"),
        ('cite = "HSC 11361.8(e)"', "11361.8"),
        ('pattern = r"^187\\b"', "187"),
        ('wobbler = "17(b)"', "17(b)"),
        ('plea = "PC 32"', "PC 32"),
        ('plea = "32 PC"', "32 PC"),
        ('pack = "pc851_93"', "pc851_93"),
        ("def reads_1170_18(): ...", "reads_1170_18"),
        ("row.registered_290", "registered_290"),
        ("maximum = 1203.425", "1203.425"),
    ],
)
def test_a_section_in_the_code_is_found(source: str, word: str) -> None:
    assert word in named_sections(source)


@pytest.mark.parametrize(
    "source",
    [
        '"""A module about PC 1203.425."""',
        'def f() -> None:\n    """Read HS 11357 and PC 17(b)."""',
        'NAME = 1\n"""What PC 290(c) lists."""',
        "days = 365  # PC 851.93 counts years",
        'version = "2.12"',
        "most = 17",
        'shown = f"{count} of 32 files"',
    ],
)
def test_docstrings_comments_and_quantities_are_no_law(source: str) -> None:
    assert named_sections(source) == set()
