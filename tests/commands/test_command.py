"""The command's exits: each wrong use its code, a message with a remedy, and no traceback."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from typer.core import TyperGroup
from typer.main import get_command

from clearance import __version__
from clearance.cli import exit_code
from clearance.commands.app import app
from clearance.platform.store.store import Store
from tests.support.stores import Line

ROOT = Path(__file__).resolve().parents[2]


def fails(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = exit_code(arguments, debug=False)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Traceback" not in captured.err
    assert len(captured.err.strip().splitlines()) >= 2, "what happened, and what to do"
    return code, captured.err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["determine", "--store", "s"], 2, "--as-of is missing"),
        (["determine", "--store", "s", "--as-of", "2026-02-30"], 2, "Invalid date"),
        (["determine", "--store", "s", "--as-of", "20261101"], 2, "YYYY-MM-DD"),
        (["determine", "--as-of", "2026-11-01"], 2, "--store"),
        (["determine", "--store", "s", "--as-of", "2026-11-01", "--pack", "prop46"], 2, "no pack"),
        (["ingest", "nowhere.csv", "--store", "s"], 3, "nowhere.csv"),
        (["ingest", "a.csv", "--store", "s", "--extract-date", "soon"], 2, "--extract-date"),
        (["publish", "--store", "s", "--out", "o", "--files", "al"], 2, "Did you mean `all`"),
        (["rules", "show", "prop46_statute"], 2, "Unknown pack"),
        (["rules", "show", "pc1203_425", "--as-of", "2021-01-01"], 2, "in force on 2021-01-01"),
        (["rules", "show", "pc1203_425@2022-07-01", "--as-of", "2023-01-01"], 2, "names a version"),
        (["rules", "list", "--rules", "nowhere"], 4, "no rules folder"),
        (["detremine"], 2, "detremine"),
        (["determine", "--stor", "s"], 2, "--stor"),
        (["feed", "registries", "a.csv", "--store", "s"], 2, "Did you mean `registry`"),
        (["feed", "registry", "a.csv"], 2, "--store"),
        (["feed", "registry", "a.csv", "--store", "s", "--dated", "soon"], 2, "--dated"),
        (["feed", "registry", "nowhere.csv", "--store", "s"], 3, "nowhere.csv"),
        (["synth", "--people", "0", "--out", "o"], 2, "0 people"),
        (["synth", "--people", "5", "--out", "o", "--format", "xml"], 2, "xml"),
    ],
)
def test_wrong_use_is_told_before_spark_starts(
    arguments: list[str],
    code: int,
    words: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CLEARANCE_STORE", raising=False)
    monkeypatch.setattr(
        "clearance.platform.spark.session.build_session", None
    )  # starting Spark would fail
    got, message = fails(arguments, capsys)
    assert (got, words in message) == (code, True), message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("quarantine_limt: 0.5\n", "did you mean `quarantine_limit`"),
        ("quarantine_limit: 2\n", "less than or equal to 1"),
        ("packs: []\npacks: []\n", "appears twice"),
        ("county_policies: {defualt: {policy: x}}\n", "did you mean `default`"),
        ("packs: [unclosed\n", "mine.yaml:2"),
        ("county_policies: {counties: {YOLLO: {policy: prop64_statute}}}\n", "Did you mean `YOLO`"),
        ("county_policies: {default: {policy: sacramnto}}\n", "Unknown policy `sacramnto`"),
    ],
)
def test_a_wrong_configuration_names_file_line_and_nearest_key(
    text: str, words: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    config = tmp_path / "mine.yaml"
    config.write_text(text)
    arguments = ["determine", "--store", "s", "--as-of", "2026-11-01", "--config", str(config)]
    code, message = fails(arguments, capsys)
    assert (code, words in message) == (2, True), message


def test_help_and_wrong_words_load_neither_spark_nor_the_solver() -> None:
    script = (
        "import sys\n"
        "from clearance.cli import exit_code\n"
        "assert exit_code(['run', '--help'], debug=False) == 0\n"
        "assert exit_code(['rules', 'list', '-h'], debug=False) == 0\n"
        "assert exit_code(['--version'], debug=False) == 0\n"
        "assert exit_code(['determine', '--store', 's'], debug=False) == 2\n"
        "assert exit_code(['detremine'], debug=False) == 2\n"
        "assert not {'pyspark', 'delta', 'z3'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)


@pytest.mark.parametrize("module", ["pyspark", "delta"])
def test_without_spark_the_rules_can_be_read_and_other_verbs_say_what_to_type(module: str) -> None:
    script = (
        "import sys\n"
        f"sys.modules['{module}'] = None\n"
        "from clearance.cli import exit_code\n"
        "assert exit_code(['rules', 'show', 'prop64_statute'], debug=False) == 0\n"
        "assert exit_code(['rules', 'list', '--json'], debug=False) == 0\n"
        "sys.exit(exit_code(sys.argv[1:], debug='--debug' in sys.argv))\n"
    )
    for words in (["sweeps", "--store", "s"], ["export", "--store", "s", "--out", "a.csv"]):
        for debug in ([], ["--debug"]):
            command = [sys.executable, "-c", script, *words, *debug]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            assert done.returncode == 2, done.stderr
            assert f"`{module}` is not installed" in done.stderr
            assert "pip install pyspark==" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("verb", [[], ["run"], ["rules"], ["rules", "list"]])
def test_h_stands_for_help(verb: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code([*verb, "--help"], debug=False) == 0
    whole = capsys.readouterr().out
    assert "Usage: " in whole
    assert exit_code([*verb, "-h"], debug=False) == 0
    assert capsys.readouterr().out == whole


def test_the_version_is_the_one_that_is_installed(capsys: pytest.CaptureFixture[str]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert exit_code(["--version"], debug=False) == 0
    assert capsys.readouterr() == (f"clearance {project['version']}\n", "")


def test_the_package_runs_as_the_command() -> None:
    def run(*words: str) -> tuple[int, str, str]:
        done = subprocess.run(
            [sys.executable, "-m", "clearance", *words], capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout, done.stderr.splitlines()[-1] if done.stderr else ""

    assert run("--version") == (0, f"clearance {__version__}\n", "")
    assert run("detremine") == (2, "", "See `clearance --help`.")


@pytest.mark.parametrize(
    ("words", "version"),
    [
        (["pc1203_425"], "2024-10-01"),
        (["pc1203_425", "--as-of", "2023-01-01"], "2022-07-01"),
        (["pc1203_425@2021-01-01-enacted"], "2021-01-01-enacted"),
        (["prop64_statute"], "2016-11-09"),
    ],
)
def test_a_pack_is_shown_in_its_version_in_force(
    words: list[str], version: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["rules", "show", *words, "--json"], debug=True) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["pack"] == f"{words[0].partition('@')[0]}@{version}"
    assert f"version {version} " in shown["english"]


def test_the_shell_completes_verbs_and_options(tmp_path: Path) -> None:
    def completed(line: str) -> list[str]:
        words = {"_CLEARANCE_COMPLETE": "complete_bash", "COMP_WORDS": line}
        environment = {**os.environ, **words, "COMP_CWORD": str(len(line.split()) - 1)}
        command = [sys.executable, "-c", "from clearance.cli import main; main()"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        return done.stdout.split()

    assert completed("clearance ex") == ["explain", "export"]
    assert completed("clearance rules sh") == ["show"]
    assert completed("clearance determine --signed") == ["--signed-off"]


def test_the_job_file_is_the_command_with_its_exit_codes(tmp_path: Path) -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        job = [sys.executable, str(ROOT / "jobs" / "clearance_job.py"), *words]
        return subprocess.run(job, cwd=tmp_path, capture_output=True, text=True, check=False)

    listed = run("rules", "list", "--json")
    assert listed.returncode == 0, listed.stderr
    assert "prop64_statute" in {row["pack"] for row in json.loads(listed.stdout)}
    no_store = run("explain", "1")
    assert (no_store.returncode, "No store was named." in no_store.stderr) == (2, True)
    assert [path.name for path in (ROOT / "jobs").glob("*.py")] == ["clearance_job.py"]


def verbs(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every verb below a command, with the words that lead there."""
    for name, one in command.commands.items():
        here = (*path, name)
        yield from verbs(one, here) if isinstance(one, TyperGroup) else [(here, one)]


