"""Runs random sequences of extracts, feeds and rule changes: incremental = full = replay.

    scripts/soak/sequence.py --steps 200 --seed 1

Each step makes a change, then runs prepare and determine as in a month. The table's digest must be
that of all decisions made again from the source rows, and that of the sweep's replay. Prints one
line of figures; exit code 1 where something differs.
"""

from __future__ import annotations

import argparse
import csv
import io
import random
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pyspark.sql import SparkSession

# This checkout goes before an installed copy.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from clearance.determine.digest import digest_of
from clearance.determine.plan import plan_sweep
from clearance.determine.replay import replay
from clearance.determine.scope import Scope
from clearance.determine.side_feeds import REVIEWS, with_reviews
from clearance.determine.step import decide, determine
from clearance.ingest.layout import FIELDS
from clearance.ingest.step import ingest
from clearance.platform.paths import rules_folder
from clearance.platform.store.store import Store
from clearance.prepare.arrests import arrests
from clearance.prepare.features import charges, features
from clearance.prepare.record.events import typed_rows
from clearance.prepare.record.rules import load_record_rules
from clearance.prepare.side_feeds import loaded_feeds, side_feeds
from clearance.prepare.statutes.match import load_statutes
from clearance.prepare.step import prepare
from clearance.rulebook.loading.load import load_rulebook
from clearance.settings import CountyPolicies, CountyPolicy, Settings
from clearance.synth.step import synthesize
from soak.sessions import QUICK, forget_ended_jobs
from soak.side_feeds import KINDS, take_some

SUBJECT, DATE = FIELDS.index("SUBJECT_ID"), FIELDS.index("STP_EVENT_DATE")
DISPOSITION = FIELDS.index("DISP_DESCR")
FOUR_PACKS = Settings(
    county_policies=CountyPolicies(default=CountyPolicy(policy="prop64_statute")),
    scenarios=("dismiss_all_p64",),
    packs=("pc1203_425", "pc851_93"),
)

# How often something changes, by what it is. A whole extract is of everybody, and corrects few.
WEIGHTS = {
    **{"few": 25, "many": 8, "complete": 5, "whole": 15, "late": 8, "feed": 25, "merges": 5},
    **{"rule": 8, "list": 4, "later": 20, "earlier": 5, "next_day": 10},
}


@dataclass
class Figures:
    """The figures of a run."""

    steps: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    kept: int = 0
    by_person: int = 0
    differences: list[str] = field(default_factory=list)


class Sequence:
    """A store, the people of its extracts, its own rules folder, and a clock."""

    def __init__(
        self, spark: SparkSession, folder: Path, *, seed: int, people: int, settings: Settings
    ) -> None:
        self.spark, self.folder = spark, folder
        self.dice = random.Random(seed)
        self.store = Store(str(folder / "store"))
        self.rules = folder / "rules"
        shutil.copytree(rules_folder(), self.rules)
        self.as_of = date(2020, 3, 1)
        self.dated = date(2020, 1, 1)
        made = synthesize(people=people, out=folder / "made", seed=seed, as_of=date(2026, 1, 1))
        self.people: dict[str, list[list[str]]] = {}
        for name in made.files:
            text = Path(name).read_bytes().decode("latin-1")
            for row in csv.reader(io.StringIO(text)):
                if len(row) >= len(FIELDS) and row[SUBJECT].strip().isdigit():
                    self.people.setdefault(row[SUBJECT].strip(), []).append(row[: len(FIELDS)])
        self.number = 0
        self.settings = settings

    def extract(
        self,
        share: float,
        *,
        complete: bool = False,
        late: bool = False,
        corrected: float = 1.0,
    ) -> None:
        """Load some people again, with corrections; a late extract is dated before the others."""
        chosen = [name for name in self.people if self.dice.random() < share]
        chosen = chosen or [self.dice.choice(list(self.people))]
        self.dated += timedelta(days=30)
        dated = self.dated - timedelta(days=45) if late else self.dated
        self.number += 1
        file = self.folder / f"extract-{self.number}.csv"
        with file.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, lineterminator="\n")
            for name in chosen:
                if self.number > 1 and (corrected == 1 or self.dice.random() < corrected):
                    self._correct(name)
                writer.writerows(self.people[name])
        ingest(
            self.spark,
            self.store,
            inputs=[str(file)],
            extract_date=dated,
            complete=complete,
            quarantine_limit=1.0,
            unread_limit=1.0,
            clock=clock,
        )

    def _correct(self, name: str) -> None:
        rows = self.people[name]
        at = self.dice.randrange(len(rows))
        kind = self.dice.choice(("drop", "year", "disposition", "same"))
        if kind == "drop" and len(rows) > 1:
            del rows[at]
        elif kind == "year":
            rows[at][DATE] = f"{self.dice.randrange(1990, 2025)}0{self.dice.randrange(1, 10)}28"
        elif kind == "disposition":
            words = ("CONVICTED-PROBATION", "DISMISSED", "CONVICTED-JAIL", "SENTENCE MODIFIED")
            rows[at][DISPOSITION] = self.dice.choice(words)

    def change_a_rule(self) -> None:
        """Change a cite in the pack's flow, or a scenario's title."""
        scenario = self.dice.random() < 0.5
        name = "scenarios/dismiss_all_p64.yaml" if scenario else "statute.yaml"
        path = self.rules / "prop64" / name
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("cite: ", f"cite: no. {self.number} of ", 1), encoding="utf-8")
        self.number += 1

    def change_a_list(self) -> None:
        """Remove cultivation from the list of Prop 64 sections, or add it again."""
        path = self.rules / "statutes" / "p64.csv"
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if ",11358," not in line]
        whole = (rules_folder() / "statutes" / "p64.csv").read_text(encoding="utf-8")
        path.write_text("".join(kept) if len(kept) < len(lines) else whole, encoding="utf-8")

    def take_a_feed(self, *kinds: str) -> str:
        """Load a feed with new rows; returns its kind."""
        return take_some(
            self.spark,
            self.store,
            dice=self.dice,
            people=list(self.people),
            rules=self.rules,
            kinds=kinds or KINDS,
        )

    def step(self, kind: str | None = None) -> str:
        """Make a change: of the kind given, or of a random kind."""
        kind = kind or self.dice.choices(list(WEIGHTS), weights=list(WEIGHTS.values()))[0]
        match kind:
            case "few":
                self.extract(0.05)
            case "many":
                self.extract(0.5)
            case "complete":
                self.extract(0.9, complete=True)
            case "whole":
                self.extract(1.0, complete=True, corrected=0.05)
            case "late":
                self.extract(0.1, late=True)
            case "feed":
                kind = self.take_a_feed()
            case "merges":
                self.take_a_feed("merges")
            case "rule":
                self.change_a_rule()
            case "list":
                self.change_a_list()
            case "later":
                self.as_of += timedelta(days=self.dice.randrange(1, 400))
            case "earlier":
                self.as_of -= timedelta(days=self.dice.randrange(1, 200))
            case "next_day":
                self.as_of += timedelta(days=1)
        return kind

    def anew(self) -> str:
        """The digest of all decisions made again from the source rows alone."""
        record, statutes = load_record_rules(self.rules), load_statutes(self.rules)
        source = self.store.read(self.spark, "source_rows")
        typed = typed_rows(source, rules=record)
        feeds = side_feeds(self.spark, self.store, loaded=loaded_feeds(self.spark, self.store))
        worked_out = features(typed, source=source, rules=record, statutes=statutes, feeds=feeds)
        inputs = {"charges": charges(worked_out), "arrests": arrests(worked_out)}
        plan = plan_sweep(load_rulebook(self.rules), self.settings, as_of=self.as_of)
        everything = Scope(frozenset(item.resolved.pack.pack for item in plan.assigned), None)
        decisions = decide(inputs, plan, as_of=self.as_of, scope=everything)
        known = self.store.exists(self.spark, REVIEWS)
        offices = self.store.read(self.spark, REVIEWS) if known else None
        return digest_of(with_reviews(decisions, reviews=offices, first_days=plan.first_days))


