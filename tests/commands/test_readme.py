"""Every command of the README runs as it is written."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from typer.core import TyperGroup
from typer.main import get_command

from clearance.cli import exit_code
from clearance.commands.app import app
from clearance.platform.store.store import Store
from tests.support.places import ROOT
from tests.support.stores import Line

README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line.strip()
    for block in re.findall(r"```sh\n(.*?)```", README, flags=re.S)
    for line in block.strip().splitlines()
]
BIN = Path(sys.executable).parent
# Each runs with these options in a test of its own; here its words are only read.
RUN_ELSEWHERE = {
    "ingest": "tests/line/test_same_answers.py",
    "prepare": "tests/line/test_same_answers.py",
    "determine": "tests/line/test_same_answers.py",
    "publish": "tests/line/test_same_answers.py",
    "report": "tests/line/test_same_answers.py",
    "diff": "tests/diff/test_diff.py",
    "export": "tests/export/test_export.py",
    "rules sign": "tests/rulebook/loading/test_signatures.py",
    "rules test": "tests/law/test_cases.py",
}


def clearance_commands() -> list[str]:
    return [line for line in COMMANDS if line.startswith(".venv/bin/clearance ")]


def test_the_readme_holds_no_command_of_another_kind() -> None:
    others = [line for line in COMMANDS if line not in clearance_commands()]
    kinds = {line.split()[0] for line in others}
    assert kinds == {"scripts/demo", "scripts/test", ".venv/bin/spark-submit"}


def test_every_clearance_command_runs_in_the_order_of_the_page(
    spark: SparkSession,
    line: Line,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The demo's folder, made smaller by the fixture; the rest of the page stands on it.
    monkeypatch.chdir(tmp_path)
    for store in ("out/demo/store", "out/store", "mine"):
        shutil.copytree(line.place.store, store)
    names = {"FILES...": line.files, "STORE": ["mine"], "OUT": ["mine_out"]}
    for command in clearance_commands():
        if "SWEEP" in command:
            sweeps = Store("mine").read(spark, "sweeps").select("sweep_id").collect()
            names["SWEEP"] = [sweeps[-1][0]]
        words = [part for word in shlex.split(command)[1:] for part in names.get(word, [word])]
        elsewhere = [verb for verb in RUN_ELSEWHERE if command.split(" ", 1)[1].startswith(verb)]
        if elsewhere:
            _read(words)
        else:
            assert exit_code(words, debug=True) == 0, command


def test_what_the_readme_test_only_reads_runs_in_a_test_of_its_own() -> None:
    for verb, file in RUN_ELSEWHERE.items():
        words = json.dumps(verb.split())[1:-1]
        assert words in (ROOT / file).read_text(encoding="utf-8"), verb


def _read(words: list[str]) -> None:
    """Have a command's words read, as the command line does before it runs them."""
    command: Any = get_command(app)
    while isinstance(command, TyperGroup):
        command, words = command.commands[words[0]], words[1:]
    command.make_context(command.name, list(words))
