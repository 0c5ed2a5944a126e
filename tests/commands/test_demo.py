"""The demo, with what other offices know of its people."""

from __future__ import annotations

import contextlib
import io
import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pyspark.sql import SparkSession

from clearance.cli import exit_code
from clearance.commands.demo import DemoResult
from clearance.commands.output import print_lines
from clearance.platform.store.store import Store

PEOPLE = 800
SECTION = re.compile(r"<caption>pc1203_425, version 2024-10-01</caption>.*?</table>", re.DOTALL)


def test_the_demo_names_the_store(capsys: pytest.CaptureFixture[str]) -> None:
    steps: Any = SimpleNamespace(print_lines=lambda console: console.print("the steps"))
    print_lines(DemoResult("out/demo/store", (), steps).print_lines)
    assert capsys.readouterr().out == "the steps\nstore     out/demo/store\n"


def test_the_report_shows_people_who_get_relief_by_a_law_that_asks_other_offices(
    spark: SparkSession, tmp_path: Path
) -> None:
    out, output = tmp_path / "demo", io.StringIO()
    command = ["demo", "--people", str(PEOPLE), "--out", str(out), "--json", "--quiet"]
    with contextlib.redirect_stdout(output):
        assert exit_code(command, debug=True) == 0
    document = json.loads(output.getvalue())
    assert set(document["feed"]) == {"registry", "supervision", "petitions"}
    for kind, taken in document["feed"].items():
        lines = (out / "feeds" / f"{kind}.csv").read_text("utf-8-sig").splitlines()
        assert taken["rows"] == len(lines) - 1 > 0, kind
        assert taken["dated"] == document["determine"]["as_of"]
    assert not [note for note in document["determine"]["notes"] if "never loaded" in note]
    counts = document["determine"]["counts"]
    assert counts["pc1203_425/ELIGIBLE"] > 50
    page = (out / "report.html").read_text(encoding="utf-8")
    (section,) = SECTION.findall(page)
    assert "<td>Eligible</td>" in section
    # What an office knows decides some of them.
    decided = Store(str(out / "store")).read(spark, "determinations")
    reasons = {row["reason"] for row in decided.select("reason").distinct().collect()}
    assert {"REGISTERED", "SUPERVISED"} <= reasons
