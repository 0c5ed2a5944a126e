"""A version says what bills changed of the one before; the loader builds the whole."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from clearance.platform.paths import rules_folder
from clearance.rulebook.language.resolved import resolve
from clearance.rulebook.loading.load import Rulebook, read_rulebook
from clearance.rulebook.loading.stored import parse_stored_pack, stored_text
from tests.support.rulebook.packs import small_pack


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's rules without a pack."""
    folder = tmp_path_factory.mktemp("bare") / "rules"
    shutil.copytree(rules_folder(), folder)
    for path in folder.glob("*/**/*.yaml"):
        path.unlink()
    return folder


@pytest.fixture
def rules(bare: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    shutil.copytree(bare, folder)
    write(folder, "first", small_pack())
    return folder


def write(rules: Path, name: str, content: dict[str, Any]) -> None:
    (rules / "law").mkdir(exist_ok=True)
    text = yaml.safe_dump(content, sort_keys=False)
    (rules / "law" / f"{name}.yaml").write_text(text, encoding="utf-8")


def version(name: str, *changes: dict[str, Any], on: str = "1", **more: Any) -> dict[str, Any]:
    """The content of a version that says what bills changed."""
    first = small_pack()
    own = {key: first[key] for key in ("pack", "title", "authority")}
    said = [{"bill": "A bill", "section": "PC 1", "says": "What it did.", **c} for c in changes]
    based_on = f"{first['pack']}@{first['version'] if on == '1' else on}"
    return {
        **own,
        "version": name,
        "in_force": "never",
        "based_on": based_on,
        "changes": said,
        **more,
    }


def problem(rules: Path) -> str:
    _, problems = read_rulebook(rules)
    assert problems
    return "\n".join(problems)


def built(rules: Path, name: str) -> dict[str, Any]:
    rulebook, problems = read_rulebook(rules)
    assert problems == []
    return found(rulebook, name).model_dump(mode="json")


def found(rulebook: Rulebook, name: str) -> Any:
    return next(item.pack for item in rulebook.packs if item.pack.version == name)


FIRST = small_pack()
RULE, FACT = FIRST["flow"][0]["rule"], next(iter(FIRST["facts"]))
NEW_RULE = {"rule": "new", "when": FACT, "then": "REVIEW", "reason": "MISSING_INFORMATION"}


def test_a_version_without_changes_is_the_whole_of_the_one_before(rules: Path) -> None:
    write(rules, "second", version("second", {}))
    first = built(rules, str(FIRST["version"]))
    assert built(rules, "second") == {**first, "version": "second", "in_force": "never"}


def test_rules_are_added_in_their_place_changed_by_key_and_taken_away(rules: Path) -> None:
    add = {"add": {"rules": [{"after": RULE, "cite": "PC 2", **NEW_RULE}]}}
    write(rules, "second", version("second", add))
    change = {"change": {"rules": [{"rule": "new", "cite": "PC 3", "then": "NOT_ELIGIBLE"}]}}
    write(rules, "third", version("third", change, on="second"))
    drop = {"drop": {"rules": ["new"]}}
    write(rules, "fourth", version("fourth", drop, on="third"))
    names = [rule["rule"] for rule in built(rules, "second")["flow"]]
    assert names[names.index(RULE) + 1] == "new"
    third = next(r for r in built(rules, "third")["flow"] if r["rule"] == "new")
    assert third["cite"] == "PC 3" and third["then"]["outcome"] == "NOT_ELIGIBLE"
    assert third["reason"] == NEW_RULE["reason"]
    first = built(rules, str(FIRST["version"]))
    assert built(rules, "fourth")["flow"] == first["flow"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"drop": {"rules": ["nowhere"]}}, "`nowhere` is not in the version"),
        ({"change": {"facts": {"nowhere": "level is F"}}}, "`nowhere` is not in the version"),
        ({"add": {"facts": {FACT: "level is F"}}}, "is there already"),
        ({"add": {"rules": [{"cite": "PC 2", **NEW_RULE}]}}, "`after` or `before`"),
        ({"add": {"rules": [{"after": "nowhere", **NEW_RULE}]}}, "`nowhere` is not in the version"),
        ({"change": {"rules": [{"rule": ["a"], "cite": "PC 2"}]}}, "a rule is named"),
        ({"add": {"rules": [{"after": RULE, "cite": "PC 2"}]}}, "a rule is named"),
        ({"bill": ""}, "`bill`"),
        ({"section": ""}, "`section`"),
        ({"odd": 1}, "`odd`"),
    ],
)
def test_a_change_that_does_not_fit_is_refused_with_file_and_line(
    rules: Path, changes: dict[str, Any], said: str
) -> None:
    write(rules, "second", version("second", changes))
    line = next(one for one in problem(rules).split("\n") if said in one)
    name, number, _ = line.split(":", 2)
    text = (rules / name).read_text(encoding="utf-8").split("\n")
    assert int(number) > text.index("changes:")


