"""Option files and settings drawn by rule or made to hurt: read as meant, or refused by line."""

from __future__ import annotations

import codecs
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearance.cli import exit_code
from clearance.errors import UsageError
from clearance.rulebook.language.options import all_off
from clearance.rulebook.loading.option_files import MOST_BYTES, parse_option_file, read_option_file
from clearance.settings import Settings, load_settings
from tests.support.fuzz.drawn import (
    OptionText,
    any_settings,
    anything,
    as_yaml,
    option_texts,
    right_settings,
)
from tests.support.fuzz.readers import pack_options

OPTIONS = pack_options()


def found_in(path: Path, data: bytes) -> tuple[dict[str, Any], list[str]]:
    path.write_bytes(data)
    values, problems = parse_option_file(read_option_file(path, name=path.name), OPTIONS)
    return dict(values), problems


@pytest.mark.parametrize("name", ["a.json", "a.yaml"])
def test_entries_that_fit_are_read_as_meant_and_the_lines_of_all_others_are_told(
    name: str, tmp_path: Path
) -> None:
    seen: Counter[bool] = Counter()

    @settings(max_examples=150)
    @given(option_texts(OPTIONS))
    def draw(drawn: OptionText) -> None:
        values, problems = found_in(tmp_path / name, drawn.text.encode())
        assert values == all_off(OPTIONS) | drawn.values
        told = {int(problem.split(":")[1]) for problem in problems}
        assert told == drawn.wrong and len(problems) == len(drawn.wrong)
        assert all(problem.startswith(f"{name}:") for problem in problems)
        seen[bool(problems)] += 1

    draw()
    assert min(seen[True], seen[False]) > 20


ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-32-be", "latin-1", "cp037")


def test_whatever_json_holds_and_however_it_is_encoded_every_problem_has_a_line(
    tmp_path: Path,
) -> None:
    @settings(max_examples=300)
    @given(anything, st.sampled_from(ENCODINGS), st.booleans())
    def draw(content: Any, encoding: str, escaped: bool) -> None:
        text = json.dumps(content, ensure_ascii=escaped, indent=1)
        data = text.encode(encoding, "surrogatepass" if "utf" in encoding else "replace")
        for name in ("a.json", "a.yaml"):
            _, problems = found_in(tmp_path / name, data)
            for problem in problems:
                line = re.match(rf"{name}:(\d+): \S", problem)
                assert line and 1 <= int(line[1]) <= len(data.splitlines()) + 1, problem

    draw()


def test_settings_that_fit_are_read_as_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"

    @settings(max_examples=150)
    @given(right_settings)
    def draw(content: dict[str, Any]) -> None:
        path.write_text(as_yaml(content), encoding="utf-8")
        held = load_settings(path).model_dump(mode="json", exclude_defaults=True)
        assert held == Settings(**content).model_dump(mode="json", exclude_defaults=True)

    draw()


def test_whatever_stands_in_settings_is_read_or_refused_by_file_and_line(tmp_path: Path) -> None:
    path, seen = tmp_path / "c.yaml", Counter[bool]()

    @settings(max_examples=300)
    @given(any_settings)
    def draw(content: Any) -> None:
        path.write_text(as_yaml(content), encoding="utf-8")
        try:
            load_settings(path)
            seen[True] += 1
        except UsageError as error:
            assert all(re.match(r"c\.yaml:\d+: \S", line) for line in error.message.split("\n"))
            assert str(path) in error.remedy
            seen[False] += 1

    draw()
    assert min(seen[True], seen[False]) > 20


