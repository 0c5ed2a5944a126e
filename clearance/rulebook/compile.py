"""Packs decided by Spark: a straight chain of projections, no shuffle, no join, no Python.

1. what every pack asks of a unit: each distinct fact once, as a truth or as the day it flips;
2. a row a unit and pack, with the pack's facts as words of bits (`known`, `holding`);
3. the flow as a walk over the pack's terms, which ends in one small code;
4. the look-ahead: the same walk on each day that flips a fact, over the terms that the unit's
   other facts leave open. It runs only where a fact that time moves was consulted: elsewhere the
   answer is the same on every day;
5. what the code says, from the table of decisions.

Packs are rows of constants (`spark_tables`), so the plan grows with the distinct facts alone. Each
projection stands on columns of the one before it; a column that a lambda reads is handed on as
well, since Spark would else work it out anew for every element. Measured in
docs/decisions/0002-evaluation.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pyspark.sql import DataFrame

from clearance.rulebook.assigned import Assigned as Assigned
from clearance.rulebook.spark_tables import Tables
from clearance.rulebook.spark_text import literal

FIRST_DAY = date(1, 1, 1)
IDENTITY = ("subject_id", "unit_id", "county")
# A walk that has ended: above the bits of decisions and every code.
ENDED = 1 << 40


def evaluate(units: DataFrame, assigned: Sequence[Assigned], *, as_of: date) -> DataFrame:
    """One row a unit and pack: every column of `determinations` but `sweep_id`.

    Args:
        units: `charges` (convicted counts) or `arrests`, with the columns the packs read.
        assigned: packs of one unit kind with their counties; each at most once.
        as_of: the sweep's date.
    """
    if not assigned:
        raise ValueError("evaluate needs at least one pack")
    rows, tables = units, Tables(assigned)
    for stage in (
        _asked(tables),
        ["truths", "flips", "explode(packs) AS variant"],
        _facts(tables),
        _today(tables, as_of),
        _answer(),
        _evidence(tables, as_of),
        _look_ahead(tables),
        _outlook(tables, as_of),
    ):
        rows = rows.selectExpr(*IDENTITY, *stage)
    unit = assigned[0].bound.pack.unit
    return rows.selectExpr(*_determination(tables, unit=unit, as_of=as_of))


def _asked(tables: Tables) -> list[str]:
    """What the packs ask of the unit, and whose business it is."""
    return [
        f"{tables.truths()} AS truths",
        f"{tables.flips()} AS flips",
        f"{tables.packs_of_unit()} AS packs",
    ]


def _facts(tables: Tables) -> list[str]:
    """Words of the facts that time does not move; flips of those that it does."""
    still, moving = f"{tables.still()}[variant]", f"{tables.moving()}[variant]"
    return [
        "variant",
        f"aggregate({still}, 0L, (w, f) -> IF(truths[f.at] IS NULL, w, w | f.bit)) AS still_known",
        f"aggregate({still}, 0L, (w, f) -> IF(truths[f.at], w | f.bit, w)) AS still_true",
        f"""filter(
            transform({moving}, f -> struct(flips[f.at] AS day, f.bit AS bit, f.rises AS rises)),
            move -> move.day IS NOT NULL
        ) AS moves""",
    ]


def _holding_on(day: str) -> str:
    """Word of the facts that hold on a day."""
    holds = f"({day} >= move.day) = move.rises"
    return f"aggregate(moves, still_true, (w, move) -> IF({holds}, w | move.bit, w))"


def _today(tables: Tables, as_of: date) -> list[str]:
    """Known and true facts on the as-of date; the terms that some day could still hold."""
    fails = "((still_known ^ still_true) & term.yes) | (still_true & term.no)"
    return [
        "variant",
        "still_known",
        "still_true",
        "moves",
        "aggregate(moves, still_known, (w, move) -> w | move.bit) AS known",
        f"{_holding_on(literal(as_of))} AS holding",
        f"filter({tables.terms()}[variant], term -> ({fails}) = 0L) AS open",
    ]


def _walk(holding: str) -> str:
    """The code of the first rule that holds.

    On the way it gathers what unknown rules would decide. Reading 5: such a rule matters only where
    it would decide otherwise; then `unknown` decides.
    """
    fails = f"((known ^ {holding}) & term.yes) | ({holding} & term.no)"
    return f"""aggregate(open, 0L, (w, term) -> CASE
        WHEN w >= {ENDED}L OR ({fails}) <> 0L THEN w
        WHEN (known & term.asks) <> term.asks THEN w | term.says
        WHEN (w & term.others) = 0L THEN {ENDED}L | term.code
        ELSE {ENDED}L | term.unsure
    END) - {ENDED}L"""


def _answer() -> list[str]:
    """The code on the as-of date."""
    kept = ["variant", "still_known", "still_true", "moves", "known", "holding", "open"]
    return [*kept, f"{_walk('holding')} AS code"]


def _evidence(tables: Tables, as_of: date) -> list[str]:
    """The facts consulted, and the days on which the answer could be another.

    Days that have passed are asked only for the start of an eligibility that holds.
    """
    mask, today = f"{tables.consulted()}[code]", literal(as_of)
    days = f"concat(array({literal(FIRST_DAY)}), transform(moves, move -> move.day))"
    asked = f"filter({days}, day -> day > {today} OR code < {tables.eligible})"
    return [
        *["variant", "still_true", "moves", "known", "open", "code"],
        f"holding & {mask} AS facts_true",
        f"known & {mask} AS facts_known",
        f"""IF(
            (known ^ still_known) & {mask} <> 0L, array_distinct(sort_array({asked})), NULL
        ) AS days""",
    ]


def _look_ahead(tables: Tables) -> list[str]:
    """Each of those days: code and facts then."""
    states = "days"
    for fields in (
        f"s AS day, {_holding_on('s')} AS holding",
        f"s.day AS day, s.holding AS holding, {_walk('s.holding')} AS code",
        f"s.day AS day, s.code AS code, s.holding & {tables.consulted()}[s.code] AS facts",
    ):
        states = f"transform({states}, s -> struct({fields}))"
    return ["variant", "code", "facts_true", "facts_known", f"{states} AS states"]


def _outlook(tables: Tables, as_of: date) -> list[str]:
    """Start of the eligibility, the next eligible day and its code, the next change."""
    today, eligible = literal(as_of), f"s.code < {tables.eligible}"
    differs = f"s.day > {today} AND (s.code <> code OR s.facts <> facts_true)"
    return [
        *["variant", "code", "facts_true", "facts_known"],
        f"""aggregate(
            filter(states, s -> s.day <= {today}),
            CAST(NULL AS date),
            (start, s) -> IF({eligible}, coalesce(start, s.day), NULL)
        ) AS begun""",
        f"get(filter(states, s -> s.day > {today} AND {eligible}), 0) AS opens",
        f"get(filter(states, s -> {differs}), 0).day AS change",
        f"{tables.packs()}[variant] AS used",
        f"{tables.says()}[code] AS says",
    ]


def _determination(tables: Tables, *, unit: str, as_of: date) -> list[str]:
    """The row."""
    is_eligible = f"code < {tables.eligible}"
    not_yet = f"NOT {is_eligible} AND code < {tables.refused} AND opens IS NOT NULL"
    columns = {
        "subject_id": "subject_id",
        "unit": literal(unit),
        "unit_id": "unit_id",
        "county": "county",
        "pack": "used.pack",
        "pack_version": "used.version",
        "pack_fingerprint": "used.fingerprint",
        "kind": "used.kind",
        "outcome": f"IF({not_yet}, 'NOT_YET', says.outcome)",
        "relief": f"{tables.reliefs()}[IF({not_yet}, opens.code, code)]",
        "reason": "says.reason",
        "rule": "says.rule",
        "cite": "says.cite",
        "facts_true": "facts_true",
        "facts_known": "facts_known",
        "eligible_on": f"IF({is_eligible}, nullif(begun, {literal(FIRST_DAY)}), opens.day)",
        "revisit_on": "change",
        "as_of": literal(as_of),
    }
    return [f"{text} AS {name}" for name, text in columns.items()]
