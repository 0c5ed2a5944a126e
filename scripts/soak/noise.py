"""Checks that unreadable values never help: noise in each field of made-up people, rows twice.

    .venv/bin/python scripts/soak/noise.py --people 100000 --seed 1

Every person is in the store three times: as made up, with a field replaced by text that no reader
knows, and with each row twice and in another order. All are decided by the same packs. Noise may
make an answer unknown, never better; docs/unread.md has the exceptions. Prints a line per round,
and at the end the answers that noise improved.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

# This checkout goes before an installed copy.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from pyspark.sql import Row, SparkSession

from clearance.determine.step import determine
from clearance.ingest.layout import FIELDS
from clearance.platform.paths import rules_folder
from clearance.platform.spark.session import build_session
from clearance.platform.store.store import Store
from clearance.prepare.step import prepare
from clearance.schemas import FEEDS, SOURCE_ROWS
from clearance.settings import load_settings
from clearance.synth.people import person
from clearance.synth.write import SHAPES, record_lines
from soak.sessions import forget_ended_jobs

AS_OF = date(2026, 11, 1)
LISTED = Path(__file__).resolve().parents[2] / "docs" / "unread.md"
ROUND = 10_000
AS_MADE, NOISED, DOUBLED = "1", "2", "3"
NEVER, ALWAYS = date.max, date.min

DATES = ("2O1O-O6", "??", "31/12/99999", "ZZYZX")
WORDS = ("ZZYZX", "QX QX", "?", "#N/A", "WVU-77 XKCD")
# Each field that a reader of the record reads, with text that it does not know.
NOISE: dict[str, tuple[str, ...]] = {
    "pri_dob": DATES,
    "cyc_date": DATES,
    "stp_event_date": DATES,
    "disp_date": DATES,
    "stp_type_descr": WORDS,
    "stp_ori_cnty_name": WORDS,
    "ofn": WORDS,
    "offense_descr": WORDS,
    "offense_toc": ("Q", "?", "FELON"),
    "conv_offense_descr": WORDS,
    "conv_offense_toc": ("Q", "?", "FELON"),
    "disp_offense_descr": WORDS,
    "disp_offense_toc": ("Q", "?", "FELON"),
    "disp_descr": WORDS,
    "conv_stat_descr": ("ZZYZX", "FELON", "?"),
    "sent_loc_descr": WORDS,
    "sent_length": ("15/25", "?", "LXII", "1O"),
    "sent_time_code": ("Q", "?", "ZZ"),
    "comment_text": WORDS,
}
# Weaker first; reliefs of other laws do not compare with them.
STRENGTH = (
    "resentence",
    "redesignate_misdemeanor",
    "redesignate_infraction",
    "dismiss",
    "dismiss_and_seal",
)
SourceRow = dict[str, str | int | None]


@dataclass(frozen=True)
class Better:
    """An answer that noise made more favourable.

    Attributes:
        pack: whose answer.
        rule: that gave it.
        field: that held the noise.
        unit: of the person with the noise.
        what: in which way it is better.
    """

    pack: str
    rule: str
    field: str
    unit: str
    what: str

    @property
    def key(self) -> tuple[str, str, str]:
        """The key in the list of exceptions."""
        return self.pack, self.rule, self.field


@dataclass(frozen=True)
class Found:
    """The results of a round.

    Attributes:
        people: how many were made up.
        better: answers that noise made more favourable.
        changed: units whose answer rows given twice and in another order changed.
        answers: how many answers were compared.
    """

    people: int
    better: list[Better]
    changed: list[str]
    answers: int


def exceptions(path: Path = LISTED) -> dict[tuple[str, str, str], str]:
    """The table of exceptions: pack, rule and field, and the reason of each."""
    listed = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip().strip("`") for cell in line.strip().strip("|").split("|")]
        if len(cells) == 4 and cells[2] in NOISE:
            listed[cells[0], cells[1], cells[2]] = cells[3]
    return listed


def look(spark: SparkSession, folder: Path, *, numbers: Sequence[int], seed: int) -> Found:
    """Decide people as made up, with noise, and with doubled rows; compare the answers.

    Args:
        spark: the session.
        folder: for the store; empty.
        numbers: which people of the world.
        seed: which world.
    """
    noise = _write(folder / "rows.json", numbers=numbers, seed=seed)
    store = Store(str(folder / "store"))
    rows = spark.read.schema(SOURCE_ROWS.ddl).json(str(folder / "rows.json"))
    store.replace(rows, "source_rows")
    _load_empty_feeds(spark, store)
    prepare(spark, store, rules=rules_folder())
    determine(
        spark,
        store,
        as_of=AS_OF,
        rules=rules_folder(),
        settings=load_settings(None),
        clock=lambda: datetime(2026, 11, 23, tzinfo=UTC),
    )
    columns = ("unit_id", "unit", "pack", "outcome", "relief", "rule", "reason", "eligible_on")
    decided: dict[str, dict[tuple[str, str], Row]] = {AS_MADE: {}, NOISED: {}, DOUBLED: {}}
    for row in store.read(spark, "determinations").select(*columns).toLocalIterator():
        unit = row["unit_id"]
        decided[unit[0]][unit[1:], row["pack"]] = row
    made, noised, doubled = decided.values()
    better = list(_better(made, noised, noise))
    changed = sorted(
        f"{unit} {pack}"
        for unit, pack in made.keys() | doubled.keys()
        if _answer(made.get((unit, pack))) != _answer(doubled.get((unit, pack)))
    )
    return Found(len(noise), better, changed, len(made))


def _load_empty_feeds(spark: SparkSession, store: Store) -> None:
    from clearance.feed.state import LoadedFeed
    from clearance.platform.spark.literal_table import literal_table

    for kind in ("registry", "supervision", "petitions"):
        state = LoadedFeed(kind, None, None, 0, "0" * 64, ("feed.csv",), version=-1)
        with store.compare_and_commit(spark, kind, after=-1, note=state.as_note()):
            store.replace(literal_table(spark, [], FEEDS[kind].types), kind)


def _write(path: Path, *, numbers: Sequence[int], seed: int) -> dict[str, str]:
    """Write the rows as JSON lines; returns the field of each person's noise, by subject."""
    noise: dict[str, str] = {}
    position = 0
    fields = list(NOISE)
    with path.open("w", encoding="utf-8") as file:
        for place, number in enumerate(numbers):
            rows = list(_rows(number, seed))
            if not rows:
                continue
            dice = Random(f"{seed} {number}")
            subject = str(rows[0]["subject_id"])
            noise[subject] = fields[place % len(fields)]
            twice = [*rows, *rows]
            dice.shuffle(twice)
            for mark, given in (
                (AS_MADE, rows),
                (NOISED, _with_noise(rows, noise[subject], dice)),
                (DOUBLED, twice),
            ):
                for row in given:
                    position += 1
                    whole = {**row, "subject_id": f"{mark}{subject}", "position": position}
                    file.write(json.dumps(whole) + "\n")
    return noise


