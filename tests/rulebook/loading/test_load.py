"""A rulebook that does not hold together is refused whole, with file, line and what to write."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from clearance.errors import RulebookInvalid, UsageError
from clearance.platform.paths import rules_folder
from clearance.prepare.record.rules import load_record_rules
from clearance.rulebook.english.prose import pack_in_english
from clearance.rulebook.loading.load import load_rulebook
from tests.support.rulebook.packs import bound_pack, small_pack


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    shutil.copytree(rules_folder(), folder)
    return folder


def write(rules: Path, content: dict[str, Any] | str, name: str = "small") -> None:
    text = content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False)
    (rules / "prop64" / f"{name}.yaml").write_text(text, encoding="utf-8")


def refused(rules: Path) -> str:
    with pytest.raises(RulebookInvalid) as caught:
        load_rulebook(rules)
    assert caught.value.exit_code == 4
    return caught.value.message


def test_a_new_pack_is_a_file_and_no_python(rules: Path) -> None:
    write(rules, small_pack())
    assert load_rulebook(rules).find("small", as_of=date(2026, 1, 1)) is not None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"facts": {"over": "sentence_ned is before as-of"}}, "did you mean `sentence_end`"),
        ({"facts": {"over": "sentence_end is shorter than as-of"}}, "none of the sentences"),
        (
            {"facts": {"over": "sentence_end is before 2026-02-29"}},
            "2026-02-29` is not a calendar day",
        ),
        ({"facts": {"over": "level is G"}}, "`G` is not one of F, M, I"),
        ({"facts": {"over": "level is at least 2"}}, "`level` is a code"),
        ({"facts": {"over": "tags includes p46"}}, "did you mean `p64`"),
        ({"facts": {"over": "deceased is maybe"}}, "write `is yes` or `is no`"),
        ({"facts": {"over": "conviction_date is before level"}}, "`level` is a code, not a date"),
        ({"scope": ["sentence_end is before as-of"]}, "must not change as time passes"),
        ({"scope": ["level is F"]}, "`level` can be unknown"),
        (
            {
                "params": {"d": {"value": "2016-11-09", "cite": "abc"}},
                "facts": {"over": "sentence_end is before d"},
            },
            "where a date is needed",
        ),
        (
            {
                "params": {"n": {"value": "ten", "cite": "abc"}},
                "facts": {"over": "sentence_end is more than n years before as-of"},
            },
            "where a number is needed",
        ),
        ({"facts": {"over": "sentence_end is more than 151 years before as-of"}}, "0 to 150"),
        ({"titel": "x"}, "did you mean `title`"),
        (
            {"unknown": {"then": {"ELIGIBLE": "dismiss"}, "reason": "A", "cite": "abc"}},
            "never grants",
        ),
        ({"otherwise": {"then": "NOT_YET", "reason": "A", "cite": "abc"}}, "NOT_YET is derived"),
        ({"otherwise": {"then": "REVIEW", "reason": "NO_SUCH", "cite": "abc"}}, "has no text"),
        ({"otherwise": {"then": "ELIGIBLE", "reason": "A", "cite": "abc"}}, "needs its relief"),
        ({"otherwise": {"then": "REVIEW", "reason": "MISSING_INFORMATION", "cite": ""}}, "cite"),
        ({"in_force": {"from": None, "to": None}}, "needs the first day of its law"),
    ],
)
def test_a_wrong_pack_says_what_is_wrong_and_where(
    rules: Path, change: dict[str, Any], said: str
) -> None:
    write(rules, small_pack(**change))
    message = refused(rules)
    assert said in message
    assert "small.yaml:" in message


@pytest.mark.parametrize(
    "change",
    [
        {"in_force": "never"},
        {
            "in_force": {"from": None, "to": None},
            "otherwise": {"then": "REVIEW", "reason": "MISSING_INFORMATION", "cite": "a test"},
            "flow": [
                {
                    "rule": "over",
                    "when": "over",
                    "then": "NOT_ELIGIBLE",
                    "reason": "NOT_IN_SCENARIO",
                    "cite": "a test",
                }
            ],
        },
    ],
)
def test_a_version_that_never_ran_and_a_pack_without_relief_need_no_first_day(
    rules: Path, change: dict[str, Any]
) -> None:
    write(rules, small_pack(**change))
    assert any(item.pack.pack == "small" for item in load_rulebook(rules).packs)


def test_a_rule_that_asks_an_unknown_fact_names_the_nearest(rules: Path) -> None:
    pack = small_pack()
    pack["flow"][0]["when"] = "ovr"
    write(rules, pack)
    assert "did you mean `over`" in refused(rules)


def test_a_condition_that_wants_a_fact_both_ways_is_refused(rules: Path) -> None:
    pack = small_pack()
    pack["flow"][0]["when"] = {"all": ["over", {"not": "over"}]}
    write(rules, pack)
    assert "to hold and not to hold at once" in refused(rules)


def test_alternatives_that_ask_a_fact_both_ways_are_no_contradiction(rules: Path) -> None:
    facts = {"over": "sentence_end is before as-of", "felony": "level is F"}
    pack = small_pack(facts=facts)
    alternatives = [{"all": ["over", "felony"]}, {"all": [{"not": "over"}, {"not": "felony"}]}]
    pack["flow"][0]["when"] = {"any": alternatives}
    write(rules, pack)
    assert any(item.pack.pack == "small" for item in load_rulebook(rules).packs)


def test_a_column_of_outcomes_has_words_of_its_own(rules: Path) -> None:
    arrest = {"unit": "arrest", "scope": ["level may be one of F, M, I"]}
    write(rules, small_pack(**arrest, facts={"over": "court_statuses includes dismissed"}))
    assert any(item.pack.pack == "small" for item in load_rulebook(rules).packs)
    write(rules, small_pack(**arrest, facts={"over": "court_statuses includes serious"}))
    assert "`serious` is not one of convicted, dismissed" in refused(rules)


def test_a_fact_that_no_rule_asks_is_refused(rules: Path) -> None:
    write(rules, small_pack(facts={"over": "sentence_end is before as-of", "idle": "level is F"}))
    assert "no rule uses `idle`" in refused(rules)


def test_all_problems_are_told_at_once_each_with_its_line(rules: Path) -> None:
    write(rules, small_pack(facts={"over": "level is G"}, scope=["level is F"]))
    write(rules, "pack: [broken", name="broken")
    lines = refused(rules).split("\n")
    assert len(lines) >= 3
    assert any(line.startswith("prop64/broken.yaml:1") for line in lines)


def test_a_key_that_stands_twice_is_refused_with_its_line(rules: Path) -> None:
    write(rules, "pack: a\nkind: policy\npack: b\n")
    assert "small.yaml:3: `pack` appears twice" in refused(rules)


def test_an_alias_is_refused(rules: Path) -> None:
    write(rules, "pack: &a [x]\nkind: *a\n")
    assert "aliases" in refused(rules)


def test_two_versions_in_force_on_one_day_are_refused(rules: Path) -> None:
    write(rules, small_pack(in_force={"from": date(2020, 1, 1), "to": date(2021, 1, 1)}))
    later = small_pack(version="2021-01-01", in_force={"from": date(2021, 1, 1), "to": None})
    write(rules, later, name="later")
    assert "in force on the same day" in refused(rules)


def test_the_version_in_force_at_as_of_is_found_on_both_sides_of_the_change(rules: Path) -> None:
    write(rules, small_pack(in_force={"from": date(2020, 1, 1), "to": date(2020, 12, 31)}))
    later = small_pack(version="2021-01-01", in_force={"from": date(2021, 1, 1), "to": None})
    write(rules, later, name="later")
    rulebook = load_rulebook(rules)
    versions = {}
    for day in (date(2019, 12, 31), date(2020, 12, 31), date(2021, 1, 1)):
        found = rulebook.find("small", as_of=day)
        versions[day] = found.pack.version if found else None
    assert list(versions.values()) == [None, "2020-01-01", "2021-01-01"]
    named = rulebook.find("small@2020-01-01", as_of=date(2026, 1, 1))
    assert named is not None


def test_an_unknown_pack_is_answered_with_the_nearest() -> None:
    rulebook = load_rulebook(rules_folder())
    with pytest.raises(UsageError, match="Did you mean `prop64_statute`"):
        rulebook.find("prop46_statute", as_of=date(2026, 1, 1))


def test_the_fingerprint_changes_with_a_rule_a_switch_and_a_statute_list(rules: Path) -> None:
    before = load_rulebook(rules).inputs_fingerprint
    with (rules / "statutes" / "p64.csv").open("a", encoding="utf-8") as lines:
        lines.write("\n")
    assert load_rulebook(rules).inputs_fingerprint != before
    catalogue = load_rulebook(rules).catalogue
    one, other = bound_pack(catalogue), bound_pack(catalogue, leap_day="up")
    assert one.fingerprint != other.fingerprint


@pytest.mark.parametrize("name", ["reasons.yaml", "packet_columns.yaml", "words.yaml"])
def test_words_that_decide_nothing_may_change_without_a_new_fingerprint(
    rules: Path, name: str
) -> None:
    before = load_rulebook(rules).inputs_fingerprint
    with (rules / name).open("a", encoding="utf-8") as lines:
        lines.write("# bettered\n")
    assert load_rulebook(rules).inputs_fingerprint == before


@pytest.mark.parametrize("name", ["dispositions.yaml", "code_books.yaml", "limitation.yaml"])
def test_a_comment_changes_no_fingerprint_and_a_value_does(rules: Path, name: str) -> None:
    def fingerprints() -> tuple[str, str]:
        return load_rulebook(rules).inputs_fingerprint, load_record_rules(rules).fingerprint

    before, path = fingerprints(), rules / name
    text = path.read_text(encoding="utf-8")
    path.write_text(f"# Why.\n{text}\n# bettered\n", encoding="utf-8")
    assert fingerprints() == before
    key = next(line for line in text.splitlines() if line and line[0].isalpha())
    quoted = text.replace(key, '"' + key.replace(":", '":', 1), 1)
    path.write_text(quoted, encoding="utf-8")
    assert load_rulebook(rules).inputs_fingerprint != before[0]


def test_a_column_s_words_may_change_without_a_new_fingerprint_and_its_codes_not(
    rules: Path,
) -> None:
    before = load_rulebook(rules).inputs_fingerprint
    path = rules / "features.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("label: level,", "label: gravity,"), encoding="utf-8")
    assert load_rulebook(rules).catalogue["conviction"]["level"].label == "gravity"
    assert load_rulebook(rules).inputs_fingerprint == before
    path.write_text(text.replace("[none, until, open]", "[none, until, open, x]"), encoding="utf-8")
    assert load_rulebook(rules).inputs_fingerprint != before


def test_the_english_of_a_pack_says_every_rule_cite_and_value() -> None:
    rulebook = load_rulebook(rules_folder())
    found = rulebook.find("prop64_statute", as_of=date(2026, 1, 1))
    assert found is not None
    from clearance.rulebook.language.resolved import resolve

    bound = resolve(found.pack, rulebook.catalogue, switches={}, inputs_fingerprint="")
    text = pack_in_english(bound, rulebook.catalogue, rulebook.reasons)
    for rule in found.pack.flow:
        assert rule.cite in text
        assert rulebook.reasons[rule.reason] in text
    for name, param in found.pack.params.items():
        assert f"{name} = {bound.values[name]}. Cite: {param.cite}" in text
    assert "not yet reviewed by a lawyer" in text
