"""`rules check`: facts, params, cites and versions of a small broken pack, and it repaired."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from clearance.platform.paths import rules_folder
from clearance.rulebook.check.audit import audit
from clearance.rulebook.loading.load import load_rulebook
from tests.rulebook.check.small_rules import (
    Check,
    flow,
    line_of,
    only,
    options_of,
    rule,
    value,
    write,
)
from tests.support.rulebook.packs import small_pack


def test_the_rulebook_of_the_project_has_no_problem() -> None:
    # Overlaps are notes and take most of the time; scripts/soak/engines.py looks for them.
    result = audit(rules_folder(), overlapping=False)
    assert result.packs == len(load_rulebook(rules_folder()).packs)
    assert [finding.as_text() for finding in result.problems] == []


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
        "rule `more` uses `ovr`",
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


def test_a_file_without_the_form_of_a_pack_tells_mistakes_about_its_options_too(
    rules: Path,
) -> None:
    options = options_of(cite="TODO") | {"broken": {"type": "number"}}
    facts = {"over": "convictions_on_record is at least years", "other": "section is one of years"}
    pack = flow(rule("over", {"all": ["over", "other"]}), **facts) | {"options": options}
    write(rules, small_pack(**pack))
    said = "\n".join(finding.headline for finding in audit(rules, overlapping=False).problems)
    assert "`range` is required with type number" in said or "options.broken" in said
    assert "the number option `years` does not fit here" in said
