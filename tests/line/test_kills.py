"""Kill, twice, anywhere: the line killed six times says in the end what an undisturbed one says.

The long form, with random moments and two months, is scripts/soak/kill.py.
"""

from __future__ import annotations

from pathlib import Path

from pyspark.sql import SparkSession
from soak.kill import Figures, Moment, look, watch
from soak.months import Place
from soak.state import check_nothing_left
from soak.victims import Victim

from clearance.cli import _code
from clearance.command.demo import AS_OF
from tests.line.conftest import Line

# One in each step, and one between the sweep's commit and its row in `sweeps`.
MOMENTS = {
    "ingest": [("store/source_rows", 0.2)],
    "prepare": [("store/arrests", 0.1)],
    "determine": [("store/packs", 0.3), ("digest and", 0.0)],
    "publish": [("out/.publishing/made", 0.0)],
    "report": [("Counting for the report", 0.1)],
}
# The next victim's JVM starts while this one works; then it waits for its turn.
WAITING = """
import os, sys
os.umask(0o077)
from clearance.session import build_session
build_session(extra={"spark.sql.shuffle.partitions": "2"})
sys.stdin.readline()
"""


def test_the_line_killed_in_every_step_and_run_again_says_the_same(
    spark: SparkSession, line: Line, tmp_path: Path
) -> None:
    place, undisturbed = Place(tmp_path), line.place
    store = ["--store", str(place.store)]
    commands = {
        "ingest": ["ingest", *line.extract, *store],
        "prepare": ["prepare", *store],
        "determine": ["determine", "--as-of", AS_OF.isoformat(), *store],
        "publish": ["publish", "--out", str(place.out), *store],
        "report": ["report", "--out", str(place.out / "report.html"), *store],
    }
    known = [{}, undisturbed.said().files]
    figures = Figures()
    moments = [(step, *moment) for step, moments in MOMENTS.items() for moment in moments]
    waiting = [Victim(commands[moments[0][0]], prelude=WAITING)]
    for at, (step, what, delay) in enumerate(moments):
        victim = waiting.pop()
        following = moments[at + 1][0] if at + 1 < len(moments) else None
        if following is not None:
            waiting.append(Victim(commands[following], prelude=WAITING))
        comes = watch(Moment(step, what, delay), place)
        victim.go()
        assert victim.kill_when(comes, delay=delay), (step, what, victim.said)
        look(place, known=known, figures=figures)
        if following != step:
            assert _code([*commands[step], "--quiet"], debug=True) == 0
    assert figures.packets_seen >= len(list((undisturbed.out / "packets").iterdir()))
    assert place.said().differences(undisturbed.said()) == []
    check_nothing_left(place.store, place.out)
