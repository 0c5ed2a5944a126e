"""`rules check`: each kind of finding in a small broken pack, and the same pack repaired."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from clearance.cli import main
from clearance.platform.paths import rules_folder
from clearance.rulebook.check.audit import Audit, audit
from clearance.rulebook.check.cases import load_cases, run_in_python
from clearance.rulebook.check.findings import Finding
from clearance.rulebook.language.resolved import bind
from clearance.rulebook.loading.load import load_rulebook
from tests.support.rulebook.packs import small_pack

DISMISS = {"ELIGIBLE": "dismiss"}


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A rules folder without a pack."""
    folder = tmp_path / "rules"
    (folder / "prop64").mkdir(parents=True)
    for file in (*rules_folder().glob("*.yaml"), *rules_folder().glob("*.csv")):
        shutil.copy(file, folder / file.name)
    shutil.copytree(rules_folder() / "statutes", folder / "statutes")
    return folder


Check = Callable[..., Audit]


@pytest.fixture
def check(rules: Path) -> Check:
    """What the check finds in a small pack, changed so."""

    def run(**changes: Any) -> Audit:
        write(rules, small_pack(**changes))
        return audit(rules, overlapping=True)

    return run


class Plain(yaml.SafeDumper):
    """Writes every value out: packs have no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def write(rules: Path, content: dict[str, Any] | str, name: str = "small") -> None:
    text = content if isinstance(content, str) else yaml.dump(content, None, Plain, sort_keys=False)
    (rules / "prop64" / f"{name}.yaml").write_text(text, encoding="utf-8")


def rule(name: str, when: Any, then: Any = "REVIEW", **more: Any) -> dict[str, Any]:
    cite = {"reason": "DISMISS_ALL_P64", "cite": "a test"}
    return {"rule": name, "when": when, "then": then, **cite, **more}


def flow(*rules: dict[str, Any], **facts: str) -> dict[str, Any]:
    return {"facts": facts, "flow": list(rules)}


def value(value: Any, **more: Any) -> dict[str, Any]:
    return {"value": value, "cite": "a test", **more}


def only(result: Audit, kind: str) -> Finding:
    """The one problem that was found."""
    (found,) = result.problems
    assert found.kind == kind, found
    return found


def line_of(rules: Path, *texts: str) -> int:
    lines = (rules / "prop64" / "small.yaml").read_text(encoding="utf-8").split("\n")
    (number,) = (i for i, line in enumerate(lines, 1) if all(text in line for text in texts))
    return number


def test_the_rulebook_of_the_project_has_no_problem() -> None:
    # Overlaps are notes and take most of the time; scripts/soak/engines.py looks for them.
    result = audit(rules_folder(), overlapping=False)
    assert result.packs == len(load_rulebook(rules_folder()).packs)
    assert [finding.as_text() for finding in result.problems] == []


# Unreachable rules


def test_a_rule_whose_facts_exclude_each_other_is_unreachable(rules: Path, check: Check) -> None:
    facts = {"felony": "level is F", "misdemeanor": "level is M"}
    found = only(
        check(**flow(rule("both", {"all": ["felony", "misdemeanor"]}), **facts)), "unreachable"
    )
    assert "rule `both` can never decide" in found.message
    assert "`felony` (level is F) with `misdemeanor` (level is M)" in found.message
    assert (found.file, found.line) == ("prop64/small.yaml", line_of(rules, "rule: both"))
    assert not check(**flow(rule("either", {"any": ["felony", "misdemeanor"]}), **facts)).problems


def test_a_rule_behind_a_wider_one_is_unreachable_and_a_unit_shows_it(check: Check) -> None:
    facts = {"old": "latest_conviction is at least ten years before as-of"} | {
        "fresh": "latest_conviction is at least five years before as-of"
    }
    params = {"ten": value(10), "five": value(5)}
    wide, narrow = rule("five_years", "fresh"), rule("ten_years", "old", DISMISS)
    found = only(check(**flow(wide, narrow, **facts), params=params), "unreachable")
    assert "rule `ten_years` can never decide" in found.message
    assert "decided by rule `five_years` before it" in found.message
    assert found.witness is not None
    assert found.witness.rule == "five_years"
    assert found.witness.given["latest_conviction"] <= date(2016, 11, 23)
    assert not check(**flow(narrow, wide, **facts), params=params).problems


def test_a_rule_covered_by_two_others_together_is_unreachable(check: Check) -> None:
    facts = {
        "early": "arrest_date is on or before law_day",
        "late": "arrest_date is after law_day",
        "dated": "arrest_date is known",
    }
    params = {"law_day": value(date(2016, 11, 8))}
    rules = [rule("early", "early"), rule("late", "late"), rule("dated", "dated")]
    otherwise = small_pack()["otherwise"] | {"then": "REVIEW"}
    result = check(**flow(*rules, **facts), params=params, otherwise=otherwise)
    found = only(result, "unreachable")
    assert "decided by rules `early` and `late` before it" in found.message
    asked = {name: facts[name] for name in ("early", "dated")}
    repaired = flow(rules[0], rules[2], **asked)
    assert not check(**repaired, params=params, otherwise=otherwise).problems


def test_a_rule_for_a_missing_value_behind_one_that_asks_the_value_is_unreachable(
    check: Check,
) -> None:
    facts = {"felony": "level is F", "level_known": "level is known"}
    asks, missing = rule("felony", "felony", DISMISS), rule("no_level", {"not": "level_known"})
    found = only(check(**flow(asks, missing, **facts)), "unreachable")
    assert "rule `felony` cannot be told and `unknown` decides" in found.message
    assert found.witness is not None
    assert (found.witness.rule, found.witness.given["level"]) == ("unknown", None)
    assert not check(**flow(missing, asks, **facts)).problems
    assert not check(**flow(asks, missing, **facts), unknown={"counts_as": "not_holding"}).problems


@pytest.mark.parametrize(
    ("first", "second", "never"),
    [
        ("2024-02-28", "2024-03-01", False),
        ("2023-02-28", "2023-03-01", True),
        ("2016-04-30", "2016-05-01", True),
        ("2016-04-29", "2016-05-01", False),
    ],
)
def test_a_window_between_two_days_is_reachable_only_where_the_calendar_has_a_day(
    check: Check, first: str, second: str, never: bool
) -> None:
    params = {
        "first": value(date.fromisoformat(first)),
        "second": value(date.fromisoformat(second)),
    }
    facts = {"after": "sentence_end is after first", "before": "sentence_end is before second"}
    result = check(**flow(rule("window", {"all": ["after", "before"]}), **facts), params=params)
    assert [found.kind for found in result.problems] == ["unreachable"] * never


@pytest.mark.parametrize(("leap_day", "never"), [("down", False), ("up", True)])
def test_the_anniversary_of_29_february_is_where_the_pack_puts_it(
    check: Check, leap_day: str, never: bool
) -> None:
    params = {
        "leap": value(date(2024, 2, 29)),
        "year_after": value(date(2025, 2, 28)),
        "wait": value(1),
    }
    facts = {
        "late": "sentence_end is on or after leap",
        "waited": "sentence_end is at least wait years before year_after",
    }
    pack = flow(rule("leap", {"all": ["late", "waited"]}), **facts)
    result = check(**pack, params=params, leap_day=leap_day)
    assert [found.kind for found in result.problems] == ["unreachable"] * never


@pytest.mark.parametrize(
    ("path", "other", "never"),
    [("A.1", "A", True), ("A", "A.1", False), ("A", "B", False)],
)
def test_a_subdivision_path_has_one_beginning(
    check: Check, path: str, other: str, never: bool
) -> None:
    facts = {"one": f"subdivisions starts with {path}", "two": f"subdivisions starts with {other}"}
    pack = flow(rule("one", {"all": ["one"]}, unless="two"), **facts)
    assert [found.kind for found in check(**pack).problems] == ["unreachable"] * never


def test_a_rule_that_only_another_setting_of_a_switch_reaches_is_not_unreachable(
    check: Check,
) -> None:
    switch = value("first", allowed=["first", "any"], switch=True)
    facts = {"any_counts": "mode is any", "first_counts": "mode is first"}
    rules = [rule("any", "any_counts"), rule("first", "first_counts")]
    otherwise = small_pack()["otherwise"] | {"rules_cover_all": True}
    assert not check(**flow(*rules, **facts), params={"mode": switch}, otherwise=otherwise).problems
    one = flow(rules[1], first_counts=facts["first_counts"])
    found = only(check(**one, params={"mode": switch}, otherwise=otherwise), "uncovered")
    assert found.witness is not None
    assert found.witness.switches == {"mode": "any"}
    assert "with the switches {mode: any}" in found.as_text()


def test_a_rule_that_asks_a_value_outside_every_period_is_unreachable(check: Check) -> None:
    def wait(years: int) -> dict[str, Any]:
        dated = [
            {"from": date(2000, 1, 1), "value": 3, "cite": "a test"},
            {"from": date(2012, 6, 1), "value": years, "cite": "a test"},
        ]
        return {"by": "conviction_date", "dated": dated, "cite": "a test"}

    facts = {
        "early": "conviction_date is before change",
        "many": "convictions_on_record is at least wait",
        "few": "convictions_on_record is at most few_at_most",
    }
    params = {"change": value(date(2012, 6, 1)), "few_at_most": value(4)}
    pack = flow(rule("late", {"all": ["many", "few"]}, unless="early"), **facts)
    assert only(check(**pack, params=params | {"wait": wait(5)}), "unreachable")
    assert not check(**pack, params=params | {"wait": wait(4)}).problems


def test_a_scope_that_no_unit_has_is_told_once(check: Check) -> None:
    scope = ["status is convicted", "status is dismissed"]
    assert "no unit can be in scope" in only(check(scope=scope), "empty_scope").message
    assert not check(scope=scope[:1]).problems


# Units that are left over


def test_a_unit_that_no_rule_decides_is_found_where_the_pack_says_that_its_rules_cover_all(
    rules: Path, check: Check
) -> None:
    otherwise = small_pack()["otherwise"] | {"rules_cover_all": True}
    facts = {"felony": "level is F", "misdemeanor": "level is M", "infraction": "level is I"}
    some = [rule("felony", "felony"), rule("misdemeanor", "misdemeanor", DISMISS)]
    asked = {name: facts[name] for name in ("felony", "misdemeanor")}
    found = only(check(**flow(*some, **asked), otherwise=otherwise), "uncovered")
    assert found.line == line_of(rules, "rules_cover_all")
    assert found.witness is not None
    assert (found.witness.given["level"], found.witness.rule) == ("I", "otherwise")
    everything = [*some, rule("infraction", "infraction")]
    assert not check(**flow(*everything, **facts), otherwise=otherwise).problems


def test_otherwise_is_dead_where_the_rules_leave_nothing_over(rules: Path, check: Check) -> None:
    rules_of = [rule("yes", "deceased"), rule("no", {"not": "deceased"}, DISMISS)]
    pack = flow(*rules_of, deceased="deceased is yes")
    found = only(check(**pack), "unreachable")
    assert "`otherwise` can never decide" in found.message
    assert found.line == line_of(rules, "otherwise:")
    assert not check(**flow(rules_of[0], deceased="deceased is yes")).problems


# Overlaps


def test_two_rules_that_decide_one_unit_differently_are_a_note_with_a_unit(check: Check) -> None:
    facts = {"felony": "level is F", "serious": "tags includes serious"}
    result = check(**flow(rule("felony", "felony"), rule("serious", "serious", DISMISS), **facts))
    assert not result.problems
    (note,) = result.notes
    assert note.kind == "overlap"
    assert note.witness is not None
    assert note.witness.given["level"] == "F"
    assert set(note.witness.given["tags"]) == {"p64", "serious"}
    assert note.witness.rule == "felony"


def test_an_exception_before_its_rule_and_a_like_decision_are_no_overlap(check: Check) -> None:
    facts = {"felony": "level is F", "serious": "tags includes serious"}
    special = rule("serious_felony", {"all": ["felony", "serious"]})
    result = check(**flow(special, rule("felony", "felony", DISMISS), **facts))
    assert (result.problems, result.notes) == ((), ())
    alike = [rule("felony", "felony", DISMISS), rule("serious", "serious", DISMISS)]
    result = check(**flow(*alike, **facts))
    assert (result.problems, result.notes) == ((), ())


# Facts, params and cites


def test_a_param_that_nothing_names_is_told_and_one_that_a_reason_text_names_is_not(
    rules: Path, check: Check
) -> None:
    found = only(check(params={"idle": value(3)}), "unused")
    assert "the param `idle`" in found.message
    assert found.line == line_of(rules, "idle:")
    with (rules / "reasons.yaml").open("a", encoding="utf-8") as reasons:
        reasons.write('QUIET: "Nothing for {idle} years"\n')
    pack = flow(rule("over", "over", reason="QUIET"), over="sentence_end is before as-of")
    assert not check(**pack, params={"idle": value(3)}).problems


def test_a_switch_says_which_values_it_may_have(check: Check) -> None:
    pack = flow(rule("counts", "counts"), counts="deceased is counting")
    found = only(check(**pack, params={"counting": value(True, switch=True)}), "switch")
    assert "Add `allowed`" in found.remedy
    allowed = value(True, switch=True, allowed=[True, False])
    assert not check(**pack, params={"counting": allowed}).problems


@pytest.mark.parametrize("cite", ["TODO", "tbd", "n/a.", "???", "to do", "unknown"])
def test_a_cite_that_cites_nothing_is_told_with_its_line(
    rules: Path, check: Check, cite: str
) -> None:
    pack = flow(rule("over", "over", cite=cite), over="sentence_end is before as-of")
    found = only(check(**pack), "uncited")
    assert found.line == line_of(rules, "cite: ", cite)
    assert not check().problems


def test_a_blank_cite_is_refused_by_every_command(rules: Path, check: Check) -> None:
    pack = flow(rule("over", "over", cite="    "), over="sentence_end is before as-of")
    assert "cite" in only(check(**pack), "form").message


@pytest.mark.parametrize(
    ("sentence", "written"),
    [
        ("conviction_date is before 2016-11-09", "2016-11-09"),
        ("earlier_same_section is at least 2", "2"),
        ("earlier_same_section is 3", "3"),
        ("latest_conviction is at least 1 years before as-of", "1"),
        ("age at as-of is at least 50", "50"),
    ],
)
def test_a_threshold_in_a_sentence_wants_a_param_with_its_cite(
    rules: Path, check: Check, sentence: str, written: str
) -> None:
    found = only(check(**flow(rule("over", "over"), over=sentence)), "uncited")
    assert f"says {written} without a cite" in found.message
    assert found.line == line_of(rules, "over: ")
    content: Any = date.fromisoformat(written) if "-" in written else int(written)
    repaired = flow(rule("over", "over"), over=sentence.replace(f" {written}", " limit", 1))
    assert not check(**repaired, params={"limit": value(content)}).problems


@pytest.mark.parametrize("asked", ["is at most 0", "is at least 1"])
def test_whether_there_is_any_is_no_threshold(check: Check, asked: str) -> None:
    pack = flow(rule("over", "over"), over=f"convictions_on_record {asked}")
    assert not check(**pack).problems


@pytest.mark.parametrize(
    ("sentence", "wrong", "right"),
    [
        ("conviction_date is before limit", 5, date(2016, 11, 9)),
        ("earlier_same_section is at least limit", date(2016, 11, 9), 2),
        ("latest_conviction is at least limit years before as-of", "ten", 10),
        ("deceased is limit", "yes", True),
        ("level is limit", "G", "F"),
        ("tags includes limit", "p46", "p64_related"),
        ("section is one of limit", 11357, ["11357", "11358"]),
    ],
)
def test_a_param_that_does_not_fit_its_sentence_is_refused_before_anything_runs(
    check: Check, sentence: str, wrong: Any, right: Any
) -> None:
    pack = flow(rule("over", "over"), over=sentence)
    found = only(check(**pack, params={"limit": value(wrong)}), "form")
    assert str(wrong) in found.message
    assert not check(**pack, params={"limit": value(right)}).problems


# Versions and periods


def test_versions_that_share_a_day_are_told_with_file_and_line(rules: Path) -> None:
    write(rules, small_pack(in_force={"from": date(2020, 1, 1), "to": date(2021, 1, 1)}))
    later = small_pack(version="2021-01-01", in_force={"from": date(2021, 1, 1), "to": None})
    write(rules, later, name="small_later")
    found = only(audit(rules, overlapping=False), "form")
    assert "in force on the same day" in found.message
    assert (found.file, found.line) == ("prop64/small_later.yaml", 2)


@pytest.mark.parametrize(("ends", "gaps"), [(date(2020, 12, 30), 1), (date(2020, 12, 31), 0)])
def test_a_day_without_a_version_between_two_is_a_note(rules: Path, ends: date, gaps: int) -> None:
    write(rules, small_pack(in_force={"from": date(2020, 1, 1), "to": ends}))
    later = small_pack(version="2021-01-01", in_force={"from": date(2021, 1, 1), "to": None})
    write(rules, later, name="small_later")
    result = audit(rules, overlapping=False)
    assert not result.problems
    assert [note.kind for note in result.notes] == ["gap"] * gaps
    assert all("from 2020-12-31 to 2020-12-31" in note.message for note in result.notes)


def test_a_dated_value_that_begins_after_some_units_is_a_note_with_a_unit(check: Check) -> None:
    wait = {
        "by": "conviction_date",
        "dated": [{"from": date(2000, 1, 1), "value": 3, "cite": "a test"}],
        "cite": "a test",
    }
    pack = flow(rule("many", "many"), many="convictions_on_record is at least wait")
    result = check(**pack, params={"wait": wait})
    assert not result.problems
    (note,) = result.notes
    assert note.kind == "undated"
    assert note.witness is not None
    assert note.witness.given["conviction_date"] < date(2000, 1, 1)


# All at once


def test_a_scope_that_time_touches_is_told_at_its_own_line(rules: Path, check: Check) -> None:
    scope = ["tags includes p64", "sentence_end is before as-of", "level is F"]
    found = check(scope=scope).problems
    assert [line.line for line in found] == [
        line_of(rules, "- sentence_end is before as-of"),
        line_of(rules, "- level is F"),
    ]
    assert "must not change as time passes" in found[0].message


def test_a_file_without_the_form_of_a_pack_tells_its_other_mistakes_too(rules: Path) -> None:
    pack = small_pack(
        titel="x", facts={"over": "sentence_ned is before as-of", "idle": "level is G"}
    )
    pack["flow"].append(rule("more", "ovr", reason="NO_SUCH"))
    pack["flow"].append({"rule": "bad"})
    write(rules, pack)
    write(rules, "pack: [broken", name="broken")
    write(rules, small_pack(pack="sound", params={"idle": value(3)}), name="sound")
    (rules / "reasons.yaml").write_text("- no mapping\n", encoding="utf-8")
    found = [finding.headline for finding in audit(rules, overlapping=False).problems]
    for said in (
        "reasons.yaml:1: ",
        "prop64/broken.yaml:1: ",
        "did you mean `title`",
        "did you mean `sentence_end`",
        "`G` is not one of F, M, I",
        "rule `more` asks `ovr`",
        "`flow.2.when` is missing",
        "the param `idle`",
    ):
        assert any(said in line for line in found), (said, found)
    assert all(line.split(":")[1].isdigit() for line in found)


def test_columns_that_cannot_be_read_do_not_hide_a_file_that_is_not_yaml(rules: Path) -> None:
    write(rules, "pack: [broken", name="broken")
    (rules / "features.yaml").write_text("conviction: 3\n", encoding="utf-8")
    files = {finding.file for finding in audit(rules, overlapping=False).problems}
    assert files == {"features.yaml", "prop64/broken.yaml"}


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
    bound = bind(rulebook.packs[0].pack, rulebook.catalogue, switches={}, reads=rulebook.reads)
    cases = load_cases(path, bound=bound, catalogue=rulebook.catalogue)
    assert len(cases) == 1
    assert cases[0].expect is not None
    assert cases[0].expect.rule == "felony"
    assert run_in_python(bound, cases) == []


def test_neither_spark_nor_for_other_commands_the_solver_is_loaded(rules: Path) -> None:
    write(rules, small_pack())
    script = (
        "import sys\n"
        "from clearance.cli import _code\n"
        "at = ['--rules', sys.argv[1]]\n"
        "assert _code(['rules', 'list', '--json', *at], debug=False) == 0\n"
        "assert 'z3' not in sys.modules\n"
        "assert _code(['rules', 'check', *at], debug=False) == 0\n"
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
    assert (done.returncode, done.stdout) == (6, "")
    said, remedy = done.stderr.strip().split("\n")
    assert "z3, cannot be loaded" in said
    assert f"{sys.executable} -m pip install z3-solver" in remedy


# Options of a county


def options_of(**changes: Any) -> dict[str, Any]:
    return {"years": {"type": "number", "range": [1, 5], "cite": "a test"} | changes}


def test_a_rule_is_unreachable_only_if_it_is_under_every_setting_of_an_option(
    check: Check,
) -> None:
    facts = {
        "quiet": "latest_conviction is at least years years before as-of",
        "ten": "latest_conviction is at least ten_years years before as-of",
    }
    rules_of = [rule("quiet", "quiet"), rule("ten", "ten", DISMISS)]
    pack = flow(*rules_of, **facts) | {"params": {"ten_years": value(10)}}
    assert not check(**pack, options=options_of()).problems
    (note,) = check(**pack, options=options_of()).notes
    assert note.witness is not None
    assert 1 <= note.witness.options["years"] <= 5
    assert "options: {years: " in note.as_text()
    beyond = [rule("quiet", "quiet"), rule("ten", {"all": ["ten", "quiet"]}, DISMISS)]
    found = only(check(**pack | {"flow": beyond}, options=options_of()), "unreachable")
    assert "rule `ten` can never decide" in found.message


def test_a_file_without_the_form_of_a_pack_tells_mistakes_about_its_options_too(
    rules: Path,
) -> None:
    options = options_of(cite="TODO") | {"broken": {"type": "number"}}
    facts = {"over": "convictions_on_record is at least years", "other": "section is one of years"}
    pack = flow(rule("over", {"all": ["over", "other"]}), **facts) | {"options": options}
    write(rules, small_pack(**pack))
    said = "\n".join(finding.headline for finding in audit(rules, overlapping=False).problems)
    assert "`range` stands with type number" in said or "options.broken" in said
    assert "the number option `years` does not fit here" in said
