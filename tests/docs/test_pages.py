"""Every command and every snippet of the tutorial and the how-to pages runs as it is written.

What a page shows under a command is part of what that command prints. The pages follow one store:
the suite's own, on which the tutorial goes on, and each how-to page on a copy of what it leaves.
"""

from __future__ import annotations

import contextlib
import csv
import fnmatch
import io
import json
import re
import shlex
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml
from pyspark.sql import SparkSession
from typer.core import TyperGroup
from typer.main import get_command

from clearance import __version__
from clearance.cli import exit_code
from clearance.commands.app import app
from clearance.ingest.layout import FIELDS
from clearance.personal import is_personal
from clearance.platform.store.store import Store
from clearance.schemas import TABLES
from tests.commands import test_readme
from tests.support.places import ROOT
from tests.support.stores import Line

DOCS, README = ROOT / "docs", ROOT / "README.md"
HOW_TO = sorted((DOCS / "how-to").glob("*.md"))
BLOCK = re.compile(r"(?P<before>[^\n]*)\n\n```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.M | re.S)
FILE = re.compile(r"`(?P<name>[\w./-]+)`:$")
# Each runs in a test of its own, and takes long; here its words are only read.
RUN_ELSEWHERE = {
    "grant": README,
    "maintain": README,
    "publish": ROOT / "tests" / "line" / "test_same_answers.py",
    "replay": README,
    "rules check": README,
    "rules test": ROOT / "tests" / "law" / "test_cases.py",
}


@dataclass(frozen=True)
class Block:
    """A fenced block of a page: its language, its text, and the line before it."""

    kind: str
    text: str
    before: str


@dataclass
class Reader:
    """Somebody who types what a page says, in a folder of their own.

    Attributes:
        output: what the latest block of commands printed.
        values: names that the page's Python has given.
        instead: commands that were run before, and what they printed.
    """

    spark: SparkSession
    output: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    instead: dict[str, str] = field(default_factory=dict)

    def follow(self, page: Path) -> None:
        """Do all that the page says, in the folder that one is in."""
        for block in blocks(page):
            getattr(self, f"_{block.kind}")(block)

    def _sh(self, block: Block) -> None:
        self.output = "".join(map(self._typed, block.text.strip().splitlines()))

    def _typed(self, command: str) -> str:
        if command in self.instead:
            return self.instead[command]
        if not command.startswith("clearance "):
            assert command.split()[0] == "cp", command
            subprocess.run(shlex.split(command), check=True)
            return ""
        words = [self._filled(word) for word in shlex.split(command)]
        if any(command.startswith(f"clearance {verb}") for verb in RUN_ELSEWHERE):
            read(words[1:])
            return ""
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            assert exit_code(words[1:], debug=True) == 0, command
        return printed.getvalue()

    def _filled(self, word: str) -> str:
        """A sweep's id where the page leaves one open: the latest, or the first."""
        if word not in ("SWEEP", "FIRST_SWEEP"):
            return word
        sweeps = Store("store").read(self.spark, "sweeps").orderBy("determinations_version")
        ids = [str(row["sweep_id"]) for row in sweeps.collect()]
        return ids[0] if word == "FIRST_SWEEP" else ids[-1]

    def _text(self, block: Block) -> None:
        """Each part that is shown was printed; `...` is what is left out."""
        printed = flat(self.output)
        missing = [part for part in block.text.split("...\n") if flat(part) not in printed]
        assert not missing, self.output

    def _diff(self, block: Block) -> None:
        file = Path(named(block))
        lines = block.text.splitlines()
        before, after = (
            "\n".join(line[1:] for line in lines if line[0] in signs) for signs in (" -", " +")
        )
        text = file.read_text(encoding="utf-8")
        assert text.count(before) == 1, f"{file} does not have these lines once:\n{before}"
        file.write_text(text.replace(before, after), encoding="utf-8")

    def _json(self, block: Block) -> None:
        Path(named(block)).write_text(json.dumps(json.loads(block.text)), encoding="utf-8")

    def _yaml(self, block: Block) -> None:
        content = yaml.safe_load(block.text)
        assert content
        if FILE.search(block.before):
            Path(named(block)).write_text(block.text, encoding="utf-8")

    def _python(self, block: Block) -> None:
        exec(compile(block.text, "page", "exec"), self.values)


def blocks(page: Path) -> list[Block]:
    found = BLOCK.finditer(page.read_text(encoding="utf-8"))
    return [Block(one["kind"], one["text"], one["before"]) for one in found]


def named(block: Block) -> str:
    """The file that the line before a block names."""
    found = FILE.search(block.before)
    assert found, block.before
    return found["name"]


def flat(text: str) -> str:
    return " ".join(text.split())


def read(words: list[str]) -> None:
    """Have a command's words read, as the command line does before it runs them."""
    command: Any = get_command(app)
    while isinstance(command, TyperGroup):
        command, words = command.commands[words[0]], words[1:]
    command.make_context(command.name, list(words))


@pytest.fixture(scope="module")
def followed(
    spark: SparkSession, line: Line, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """The folder of somebody who has followed the tutorial."""
    folder = tmp_path_factory.mktemp("tutorial")
    shutil.copytree(line.place.store, folder / "store")
    shutil.copytree(line.place.out, folder / "out")
    (run,) = (
        command
        for block in blocks(DOCS / "tutorial.md")
        if block.kind == "sh"
        for command in block.text.splitlines()
        if command.startswith("clearance run ")
    )
    read(shlex.split(run)[1:])
    counts = line.said["determine"]["counts"]
    ran = "\n".join(f"{cell}: {count}" for cell, count in sorted(counts.items()))
    with contextlib.chdir(folder):
        Reader(spark, instead={run: ran}).follow(DOCS / "tutorial.md")
    yield folder


def rows_of(files: list[str]) -> list[list[str]]:
    """The rows of research files, without the first field, which numbers them in each file anew."""
    rows = []
    for file in files:
        with open(file, encoding="iso-8859-1", newline="") as lines:
            rows += [row[1 : len(FIELDS)] for row in csv.reader(lines) if row[0] != FIELDS[0]]
    return rows


def test_the_people_of_the_tutorial_are_those_that_its_run_is_about(
    followed: Path, line: Line
) -> None:
    made = rows_of([str(path) for path in (followed / "people").glob("*.csv")])
    assert len(made) > 900
    assert sorted(made) == sorted(rows_of(line.files))


def test_the_rows_that_the_tutorial_shows_are_the_rows_of_the_file(followed: Path) -> None:
    page = (DOCS / "tutorial.md").read_text(encoding="utf-8")
    (table,) = re.findall(r"^\| SUBJECT_ID .*?\n\n", page, re.M | re.S)
    head, _, *shown = (
        [cell.strip() for cell in row.split("|")[1:-1]] for row in table.split("\n")[:-2]
    )
    (file,) = (followed / "people").glob("*.csv")
    with file.open(encoding="iso-8859-1") as lines:
        rows = [row for row in csv.DictReader(lines) if row["SUBJECT_ID"] == shown[0][0]]
    assert len(rows) == len(shown) > 3
    for row, cells in zip(rows, shown, strict=True):
        kept = [row[name].strip() for name in head]
        assert ["" if cell in ("NULL", "-") else cell for cell in kept] == cells


@pytest.mark.parametrize("page", HOW_TO, ids=lambda page: page.stem)
def test_a_how_to_page_does_what_it_says(
    page: Path, spark: SparkSession, followed: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(followed, folder)
    shutil.copytree(ROOT / "rules", folder / "rules")  # a copy: pages change it
    reader = Reader(spark)
    with contextlib.chdir(folder):
        reader.follow(page)
    if page.stem == "read-the-tables":
        counted = [tuple(row) for row in reader.values["by_spark"]]
        assert len(counted) > 10
        assert reader.values["by_duckdb"] == counted
        assert [tuple(row.values()) for row in reader.values["by_delta_rs"]] == counted
        by_pandas = reader.values["by_pandas"].items()
        assert [(*cell, units) for cell, units in by_pandas] == counted
        in_words = reader.values["in_words"]
        assert sum(row["units"] for row in in_words) == sum(units for *_, units in counted)
        assert len({row["reason_text"] for row in in_words}) > 10
        assert reader.values["rows_then"] == reader.values["rows_at_first"] > 0
        assert len(reader.values["one_person"]) > 0
        assert {row["_change_type"] for row in reader.values["changed"]} > {"update_postimage"}


def test_every_block_of_the_pages_is_of_a_kind_that_is_run() -> None:
    for page in (DOCS / "tutorial.md", *HOW_TO):
        text = page.read_text(encoding="utf-8")
        kinds = [block.kind for block in blocks(page)]
        assert len(kinds) == text.count("\n```") / 2, page
        assert all(hasattr(Reader, f"_{kind}") for kind in kinds), page


def test_what_is_only_read_here_runs_in_a_test_of_its_own() -> None:
    for verb, file in RUN_ELSEWHERE.items():
        text = file.read_text(encoding="utf-8")
        if file == README:
            assert f"\n.venv/bin/clearance {verb}" in text, verb
            assert verb not in test_readme.RUN_ELSEWHERE, verb
        else:
            assert json.dumps(verb.split())[1:-1] in text, verb


def test_every_published_file_and_every_table_is_on_the_page_of_who_may_see_it(line: Line) -> None:
    page = (DOCS / "how-to" / "who-may-see-which-file.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `OUT/(.*?)` \| (.*?) \|", page, re.M)
    patterns = {
        pattern.replace("COUNTY", "*").replace("YYYY-MM", "*"): content for pattern, content in rows
    }
    files = [path for path in line.place.out.rglob("*") if path.is_file()]
    assert files
    for path in files:
        name = str(path.relative_to(line.place.out))
        (content,) = [patterns[one] for one in patterns if fnmatch.fnmatch(name, one)]
        if path.suffix == ".csv":
            with path.open(encoding="iso-8859-1") as lines:
                columns = {column.lower() for column in next(csv.reader(lines))}
            names = any(is_personal(column) for column in columns - {"ofn"})
            assert content.startswith("**yes**") == names, name
            assert ("SUBJECT_ID" in content) == (not names and "subject_id" in columns), name
    restricted = [name for name, spec in TABLES.items() if spec.restricted]
    (paragraph,) = re.findall(r"Three tables say who a person is: (.*?)\n\n", page, re.S)
    sentence = paragraph.split(".\n")[0]
    assert sorted(re.findall(r"`(\w+)`", sentence)) == sorted(restricted)
    assert len(restricted) == 3


def test_what_the_install_page_names_is_there() -> None:
    page = (DOCS / "install.md").read_text(encoding="utf-8")
    commands = [line for block in blocks(DOCS / "install.md") for line in block.text.splitlines()]
    assert len(commands) > 10
    for command in commands:
        words = shlex.split(command)
        if words[0].startswith("scripts/"):
            assert (ROOT / words[0]).is_file(), command
        if Path(words[0]).name == "clearance" and words[1:] == ["--install-completion"]:
            assert "install_completion" in {param.name for param in get_command(app).params}
        elif Path(words[0]).name == "clearance":
            read(words[1:])
        if words[1:2] == ["-m"] and words[2] != "venv":
            assert find_spec(words[2]), command
        for name in (word for word in words if word.endswith(".txt")):
            assert (ROOT / name).is_file(), command
    wheels = set(re.findall(r"clearance-[\d.]+-py3-none-any\.whl", page))
    assert wheels == {f"clearance-{__version__}-py3-none-any.whl"}
    with (ROOT / "pyproject.toml").open("rb") as file:
        extras = set(tomllib.load(file)["project"]["optional-dependencies"])
    assert set(re.findall(r"^\| `(\w+)` \|", page, re.M)) == extras