def test_a_key_that_is_the_base_versions_own_is_refused(rules: Path) -> None:
    write(rules, "second", version("second", {}, leap_day="up"))
    assert "`leap_day` is that of" in problem(rules)


def test_a_base_that_is_not_there_or_goes_in_a_circle_is_refused(rules: Path) -> None:
    write(rules, "second", version("second", {}, on="nowhere"))
    assert "there is no version" in problem(rules)
    write(rules, "second", version("second", {}, on="third"))
    write(rules, "third", version("third", {}, on="second"))
    assert "is based on this version" in problem(rules)


@pytest.mark.parametrize(
    "odd", [{"flow": ["a"]}, {"flow": [{"rule": ["a"]}]}, {"facts": ["a"]}, {"otherwise": "a"}]
)
def test_a_base_without_the_form_of_a_pack_is_refused_and_so_is_what_stands_on_it(
    rules: Path, odd: dict[str, Any]
) -> None:
    write(rules, "first", {**small_pack(), **odd})
    write(rules, "second", version("second", {}))
    said = problem(rules)
    assert "law/first.yaml:" in said and "cannot be built" in said


def test_what_is_wrong_with_a_rule_stands_at_the_line_that_wrote_it(rules: Path) -> None:
    odd = {"after": RULE, "cite": "PC 2", **NEW_RULE, "when": "no_such_fact"}
    write(rules, "second", version("second", {"add": {"rules": [odd]}}))
    line = next(one for one in problem(rules).split("\n") if "no_such_fact" in one)
    text = (rules / "law" / "second.yaml").read_text(encoding="utf-8").split("\n")
    assert text[int(line.split(":")[1]) - 1].strip().startswith("- after:")


def test_a_store_keeps_the_whole_version(rules: Path) -> None:
    write(rules, "second", version("second", {"change": {"facts": {FACT: "level is F"}}}))
    rulebook, _ = read_rulebook(rules)
    item = next(item for item in rulebook.packs if item.pack.version == "second")
    bound = resolve(item.pack, rulebook.catalogue, switches={}, inputs_fingerprint="r")
    again = parse_stored_pack(
        stored_text(bound, text=item.document.text), catalogue=rulebook.catalogue
    )
    assert again.fingerprint == bound.fingerprint
    assert again.pack.facts[FACT] == "level is F"


def test_a_version_written_whole_has_the_same_fingerprint(rules: Path) -> None:
    write(rules, "second", version("second", {"change": {"facts": {FACT: "level is F"}}}))
    rulebook, _ = read_rulebook(rules)
    item = next(item for item in rulebook.packs if item.pack.version == "second")
    short = resolve(item.pack, rulebook.catalogue, switches={}, inputs_fingerprint="r").fingerprint
    (rules / "law" / "second.yaml").write_text(item.document.text, encoding="utf-8")
    rulebook, _ = read_rulebook(rules)
    whole = resolve(
        found(rulebook, "second"), rulebook.catalogue, switches={}, inputs_fingerprint="r"
    )
    assert whole.fingerprint == short
