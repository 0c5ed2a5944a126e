"""Who vouches for a pack: beside it, outside its fingerprint, until it decides otherwise."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from pyspark.sql import Row

from clearance.cli import exit_code
from clearance.determine.plan import plan_sweep
from clearance.determine.signed import check_signed
from clearance.errors import EXIT_RULEBOOK, EXIT_USAGE, RulebookInvalid
from clearance.platform.paths import rules_folder
from clearance.report.laws import list_used_packs, read_sign_offs
from clearance.rulebook.loading.load import load_rulebook
from clearance.rulebook.loading.signatures import SignOff, sign_off
from clearance.rulebook.loading.stored import stored_text
from clearance.settings import Settings

PACK, LAW = "prop64_statute", Settings(packs=("prop64_statute",))
AS_OF = date(2026, 11, 1)


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return shutil.copytree(rules_folder(), tmp_path / "rules")


def signed(rules: Path, *, by: str = "A. Lawyer", on: str = "2026-11-02") -> int:
    given = ["rules", "sign", PACK, "--by", by, "--on", on, "--rules", str(rules)]
    return int(exit_code(given, debug=True))


def found(rules: Path, **switches: str) -> SignOff:
    rulebook = load_rulebook(rules)
    item = next(item for item in rulebook.packs if item.pack.pack == PACK)
    return sign_off(
        item,
        rulebook.resolve(item.pack, switches=switches),
    )


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_signing_a_pack_decides_nothing_again(rules: Path) -> None:
    before = load_rulebook(rules)
    assert found(rules).state == "unsigned"
    assert signed(rules) == 0
    assert str(found(rules)) == "signed off by A. Lawyer on 2026-11-02"
    after = load_rulebook(rules)
    prints = [plan_sweep(book, LAW, as_of=AS_OF).fingerprints for book in (before, after)]
    assert prints[0] == prints[1]


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("prop64/statute.yaml", "value: 21\n", "value: 18\n"),
        ("statutes/p64.csv", "11359", "11366"),
        ("dispositions.yaml", "starts_with: PARDON", "starts_with: PARDONS"),
    ],
)
def test_a_signature_lapses_when_which_conviction_decides_otherwise(
    file: str, old: str, new: str, rules: Path
) -> None:
    assert signed(rules) == 0
    change(rules / file, old, new)
    assert found(rules).state == "lapsed"
    assert signed(rules, by="B. Lawyer", on="2026-11-03") == 0
    assert str(found(rules)) == "signed off by B. Lawyer on 2026-11-03"
    # What was signed first stands again with the rules of then.
    change(rules / file, new, old)
    assert str(found(rules)) == "signed off by A. Lawyer on 2026-11-02"


def test_a_signature_stays_where_only_words_are_bettered(rules: Path) -> None:
    assert signed(rules) == 0
    change(rules / "words.yaml", "a", "a ")
    change(rules / "prop64" / "statute.yaml", "# Proposition 64", "# Prop. 64")
    assert found(rules).state == "signed"


def test_another_value_of_a_switch_is_another_reading_and_not_signed(rules: Path) -> None:
    assert signed(rules) == 0
    assert found(rules, two_priors_mode="off").state == "lapsed"


def test_a_sweep_of_signed_packs_names_those_that_are_not(rules: Path) -> None:
    both = Settings(packs=(PACK, "pc849_5"))
    assert signed(rules) == 0
    check_signed(plan_sweep(load_rulebook(rules), LAW, as_of=AS_OF))
    with pytest.raises(RulebookInvalid) as refused:
        check_signed(plan_sweep(load_rulebook(rules), both, as_of=AS_OF))
    assert "pc849_5@" in refused.value.message
    assert PACK not in refused.value.message


def test_determine_signed_off_refuses_before_spark_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["determine", "--signed-off", "--as-of", "2026-11-01", "--store", str(tmp_path)]
    assert exit_code(given, debug=False) == EXIT_RULEBOOK
    assert "not signed off" in capsys.readouterr().err


def test_the_list_of_packs_says_who_signed(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert signed(rules) == 0
    capsys.readouterr()
    assert exit_code(["rules", "list", "--rules", str(rules), "--json"], debug=True) == 0
    packs = {row["pack"]: row for row in json.loads(capsys.readouterr().out)}
    assert (packs[PACK]["signed_off"], packs[PACK]["signed_by"]) == ("signed", "A. Lawyer")
    assert packs["pc849_5"]["signed_off"] == "unsigned"


def test_nobody_signs_nothing_and_a_file_that_is_no_list_is_refused(rules: Path) -> None:
    given = ["rules", "sign", PACK, "--by", " ", "--on", "2026-11-02", "--rules", str(rules)]
    assert exit_code(given, debug=False) == EXIT_USAGE
    (rules / "prop64" / "statute.signed.yaml").write_text("signed: yes\n")
    with pytest.raises(RulebookInvalid, match="not a list of signatures"):
        found(rules)


def test_the_report_reads_who_signed_the_pack_that_was_used(rules: Path) -> None:
    rulebook = load_rulebook(rules)
    item = next(item for item in rulebook.packs if item.pack.pack == PACK)
    text = item.document.path.read_text(encoding="utf-8")
    used = stored_text(rulebook.resolve(item.pack, switches={}), text=text)
    row = Row(pack=PACK, version=item.pack.version, yaml=used, fingerprint="f")

    def shown(row: Row) -> str:
        (pack,) = list_used_packs([row], sign_offs=read_sign_offs([row], rules=rules))
        return str(pack.signed_off)

    assert shown(row) == "not signed off"
    assert signed(rules) == 0
    assert shown(row) == "signed off by A. Lawyer on 2026-11-02"
    other = Row(**{**row.asDict(), "yaml": used.replace('"reads": "', '"reads": "0')})
    assert shown(other) == "changed since signed off by A. Lawyer on 2026-11-02"
