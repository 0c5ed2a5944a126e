"""`rules check` as a command: its exit, its words, its JSON, and what it loads."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
import yaml

from clearance.cli import main
from clearance.rulebook.check.cases import find_failures, load_cases
from clearance.rulebook.loading.load import load_rulebook
from tests.rulebook.check.small_rules import DISMISS, Check, flow, rule, value, write
from tests.support.rulebook.packs import small_pack

# The command


def outcome(arguments: list[str]) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_the_command_ends_with_4_and_tells_every_problem_with_its_unit(
    rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = {"felony": "level is F", "misdemeanor": "level is M"}
    rules_of = [
        rule("known", {"any": ["felony", "misdemeanor"]}),
        rule("felony", "felony", DISMISS),
    ]
    write(rules, small_pack(**flow(*rules_of, **facts), params={"idle": value(2)}))
    assert outcome(["rules", "check", "--rules", str(rules)]) == 4
    said = capsys.readouterr().err
    assert "prop64/small.yaml:" in said
    assert "rule `felony` can never decide" in said
    assert "the param `idle`" in said
    assert "given: {level: F, tags: [p64]}" in said


def test_json_holds_problems_and_notes_with_their_units(
    rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = {"felony": "level is F", "serious": "tags includes serious"}
    rules_of = [rule("felony", "felony"), rule("serious", "serious", DISMISS)]
    write(rules, small_pack(**flow(*rules_of, **facts), params={"idle": value(2)}))
    assert outcome(["rules", "check", "--rules", str(rules), "--json"]) == 4
    said = json.loads(capsys.readouterr().out)
    assert said["packs"] == 1
    assert [problem["kind"] for problem in said["problems"]] == ["unused"]
    (note,) = said["notes"]
    assert note["kind"] == "overlap"
    assert note["witness"]["expect"] == {"outcome": "REVIEW", "rule": "felony"}


def test_overlaps_are_shown_only_where_they_are_asked_for(
    rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = {"felony": "level is F", "serious": "tags includes serious"}
    rules_of = [rule("felony", "felony"), rule("serious", "serious", DISMISS)]
    write(rules, small_pack(**flow(*rules_of, **facts)))
    assert outcome(["rules", "check", "--rules", str(rules)]) == 0
    assert "note:" not in capsys.readouterr().out
    assert outcome(["rules", "check", "--rules", str(rules), "--overlaps"]) == 0
    assert "note: rules `felony` and `serious`" in capsys.readouterr().out


def test_a_unit_that_was_shown_is_a_case_when_it_is_pasted_beside_the_pack(
    rules: Path, check: Check
) -> None:
    facts = {
        "felony": "level is F",
        "serious": "tags includes serious",
        "possession": "section is 11357",
        "over": "sentence_end is before as-of",
        "sub": "subdivisions starts with C.1",
    }
    rules_of = [
        rule("felony", {"all": ["felony", "sub"]}),
        rule("serious", {"all": ["serious", "over", "possession"]}, DISMISS),
    ]
    (note,) = check(**flow(*rules_of, **facts)).notes
    unit = {"tags": ["violent"], "level": "I", "section": "11360"}
    base = yaml.safe_dump({"pack": "small", "as_of": date(2020, 1, 1), "unit": unit})
    path = rules / "prop64" / "small.cases.yaml"
    path.write_text(f"{base}cases:\n{note.as_text().partition(chr(10))[2]}\n", encoding="utf-8")
    rulebook = load_rulebook(rules)
    bound = rulebook.resolve(rulebook.packs[0].pack, switches={})
    cases = load_cases(path, resolved=bound, catalogue=rulebook.catalogue)
    assert len(cases) == 1
    assert cases[0].expect is not None
    assert cases[0].expect.rule == "felony"
    assert find_failures(bound, cases) == []


def test_neither_spark_nor_for_other_commands_the_solver_is_loaded(rules: Path) -> None:
    write(rules, small_pack())
    script = (
        "import sys\n"
        "from clearance.cli import exit_code\n"
        "at = ['--rules', sys.argv[1]]\n"
        "assert exit_code(['rules', 'list', '--json', *at], debug=False) == 0\n"
        "assert 'z3' not in sys.modules\n"
        "assert exit_code(['rules', 'check', *at], debug=False) == 0\n"
        "assert 'z3' in sys.modules and 'pyspark' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script, str(rules)], check=True, capture_output=True)


@pytest.mark.parametrize(
    "broken", ["raise ModuleNotFoundError('z3', name='z3')", "print('lost'); 1/0"]
)
def test_where_the_solver_cannot_be_loaded_the_line_to_type_comes_last(
    broken: str, tmp_path: Path
) -> None:
    (tmp_path / "z3.py").write_text(broken)
    script = "from clearance.cli import main\nmain(['rules', 'check', '--json'])"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{script}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    said, remedy = done.stderr.strip().split("\n")
    assert "z3, cannot be loaded" in said
    assert f"{sys.executable} -m pip install z3-solver" in remedy
