"""A month, grants that no court has been told of, and the month after."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

from clearance.cli import _code
from clearance.command.demo import AS_OF
from tests.line.conftest import Line


def test_a_run_after_a_grant_tells_the_courts_and_ends_well(line: Line, tmp_path: Path) -> None:
    store, out = tmp_path / "store", tmp_path / "out"
    shutil.copytree(line.place.store, store)
    shutil.copytree(line.place.out, out)
    into = ["--store", str(store), "--quiet"]
    assert _code(["grant", line.said["determine"]["sweep_id"], *into], debug=True) == 0
    run = ["run", *line.extract, "--as-of", AS_OF.isoformat(), "--out", str(out), *into]
    assert _code(run, debug=True) == 0
    notices = sorted(out.glob(f"courts/*/notice-{AS_OF:%Y-%m}.csv"))
    rows = [row for path in notices for row in csv.DictReader(path.open(encoding="utf-8"))]
    assert rows and {row["kind"] for row in rows} == {"grant"}