AGE = b'{"subject_age_threshold": %s}'
HURTING = {
    b"[" * 90_000: ":1: nested more than 32 deep",
    b'{"a":\n' * 1000: ":32: nested more than 32 deep",
    AGE % (b"9" * 5000): ":1: a value cannot be read as int: `999",
    AGE % b"NaN": ":1: `subject_age_threshold`: `NaN` is not allowed; write 0 (off) or",
    AGE % b"-Infinity": ":1: `subject_age_threshold`: `-Infinity` is not allowed",
    AGE % b"1e999": ":1: `subject_age_threshold`: `1e999` is not allowed",
    AGE % b"050": ":1: this is not JSON",
    b'{"dismiss": [],\n "dismiss": []}': ":2: `dismiss` appears twice",
    b'{"dismiss": [],\n "a\\ud800": 1}': ":2: half a character",
    b'{"dismiss": [],\n "a\x7f": 1}': ":2: the character U+007F is not allowed",
    b'{"dismiss": [],\n "a\x07": 1}': ":2: this is not JSON (Invalid control character",
    b'{"dismiss": [],\n "a\\u001b[2J": 1}': ":2: `a\\x1b[2J` is not an option",
    b'{"dismiss": [],\n "a\xf1": 1}': ":2: this is not UTF-8 text",
    codecs.BOM_UTF16_LE + '{"dismiss": []}'.encode("utf-16-le"): ":1: this is not UTF-8 text",
    b'{"dismiss": []}\x00': ":1: this is not JSON",
    b'{"dismiss": []} // all': ":1: this is not JSON",
    b"": ":1: this is not JSON",
    b"true": ":1: an option file is",
    b" " * (MOST_BYTES + 1): ":1: a file of over 100 kB is not read",
}


@pytest.mark.parametrize(("data", "said"), HURTING.items(), ids=range(len(HURTING)))
def test_an_option_file_made_to_hurt_ends_the_command_with_exit_2_before_spark_starts(
    data: bytes,
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "clearance.platform.spark.session.build_session", None
    )  # starting Spark would fail
    (tmp_path / "yolo.json").write_bytes(data)
    policy = {"policy": "configurable", "options": "yolo.json"}
    config = tmp_path / "c.yaml"
    config.write_text(as_yaml({"county_policies": {"counties": {"YOLO": policy}}}))
    words = ["determine", "--store", "s", "--as-of", "2026-11-01", "--config", str(config)]
    assert exit_code(words, debug=False) == 2
    told = capsys.readouterr()
    assert told.out == "" and told.err.startswith(f"yolo.json{said}"), told.err
    assert told.err.splitlines()[-1] == "Correct the option files; nothing was started."


@pytest.mark.parametrize("name", ["x" * 5000, "a\0b", ".", "nowhere/a.json", "/dev/zero"])
def test_an_option_file_that_cannot_be_is_named(name: str, tmp_path: Path) -> None:
    _, problems = parse_option_file(read_option_file(tmp_path / name, name=name), OPTIONS)
    assert len(problems) == 1 and problems[0].startswith(f"{name}: ")


@pytest.mark.parametrize("written", ["050", "0b110010", "0x32", "5_0", "0:50"])
def test_a_number_in_another_notation_is_a_word_and_never_another_number(
    written: str, tmp_path: Path
) -> None:
    _, problems = found_in(tmp_path / "a.yaml", f"subject_age_threshold: {written}".encode())
    assert f"`{written}` is not allowed" in problems[0]
    assert found_in(tmp_path / "a.yaml", b"subject_age_threshold: 50")[1] == []


def test_of_very_many_problems_the_first_are_told_and_the_others_counted(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("\n".join(f"key_{n}: 1" for n in range(1000)))
    with pytest.raises(UsageError) as caught:
        load_settings(path)
    lines = caught.value.message.split("\n")
    assert (lines[0], lines[-1]) == ("c.yaml:1: unknown setting `key_0`", "... and 800 more")
    assert len(lines) == 201


def test_a_wrong_environment_variable_is_named_and_not_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("quarantine_limit: 0.5\nunpack_limit: .inf\n")
    monkeypatch.setenv("CLEARANCE_QUARANTINE_LIMIT", "2")
    with pytest.raises(UsageError) as caught:
        load_settings(path)
    told = sorted(line.split(": ")[0] for line in caught.value.message.split("\n"))
    assert told == ["CLEARANCE_QUARANTINE_LIMIT", "c.yaml:2"]


def test_a_file_without_an_end_is_read_no_further_than_the_limit() -> None:
    with pytest.raises(UsageError, match=r"zero:1: a file of over 100 kB is not read"):
        load_settings(Path("/dev/zero"))
