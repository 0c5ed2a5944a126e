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
from tests.line.conftest import AS_OF, Line

# One in each step and one between the sweep's commit and its row in `sweeps`, in the line's order.
MOMENTS = (
    Moment("ingest", "store/source_rows", 0.2),
    Moment("prepare", "store/arrests", 0.1),
    Moment("determine", "store/packs", 0.3),
    Moment("determine", "digest and", 0.0),
    Moment("publish", "out/.publishing/made", 0.0),
    Moment("report", "Counting for the report", 0.1),
)
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
    place, undisturbed = Place(tmp_path), Place(line.out.parent)
    arguments = ["run", *line.files, "--store", str(place.store), "--out", str(place.out)]
    arguments += ["--as-of", AS_OF.isoformat()]
    known = [{}, undisturbed.said().files]
    figures = Figures()
    waiting = [Victim(arguments, prelude=WAITING)]
    for moment in MOMENTS:
        victim = waiting.pop()
        if moment is not MOMENTS[-1]:
            waiting.append(Victim(arguments, prelude=WAITING))
        comes = watch(moment, place)
        victim.go()
        assert victim.kill_when(comes, delay=moment.delay), (moment, victim.said)
        look(place, known=known, figures=figures)
    assert figures.packets_seen >= len(list((undisturbed.out / "packets").iterdir()))
    assert _code([*arguments, "--quiet"], debug=True) == 0
    assert place.said().differences(undisturbed.said()) == []
    check_nothing_left(place.store, place.out)
