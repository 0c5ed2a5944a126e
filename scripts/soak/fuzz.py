"""Thousands of broken files through ingest and prepare, and of slips through settings and packs.

Run: .venv/bin/python scripts/soak/fuzz.py [--files 1000] [--seed 1] [--texts 2000]
Prints one line of figures; exits 1 and names what differs where a line of a file is lost or made
up, a file is refused without need, or anything ends in an error that is not ours.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

# Run as a file, Python sees this folder only.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from clearance.charges.step import prepare
from clearance.errors import InputRefused, RulebookInvalid, UsageError
from clearance.ingest.step import ingest
from clearance.ingest.unpack import look_at
from clearance.places import conf_folder, rules_folder
from clearance.publish.words import load_reasons
from clearance.rulebook.catalogue import load_catalogue
from clearance.rulebook.check import Known
from clearance.rulebook.load import _list_names, _pack
from clearance.session import build_session
from clearance.settings import load_settings
from clearance.store import Store
from tests.spec.file_mutation import mutated_file, text_of, valid_file
from tests.spec.mutation import mutated_text
from tests.spec.reconcile import differences

CLOCK = datetime(2026, 11, 1, 12, tzinfo=UTC)


def make_files(
    folder: Path, dice: random.Random, count: int
) -> tuple[dict[str, bytes], int, list[str]]:
    """Files that can be read, how many cannot, and those that were judged wrongly."""
    files: dict[str, bytes] = {}
    refused, wrong = 0, []
    contents = {mutated_file(valid_file(dice), dice) for _ in range(count)}
    for number, data in enumerate(sorted(contents)):
        path = folder / f"{number:06}.csv"
        path.write_bytes(data)
        try:
            look_at(path)
            files[path.name] = data
            wrong += [f"{path.name}: damaged, but not refused"] if text_of(data) is None else []
        except InputRefused as error:
            refused += 1
            wrong += [error.message] if text_of(data) is not None else []
            path.unlink()
    return files, refused, wrong


def _read_pack(path: Path) -> None:
    """Read and check a pack; RulebookInvalid where it does not hold."""
    rules = rules_folder()
    known = Known(load_catalogue(rules), load_reasons(rules), _list_names(rules / "statutes"))
    found, problems = _pack(path, path.name, known)
    if found is None or problems:
        raise RulebookInvalid("\n".join(problems), "Correct the pack.")


def slips(dice: random.Random, count: int, target: Path) -> tuple[int, list[str]]:
    """How many texts of settings and packs were refused, and what failed otherwise."""
    packs = [path for path in rules_folder().glob("*/**/*.yaml") if ".cases." not in path.name]
    texts = [
        (conf_folder() / "california.yaml", load_settings),
        *((path, _read_pack) for path in packs),
    ]
    refused, wrong = 0, []
    for _ in range(count):
        path, load = dice.choice(texts)
        text = mutated_text(path.read_text(encoding="utf-8"), dice)
        target.write_bytes(text.encode("utf-8", "surrogatepass"))
        try:
            load(target)
        except (UsageError, RulebookInvalid):
            refused += 1
        except Exception as error:
            wrong.append(f"{path.name}: {type(error).__name__} on {text!r}")
    return refused, wrong


def main() -> int:
    """Make, take in, compare, prepare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--texts", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    dice = random.Random(given.seed)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="clearance-fuzz-") as name:
        folder = Path(name)
        (folder / "in").mkdir()
        texts_refused, wrong = slips(dice, given.texts, folder / "slip.yaml")
        files, refused, misjudged = make_files(folder / "in", dice, given.files)
        spark = build_session(cores=2)
        store = Store(str(folder / "store"))
        taken = ingest(
            spark, store, inputs=[str(folder / "in")], accept_quarantine=True, clock=lambda: CLOCK
        )
        wrong += misjudged + differences(spark, store, files)
        made = prepare(spark, store, rules=rules_folder())
        spark.stop()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"seed {given.seed}: {len(files)} files read, {refused} refused as damaged; "
        f"{taken.rows_read} rows = {taken.rows_accepted} accepted + {taken.rows_quarantined} "
        f"quarantined; {made.charges} charges; {given.texts} texts, {texts_refused} refused; "
        f"{len(wrong)} wrong; {peak} MB in Python; {time.perf_counter() - started:.0f} s"
    )
    print(*wrong[:20], sep="\n", end="\n" if wrong else "", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
