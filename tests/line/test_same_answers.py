"""The answers are those that are written down in answers.json: counts, rows, bytes of files.

Whoever changes answers on purpose writes them anew in the very commit, with its changelog entry:

    pytest tests/line/test_same_answers.py --write-answers

Left out is what says which sweep, when, where, or by which code and rules: ids, times, folders,
the fingerprints of packs, and with them the digest.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from soak.months import Place
from soak.state import CLOCK, SWEEP_ID, live

from clearance.cli import exit_code
from clearance.determine.digest import row_hash
from clearance.platform.store.store import Store
from clearance.publish.published import NOTE
from tests.line.county_file import first_month, second_month
from tests.support.feed_files import text_of, write
from tests.support.stores import Line

WRITTEN = Path(__file__).with_name("answers.json")
TABLES = {
    "source_rows": {"encoding", "fields_hash"},
    "quarantine": set(),
    "charges": set(),
    "arrests": set(),
    "determinations": {"as_of", "sweep_id", "pack_fingerprint"},
    "grants": {"sweep_id"},
    "notices": {"sweep_id", "folder"},
}
FINGERPRINT = re.compile(rb"\b[0-9a-f]{64}\b")
CODE_VERSION = re.compile(rb"<dt>Code version</dt><dd>.*?</dd>")
CONFIG = """
packs: [pc1203_425, pc851_93]
county_policies:
  default: {policy: prop64_statute}
  counties: {SACRAMENTO: {policy: sacramento}}
scenarios: [dismiss_all_p64]
"""


def answers(place: Place, said: dict[str, Any]) -> dict[str, Any]:
    """What a store and its output folder answer; `said` is what `determine` said."""
    tables = {name: _rows(place.store / name, left_out) for name, left_out in TABLES.items()}
    return {
        "counts": said["counts"],
        "rows": {name: _sum(rows) for name, rows in tables.items() if rows},
        "files": _files(place),
    }


def _rows(table: Path, left_out: set[str]) -> list[bytes]:
    """The rows as text, sorted, none where there is no table; a source file by its name alone."""
    rows = [row for read in live(table) for row in read.to_pylist(maps_as_pydicts="strict")]
    for row in rows:
        for name in left_out:
            del row[name]
        if "source_file" in row:
            row["source_file"] = Path(row["source_file"]).name
    return sorted(json.dumps(row, default=str, sort_keys=True).encode() for row in rows)


def _files(place: Place) -> dict[str, str]:
    """A sum a folder of published files."""
    parts: dict[str, list[bytes]] = {}
    for path in sorted(place.out.rglob("*")):
        if path.is_file() and path.name != NOTE:
            content = path.read_bytes()
            if path.suffix != ".csv":
                content = content.replace(str(place.folder).encode(), b"FOLDER")
                content = FINGERPRINT.sub(b"", CODE_VERSION.sub(b"", CLOCK.sub(b"", content)))
            if path.suffix != ".csv" or path.match("courts/*/*"):
                content = SWEEP_ID.sub(b"", content)
            folder = path.parent if path.parent != place.out else path
            parts.setdefault(str(folder.relative_to(place.out)), []).extend(
                (path.name.encode(), _sum([content]).encode())
            )
    return {folder: _sum(each) for folder, each in parts.items()}


def _sum(parts: Iterable[bytes]) -> str:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(hashlib.sha256(part).digest())
    return whole.hexdigest()[:32]


def _differences(now: dict[str, Any], written: dict[str, Any], at: str = "") -> list[str]:
    """Where two trees of answers are not the same."""
    found = []
    for key in sorted(now.keys() | written.keys()):
        mine, theirs = now.get(key), written.get(key)
        if isinstance(mine, dict) and isinstance(theirs, dict):
            found += _differences(mine, theirs, f"{at}{key} ")
        elif mine != theirs:
            found.append(f"{at}{key}: {theirs} was written, {mine} came out")
    return found


@pytest.fixture
def check(request: pytest.FixtureRequest) -> Any:
    """Hold a story's answers against those written down, or write them."""

    def held(story: str, now: dict[str, Any]) -> None:
        written = json.loads(WRITTEN.read_text()) if WRITTEN.exists() else {}
        if request.config.getoption("--write-answers"):
            text = json.dumps({**written, story: now}, indent=1, sort_keys=True)
            WRITTEN.write_text(text + "\n")
        else:
            assert _differences(now, written[story]) == []

    return held


