"""What decides the state again is code that can change an answer, and no other."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from clearance.determine.manifest import deciding_code, engine_version
from clearance.platform.code_hash import code_hash, covered_modules, hash_of_modules, known_as_file
from clearance.platform.paths import PACKAGE, rules_folder
from clearance.prepare.record.rules import load_record_rules
from clearance.prepare.statutes.match import load_statutes
from clearance.prepare.step import prepare_fingerprint

PREPARE, SWEEP = "clearance.prepare.step", "clearance.determine.step"
# What the steps import besides: messages, locks, places, versions of tables, which files are read.
LEFT_OUT = (
    *("clearance.errors", "clearance.ingest.files", "clearance.ingest.unread"),
    *("clearance.personal", "clearance.platform.clock", "clearance.platform.code_hash"),
    *("clearance.platform.faults", "clearance.platform.paths", "clearance.platform.watch"),
    *(f"clearance.platform.store.{name}" for name in ("commits", "lock", "log_folder")),
    # What each reason code says.
    *("clearance.determine.reasons", "clearance.rulebook.english"),
)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    copy = tmp_path / "clearance"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__", "data"))
    return copy


def _file(package: Path, module: str) -> Path:
    whole = package.joinpath(*module.split(".")[1:])
    return whole.with_suffix(".py") if whole.with_suffix(".py").is_file() else whole / "__init__.py"


def _left_out(module: str) -> bool:
    return any(f"{module}.".startswith(f"{name}.") for name in LEFT_OUT)


@pytest.mark.parametrize("step", [PREPARE, SWEEP])
def test_every_module_that_a_step_loads_is_covered_or_can_change_no_answer(step: str) -> None:
    script = (
        f"import sys, {step}; print(*(m for m in sys.modules if m.split('.')[0] == 'clearance'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert step in loaded
    assert {name for name in loaded - covered_modules(step) if not _left_out(name)} == {"clearance"}
    assert not any(_left_out(name) for name in covered_modules(step))


def test_schemas_the_records_parser_and_the_state_of_feeds_are_covered() -> None:
    for step in (PREPARE, SWEEP):
        assert covered_modules(step) >= {
            *("clearance.schemas", "clearance.ingest.record", "clearance.ingest.layout"),
            *("clearance.feed.state", "clearance.platform.store.store"),
        }
    assert covered_modules(PREPARE) >= {
        f"clearance.prepare.{name}"
        for name in ("citation.grammar", "person.later_dispositions", "bind_once")
    }
    assert covered_modules(SWEEP) >= {
        f"clearance.rulebook.{name}"
        for name in ("spark.compile", "language.rivals", "language.terms", "loading.versions")
    }


def test_what_is_written_for_people_is_in_neither_hash() -> None:
    written = (
        "explain.step",
        "prepare.worklist",
        "rulebook.english.prose",
        "determine.reasons",
        "rulebook.english.reasons",
        "rulebook.english.pages",
        "publish.step",
    )
    for name in (*written, "rulebook.english.because"):
        assert _file(PACKAGE, f"clearance.{name}").is_file()
        assert f"clearance.{name}" not in covered_modules(PREPARE) | covered_modules(SWEEP)


@pytest.mark.parametrize("step", [PREPARE, SWEEP])
def test_a_comment_or_docstring_changes_no_hash_and_an_expression_in_any_module_does(
    step: str, package: Path
) -> None:
    assert code_hash(step, package=package) == code_hash(step)
    found = code_hash(step, package=package)
    for module in sorted(covered_modules(step)):
        path = _file(package, module)
        text = path.read_text(encoding="utf-8")
        edited = text.replace('"""', '"""In other words: ', 1).replace("\n\n\n", "\n\n\n\n# Why.\n")
        path.write_text(f"{edited}\n\n# A comment.\n", encoding="utf-8")
        assert code_hash(step, package=package) == found, module
        path.write_text(f"{text}\n_LIMIT = 1 + 1\n", encoding="utf-8")
        first = code_hash(step, package=package)
        path.write_text(f"{text}\n_LIMIT = 1 + 2\n", encoding="utf-8")
        assert len({found, first, code_hash(step, package=package)}) == 3, module
        path.write_text(text, encoding="utf-8")


def test_a_module_in_a_folder_below_and_an_import_within_a_function_are_found(
    package: Path,
) -> None:
    below = package / "prepare" / "codes"
    below.mkdir()
    (below / "__init__.py").write_text("")
    (below / "penal.py").write_text("LEVEL = 'F'\n")
    step = _file(package, PREPARE)
    step.write_text(
        step.read_text() + "\ndef _codes():\n    from clearance.prepare.codes import penal\n"
    )
    assert "clearance.prepare.codes.penal" in covered_modules(PREPARE, package=package)
    before = code_hash(PREPARE, package=package)
    (below / "penal.py").write_text("LEVEL = 'M'\n")
    assert code_hash(PREPARE, package=package) != before


def test_code_that_answers_as_earlier_code_does_is_known_by_the_hash_of_that(package: Path) -> None:
    own = hash_of_modules(SWEEP, package=package)
    known_as_file(package).write_text(json.dumps({own: "earlier"}))
    assert code_hash(SWEEP, package=package) == "earlier"
    step = _file(package, SWEEP)
    step.write_text(f"{step.read_text()}\n_LIMIT = 1 + 1\n")
    other = hash_of_modules(SWEEP, package=package)
    assert code_hash(SWEEP, package=package) == other != own


def test_the_fingerprints_are_made_of_these_hashes_and_not_of_the_release(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rules = rules_folder()
    record, statutes = load_record_rules(rules), load_statutes(rules)
    prepared, engine = prepare_fingerprint(record, statutes), engine_version()
    assert engine.endswith(code_hash(SWEEP)[:12])
    monkeypatch.setattr("clearance.determine.manifest.__version__", "9.9")
    assert engine_version().startswith("9.9+")
    assert deciding_code(engine_version()) == deciding_code(engine)
    monkeypatch.setattr("clearance.prepare.step.code_hash", lambda entry: "another")
    assert prepare_fingerprint(record, statutes) != prepared
