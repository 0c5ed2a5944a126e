"""Configuration and rules with slips in them: valid, or refused with a message; never a crash."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from clearance.errors import RulebookInvalid, UsageError
from clearance.platform.paths import conf_folder
from clearance.prepare.citation.spelling import load_spelling
from clearance.prepare.record.rules import load_record_rules
from clearance.publish.packets.comments import load_comment_rules
from clearance.rulebook.check.cases import find_failures, load_cases
from clearance.rulebook.english.office_words import load_reason_texts
from clearance.rulebook.language.catalogue import load_catalogue
from clearance.rulebook.language.resolved import resolve
from clearance.rulebook.language.yaml_lines import DEEPEST, MOST_BYTES, load_yaml
from clearance.rulebook.loading.load import load_rulebook
from clearance.settings import load_settings
from tests.support.fuzz.drawn import as_yaml, slipped
from tests.support.fuzz.mutation import mutated_text
from tests.support.fuzz.readers import CASES, PACKS, RULES, cases_of, pack_of, read_pack

# So many of each in all, however many packs there are; more of them: scripts/soak/fuzz.py.
TEXTS, VALUES, CASE_TEXTS = (count // len(PACKS) for count in (800, 320, 240))


def outcomes(
    text: str, target: Path, use: Callable[[], object], *, times: int, seed: int
) -> Counter[str]:
    """How often mutations of a text were used to the end, and how often refused."""
    dice = random.Random(seed)
    seen: Counter[str] = Counter()
    for _ in range(times):
        mutated = mutated_text(text, dice)
        target.write_bytes(mutated.encode("utf-8", "surrogatepass"))
        try:
            use()
            seen["valid"] += 1
        except (UsageError, RulebookInvalid) as error:
            assert error.message.strip() and error.remedy.strip(), mutated
            seen["refused"] += 1
        except Exception as error:
            raise AssertionError(f"{type(error).__name__} on:\n{mutated}") from error
    return seen


def test_a_configuration_with_slips_is_valid_or_wrong_use(tmp_path: Path) -> None:
    text = (conf_folder() / "california.yaml").read_text()
    config = tmp_path / "c.yaml"
    seen = outcomes(text, config, lambda: load_settings(config), times=300, seed=1)
    assert seen["valid"] > 60 and seen["refused"] > 60


@pytest.mark.parametrize("pack", PACKS, ids=lambda path: path.stem)
def test_a_pack_with_slips_is_valid_or_refused(pack: Path, tmp_path: Path) -> None:
    target, cases = tmp_path / "p.yaml", cases_of(pack)
    text = pack.read_text(encoding="utf-8")
    target.write_text(text, encoding="utf-8")
    read_pack(target, cases)
    seen = outcomes(text, target, lambda: read_pack(target, cases), times=TEXTS, seed=2)
    assert seen["refused"] > TEXTS // 3


@pytest.mark.parametrize("pack", PACKS, ids=lambda path: path.stem)
def test_cases_with_slips_run_or_are_refused(pack: Path, tmp_path: Path) -> None:
    found, _ = pack_of(pack)
    assert found is not None
    catalogue = load_catalogue(RULES)
    bound = resolve(found.pack, catalogue, switches={}, inputs_fingerprint="r")
    target = tmp_path / "p.cases.yaml"

    def use() -> None:
        find_failures(bound, load_cases(target, resolved=bound, catalogue=catalogue))

    text = cases_of(pack).read_text(encoding="utf-8")
    seen = outcomes(text, target, use, times=CASE_TEXTS, seed=3)
    assert seen["refused"] > CASE_TEXTS // 4


@pytest.mark.parametrize("pack", PACKS, ids=lambda path: path.stem)
def test_a_pack_with_values_lost_doubled_or_exchanged_is_valid_or_refused(
    pack: Path, tmp_path: Path
) -> None:
    target, cases = tmp_path / "p.yaml", cases_of(pack)
    seen: Counter[bool] = Counter()

    @settings(max_examples=VALUES)
    @given(slipped(load_yaml(pack).data))
    def draw(content: Any) -> None:
        target.write_text(as_yaml(content), encoding="utf-8")
        try:
            read_pack(target, cases)
            seen[True] += 1
        except RulebookInvalid as error:
            assert error.message.strip()
            seen[False] += 1

    draw()
    assert seen[False] > VALUES // 3


def test_any_other_file_of_the_rules_with_slips_is_valid_or_refused(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    shutil.copytree(RULES, rules)

    def use() -> None:
        for load in (
            load_record_rules,
            load_spelling,
            load_reason_texts,
            load_comment_rules,
            load_rulebook,
        ):
            load(rules)

    others = {*RULES.rglob("*.yaml"), *RULES.rglob("*.csv")} - {*PACKS, *CASES}
    for number, path in enumerate(sorted(others)):
        target = rules / path.relative_to(RULES)
        text = path.read_text(encoding="utf-8")
        outcomes(text, target, use, times=1, seed=number)
        target.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [x, &b [y, y]]\nc:\n  - *b\n", ":3: aliases"),
        ("- &a [x, x]\n- &b [*a, *a]\n- [*b, *b]\n", ":2: aliases"),
        ("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), f"nested more than {DEEPEST} deep"),
        ("[" * 100_000, f"nested more than {DEEPEST} deep"),
        ("a: !!python/name:os.system x\n", "f.yaml:1:"),
        ('a: !!int ""\n', ":1: a value cannot be read"),
        ("\na: 2001-02-30\n", ":2: a value cannot be read"),
        ("a: " + "9" * 5000 + "\n", ":1: a value cannot be read"),
        ('a: "\\ud800"\n', ":1: half a character"),
        ('"\\ud800": a\n', ":1: half a character"),
        ('a: "\\UFFFFFFFF"\n', "not YAML"),
        ("%YAML 1." + "9" * 5000 + "\n---\na: 1\n", "f.yaml"),
        ("x" * (MOST_BYTES + 1), ":1: a file of over 1000 kB is not read"),
    ],
)
def test_a_file_made_to_hurt_is_refused_by_name_and_line(
    text: str, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "f.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RulebookInvalid) as caught:
        load_yaml(path)
    assert said in caught.value.message and "f.yaml" in caught.value.message


def test_nesting_up_to_the_limit_is_read(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_text("[" * DEEPEST + "]" * DEEPEST)
    assert isinstance(load_yaml(path).data, list)
