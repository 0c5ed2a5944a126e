"""Where a county cannot be read, a person gets what another county would decide otherwise."""

from __future__ import annotations

from collections import Counter
from datetime import date

from pyspark.sql import Row, SparkSession

from clearance.rulebook.language.assigned import Assigned
from clearance.rulebook.language.resolved import ResolvedPack
from clearance.rulebook.language.rivals import REASON, RULE
from clearance.rulebook.loading.load import Rulebook
from clearance.rulebook.oracle import decide, flip_date
from clearance.rulebook.spark.compile import evaluate
from tests.support.rulebook.random_units import random_units

AS_OF = date(2026, 11, 1)
READ = frozenset({"LOS ANGELES", "SACRAMENTO", "YOLO"})
COUNTIES = [*sorted(READ), "L05 ANGELES", "UNKNOWN"]
Said = tuple[str, str | None]


def policy(bounds: list[ResolvedPack], name: str) -> ResolvedPack:
    return next(bound for bound in bounds if bound.pack.pack == name)


def on_day(bound: ResolvedPack, unit: Row, day: date) -> Said:
    """Outcome and relief, without a look ahead; what a pack leaves out it refuses."""
    said = decide(bound, unit.asDict(), day)
    if said is None or said.outcome == "NOT_YET":
        return "NOT_ELIGIBLE", None
    return said.outcome, said.relief


def expected(
    default: ResolvedPack, rivals: list[ResolvedPack], unit: Row
) -> dict[str, object] | None:
    """The row of a unit whose county cannot be read, day by day."""
    if decide(default, unit.asDict(), AS_OF) is None:
        return None
    flips = {
        day
        for bound in (default, *rivals)
        for i in bound.timed
        if (day := flip_date(bound, bound.facts[i], unit.asDict()))
    }

    def answer(day: date) -> tuple[object, ...]:
        own = on_day(default, unit, day)
        if any(on_day(rival, unit, day) != own for rival in rivals):
            return "REVIEW", None, REASON, RULE, 0, 0
        said = decide(default, unit.asDict(), day)
        assert said is not None
        return *own, said.reason, said.rule, said.facts_true, said.facts_known

    today = answer(AS_OF)
    later = sorted(day for day in flips if day > AS_OF)
    opens = next((day for day in later if answer(day)[0] == "ELIGIBLE"), None)
    begun: date | None = None
    if today[0] == "ELIGIBLE":
        for day in sorted((d for d in {*flips, date(1, 1, 1)} if d <= AS_OF), reverse=True):
            if answer(day)[0] != "ELIGIBLE":
                break
            begun = day
    not_yet = today[0] == "NOT_ELIGIBLE" and opens is not None
    return {
        "outcome": "NOT_YET" if not_yet else today[0],
        "relief": answer(opens)[1] if not_yet and opens else today[1],
        "reason": today[2],
        "rule": today[3],
        "eligible_on": _since(unit, begun) if today[0] == "ELIGIBLE" else opens,
        "revisit_on": next((day for day in later if answer(day) != today), None),
    }


def _since(unit: Row, begun: date | None) -> date:
    """The day of the facts, of the conviction and of the law, whichever is the last."""
    return max(day for day in (begun, unit["conviction_date"], date(2016, 11, 9)) if day)


def test_spark_hears_every_rival_on_every_day(
    spark: SparkSession, rulebook: Rulebook, bounds: list[ResolvedPack]
) -> None:
    outcomes: Counter[object] = Counter()
    for name, others in (
        ("los_angeles", ("sacramento",)),
        ("prop64_statute", ("los_angeles", "sacramento")),
        ("sacramento", ("contra_costa",)),
    ):
        default, rivals = policy(bounds, name), [policy(bounds, other) for other in others]
        law = policy(bounds, "pc1203_425")
        units = random_units(
            spark,
            [default, *rivals, law],
            catalogue=rulebook.catalogue,
            as_of=AS_OF,
            rows=600,
            counties=COUNTIES,
        ).localCheckpoint()
        beside = [Assigned(rival, counties=frozenset({"LOS ANGELES"})) for rival in rivals]
        mine = Assigned(
            default, excluded=frozenset({"LOS ANGELES"}), rivals=tuple(rivals), known_counties=READ
        )
        decided = evaluate(units, [mine, Assigned(law), *beside], as_of=AS_OF).collect()
        of_default = {row["unit_id"]: row for row in decided if row["pack"] == name}
        unread = [unit for unit in units.collect() if unit["county"] not in READ]
        for unit in unread:
            wanted = expected(default, rivals, unit)
            found = of_default.get(unit["unit_id"])
            got = None if wanted is None or found is None else {key: found[key] for key in wanted}
            assert got == wanted, unit
            outcomes[wanted["reason"] == REASON if wanted else None] += 1
        # Nobody else hears a rival, and no rival decides a unit itself.
        assert not any(
            row["rule"] == RULE
            for row in decided
            if row["county"] in READ or row["pack"] not in (name,)
        )
        assert {row["pack"] for row in decided} <= {name, "pc1203_425", *others}
    assert outcomes[True] > 50
    assert outcomes[False] > 20