def test_every_verb_shows_an_example_that_it_takes() -> None:
    for path, verb in verbs(group()):
        example = re.fullmatch(r".*\n\nExample: `clearance (.*)`", verb.help, re.S)
        assert example, path
        words = shlex.split(example[1])
        assert tuple(words[: len(path)]) == path
        context = verb.make_context(verb.name, words[len(path) :])
        needed = {"store", "as_of"} & {param.name for param in verb.params}
        assert all(context.params[name] for name in needed), path


def test_what_a_verb_cannot_do_without_is_marked() -> None:
    params = {path: {param.name: param for param in verb.params} for path, verb in verbs(group())}
    stores = {path: found["store"].help for path, found in params.items() if "store" in found}
    assert {path for path, text in stores.items() if "required" not in text} == {("doctor",)}
    for path in (("run",), ("determine",)):
        assert "required" in params[path]["as_of"].help
    assert params[("run",)]["out"].required
    assert params[("run",)]["inputs"].required


def test_every_verb_takes_the_common_options() -> None:
    found = {
        verb.name: {name for p in verb.params for name in p.opts} for _, verb in verbs(group())
    }
    assert len(found) > 12
    for name, options in found.items():
        assert {"--json", "--quiet", "--debug"} <= options, name


def group() -> TyperGroup:
    found = get_command(app)
    assert isinstance(found, TyperGroup)
    return found


