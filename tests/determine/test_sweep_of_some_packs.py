"""A sweep of some packs leaves the others as they are: date, record, notes and texts alike."""

from __future__ import annotations

import io
import json
import re
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from rich.console import Console
from soak.months import Place
from soak.state import files_of

from clearance.cli import exit_code
from clearance.commands.demo import AS_OF
from clearance.errors import EXIT_STORE
from clearance.explain.render import show
from clearance.explain.step import explain
from clearance.platform.paths import rules_folder
from clearance.platform.store.store import Store
from clearance.publish.published import NOTE
from tests.support.stores import Line
from tests.support.vacuum import vacuum

PACK, LATER = "prop64_statute", "2026-11-20"
UNFILLED = re.compile(r"\{[a-z_]+\}")


def summaries(out: Path) -> dict[str, dict[str, Any]]:
    return {
        path.parent.name: json.loads(path.read_text())
        for path in out.glob("packets/*/summary.json")
    }


def shorter_records(line: Line, folder: Path) -> list[str]:
    """An extract in which everybody with several rows lacks the last of them."""
    rows: dict[bytes, list[bytes]] = defaultdict(list)
    for name in line.files:
        for text in Path(name).read_bytes().splitlines(keepends=True):
            parts = text.split(b",")
            if len(parts) > 2 and parts[2].isdigit():
                rows[parts[2]].append(text)
    several = [lines for lines in rows.values() if len(lines) > 3]
    assert len(several) > 20
    file = folder / "shorter.csv"
    file.write_bytes(b"".join(row for lines in several for row in lines[:-1]))
    return [str(file), "--extract-date", "2026-11-15", "--accept-quarantine"]


@pytest.fixture(scope="module")
def mixed(spark: SparkSession, line: Line, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The shared store after another extract, of which one policy alone knows."""
    folder = tmp_path_factory.mktemp("mixed")
    place = line.place.copy_to(folder / "copy")
    at = ["--store", str(place.store), "--quiet"]
    for words in (
        ["ingest", *shorter_records(line, folder)],
        ["prepare"],
        ["determine", "--as-of", LATER, "--pack", PACK],
        ["publish", "--out", str(place.out)],
        ["report", "--out", str(place.out / "report.html")],
    ):
        assert exit_code([*words, *at], debug=True) == 0, words
    return place


def test_a_countys_packet_is_of_the_sweep_that_decided_its_policy(line: Line, mixed: Place) -> None:
    before, after = summaries(line.place.out), summaries(mixed.out)
    kept = {folder for folder, said in before.items() if said["policy"] not in (PACK, None)}
    again = {folder for folder, said in after.items() if said["policy"] == PACK}
    assert len(kept) > 2 and len(again) > 2
    assert {after[folder]["as_of"] for folder in kept} == {AS_OF.isoformat()}
    assert {after[folder]["as_of"] for folder in again} == {LATER}
    assert not {after[folder]["sweep_id"] for folder in again} & {
        said["sweep_id"] for said in before.values()
    }
    files, others = files_of(mixed.out), files_of(line.place.out)
    same = [name for name in others if name.split("/")[:2] in [["packets", one] for one in kept]]
    assert len(same) == 5 * len(kept)
    assert {name: files[name] for name in same} == {name: others[name] for name in same}


def test_the_report_keeps_each_packs_date_and_notes(line: Line, mixed: Place) -> None:
    before, after = (
        (place.out / "report.html").read_text(encoding="utf-8") for place in (line.place, mixed)
    )
    assert f"as of <strong>{LATER} ({PACK}); {AS_OF.isoformat()} (" in after
    assert f"as of <strong>{AS_OF.isoformat()}</strong>" in before
    notes = re.findall(r"<p>(\w+ was never loaded: .*?)</p>", before)
    assert notes
    for note in notes:
        assert f", as of {AS_OF.isoformat()}: {note}</p>" in after
    rules = re.findall(r"<code>(\w+)</code></th>(?:<td>[^<]*</td>){3}\s*<td>([-\d]+)</td>", after)
    days = dict(rules)
    assert days.pop(PACK) == LATER
    assert len(days) > 4 and set(days.values()) == {AS_OF.isoformat()}


def test_an_explanation_names_the_sweep_that_decided_each_pack(
    spark: SparkSession, line: Line, mixed: Place
) -> None:
    store = Store(str(mixed.store))
    packs = F.collect_set("pack").alias("packs")
    decided = store.read(spark, "determinations").groupBy("subject_id").agg(packs)
    row = decided.where(F.array_contains("packs", PACK) & (F.size("packs") > 1)).first()
    assert row is not None
    others = tuple(sorted(set(row["packs"]) - {PACK}))
    made = explain(spark, store, subject_id=row["subject_id"], rules=rules_folder())
    before = line.said["determine"]["sweep_id"]
    assert [(by.sweep_id, by.as_of, by.packs) for by in made.decided_by] == [
        (before, AS_OF, others),
        (made.sweep_id, date.fromisoformat(LATER), (PACK,)),
    ]
    page = io.StringIO()
    show(made, Console(file=page, width=200, no_color=True))
    assert page.getvalue().splitlines()[:3] == [
        f"Person {row['subject_id']}",
        f"  as of {AS_OF.isoformat()}, sweep {before}: {', '.join(others)}",
        f"  as of {LATER}, sweep {made.sweep_id}: {PACK}",
    ]
    whole = explain(
        spark, store, subject_id=row["subject_id"], rules=rules_folder(), sweep_id=before
    )
    page = io.StringIO()
    show(whole, Console(file=page, width=200, no_color=True))
    assert page.getvalue().splitlines()[0] == (
        f"Person {row['subject_id']}, as of {AS_OF.isoformat()}, sweep {before}"
    )


def test_no_output_prints_a_placeholder(spark: SparkSession, mixed: Place) -> None:
    texts = [
        path
        for path in mixed.out.rglob("*")
        if path.suffix in (".html", ".json", ".csv") and ".published" not in path.name
    ]
    assert len(texts) > 20
    for path in texts:
        assert not UNFILLED.search(path.read_text(encoding="utf-8", errors="replace")), path


def test_the_list_of_sweeps_tells_one_of_some_packs_from_a_whole_one(
    spark: SparkSession, mixed: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert exit_code(["sweeps", "--store", str(mixed.store), "--quiet"], debug=True) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert said.endswith(f"of {PACK} only") and said.count(" only") == 1
    rows = Store(str(mixed.store)).read(spark, "sweeps").orderBy("determinations_version")
    assert [list(row["selected"]) for row in rows.collect()] == [[], [PACK]]


def test_a_version_that_a_vacuum_took_is_refused_with_a_remedy_that_mends_it(
    spark: SparkSession, mixed: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = mixed.copy_to(tmp_path / "copy")
    store = Store(str(place.store))
    # The packs of the sweep before rest on these counts, in an earlier version.
    vacuum(spark, store, "charges")
    publish = ["publish", "--out", str(place.out), "--store", str(place.store), "--quiet"]
    (place.out / NOTE).unlink(missing_ok=True)
    before = files_of(place.out)
    assert exit_code(publish, debug=False) == EXIT_STORE
    said = capsys.readouterr().err
    assert "VACUUM" in said and "`clearance determine`" in said
    assert files_of(place.out) == before
    determine = ["determine", "--as-of", LATER, "--store", str(place.store), "--quiet"]
    assert exit_code(determine, debug=True) == 0
    assert exit_code(publish, debug=True) == 0
