"""Options: what a county's file may say, what is refused and how, what a sweep makes of it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from clearance.cli import exit_code
from clearance.determine.plan import Plan, plan_sweep
from clearance.errors import UsageError
from clearance.platform.paths import conf_folder
from clearance.rulebook.check.cases import difference
from clearance.rulebook.english.prose import pack_in_english
from clearance.rulebook.language.model import Pack
from clearance.rulebook.language.resolved import ResolvedPack
from clearance.rulebook.loading.load import Rulebook
from clearance.rulebook.loading.option_files import parse_option_file, read_option_file
from clearance.rulebook.loading.stored import parse_stored_pack, stored_text
from clearance.rulebook.oracle import decide
from clearance.settings import Settings, load_settings
from tests.support.rulebook.packs import bound_pack, small_pack

AS_OF = date(2026, 11, 1)
PREDECESSOR = {
    "baselineEligibility": {"dismiss": ["11357", "11358"], "reduce": ["11359", "11360"]},
    "additionalRelief": {
        "subjectUnder21AtConviction": True,
        "subjectAgeThreshold": 57,
        "yearsSinceConvictionThreshold": 10,
        "yearsCrimeFreeThreshold": 5,
        "subjectHasOnlyProp64Charges": True,
        "subjectIsDeceased": False,
    },
}


@pytest.fixture(scope="module")
def configurable(rulebook: Rulebook) -> ResolvedPack:
    found = rulebook.find("configurable", as_of=AS_OF)
    assert found is not None
    return rulebook.resolve(found.pack, switches={})


def read(path: Path, text: str, pack: Pack) -> tuple[dict[str, Any], list[str]]:
    path.write_text(text, encoding="utf-8")
    values, problems = parse_option_file(read_option_file(path, name=path.name), pack.options)
    return dict(values), problems


def config(folder: Path, counties: dict[str, dict[str, str]], **policies: Any) -> Settings:
    """Settings of a configuration file in the folder, beside its option files."""
    content = {"county_policies": {"counties": counties, **policies}}
    (folder / "mine.yaml").write_text(yaml.safe_dump(content))
    return load_settings(folder / "mine.yaml")


def on(options: str) -> dict[str, str]:
    return {"policy": "configurable", "options": options}


def plan(rulebook: Rulebook, settings: Settings) -> Plan:
    return plan_sweep(rulebook, settings, as_of=AS_OF)


@pytest.mark.parametrize("indent", [None, 2, "\t"])
def test_the_predecessors_option_file_loads_as_it_is(
    configurable: ResolvedPack, tmp_path: Path, indent: Any
) -> None:
    values, problems = read(
        tmp_path / "yolo.json", json.dumps(PREDECESSOR, indent=indent), configurable.pack
    )
    assert problems == []
    assert values == {
        "dismiss": ("11357", "11358"),
        "reduce": ("11359", "11360"),
        "subject_under_21_at_conviction": True,
        "subject_age_threshold": 57,
        "years_since_conviction_threshold": 10,
        "years_crime_free_threshold": 5,
        "subject_has_only_prop64_charges": True,
        "subject_is_deceased": False,
    }


def test_what_a_file_does_not_name_is_off(configurable: ResolvedPack, tmp_path: Path) -> None:
    off = configurable.options
    assert not any(off.values())
    for text in ("{}", '{"additionalRelief": {}}', '{"baselineEligibility": null}'):
        assert read(tmp_path / "a.json", text, configurable.pack) == (off, [])
    nulls = {group: dict.fromkeys(keys) for group, keys in PREDECESSOR.items()}
    assert read(tmp_path / "a.json", json.dumps(nulls), configurable.pack) == (off, [])


def test_the_options_own_names_do_as_well_in_json_and_in_yaml(
    configurable: ResolvedPack, tmp_path: Path
) -> None:
    own = {"dismiss": ["11357"], "subject_age_threshold": 40}
    for name, text in (("a.json", json.dumps(own)), ("a.yaml", yaml.safe_dump(own))):
        values, problems = read(tmp_path / name, text, configurable.pack)
        assert (values["dismiss"], values["subject_age_threshold"], problems) == (
            ("11357",),
            40,
            [],
        )


@pytest.mark.parametrize("written", ['"11359"', "11359", '"11359 HS"', '"hs 11359"', '"HS11359"'])
def test_a_section_may_be_text_or_number_with_or_without_its_code_book(
    configurable: ResolvedPack, tmp_path: Path, written: str
) -> None:
    text = f'{{"baselineEligibility": {{"reduce": ["11360", {written}, "11360"]}}}}'
    values, problems = read(tmp_path / "a.json", text, configurable.pack)
    assert (values["reduce"], problems) == (("11359", "11360"), [])


@pytest.mark.parametrize(
    ("key", "value", "fits"),
    [
        ("subjectAgeThreshold", 0, True),
        ("subjectAgeThreshold", 39, False),
        ("subjectAgeThreshold", 40, True),
        ("subjectAgeThreshold", 65, True),
        ("subjectAgeThreshold", 66, False),
        ("yearsSinceConvictionThreshold", 0, True),
        ("yearsSinceConvictionThreshold", 1, True),
        ("yearsSinceConvictionThreshold", 15, True),
        ("yearsSinceConvictionThreshold", 16, False),
        ("yearsSinceConvictionThreshold", -1, False),
        ("yearsCrimeFreeThreshold", 0, True),
        ("yearsCrimeFreeThreshold", 1, True),
        ("yearsCrimeFreeThreshold", 15, True),
        ("yearsCrimeFreeThreshold", 16, False),
    ],
)
def test_a_number_out_of_range_is_refused_with_the_range(
    configurable: ResolvedPack, tmp_path: Path, key: str, value: int, fits: bool
) -> None:
    text = json.dumps({"additionalRelief": {key: value}})
    _, problems = read(tmp_path / "a.json", text, configurable.pack)
    allowed = "40 to 65" if key == "subjectAgeThreshold" else "1 to 15"
    assert (problems == []) == fits
    assert fits or f"0 (off) or a whole number from {allowed}" in problems[0]


WRONG = """{
  "baselineEligibility": {
    "dismis": ["11357"],
    "reduce": ["11357", "11361"]
  },
  "additionalRelif": {"subjectIsDeceased": true},
  "additionalRelief": {
    "subjectUnder21AtConviction": "yes",
    "subjectAgeThreshold": "57",
    "yearsSinceConvictionThreshold": 1.5,
    "yearsCrimeFreeThreshold": true,
    "subjectHasOnlyProp64Charges": 1
  },
  "subject_is_deceased": true,
  "zzz": 1
}"""


def test_every_problem_of_every_file_is_told_at_once_with_its_line(
    rulebook: Rulebook, tmp_path: Path
) -> None:
    (tmp_path / "counties").mkdir()
    files = {
        "wrong.json": WRONG,
        "twice.json": '{\n "dismiss": [],\n "dismiss": []}',
        "both.json": '{"dismiss": ["11357"],\n "baselineEligibility": {"dismiss": []}}',
        "broken.json": '{"dismiss": [\n',
        "list.json": '["11357"]',
        "single.json": '{"baselineEligibility": {"dismiss": "11357"}}',
        "group.json": '{"additionalRelief": 50}',
        "fine.json": json.dumps(PREDECESSOR),
    }
    for name, text in files.items():
        (tmp_path / "counties" / name).write_text(text)
    names = [*files, "missing.json"]
    counties = ["ALAMEDA", "ALPINE", "AMADOR", "BUTTE", "COLUSA", "DEL NORTE", "FRESNO", "GLENN"]
    chosen = {c: on(f"counties/{n}") for c, n in zip([*counties, "INYO"], names, strict=True)}
    chosen["KERN"] = {"policy": "prop64_statute", "options": "counties/fine.json"}
    with pytest.raises(UsageError) as caught:
        plan(rulebook, config(tmp_path, chosen))
    lines = caught.value.message.split("\n")
    for said in (
        "wrong.json:3: `baselineEligibility.dismis` is not an option; did you mean "
        "`baselineEligibility.dismiss`?",
        "wrong.json:4: `baselineEligibility.reduce`: `11361` is none of 11357, 11358, 11359, 11360",
        "wrong.json:6: `additionalRelif` is not an option; did you mean `additionalRelief`?",
        "wrong.json:8: `additionalRelief.subjectUnder21AtConviction`: `yes` is not allowed; write "
        "true or false",
        "wrong.json:9: `additionalRelief.subjectAgeThreshold`: `57` is not allowed",
        "wrong.json:10: `additionalRelief.yearsSinceConvictionThreshold`: `1.5` is not allowed",
        "wrong.json:11: `additionalRelief.yearsCrimeFreeThreshold`: `true` is not allowed",
        "wrong.json:12: `additionalRelief.subjectHasOnlyProp64Charges`: `1` is not allowed",
        "wrong.json:15: `zzz` is not an option; options are dismiss, reduce",
        "twice.json:3: `dismiss` appears twice",
        "both.json:2: `baselineEligibility.dismiss` is set before, as `dismiss`",
        "broken.json:2: this is not JSON",
        "list.json:1: an option file is",
        "single.json:1: `baselineEligibility.dismiss`: `11357` is not allowed; write a list of",
        "group.json:1: `additionalRelief` is a group of options",
        "missing.json: there is no such option file",
        "KERN: policy prop64_statute has no options",
    ):
        assert sum(said in line for line in lines) == 1, (said, lines)
    assert not any("fine.json:" in line for line in lines)
    assert caught.value.exit_code == 2


def test_a_wrong_option_file_ends_the_command_before_spark_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "yolo.json").write_text('{"additionalRelief": {"subjectAgeThreshold": 39}}')
    config(tmp_path, {"YOLO": on("yolo.json")})
    monkeypatch.chdir("/")
    monkeypatch.setattr(
        "clearance.platform.spark.session.build_session", None
    )  # starting Spark would fail
    words = ["determine", "--store", "s", "--as-of", "2026-11-01"]
    assert exit_code([*words, "--config", str(tmp_path / "mine.yaml")], debug=False) == 2
    assert "yolo.json:1: `additionalRelief.subjectAgeThreshold`" in capsys.readouterr().err


def test_the_doctor_names_a_wrong_option_file(tmp_path: Path) -> None:
    from clearance.commands.context import CommandContext
    from clearance.commands.doctor import _settings

    (tmp_path / "yolo.json").write_text('{"dismiss": ["11357"]}')
    config(tmp_path, {"YOLO": on("yolo.json")})
    context = CommandContext(config=tmp_path / "mine.yaml")
    assert _settings(context).startswith("fingerprint ")
    (tmp_path / "yolo.json").write_text('{"dismiss": ["11361"]}')
    with pytest.raises(UsageError, match=r"yolo.json:1: `dismiss`: `11361` is none of"):
        _settings(context)


def test_the_example_that_comes_with_the_project_fits_the_pack(configurable: ResolvedPack) -> None:
    path = conf_folder() / "counties" / "example.json"
    values, problems = parse_option_file(
        read_option_file(path, name=path.name), configurable.pack.options
    )
    assert problems == []
    assert all(values.values()), "the example shows every option turned on"


def test_counties_with_the_same_options_share_one_fingerprint_under_the_packs_id(
    rulebook: Rulebook, tmp_path: Path
) -> None:
    (tmp_path / "a.json").write_text('{"dismiss": ["11357", "11358"]}')
    (tmp_path / "b.json").write_text('{"baselineEligibility": {"dismiss": [11358, 11357]}}')
    settings = config(tmp_path, {"YOLO": on("a.json"), "KERN": on("b.json")})
    found = plan(rulebook, settings)
    assert list(found.fingerprints) == ["configurable"]
    assert len(found.stored) == 1


def test_counties_whose_options_differ_are_named_each_where_there_is_no_default(
    rulebook: Rulebook, tmp_path: Path
) -> None:
    (tmp_path / "a.json").write_text('{"dismiss": ["11357"]}')
    (tmp_path / "b.json").write_text('{"dismiss": ["11358"]}')
    chosen = {"YOLO": on("a.json"), "KERN": on("b.json"), "INYO": on("a.json")}
    found = plan(rulebook, config(tmp_path, chosen))
    prints = found.fingerprints
    assert sorted(prints) == ["configurable/INYO", "configurable/KERN", "configurable/YOLO"]
    assert prints["configurable/INYO"] == prints["configurable/YOLO"]
    assert prints["configurable/KERN"] != prints["configurable/YOLO"]
    assert sorted(found.stored) == sorted(set(prints.values()))


def test_under_a_default_only_counties_that_differ_from_it_are_named(
    rulebook: Rulebook, tmp_path: Path
) -> None:
    (tmp_path / "a.json").write_text('{"dismiss": ["11357"]}')
    chosen = {"YOLO": on("a.json"), "KERN": {"policy": "configurable"}}
    settings = config(tmp_path, chosen, default=on("a.json"))
    prints = plan(rulebook, settings).fingerprints
    # Kern has its own line without options: for Kern all are off.
    # Where the county cannot be read, what Kern's line would say is heard, too.
    assert sorted(prints) == ["configurable", "configurable/KERN", "configurable/UNKNOWN"]


def test_the_settings_fingerprint_covers_what_the_option_files_say(tmp_path: Path) -> None:
    def fingerprint(text: str) -> str:
        (tmp_path / "a.json").write_text(text)
        return config(tmp_path, {"YOLO": on("a.json")}).fingerprint

    one = fingerprint('{"dismiss": ["11357"]}')
    assert fingerprint('{\n  "dismiss": [ "11357" ]\n}') == one
    assert fingerprint('{"dismiss": ["11358"]}') != one


def test_a_run_stands_on_the_option_files_as_they_were_when_it_began(
    rulebook: Rulebook, tmp_path: Path
) -> None:
    (tmp_path / "a.json").write_text('{"dismiss": ["11357"]}')
    settings = config(tmp_path, {"YOLO": on("a.json")})
    before = plan(rulebook, settings).fingerprints
    (tmp_path / "a.json").write_text("broken")
    assert plan(rulebook, settings).fingerprints == before


def test_a_stored_pack_is_enough_to_decide_again(rulebook: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(PREDECESSOR))
    settings = config(tmp_path, {"YOLO": on("a.json")}, default={"policy": "prop64_statute"})
    settings = settings.model_copy(update={"switches": {"two_priors_mode": "off"}})
    found = plan(rulebook, settings)
    assert len(found.stored) == 2
    for fingerprint, (bound, text) in found.stored.items():
        again = parse_stored_pack(text, catalogue=rulebook.catalogue)
        assert (again.fingerprint, again.options, again.values) == (
            fingerprint,
            bound.options,
            bound.values,
        )
        # Plain YAML readers see the pack as it stood in its file.
        assert yaml.safe_load(text)["pack"] == bound.pack.pack


def test_a_pack_in_braces_is_stored_whole_as_well(rulebook: Rulebook) -> None:
    bound = bound_pack(rulebook.catalogue)
    for text in (json.dumps(small_pack(), default=str), yaml.safe_dump(small_pack()) + "...\n"):
        stored = stored_text(bound, text=text)
        assert (
            parse_stored_pack(stored, catalogue=rulebook.catalogue).fingerprint == bound.fingerprint
        )


def test_the_english_names_every_option_its_range_and_its_value(
    configurable: ResolvedPack, rulebook: Rulebook
) -> None:
    off = pack_in_english(configurable, rulebook.catalogue, rulebook.reasons)
    assert "subject_age_threshold = off. It may be 0 (off) or a whole number from 40 to 65." in off
    assert "the person is [subject_age_threshold] or older on the as-of date" in off
    assert "[subject_age_threshold] years or older" in off
    own = configurable.with_options({"subject_age_threshold": 57, "dismiss": ("11357",)})
    text = pack_in_english(own, rulebook.catalogue, rulebook.reasons)
    assert "the person is 57 (`subject_age_threshold`) or older" in text
    assert "57 years or older" in text
    assert "one that the county's option `dismiss` (11357) names" in text
    assert "dismiss = 11357." in text


def test_a_case_may_set_options_and_a_wrong_one_is_told_with_its_line(
    rulebook: Rulebook, configurable: ResolvedPack, tmp_path: Path
) -> None:
    from clearance.errors import RulebookInvalid
    from clearance.rulebook.check.cases import load_cases

    text = """
pack: configurable
as_of: 2026-11-01
unit: {tags: [p64], section: "11357", level: F}
options: {dismiss: ["11357"]}
cases:
  - case: The options of the file hold
    expect: {outcome: ELIGIBLE}
  - case: A case's own options stand over them
    options: {dismiss: []}
    expect: {outcome: REVIEW}
"""
    path = tmp_path / "a.cases.yaml"
    path.write_text(text)
    for case in load_cases(path, resolved=configurable, catalogue=rulebook.catalogue):
        made = decide(case.under(configurable), case.row, case.as_of)
        assert difference(case.expect, made) is None
    path.write_text(text.replace("dismiss: []", "dismis: []"))
    with pytest.raises(RulebookInvalid, match=r"a.cases.yaml:10: .*did you mean `dismiss`"):
        load_cases(path, resolved=configurable, catalogue=rulebook.catalogue)