def test_empty_lists_and_an_empty_file_are_valid_settings(tmp_path: Path) -> None:
    from clearance.settings import load_settings

    config = tmp_path / "mine.yaml"
    config.write_text("packs: []\nscenarios: []\ncounty_policies: {counties: {}}\n")
    assert load_settings(config).packs == ()
    config.write_text("")
    assert load_settings(config).scenarios == ()


def test_an_environment_variable_goes_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from clearance.settings import load_settings

    config = tmp_path / "mine.yaml"
    config.write_text("quarantine_limit: 0.2\n")
    assert load_settings(config).quarantine_limit == 0.2
    monkeypatch.setenv("CLEARANCE_QUARANTINE_LIMIT", "0.3")
    assert load_settings(config).quarantine_limit == 0.3


@pytest.mark.parametrize("county", ["SACRAMNTO", "SACRAMENTO/../..", "NARNIA"])
@pytest.mark.parametrize("command", ["publish", "run"])
def test_an_unknown_county_is_wrong_use_before_spark_starts(
    command: str,
    county: str,
    line: Line,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(
        "clearance.platform.spark.session.build_session", lambda **_: pytest.fail("Spark starts")
    )
    more = [*line.files, "--as-of", "2026-11-01"] if command == "run" else []
    into = ["--store", line.store.uri, "--out", str(tmp_path), "--quiet"]
    code, message = fails([command, *more, "--county", county, *into], capsys)
    assert (code, f"`{county}`" in message) == (2, True)
    assert county == "NARNIA" or "SACRAMENTO" in message
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_person_or_sweep_is_wrong_use(
    spark: SparkSession, line: Line, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    store = ["--store", line.store.uri, "--quiet"]
    assert fails(["explain", "1", *store], capsys)[0] == 2
    assert fails(["explain", "1", "--sweep", "none", *store], capsys)[0] == 2


def test_json_is_one_document_on_stdout(
    spark: SparkSession, line: Line, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    store = str(line.place.copy_to(tmp_path / "copy").store)
    arguments = ["determine", "--store", store, "--as-of", "2026-11-01"]
    assert exit_code([*arguments, "--json"], debug=True) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["nothing_new"] is True
    assert document["sweep_id"] == line.said["determine"]["sweep_id"]


@pytest.mark.parametrize("written", ["--json {}/said.json", "--json={}/said"])
def test_the_json_document_goes_to_a_file_that_is_named(
    written: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert exit_code(["rules", "list", "--json"], debug=True) == 0
    document = json.loads(capsys.readouterr().out)
    (tmp_path / "words").write_text("of an earlier run")
    assert exit_code(["rules", "list", *written.format(tmp_path).split()], debug=True) == 0
    assert capsys.readouterr().out == ""
    file = tmp_path / Path(written).name
    assert file.stat().st_mode & 0o77 == 0
    assert json.loads(file.read_text(encoding="utf-8")) == document
    for name in ("", "nowhere/said.json"):
        code, message = fails(["rules", "list", f"--json={tmp_path / name}"], capsys)
        assert (code, "Name a file" in message) == (2, True)


def test_a_research_file_behind_json_is_read_and_not_written(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "people.csv").write_text("a research file")
    code, message = fails(["run", "--json", str(tmp_path / "people.csv")], capsys)
    assert (code, "--out" in message) == (2, True)
    assert (tmp_path / "people.csv").read_text() == "a research file"


def test_the_same_files_again_change_nothing_and_say_so(
    spark: SparkSession, line: Line, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    store = Store(str(line.place.copy_to(tmp_path / "copy").store))
    before = store.version(spark, "source_rows")
    assert exit_code(["ingest", *line.files, "--store", store.uri, "--quiet"], debug=True) == 0
    assert capsys.readouterr().out.count("taken in before") == len(line.files)
    assert exit_code(["prepare", "--store", store.uri, "--quiet"], debug=True) == 0
    assert "nothing new" in capsys.readouterr().out
    assert store.version(spark, "source_rows") == before


def test_a_store_that_cannot_be_written_is_a_store_fault(
    spark: SparkSession, line: Line, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("not a folder")
    store = str(tmp_path / "file" / "store")
    code, message = fails(["ingest", *line.files, "--store", store, "--quiet"], capsys)
    assert (code, "run the same command again" in message) == (6, True)
