"""Measures month after month of a small state, to compare the cost of the sixtieth and the second.

    .venv/bin/python scripts/bench/months.py --people 1000 --months 60

Each month is a complete extract in which one person in a hundred differs from the last, by `run`
and `grant`, every sixth also by `maintain`, each in a process of its own; with `--here` all of them
in this one, so that seconds and CPU are Spark's work without its start, and the first months warm
it up. Two laws are asked; the feeds are loaded once and say nothing. Months are 26 days apart, so
that sixty of them lie between the first day of the law and today. Prints a line a month as it is
done; last the ratio of the last month to the second, and one JSON line.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

# This checkout goes before an installed copy.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from measure import ROOT, TICK, measured
from soak.sessions import QUICK, forget_ended_jobs

from clearance.ingest.layout import FIELD_COUNT, FIELDS
from clearance.schemas import FEEDS
from clearance.synth.step import synthesize

FIRST, APART = date(2022, 8, 1), timedelta(days=26)
CONFIG = "packs: [pc1203_425, pc851_93]\n"
FED = ("registry", "supervision", "petitions")
MAINTAINED_EVERY = 6
# Of those who differ so many had a sentence corrected; the others were arrested again.
CORRECTED = 0.3
NO_LONGER = ("DISP_", "CONV_", "SENT_", "COMMENT")


@dataclass(frozen=True)
class Month:
    """The cost of a month's `run` and `grant` together, and the files in the store after it.

    Attributes:
        live: files that the tables are made of, and before they were put together; in months in
            which that was done.
    """

    number: int
    as_of: str
    seconds: float
    cpu_seconds: float
    executions: int
    jobs: int
    grant_executions: int
    grant_seconds: float
    granted: int
    corrected: int
    parquet_files: int
    log_files: int
    log_bytes: int
    store_bytes: int
    maintain_seconds: float | None = None
    live: tuple[int, int] | None = None


class State:
    """The people of each month's extract."""

    def __init__(self, people: int, *, folder: Path, seed: int) -> None:
        made = synthesize(people=people, out=folder, seed=seed, as_of=FIRST - APART)
        self.dice = random.Random(seed)
        self.by_subject: dict[str, list[str]] = {}
        text = Path(made.files[0]).read_text(encoding="latin-1")
        for line in text.splitlines(keepends=True):
            fields = next(csv.reader([line]))
            if len(fields) >= FIELD_COUNT and fields[2].strip().isdigit():
                self.by_subject.setdefault(fields[2].strip(), []).append(line)

    def change(self, month: int, *, on: date) -> None:
        """Change one person in a hundred; none the first time."""
        if month == 1:
            return
        number = max(1, len(self.by_subject) // 100)
        for subject in self.dice.sample(sorted(self.by_subject), number):
            lines = self.by_subject[subject]
            served = [at for at, line in enumerate(lines) if _of(line)["SENT_LENGTH"].strip()]
            if served and self.dice.random() < CORRECTED:
                at = self.dice.choice(served)
                lines[at] = _line(_of(lines[at]) | {"SENT_LENGTH": str(self.dice.randrange(2, 40))})
            else:
                lines.append(_line(_arrest(_of(lines[-1]), month=month, on=on)))

    def write(self, file: Path) -> None:
        """Write the extract."""
        lines = (line for each in self.by_subject.values() for line in each)
        file.write_text("".join(lines), encoding="latin-1")


def _of(line: str) -> dict[str, str]:
    return dict(zip(FIELDS, next(csv.reader([line])), strict=False))


def _line(fields: dict[str, str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(fields[name] for name in FIELDS)
    return out.getvalue()


def _arrest(fields: dict[str, str], *, month: int, on: date) -> dict[str, str]:
    """A new arrest of the person of a line."""
    rest = {name: "" for name in FIELDS if name.startswith(NO_LONGER)}
    return {
        **fields,
        **rest,
        "CNT_ORDER": f"{500 + month}001001000",
        "STP_TYPE_DESCR": "ARREST/DETAINED/CITED",
        "STP_EVENT_DATE": f"{on:%Y%m%d}",
        "OFFENSE_DESCR": "484 PC-THEFT",
        "OFFENSE_TOC": "M",
    }


@dataclass(frozen=True)
class Cost:
    """The cost of a command, and its JSON document."""

    wall: float
    cpu: float
    executions: int
    jobs: int
    output: str


# Runs a command that works on a store.
Runner = Callable[[list[str], Path], Cost]


def in_a_process(words: list[str], store: Path) -> Cost:
    """Run the command in its own process."""
    run = measured(["clearance", *words], tree=ROOT, store=store)
    return Cost(run.wall, run.cpu, run.executions, run.jobs, run.output)


class Here:
    """Runs commands in this process, in one session."""

    def __init__(self) -> None:
        from clearance.platform.spark.session import build_session, java_options

        options = f"{java_options(small=True)} {QUICK}"
        extra = {"spark.driver.extraJavaOptions": options, "spark.sql.shuffle.partitions": "2"}
        self.spark = build_session(small=True, extra=extra)

    def __call__(self, words: list[str], store: Path) -> Cost:
        from clearance.cli import exit_code

        before, stdout = self._so_far(), io.StringIO()
        with contextlib.redirect_stdout(stdout):
            code = exit_code([*words, "--quiet"], debug=True)
        if code:
            sys.exit(f"{' '.join(words[:2])} ended with {code}")
        now = self._so_far()
        forget_ended_jobs(self.spark)
        wall, cpu, executions, jobs = (one - other for one, other in zip(now, before, strict=True))
        return Cost(wall, cpu, int(executions), int(jobs), stdout.getvalue())

    def _so_far(self) -> tuple[float, float, float, float]:
        """Seconds on the clock, CPU seconds, executions and jobs so far."""
        session: Any = self.spark
        context = session.sparkContext._jsc.sc()
        context.listenerBus().waitUntilEmpty()
        known = session._jsparkSession.sharedState().statusStore()
        kept = known.executionsCount()
        last = known.executionsList(kept - 1, 1).apply(0).executionId() if kept else -1
        java = session.sparkContext._gateway.proc.pid
        fields = Path(f"/proc/{java}/stat").read_text().rsplit(")", 1)[1].split()
        cpu = time.process_time() + (int(fields[11]) + int(fields[12])) / TICK
        return time.monotonic(), cpu, last + 1, context.dagScheduler().numTotalJobs()


class Line:
    """The commands of each month."""

    def __init__(self, folder: Path, *, runner: Runner) -> None:
        self.folder, self.store, self.runner = folder, folder / "store", runner
        self.config = folder / "months.yaml"
        self.config.write_text(CONFIG)

    def month(self, number: int, *, file: Path, on: date) -> Month:
        """Run the month's `run` and `grant`, and `maintain` where it is due."""
        day = on.isoformat()
        dates = ["--complete", "--extract-date", day, "--as-of", day]
        run = self._command("run", str(file), *dates, "--out", str(self.folder / "out"))
        grant = self._command("grant", json.loads(run.output)["determine"]["sweep_id"])
        granted = json.loads(grant.output)
        care = self._command("maintain") if number % MAINTAINED_EVERY == 0 else None
        files = json.loads(care.output)["files"].values() if care else ()
        return Month(
            number=number,
            as_of=day,
            seconds=round(run.wall + grant.wall, 1),
            cpu_seconds=round(run.cpu + grant.cpu, 1),
            executions=run.executions + grant.executions,
            jobs=run.jobs + grant.jobs,
            grant_executions=grant.executions,
            grant_seconds=round(grant.wall, 1),
            granted=granted["granted"],
            corrected=granted["corrected"],
            **self._lies(),
            maintain_seconds=round(care.wall, 1) if care else None,
            live=(sum(now for _, now in files), sum(before for before, _ in files))
            if care
            else None,
        )

    def take_feeds(self) -> None:
        """Load each feed once, without rows: the laws need them."""
        for kind in FED:
            file = self.folder / f"{kind}.csv"
            columns = [name for name in FEEDS[kind].columns if name not in ("dated", "source_file")]
            file.write_text(",".join(columns) + "\n")
            self._command("feed", kind, str(file), "--dated", FIRST.isoformat())

    def _command(self, *words: str) -> Cost:
        into = ["--store", str(self.store), "--config", str(self.config), "--json"]
        return self.runner([*words, *into], self.store)

    def _lies(self) -> dict[str, int]:
        """The numbers of files and bytes in the store, of all versions."""
        every = [path for path in self.store.rglob("*") if path.is_file()]
        logs = [path for path in every if "_delta_log" in path.parts]
        return {
            "parquet_files": sum(path.suffix == ".parquet" for path in set(every) - set(logs)),
            "log_files": len(logs),
            "log_bytes": sum(path.stat().st_size for path in logs),
            "store_bytes": sum(path.stat().st_size for path in every),
        }


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--months", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--here", action="store_true", help="all commands in this process")
    parser.add_argument("--in", type=Path, dest="folder", help="where people and the store lie")
    given = parser.parse_args()
    done: list[Month] = []
    with tempfile.TemporaryDirectory(prefix="months-", dir=given.folder) as name:
        folder = Path(name)
        state, line = (
            State(given.people, folder=folder / "input", seed=given.seed),
            Line(folder, runner=Here() if given.here else in_a_process),
        )
        line.take_feeds()
        for number in range(1, given.months + 1):
            on = FIRST + APART * (number - 1)
            state.change(number, on=on - timedelta(days=3))
            state.write(file := folder / f"extract-{number:02}.csv")
            done.append(line.month(number, file=file, on=on))
            file.unlink()
            print(_shown(done[-1]), flush=True)
    second, last = done[min(1, len(done) - 1)], done[-1]
    ratios = {
        figure: getattr(last, figure) / getattr(second, figure)
        for figure in ("seconds", "cpu_seconds", "executions", "jobs", "grant_executions")
    }
    for figure, ratio in ratios.items():
        print(f"{figure} of month {last.number}: {ratio:.2f} times those of month {second.number}")
    answer = {
        "bench": "months",
        "people": given.people,
        "here": given.here,
        "last_to_second": ratios,
    }
    print(json.dumps(answer | {"months": [asdict(month) for month in done]}, sort_keys=True))


def _shown(month: Month) -> str:
    figures: dict[str, Any] = {
        "s": month.seconds,
        "CPU s": month.cpu_seconds,
        "executions": f"{month.executions} (grant {month.grant_executions})",
        "granted": month.granted,
        "corrected": month.corrected,
        "files": month.parquet_files,
        "log files": month.log_files,
        "log KiB": month.log_bytes >> 10,
        "store MiB": month.store_bytes >> 20,
    }
    if month.live is not None:
        now, before = month.live
        figures["maintain"] = f"{month.maintain_seconds} s, {before} files now {now}"
    return f"month {month.number:2} " + "  ".join(
        f"{name} {value}" for name, value in figures.items()
    )


if __name__ == "__main__":
    main()
