"""The map in docs/architecture.md is that of the code."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

from clearance.platform.paths import CHECKOUT, PACKAGE

MAP = CHECKOUT / "docs" / "architecture.md"
LINES, FILES = 400, 14
# The way in: it names commands and faults, and nothing imports it.
ENTRANCES = {"__init__", "__main__", "cli"}


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imports() -> dict[str, set[str]]:
    """The rooms that each room imports."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("clearance."):
                found[room(path)].add(str(node.module).split(".")[1])
        found[room(path)].discard(room(path))
    return {name: found[name] for name in found if name not in ENTRANCES}


def drawn() -> dict[str, set[str]]:
    """The lines of the map's table: a room, and what it may import."""
    table = MAP.read_text(encoding="utf-8").split("## Folders", 1)[1].split("## ", 1)[0]
    lines = re.findall(r"^\| `(\w+)` \|[^|]*\|([^|]*)\|$", table, flags=re.M)
    return {name: set(re.findall(r"`(\w+)`", may)) for name, may in lines}


def test_a_folder_imports_just_what_the_map_says() -> None:
    assert len(drawn()) > 15
    assert drawn() == imports()


def test_every_file_that_the_map_names_is_there() -> None:
    named = re.findall(r"`([\w/]+\.(?:py|yaml))`", MAP.read_text(encoding="utf-8"))
    assert len(named) > 15
    places = (PACKAGE, CHECKOUT)
    assert [name for name in named if not any((place / name).is_file() for place in places)] == []


def test_a_module_is_short_and_a_folder_holds_few_files() -> None:
    files = [path for path in PACKAGE.rglob("*") if path.is_file()]
    files = [path for path in files if "__pycache__" not in path.parts]
    modules = [path for path in files if path.suffix == ".py"]
    assert len(modules) > 200
    long = {
        str(path.relative_to(PACKAGE)): lines
        for path in modules
        if (lines := path.read_text(encoding="utf-8").count("\n")) > LINES
    }
    assert long == {}
    in_folder: dict[str, int] = defaultdict(int)
    for path in files:
        in_folder[str(path.parent.relative_to(PACKAGE))] += 1
    assert {folder: held for folder, held in in_folder.items() if held > FILES} == {}
