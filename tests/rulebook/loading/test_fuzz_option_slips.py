"""The predecessor's option file with slips in it: read as JSON means it, or refused by line."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from pathlib import Path
from typing import Any

from hypothesis import given, settings

from clearance.errors import UsageError
from clearance.platform.paths import conf_folder
from clearance.rulebook.loading.option_files import read_option_file
from tests.support.fuzz.drawn import slipped
from tests.support.fuzz.mutation import mutated_text
from tests.support.fuzz.readers import read_county

EXAMPLE = (conf_folder() / "counties" / "example.json").read_text(encoding="utf-8")


def is_read(path: Path, data: bytes) -> bool:
    """Whether a county may run with the file; what it says must then be what JSON makes of it."""
    path.write_bytes(data)
    try:
        read_county(path)
    except UsageError as error:
        lines = error.message.split("\n")
        assert all(re.match(rf"{path.name}:\d+: \S|\.\.\. and ", line) for line in lines), data
        assert error.remedy == "Correct the option files; nothing was started."
        return False
    assert read_option_file(path, name=path.name).content == json.loads(data)
    return True


def test_an_option_file_with_slips_in_its_text_is_read_or_refused_by_line(tmp_path: Path) -> None:
    dice, seen = random.Random(5), Counter[bool]()
    for _ in range(600):
        data = bytearray(mutated_text(EXAMPLE, dice).encode("utf-8", "surrogatepass"))
        if data and dice.random() < 0.2:
            data[dice.randrange(len(data))] = dice.randrange(256)
        seen[is_read(tmp_path / "yolo.json", bytes(data))] += 1
    assert seen[True] > 20 and seen[False] > 300


def test_an_option_file_with_slips_in_its_values_is_read_or_refused_by_line(
    tmp_path: Path,
) -> None:
    seen: Counter[bool] = Counter()

    @settings(max_examples=200)
    @given(slipped(json.loads(EXAMPLE)))
    def draw(content: Any) -> None:
        text = json.dumps(content, default=str, indent=1)
        seen[is_read(tmp_path / "yolo.json", text.encode())] += 1

    draw()
    assert min(seen[True], seen[False]) > 20