def clock() -> datetime:
    """A fixed time: no step depends on the time of day."""
    return datetime(2026, 1, 1, tzinfo=UTC)


def run(
    spark: SparkSession,
    folder: Path,
    *,
    steps: int,
    seed: int,
    people: int = 40,
    every: int = 1,
    settings: Settings = FOUR_PACKS,
    begins: tuple[str, ...] = (),
) -> Figures:
    """Run a sequence; each step's differences are listed with its number and kind.

    Each `every`th state, and the last one, is also decided anew and replayed. The first steps after
    the first extract are of the kinds that `begins` names.
    """
    sequence = Sequence(spark, folder, seed=seed, people=people, settings=settings)
    figures = Figures()
    for number in range(steps):
        if number == 0:
            kind = "first"
            sequence.extract(0.8)
        else:
            kind = sequence.step(begins[number - 1] if number <= len(begins) else None)
        prepared = prepare(spark, sequence.store, rules=sequence.rules)
        last = sequence.store.last_commit(spark, "charges")
        figures.by_person += int(prepared.changed and last is not None and last.changes_by_row)
        swept = determine(
            spark,
            sequence.store,
            as_of=sequence.as_of,
            rules=sequence.rules,
            settings=sequence.settings,
            clock=clock,
        )
        stands = digest_of(sequence.store.read(spark, "determinations"))
        digests = {"manifest": swept.digest, "table": stands}
        if (number + 1) % every == 0 or number + 1 == steps:
            again = replay(spark, sequence.store, sweep_id=swept.sweep_id, rules=sequence.rules)
            digests |= {"anew": sequence.anew(), "replay": again.digest}
        if len(set(digests.values())) > 1:
            figures.differences.append(f"step {number} ({kind}): {digests}")
        figures.steps += 1
        figures.kinds[kind] = figures.kinds.get(kind, 0) + 1
        figures.kept += int(swept.nothing_new)
        forget_ended_jobs(spark)
    return figures


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--people", type=int, default=40)
    parser.add_argument("--every", type=int, default=1, help="decide anew each so many steps")
    given = parser.parse_args()
    from clearance.platform.spark.session import build_session, java_options

    extra = {
        "spark.sql.shuffle.partitions": "2",
        "spark.driver.extraJavaOptions": f"{java_options()} {QUICK}",
    }
    spark = build_session(extra=extra)
    with tempfile.TemporaryDirectory() as folder:
        figures = run(
            spark,
            Path(folder),
            steps=given.steps,
            seed=given.seed,
            people=given.people,
            every=given.every,
        )
    spark.stop()
    for line in figures.differences:
        print(line)
    kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(figures.kinds.items()))
    print(
        f"seed {given.seed}: {figures.steps} steps ({kinds}), {figures.kept} with nothing new, "
        f"{figures.by_person} prepared by person, "
        f"{len(figures.differences)} differences"
    )
    return 1 if figures.differences else 0


if __name__ == "__main__":
    sys.exit(main())
