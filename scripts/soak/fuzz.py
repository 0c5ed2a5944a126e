"""Runs ingest and prepare on thousands of broken files; loads broken settings, options and packs.

Run: .venv/bin/python scripts/soak/fuzz.py [--files 1000] [--seed 1] [--texts 2000] [--drawn 500]
Prints one line of figures. Exits with 1 and lists the differences where a line of a file is lost or
added, a file is refused without need, or an error is not one of Clearance's.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import given, seed, settings
from hypothesis.strategies import SearchStrategy

# Run as a file, Python sees this folder only.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from clearance.errors import InputRefused, RulebookInvalid, UsageError
from clearance.ingest.files.probe import probe
from clearance.ingest.step import ingest
from clearance.platform.paths import conf_folder, rules_folder
from clearance.platform.spark.session import build_session
from clearance.platform.store.store import Store
from clearance.prepare.step import prepare
from clearance.rulebook.language.yaml_lines import load_yaml
from clearance.settings import load_settings
from tests.support.fuzz.drawn import any_settings, anything, as_yaml, slipped
from tests.support.fuzz.file_mutation import is_plain, is_taken_in, mutated_file, valid_file
from tests.support.fuzz.mutation import mutated_text
from tests.support.fuzz.readers import PACKS, read_county, read_pack
from tests.support.fuzz.reconcile import differences

CLOCK = datetime(2026, 11, 1, 12, tzinfo=UTC)


def make_files(
    folder: Path, dice: random.Random, count: int
) -> tuple[dict[str, bytes], int, list[str]]:
    """The files that can be read, the number that cannot, and those that were judged wrongly.

    A file whose header names other columns is left out: it would have all the others refused.
    """
    files: dict[str, bytes] = {}
    refused, wrong = 0, []
    contents = {mutated_file(valid_file(dice), dice) for _ in range(count)}
    for number, data in enumerate(sorted(contents)):
        path = folder / f"{number:06}.csv"
        path.write_bytes(data)
        try:
            probe(path)
            files[path.name] = data
            wrong += [f"{path.name}: no plain text, but not refused"] if not is_plain(data) else []
        except InputRefused as error:
            refused += 1
            wrong += [error.message] if is_plain(data) else []
            path.unlink()
            continue
        if is_plain(data) and not is_taken_in(data):
            refused += 1
            path.unlink()
            del files[path.name]
    return files, refused, wrong


def slips(dice: random.Random, count: int, folder: Path) -> tuple[int, list[str]]:
    """The number of refused texts of settings, options and packs, and the other failures."""
    conf = conf_folder()
    texts: list[tuple[Path, Callable[[Path], object]]] = [
        (conf / "california.yaml", load_settings),
        (conf / "counties" / "example.json", read_county),
        *((path, partial(read_pack, cases=path.with_suffix(".cases.yaml"))) for path in PACKS),
    ]
    refused, wrong = 0, []
    for _ in range(count):
        path, load = dice.choice(texts)
        text = mutated_text(path.read_text(encoding="utf-8"), dice)
        target = folder / f"slip{path.suffix}"
        target.write_bytes(text.encode("utf-8", "surrogatepass"))
        try:
            load(target)
        except (UsageError, RulebookInvalid) as error:
            refused += 1
            if not (error.message and error.remedy):
                wrong.append(f"{path.name}: no message: {text!r}")
        except Exception as error:
            wrong.append(f"{path.name}: {type(error).__name__} on {text!r}")
    return refused, wrong


def drawn(count: int, seed_of: int, folder: Path) -> Iterator[str]:
    """The failures of option files, settings and packs that hypothesis drew, `count` of each."""
    example = conf_folder() / "counties" / "example.json"
    contents: dict[str, tuple[SearchStrategy[Any], Callable[[Path], object]]] = {
        "options.json": (anything, read_county),
        "options.yaml": (anything, read_county),
        "slips.json": (slipped(load_yaml(example).data), read_county),
        "settings.yaml": (any_settings, load_settings),
    }
    for pack in PACKS:
        read = partial(read_pack, cases=pack.with_suffix(".cases.yaml"))
        contents[f"pack_{pack.name}"] = (slipped(load_yaml(pack).data), read)
    for name, (strategy, load) in contents.items():
        try:
            _draw(strategy, partial(_write_and_load, folder / name, load), count, seed_of)
        except Exception as error:
            yield f"{name}: {error!r} {getattr(error, '__notes__', '')}"


def _draw(
    strategy: SearchStrategy[Any], use: Callable[[Any], None], count: int, seed_of: int
) -> None:
    @seed(seed_of)
    @settings(max_examples=count, derandomize=False, database=None, deadline=None)
    @given(strategy)
    def draw(content: Any) -> None:
        use(content)

    draw()


def _write_and_load(target: Path, load: Callable[[Path], object], content: Any) -> None:
    text = json.dumps(content, default=str) if target.suffix == ".json" else as_yaml(content)
    target.write_text(text, encoding="utf-8")
    with suppress(UsageError, RulebookInvalid):
        load(target)


def main() -> int:
    """Make files, ingest, compare, prepare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--texts", type=int, default=2000)
    parser.add_argument("--drawn", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    dice = random.Random(asked.seed)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="clearance-fuzz-") as name:
        folder = Path(name)
        (folder / "in").mkdir()
        texts_refused, wrong = slips(dice, asked.texts, folder)
        wrong += drawn(asked.drawn, asked.seed, folder)
        files, refused, misjudged = make_files(folder / "in", dice, asked.files)
        spark = build_session(cores=2)
        store = Store(str(folder / "store"))
        taken = ingest(
            spark,
            store,
            inputs=[str(folder / "in")],
            accept_quarantine=True,
            accept_unread=True,
            clock=lambda: CLOCK,
        )
        wrong += misjudged + differences(spark, store, files)
        made = prepare(spark, store, rules=rules_folder())
        spark.stop()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"seed {asked.seed}: {len(files)} files read, {refused} damaged or with another header; "
        f"{taken.rows_read} rows = {taken.rows_accepted} accepted + {taken.rows_quarantined} "
        f"quarantined; {made.charges} charges; {asked.texts} texts, {texts_refused} refused; "
        f"{asked.drawn} drawn of each kind; {len(wrong)} wrong; {peak} MB in Python; "
        f"{time.perf_counter() - started:.0f} s"
    )
    print(*wrong[:20], sep="\n", end="\n" if wrong else "", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
