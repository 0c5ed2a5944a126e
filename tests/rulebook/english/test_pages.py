"""The pages of docs/law say what the packs say, each rule and each switch of them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from clearance.commands.rules.english import write_pages
from clearance.errors import UsageError
from clearance.platform.paths import rules_folder
from clearance.rulebook.english.pages import INDEX, pages
from clearance.rulebook.loading.documents import read_documents
from clearance.rulebook.loading.load import Rulebook
from tests.support.places import ROOT

COMMITTED = ROOT / "docs" / "law"
RULE = r"^\d+\. `(\w+)`: .*\n(?: +\d+\. .*\n)*.*\n +- Cite: (.*)$"
AGAIN = "write them anew: clearance rules pages --out docs/law"


@pytest.fixture(scope="module")
def fresh(rulebook: Rulebook) -> dict[str, str]:
    return pages(rulebook)


@cache
def packs() -> dict[str, dict[str, Any]]:
    """Each pack as its file and those it is based on have it, by the name of its page."""
    found = [item.document.data for item in read_documents(rules_folder())[0]]
    return {f"{pack['pack']}-{pack['version']}.md": pack for pack in found}


def section(page: str, heading: str) -> str:
    found = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    return found.group(1) if found else ""


def lines_about(text: str, name: str) -> str:
    return lines_with(text, f"`{name}`")


def lines_with(text: str, words: str) -> str:
    return "\n".join(line for line in text.splitlines() if words in line)


def test_the_pages_in_the_repository_are_those_that_the_rules_give(fresh: dict[str, str]) -> None:
    committed = {path.name: path.read_text(encoding="utf-8") for path in COMMITTED.iterdir()}
    assert sorted(committed) == sorted(fresh), AGAIN
    differing = [name for name in fresh if committed[name] != fresh[name]]
    assert differing == [], AGAIN


def test_every_version_of_every_pack_has_a_page_and_the_index_leads_to_it(
    fresh: dict[str, str],
) -> None:
    assert set(fresh) == {INDEX, *packs()}
    assert set(re.findall(r"\]\(([^)]+)\)", fresh[INDEX])) == set(packs())


def test_a_page_names_each_rule_in_the_order_of_the_flow_with_its_cite(
    fresh: dict[str, str],
) -> None:
    for name, pack in packs().items():
        decides = section(fresh[name], "What it decides")
        said = re.findall(RULE, decides, re.MULTILINE)
        rules = [*pack["flow"], {"rule": "otherwise", "cite": pack["otherwise"]["cite"]}]
        assert [rule for rule, _ in said] == [rule["rule"] for rule in rules], name
        for (_, cite), rule in zip(said, rules, strict=True):
            mark = f" Certainty: {rule.get('certainty', 'no mark')}."
            assert cite == f"{rule['cite']}." + ("" if rule is rules[-1] else mark), name


def test_a_page_names_each_switch_with_the_values_that_it_may_have(fresh: dict[str, str]) -> None:
    seen = 0
    for name, pack in packs().items():
        for switch, param in pack.get("params", {}).items():
            line = lines_about(section(fresh[name], "Switches"), switch)
            assert bool(line) == param.get("switch", False), (name, switch)
            if line:
                seen += 1
                cells = line.split(" | ")
                allowed = [
                    f"[{', '.join(value)}]" if isinstance(value, list) else str(value)
                    for value in param["allowed"]
                ]
                assert cells[2] == ", ".join(allowed), (name, switch)
                assert param.get("note", "").strip() in line, (name, switch)
    assert seen > 20


def test_each_reading_and_each_thing_from_memory_is_an_open_question(fresh: dict[str, str]) -> None:
    seen = 0
    for name, pack in packs().items():
        questions = section(fresh[name], "Open questions")
        items = {f"The rule `{rule['rule']}`": rule for rule in pack["flow"]}
        items |= {f"The value `{name}`": param for name, param in pack.get("params", {}).items()}
        for item, said in items.items():
            line = lines_with(questions, item)
            asked = said.get("certainty") in ("reading", "V")
            assert bool(line) == asked, (name, item)
            if line:
                seen += 1
                note = "" if said.get("readings") else said.get("note", "").strip()
                assert said["cite"] in line and note in line, (name, item)
    assert seen > 100


def test_what_an_office_may_choose_is_said_with_its_switch_and_is_no_open_question(
    fresh: dict[str, str],
) -> None:
    page = fresh["san_francisco-2016-11-09.md"]
    levels = packs()["san_francisco-2016-11-09.md"]["params"]["san_francisco_levels"]
    said = [one["gains"].strip() for one in levels["readings"].values()]
    assert len(said) == 2
    assert all(gains in section(page, "Switches") for gains in said)
    assert not any(gains in section(page, "Open questions") for gains in said)


def test_a_page_says_who_reviewed_the_pack_and_whether_it_was_ever_in_force(
    fresh: dict[str, str],
) -> None:
    for name, pack in packs().items():
        by = pack["authority"]["reviewed_by"]
        review = f"reviewed by {by}" if by else "not reviewed by a lawyer yet"
        assert f"\n- Review: {review}.\n" in fresh[name]
        assert review in lines_with(fresh[INDEX], f"]({name})")
        never = "\n- Time: never in force: a what-if version" in fresh[name]
        assert never == (pack["in_force"] == "never"), name


def test_a_folder_that_cannot_be_written_is_said_to_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UsageError, match="cannot be written"):
        write_pages(rules_folder(), tmp_path / "file")


def test_no_page_says_a_double_negation_a_raw_code_or_the_name_of_a_column(
    fresh: dict[str, str], rulebook: Rulebook
) -> None:
    codes = {
        code
        for features in rulebook.catalogue.values()
        for feature in features.values()
        for code, words in feature.words.codes.items()
        if "_" in code or code in ("until", "F", "M", "I") or not isinstance(words, str)
    }
    columns = {name for features in rulebook.catalogue.values() for name in features}
    names = {name for name in columns | codes if "_" in name} | {"until", "F", "M", "I"}
    raw = re.compile(rf"\b({'|'.join(sorted(names))})\b")
    for name, page in fresh.items():
        assert "it is not so that" not in page, name
        conditions = re.findall(
            r"^(?:\d+\. `\w+`| +\d+\.|Every) .*$", section(page, "What it decides"), re.MULTILINE
        )
        for line in conditions:
            words = re.sub(r"`[^`]*`|\[[^]]*\]|\([A-Z]\)", "", line)
            assert raw.search(words) is None, (name, line)
