"""What says who a person is stands where `personal.py` says it may, and nowhere else.

A process of its own runs the whole line and its failures over rows with a marker in every
identifying field (`marked.py`); here everything that it left behind is searched.
"""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from soak.sessions import QUICK
from typer.core import TyperGroup
from typer.main import get_command

from clearance.commands.app import app
from clearance.errors import UsageError
from clearance.ingest.layout import FIELDS, NEEDED, column_of
from clearance.personal import IDENTIFYING, REVIEWERS_WORDS, WHOLE_LINE
from clearance.platform.watch.log import log, log_level
from clearance.schemas import SOURCE_ROWS, TABLES
from tests.commands.marked import ACCEPTED, REVIEWED, SET_ASIDE, commands
from tests.support.places import ROOT

MARKERS = re.compile(r"ZQ\d\d[A-Z]{4}QZ|19610317|1961-03-17|1961, 3, 17")


@dataclass(frozen=True)
class Ran:
    """What the process left: its folder, its output, the exit code of each command."""

    folder: Path
    out: str
    err: str
    codes: dict[str, int]

    @property
    def store(self) -> Path:
        return self.folder / "store"


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    folder = tmp_path_factory.mktemp("marked")
    temporary = folder / "tmp"
    for made in (temporary, folder / "here", folder / "out"):
        made.mkdir()
    (folder / "out").chmod(0o750)
    done = subprocess.run(
        [sys.executable, "-m", "tests.commands.marked", str(folder)],
        cwd=folder / "here",
        env=os.environ
        | {
            "PYTHONPATH": str(ROOT),
            "CLEARANCE_LOG_LEVEL": "DEBUG",
            "CLEARANCE_SPARK_LOG": "info",
            "TMPDIR": str(temporary),
            "JAVA_TOOL_OPTIONS": f"{QUICK} -Djava.io.tmpdir={temporary}",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    codes = dict(re.findall(r"^>>> (\w+) (\d+)$", done.stdout, re.M))
    return Ran(folder, done.stdout, done.stderr, {name: int(code) for name, code in codes.items()})


def found_in(text: str) -> set[str]:
    """The markers in a text."""
    return set(MARKERS.findall(text))


def values_of(path: Path) -> str:
    """Every value of a Parquet file, as text."""
    table = pq.read_table(path, partitioning=None)
    return "\n".join(str(row) for row in table.to_pylist())


def statistics_of(path: Path) -> str:
    """Every least and greatest value in a Parquet file's footer, as text."""
    footer = pq.ParquetFile(path).metadata
    told = []
    for group in range(footer.num_row_groups):
        for column in range(footer.num_columns):
            known = footer.row_group(group).column(column).statistics
            if known is not None and known.has_min_max:
                told += [str(known.min), str(known.max)]
    return "\n".join(told)


def parquet_files(table: Path) -> list[Path]:
    """A table's data files, those of its change feed and of earlier versions too."""
    return [path for path in table.rglob("*.parquet") if "_delta_log" not in path.parts]


def plain_files(folder: Path) -> Iterator[tuple[Path, str]]:
    """Every file below a folder as text, whatever it is."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield path, path.read_bytes().decode("latin-1")


def test_the_commands_ended_as_they_should(ran: Ran) -> None:
    assert ran.codes == {
        "run": 0,
        "refused": 3,
        "merge": 0,
        "prepare": 0,
        "determine": 0,
        "explain": 0,
        "export": 0,
        "diff": 0,
        "page": 0,
        "sweeps": 0,
        "replay": 0,
        "grant": 0,
        "publish": 0,
        "report": 0,
        "feed": 0,
        "slipped": 3,
        "maintain": 0,
        "doctor": 0,
        "unwritable": 6,
        "check": 6,
        "broken": 6,
    }


def test_every_verb_that_sees_a_persons_data_is_among_the_commands(tmp_path: Path) -> None:
    group = get_command(app)
    assert isinstance(group, TyperGroup)
    verbs = set(group.commands)
    searched = {arguments[0] for _, arguments in commands(tmp_path)}
    assert searched == verbs - {"rules", "demo", "synth"}, "they see the law, or made-up people"


def test_the_search_finds_each_marker_where_it_may_stand(ran: Ran) -> None:
    held = {
        table: found_in("".join(values_of(path) for path in parquet_files(ran.store / table)))
        for table in ("source_rows", "quarantine", "reviews")
    }
    assert held["reviews"] == set(REVIEWED.values())
    for table, rows in (("source_rows", ACCEPTED), ("quarantine", SET_ASIDE)):
        for row in rows.values():
            assert found_in(row) and found_in(row) <= held[table]
    packets = {path.name: text for path, text in plain_files(ran.folder / "out" / "packets")}
    assert found_in(packets["all.csv"]) >= found_in(ACCEPTED["KEPT"])
    assert found_in(packets["condensed.csv"])
    notices = "".join(text for _, text in plain_files(ran.folder / "again" / "courts"))
    assert f"ZQ{FIELDS.index('PRI_NAME'):02}" in notices
    fields = {int(word[2:4]) for word in held["quarantine"] if word.startswith("ZQ")}
    assert fields == {FIELDS.index(name) for name in IDENTIFYING}


def test_stdout_stderr_and_tracebacks_name_nobody(ran: Ran) -> None:
    for sign in (" INFO ", "event='step ends'", "level='debug'", "java: ", "CHECK", "rows_read=16"):
        assert sign in ran.err, "the log was not as loud as the test needs"
    assert found_in(ran.out + ran.err) == set()


def test_event_logs_and_the_plans_in_them_name_nobody(ran: Ran) -> None:
    events = "".join(text for _, text in plain_files(ran.folder / "events"))
    for sign in ("== Analyzed Logical Plan ==", "SparkListenerTaskEnd", "NO_SUCH_CODE", "from_csv"):
        assert sign in events, "the event log was not as full as the test needs"
    assert found_in(events) == set()


def test_nothing_is_left_in_the_temporary_folders(ran: Ran) -> None:
    left = [path for path, text in plain_files(ran.folder / "tmp") if found_in(text)]
    assert left == []
    assert not (ran.folder / "out" / ".publishing").exists()


def test_nothing_is_left_in_the_current_folder_or_beside_the_store_and_the_outputs(
    ran: Ran,
) -> None:
    assert list((ran.folder / "here").iterdir()) == []
    made = {"here", "tmp", "input", "events", "file"}
    # Whether a publish that fails gets as far as its folder does not matter.
    left = {path.name for path in ran.folder.iterdir()} - made - {"broken_out"}
    assert left == {"store", "out", "again"}


def test_no_value_or_statistic_of_another_table_names_anybody(ran: Ran) -> None:
    open_tables = [name for name, spec in TABLES.items() if not spec.restricted]
    searched = 0
    for path in (path for name in open_tables for path in parquet_files(ran.store / name)):
        assert found_in(values_of(path) + statistics_of(path)) == set(), path
        searched += 1
    assert {"history", "charges", "arrests", "determinations"} <= set(open_tables)
    assert searched > 8


def test_the_log_and_statistics_of_no_table_name_anybody(ran: Ran) -> None:
    for name in TABLES:
        for path, text in plain_files(ran.store / name / "_delta_log"):
            told = values_of(path) if path.suffix == ".parquet" else text
            assert found_in(told) == set(), path
    log_of_rows = (ran.store / "source_rows" / "_delta_log").glob("*.json")
    statistics = "".join(path.read_text() for path in log_of_rows)
    assert '"minValues\\":{\\"source_file' in statistics, "statistics are kept, and looked through"


def test_statistics_summaries_and_the_report_name_nobody(ran: Ran) -> None:
    out = ran.folder / "out"
    public = [
        path
        for folder in (out, ran.folder / "again")
        for path in (
            folder / "statistics.csv",
            folder / "report.html",
            *folder.rglob("summary.json"),
        )
    ]
    public += [
        ran.folder / "again" / name for name in ("decided.csv", "changes.html", "person.html")
    ]
    assert len(public) >= 9
    for path in public:
        assert found_in(path.read_text()) == set(), path


def test_what_is_written_is_for_its_owner_alone_and_a_folder_that_was_there_stays(
    ran: Ran,
) -> None:
    assert stat.S_IMODE((ran.folder / "out").stat().st_mode) == 0o750
    again = ran.folder / "again"
    inside = [ran.store, *ran.store.rglob("*"), *(ran.folder / "out").rglob("*"), again]
    inside += again.rglob("*")
    wrong = {
        str(path): oct(mode)
        for path in inside
        for mode in [stat.S_IMODE(path.stat().st_mode)]
        if mode != (0o700 if path.is_dir() else 0o600)
    }
    assert wrong == {}
    assert len(inside) > 50


def test_every_identifying_field_exists_has_a_reason_and_is_kept_out_of_statistics() -> None:
    assert set(IDENTIFYING) <= set(FIELDS)
    assert all(IDENTIFYING.values())
    kept = {column_of(name) for name in NEEDED if name in IDENTIFYING} | {WHOLE_LINE}
    assert set(SOURCE_ROWS.unindexed) == kept
    assert set(TABLES["reviews"].unindexed) == set(REVIEWERS_WORDS)
    assert [name for name, spec in TABLES.items() if spec.restricted] == [
        "source_rows",
        "quarantine",
        "reviews",
    ]


def test_no_constraint_or_clustering_asks_a_column_that_identifies() -> None:
    # A violated constraint prints the values of its columns, clustering puts them in statistics.
    for spec in TABLES.values():
        words = set(re.findall(r"\w+", " ".join(spec.constraints_when_made.values())))
        assert not set(spec.unindexed) & (words | set(spec.cluster_by)), spec.name


def test_what_identifies_is_not_in_statistics_and_what_clusters_is() -> None:
    for spec in TABLES.values():
        assert not set(spec.unindexed) & set(spec.indexed), spec.name
        assert set(spec.cluster_by) <= set(spec.indexed) <= set(spec.columns), spec.name


def test_the_log_says_as_much_as_its_level_lets_through(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for word, expected in (("", ["warning"]), ("INFO", ["info", "warning"]), ("error", [])):
        monkeypatch.setenv("CLEARANCE_LOG_LEVEL", word)
        for name in ("debug", "info", "warning"):
            log(name, "something", rows=3)
        lines = capsys.readouterr().err.splitlines()
        assert [re.findall(r"level='(\w+)'", line)[0] for line in lines] == expected
        assert all("rows=3" in line for line in lines)
    monkeypatch.setenv("CLEARANCE_LOG_LEVEL", "inof")
    with pytest.raises(UsageError, match="Did you mean `info`"):
        log_level()