def _rows(number: int, seed: int) -> Iterator[SourceRow]:
    somebody = person(seed, number, AS_OF)
    if somebody is None:
        return
    texts = (line.decode("latin-1") for line in record_lines(somebody, seed=seed, shape=SHAPES[1]))
    for cells in csv.reader(texts):
        given = {name.lower(): cell for name, cell in zip(FIELDS, cells, strict=True)}
        row: SourceRow = {name: given.get(name) for name in SOURCE_ROWS.columns}
        key = ("subject_id", "count_order")
        row |= {"count_order": given["cnt_order"]}
        row |= {name: str(row[name]).strip() for name in key}
        yield row | {"source_file": "made up", "extract": "x1", "encoding": "utf-8"}


def _with_noise(rows: list[SourceRow], field: str, dice: Random) -> list[SourceRow]:
    """The rows with an unreadable field, in all of them or in one."""
    text = dice.choice(NOISE[field])
    there = [at for at, row in enumerate(rows) if (str(row[field] or "")).strip(" -")]
    if dice.random() < 0.5:
        hit = set(range(len(rows)))
    else:
        # Mostly where something stands: noise in a blank field is rarer in life.
        hit = {dice.choice(there if there and dice.random() < 0.8 else range(len(rows)))}
    return [{**row, field: text} if at in hit else row for at, row in enumerate(rows)]


def _answer(row: Row | None) -> tuple[object, ...] | None:
    return None if row is None else tuple(row)[2:]


def _better(
    made: dict[tuple[str, str], Row], noised: dict[tuple[str, str], Row], noise: dict[str, str]
) -> Iterator[Better]:
    for (unit, pack), after in noised.items():
        before = made.get((unit, pack))
        what = _in_which_way(before, after)
        if what:
            subject = unit.partition("-")[0]
            yield Better(pack, after["rule"], noise[subject], unit, what)


def _in_which_way(before: Row | None, after: Row) -> str:
    if after["outcome"] == "ELIGIBLE" and (before is None or before["outcome"] != "ELIGIBLE"):
        return f"ELIGIBLE where it was {before['outcome'] if before else 'no unit'}"
    if _begins(after) < _begins(before):
        return f"eligible on {after['eligible_on']}, not {before and before['eligible_on']}"
    both = [row and row["relief"] for row in (before, after)]
    if before and after["outcome"] == before["outcome"] and set(both) <= set(STRENGTH):
        was, is_now = (STRENGTH.index(str(relief)) for relief in both)
        if is_now > was:
            return f"{both[1]} where it was {both[0]}"
    return ""


def _begins(row: Row | None) -> date:
    if row is None or row["outcome"] not in ("ELIGIBLE", "NOT_YET"):
        return NEVER
    begins: date | None = row["eligible_on"]
    return begins or ALWAYS


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--round", type=int, default=ROUND, help="people at once")
    given = parser.parse_args()
    spark = build_session()
    allowed = exceptions()
    not_allowed: Counter[tuple[str, str, str]] = Counter()
    changed = 0
    for first in range(0, given.people, given.round):
        numbers = range(first, min(first + given.round, given.people))
        with tempfile.TemporaryDirectory() as folder:
            found = look(spark, Path(folder), numbers=numbers, seed=given.seed)
        forget_ended_jobs(spark)
        wrong = [better for better in found.better if better.key not in allowed]
        not_allowed.update(better.key for better in wrong)
        changed += len(found.changed)
        print(
            f"people {numbers.start} to {numbers.stop - 1}: {found.answers:,} answers, "
            f"{len(found.better)} better by noise, {len(wrong)} of them not listed, "
            f"{len(found.changed)} changed by rows given twice",
            flush=True,
        )
        for better in wrong[:20]:
            print(f"  {better}", flush=True)
    for key, number in not_allowed.most_common():
        print(*key, number)
    spark.stop()
    return 1 if not_allowed or changed else 0


if __name__ == "__main__":
    sys.exit(main())
