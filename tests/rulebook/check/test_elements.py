"""A pack maps its section's elements, states its branches, and says what is open: in words only."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from clearance.errors import RulebookInvalid
from clearance.platform.paths import rules_folder
from clearance.rulebook.check.audit import audit
from clearance.rulebook.check.elements_mapped import (
    find_false_statements,
    find_missing_notes,
    find_unmapped_rules,
)
from clearance.rulebook.check.solver.solver import PackSolver
from clearance.rulebook.english.pages import pages
from clearance.rulebook.language.catalogue import Catalogue
from clearance.rulebook.language.model import Pack
from clearance.rulebook.language.resolved import ResolvedPack, resolve
from clearance.rulebook.loading.load import Rulebook, load_rulebook
from tests.support.rulebook.packs import small_pack

YEAR = "a year has passed since the sentence's end"
FLOW: list[dict[str, Any]] = [
    {
        "rule": "deceased",
        "when": "deceased",
        "then": "NOT_ELIGIBLE",
        "reason": "SUBJECT_DECEASED",
        "cite": "XX 1(a)",
    },
    {
        "rule": "waiting",
        "when": {"not": "over"},
        "then": "NOT_ELIGIBLE",
        "reason": "WAITING_PERIOD",
        "cite": "XX 1(b)",
    },
    {
        "rule": "granted",
        "when": "misdemeanor",
        "then": {"ELIGIBLE": "grant_conviction_relief"},
        "reason": "SENTENCE_AND_YEAR_OVER",
        "cite": "XX 1(b); XX 2",
        "certainty": "reading",
        "states": [
            {"holds": {"not": "deceased"}, "cite": "XX 1(a)"},
            {"holds": {"all": ["over", "misdemeanor"]}, "cite": "XX 1(b)"},
        ],
        "other_reading": {"says": "Felonies too.", "gains": "People with a felony gain."},
    },
]
ELEMENTS: list[dict[str, Any]] = [
    {"cite": "XX 1(a)", "says": "The person lives.", "rules": ["deceased"]},
    {"cite": "XX 1(b)", "says": YEAR, "rules": ["waiting", "granted"]},
    {"cite": "XX 1(c)", "says": "The agency reports.", "no_rule": "It asks nothing of a person."},
]
SWITCH = {
    "value": 1,
    "allowed": [1, 3],
    "switch": True,
    "cite": "XX 1(b)",
    "certainty": "reading",
    "note": "How long is a year.",
    "readings": {
        1: {"says": "A year is a year.", "gains": "People who wait gain two years."},
        3: {"says": "A year is three.", "gains": "Nobody gains."},
    },
}
UNKNOWN = {"then": "NOT_ELIGIBLE", "reason": "INSUFFICIENT_DATA", "cite": "XX 1"}
WORDS: dict[str, Any] = {
    "elements": ELEMENTS,
    "petition": ["pc1203_4"],
    "effect_of_relief": {
        "does": [{"says": "The record says dismissed.", "cite": "XX 3(a)"}],
        "does_not": [{"says": "It gives no firearm back.", "cite": "XX 3(b)"}],
    },
}


def content(**changes: Any) -> dict[str, Any]:
    return small_pack(
        params={"years": SWITCH},
        facts={
            "deceased": "deceased is yes",
            "over": "sentence_end is at least years years before as-of",
            "misdemeanor": "level is M",
        },
        unknown=UNKNOWN,
        **({"kind": "law", "flow": FLOW} | WORDS | changes),
    )


def bound(catalogue: Catalogue, **changes: Any) -> ResolvedPack:
    pack = Pack.model_validate(content(**changes))
    return resolve(pack, catalogue, switches={}, inputs_fingerprint="test")


def changed_rule(number: int, **changes: Any) -> list[dict[str, Any]]:
    return [rule | (changes if i == number else {}) for i, rule in enumerate(FLOW)]


def untrue(catalogue: Catalogue, states: list[dict[str, Any]]) -> list[tuple[Any, str]]:
    pack = bound(catalogue, flow=changed_rule(2, states=states))
    solver = PackSolver(pack, catalogue)
    return [(shown.where, shown.message) for shown in find_false_statements(pack, solver)]


def test_a_branch_that_earlier_rules_have_asked_may_be_stated(rulebook: Rulebook) -> None:
    assert untrue(rulebook.catalogue, FLOW[2]["states"]) == []


def test_a_statement_that_would_change_something_is_found_with_a_unit(rulebook: Rulebook) -> None:
    sure = {"holds": "over", "cite": "XX 1(b)"}
    wrong = {"holds": {"not": "misdemeanor"}, "cite": "XX 9"}
    found = untrue(rulebook.catalogue, [sure, wrong])
    assert [where for where, _ in found] == [("flow", 2, "states", 1)]
    assert "XX 9" in found[0][1]
    pack = bound(rulebook.catalogue, flow=changed_rule(2, states=[wrong]))
    (shown,) = find_false_statements(pack, PackSolver(pack, rulebook.catalogue))
    assert shown.witness is not None and shown.witness.rule == "granted"
    assert shown.witness.given["level"] == "M"


def test_what_only_perhaps_holds_may_not_be_stated(rulebook: Rulebook) -> None:
    flow = changed_rule(1, when="over")
    states = [{"holds": {"not": "over"}, "cite": "XX 1(b)"}]
    flow = [rule | ({"states": states} if i == 2 else {}) for i, rule in enumerate(flow)]
    # With `not_holding` the rule before may be unknown, so that its opposite is not sure either.
    for unknown, surely in ((UNKNOWN, 0), ({"counts_as": "not_holding"}, 1)):
        raw = content(flow=flow) | {"unknown": unknown}
        pack = resolve(
            Pack.model_validate(raw), rulebook.catalogue, switches={}, inputs_fingerprint="test"
        )
        solver = PackSolver(pack, rulebook.catalogue)
        assert len(list(find_false_statements(pack, solver))) == surely


def test_every_rule_is_an_element_and_every_grant_has_its_cite_among_them(
    rulebook: Rulebook,
) -> None:
    def messages(**changes: Any) -> list[str]:
        return [
            shown.message for shown in find_unmapped_rules(bound(rulebook.catalogue, **changes))
        ]

    assert messages() == []
    (lacking,) = messages(elements=[ELEMENTS[1]])
    assert "no element names the rule `deceased`" in lacking
    (elsewhere,) = messages(flow=changed_rule(2, cite="XX 7"))
    assert "grants under `XX 7`, which no element cites" in elsewhere


def test_a_section_without_elements_and_a_switch_without_readings_are_noted(
    rulebook: Rulebook,
) -> None:
    def messages(**changes: Any) -> list[str]:
        return [shown.message for shown in find_missing_notes(bound(rulebook.catalogue, **changes))]

    assert messages() == []
    assert "not mapped to rules" in messages(elements=[])[0]
    assert "does not state its branch" in messages(flow=changed_rule(2, states=[]))[0]
    half = SWITCH | {"readings": {1: {"says": "One.", "gains": "Nobody."}}}
    raw = content() | {"params": {"years": half}}
    pack = resolve(
        Pack.model_validate(raw), rulebook.catalogue, switches={}, inputs_fingerprint="test"
    )
    assert [s.message for s in find_missing_notes(pack)] == [
        "the switch `years` does not say what 3 means and who gains"
    ]


def test_an_element_has_rules_or_says_why_it_needs_none() -> None:
    for wrong in ({"rules": ["waiting"], "no_rule": "It asks nothing."}, {}):
        with pytest.raises(ValueError, match="no_rule"):
            Pack.model_validate(content(elements=[{"cite": "XX 1", "says": "A word."} | wrong]))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rules = tmp_path / "rules"
    shutil.copytree(rules_folder(), rules)
    return rules


def written(folder: Path, **changes: Any) -> Path:
    (folder / "made_up").mkdir(exist_ok=True)
    text = yaml.safe_dump(content(**changes), sort_keys=False)
    (folder / "made_up" / "small.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"elements": [{"cite": "XX 1", "says": "A word.", "rules": ["waitin"]}]},
            "the element names `waitin`, which is not a rule; did you mean `waiting`?",
        ),
        (
            {"flow": changed_rule(2, states=[{"holds": "ovr", "cite": "XX 1"}])},
            "rule `granted` states `ovr`, which is not a fact; did you mean `over`?",
        ),
        ({"petition": ["pc1203_44"]}, "`pc1203_44` is not a pack of kind pointer; did you mean"),
        ({"petition": ["pc851_93"]}, "`pc851_93` is not a pack of kind pointer"),
    ],
)
def test_words_that_name_what_there_is_not_are_refused_with_their_line(
    folder: Path, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(RulebookInvalid) as refused:
        load_rulebook(written(folder, **changes))
    assert refused.value.message.startswith("made_up/small.yaml:")
    assert said in refused.value.message


def test_a_reading_of_a_value_that_the_switch_may_not_have_is_refused(folder: Path) -> None:
    raw = content()
    raw["params"] = {"years": SWITCH | {"allowed": [1, 2]}}
    written(folder)
    (folder / "made_up" / "small.yaml").write_text(yaml.safe_dump(raw), encoding="utf-8")
    with pytest.raises(RulebookInvalid, match="`3` is not a value of the switch `years`"):
        load_rulebook(folder)


def test_the_check_of_the_rules_tells_an_untrue_statement(folder: Path) -> None:
    for name in ("pc1203_425", "pc851_93", "prop64"):
        shutil.rmtree(folder / name)
    wrong = changed_rule(2, states=[{"holds": {"not": "misdemeanor"}, "cite": "XX 9"}])
    found = audit(written(folder, flow=wrong), overlapping=False)
    assert [(one.kind, one.file) for one in found.problems] == [("states", "made_up/small.yaml")]


def test_words_change_no_fingerprint_and_rules_do(rulebook: Rulebook) -> None:
    catalogue = rulebook.catalogue
    with_words = bound(catalogue)
    silent = [
        {key: value for key, value in rule.items() if key not in ("states", "other_reading")}
        for rule in FLOW
    ]
    raw = small_pack() | content(flow=silent)
    for key in WORDS:
        del raw[key]
    raw["params"] = {"years": {key: v for key, v in SWITCH.items() if key != "readings"}}
    without = resolve(Pack.model_validate(raw), catalogue, switches={}, inputs_fingerprint="test")
    assert without.fingerprint == with_words.fingerprint
    other = bound(catalogue, flow=changed_rule(1, when={"not": "misdemeanor"}))
    assert other.fingerprint != with_words.fingerprint


def page(folder: Path) -> str:
    return pages(load_rulebook(folder))["small-2020-01-01.md"]


def test_the_page_has_the_elements_the_branch_the_effect_and_both_readings(folder: Path) -> None:
    text = page(written(folder))
    assert f"| XX 1(b) | {YEAR} | `waiting`, `granted` |" in text
    assert "| The agency reports. | No rule is needed: It asks nothing of a person. |" in text
    branch = text[text.index("In the order of the section") :].splitlines()
    assert branch[1] == "        1. the person is not recorded as deceased (XX 1(a))"
    assert branch[2].startswith("        2. at least 1 year (`years`) has passed since")
    assert branch[2].endswith("and the level is misdemeanor (XX 1(b))")
    does, does_not = text.index("## What relief does\n"), text.index("## What relief does not do\n")
    assert does < text.index("- The record says dismissed. (XX 3(a))") < does_not
    assert does_not < text.index("- It gives no firearm back. (XX 3(b))")
    questions = text[text.index("## Open questions") :]
    assert "    - `1`, as it is set: A year is a year. People who wait gain two years." in questions
    assert "    - `3`: A year is three. Nobody gains." in questions
    assert "    - The other reading: Felonies too. People with a felony gain." in questions
    assert "How long is a year." not in questions


def test_a_no_of_automatic_law_says_so_and_names_the_petition(folder: Path) -> None:
    text = page(written(folder))
    assert "`waiting`: **not by automatic review** if" in text
    (line,) = [line for line in text.splitlines() if "a petition may be open. See [" in line]
    assert line.endswith("(pc1203_4-2023-07-10.md).")
    assert "not eligible" not in text[text.index("## What it decides") :]
    policy = written(folder, kind="policy")
    assert "**not eligible** if" in page(policy)


def test_every_page_explains_the_words_of_the_department_and_links_the_glossary(
    rulebook: Rulebook,
) -> None:
    for name, text in pages(rulebook).items():
        if name != "README.md":
            for word in ("cycle", "step", "count"):
                assert f"**{word}** is " in text, name
            assert "](../glossary.md)" in text, name


def test_a_page_says_plainly_what_was_never_the_law(rulebook: Rulebook) -> None:
    found = pages(rulebook)
    for item in rulebook.packs:
        text = found[f"{item.pack.pack}-{item.pack.version}.md"]
        never = "a what-if version, which was not or is not the law" in text
        assert never == (item.pack.in_force == "never"), item.name