def test_the_demo_gives_the_answers_that_are_written_down(line: Line, check: Any) -> None:
    check("demo", answers(line.place, line.said["determine"]))


class Month:
    """A store, its output and the commands of its months."""

    def __init__(self, folder: Path) -> None:
        self.place = Place(folder)
        self.config = folder / "packs.yaml"
        self.config.write_text(CONFIG)
        self.place.out.mkdir()

    def command(self, *words: str, into: str = "") -> dict[str, Any]:
        """Run a command on the store; returns what it says as JSON."""
        said = io.StringIO()
        to = ["--out", str(self.place.out / into)] if words[0] in ("publish", "report") else []
        shared = ["--store", str(self.place.store), "--config", str(self.config)]
        with contextlib.redirect_stdout(said):
            assert exit_code([*words, *to, *shared, "--json", "--quiet"], debug=True) == 0
        return dict(json.loads(said.getvalue()))

    def feed(self, kind: str, *rows: dict[str, str]) -> None:
        """Take a side feed in."""
        path = self.place.folder / f"{kind}.csv"
        self.command("feed", kind, write(path, text_of(kind, *rows)))


def test_a_countys_months_give_the_answers_that_are_written_down(
    spark: SparkSession, tmp_path: Path, check: Any
) -> None:
    """A county's file with feeds, grants and notices; then other feeds and a changed extract."""
    month = Month(tmp_path)
    file, people = first_month(tmp_path)
    subjects = [person.subject for person in people]
    month.feed("registry", {"subject_id": subjects[3], "registered_on": "1999-01-02"})
    month.feed("supervision", {"subject_id": subjects[8], "ended_on": ""})
    month.feed("petitions")
    drawn = ("--complete", "--accept-quarantine", "--extract-date", "2026-09-15")
    month.command("ingest", str(file), *drawn)
    month.command("prepare")
    first = month.command("determine", "--as-of", "2026-10-01")
    month.command("grant", first["sweep_id"])
    month.command("publish")
    check("county, first month", answers(month.place, first))

    store = Store(str(month.place.store))
    convictions = store.read(spark, "grants").where("unit = 'conviction'").orderBy("unit_id")
    given = convictions.select("subject_id", "unit_id").collect()
    open_rows = (
        store.read(spark, "determinations")
        .where("outcome = 'REVIEW'")
        .withColumn("content", row_hash())
        .orderBy("unit_id", "pack")
        .collect()
    )
    assert len(given) > 20 and len(open_rows) > 2
    month.feed(
        "registry",
        {"subject_id": subjects[3], "registered_on": "1999-01-02", "ended_on": "2005-01-02"},
        {"subject_id": given[0][0], "registered_on": "2010-05-06"},
        {"subject_id": given[5][0], "registered_on": "2026-10-20"},
    )
    month.feed(
        "supervision",
        {"subject_id": subjects[8], "ended_on": "2026-10-15"},
        {"subject_id": given[9][0], "type": "probation", "ended_on": ""},
    )
    month.feed(
        "petitions",
        *(
            {
                "subject_id": subject,
                "cnt_order": unit[-12:],
                "status": status,
                "decided_on": decided,
            }
            for (subject, unit), status, decided in (
                (given[12], "granted", "2026-09-20"),
                (given[14], "granted", "2026-10-20"),
                (given[16], "pending", ""),
                (given[18], "withdrawn", "2026-09-20"),
            )
        ),
    )
    month.feed("merges", {"from_subject_id": subjects[21], "into_subject_id": subjects[22]})
    month.feed(
        "reviews",
        *(
            {
                "unit_id": row["unit_id"],
                "pack": row["pack"],
                "content_hash": row["content"],
                "outcome": "NOT_ELIGIBLE",
                "relief": "",
            }
            for row in open_rows
        ),
    )
    month.command("ingest", str(second_month(tmp_path, people)), "--extract-date", "2026-10-20")
    month.command("prepare")
    second = month.command("determine", "--as-of", "2026-11-01")
    month.command("publish")
    month.command("report", into="report.html")
    check("county, second month", answers(month.place, second))
    assert store.read(spark, "determinations").where("rule = 'review'").count() > 0

    # A later day alone: what falls due, and what an office's decision still holds for.
    later = month.command("determine", "--as-of", "2029-05-01")
    check("county, a later day", answers(month.place, later))
