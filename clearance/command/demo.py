"""The demo: made-up people through the whole line, as of a fixed day."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

from clearance.clock import wall_clock
from clearance.command.line import LineResult, whole_line
from clearance.command.run import Frame
from clearance.ingest.step import ingest
from clearance.synth.step import SynthResult, synthesize

AS_OF = date(2026, 11, 1)
SEED = 64


def run_demo(frame: Frame, *, people: int, out: Path) -> LineResult:
    """Generate, run, report; the same people give the same results every time.

    Args:
        frame: names the store, under `out`.
        people: how many.
        out: where input, store, packets and report go.
    """
    settings = frame.settings()
    place = frame.open_store(settings)
    made = synthesize(people=people, out=out / "input", seed=SEED, as_of=AS_OF, files=4)
    with place.claimed(make=True), frame.session(made.files) as spark:
        return whole_line(
            spark,
            place,
            inputs=list(made.files),
            as_of=AS_OF,
            out=out,
            rules=frame.rules,
            settings=settings,
            extract_date=AS_OF,
            complete=True,
        )


def synth_delta(frame: Frame, *, people: int, out: Path, seed: int, as_of: date) -> SynthResult:
    """Made-up people as a store that `prepare` accepts.

    Args:
        frame: names the store, which is `out`.
        people: how many.
        out: the store's folder.
        seed: same seed, same people.
        as_of: nothing on their records is later.
    """
    place = frame.open_store(frame.settings())
    with tempfile.TemporaryDirectory() as folder, place.claimed(make=True):
        made = synthesize(people=people, out=Path(folder), seed=seed, as_of=as_of)
        with frame.session(made.files) as spark:
            ingest(
                spark,
                place,
                inputs=list(made.files),
                extract_date=as_of,
                complete=True,
                quarantine_limit=1.0,
                clock=wall_clock,
            )
    return SynthResult(people=made.people, rows=made.rows, files=(str(out),), bytes=made.bytes)
