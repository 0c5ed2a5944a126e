"""The Spark compiler: packs as a straight chain of projections, no shuffle, no join, no Python.

1. One row per unit: each distinct fact of all packs as a bit, and the days on which facts flip.
2. One row per unit and pack: the pack's facts as two words (`known`, `holding`), in its own order.
3. The flow as a walk over the pack's terms, which ends in one small code. For a unit with an
   unreadable county, the terms of each rival are walked too (`rivals`); if a rival decides
   otherwise, the code is that of an unread county.
4. The look-ahead: the same walk on each day that flips a fact, over the terms that the unit's
   other facts leave open. It runs only if a timed fact was consulted; else the answer is the same
   on every day. A flip day that is a bound also makes its fact known: before that day the fact is
   unknown (`bounds`).
5. The decision of the code, from a table of constants. An eligible unit also gets the day since
   when, not before the day of the unit itself nor before the first day of the pack's law.

Packs are rows of constants (`tables`), so that the plan grows only with the distinct facts. Each
projection uses columns of the one before it. A column that a lambda reads is selected again, else
Spark would compute it for every element. Measurements: docs/decisions/0002-evaluation.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pyspark.sql import DataFrame

from clearance.rulebook.language.assigned import Assigned as Assigned
from clearance.rulebook.spark.tables import Tables
from clearance.rulebook.spark.text import day_text, literal, quoted_name

FIRST_DAY = date(1, 1, 1)
IDENTITY = ("subject_id", "unit_id", "county")
# The bit of a walk that has ended: above the bits of decisions and every code.
ENDED = 1 << 40


def evaluate(units: DataFrame, assigned: Sequence[Assigned], *, as_of: date | str) -> DataFrame:
    """One row per unit and pack: every column of `determinations` but `sweep_id`.

    Args:
        units: `charges` (convicted counts) or `arrests`, with the columns the packs read.
        assigned: packs of one kind of unit with their counties; each pack at most once.
        as_of: the sweep's date, or the column of the units with each unit's date.
    """
    if not assigned:
        raise ValueError("evaluate needs at least one pack")
    rows, tables = units, Tables(assigned, as_of=as_of)
    own_day = [quoted_name(as_of)] if isinstance(as_of, str) else []
    carried = [*IDENTITY, *own_day, f"{quoted_name(assigned[0].resolved.event_day)} AS event_day"]
    for stage in (
        _questions(tables),
        [*_word_columns(tables), *_day_columns(tables), "explode(packs) AS variant"],
        _facts(tables),
        _answer(tables),
        *([_code_with_rivals(tables)] if tables.has_rivals else []),
        _evidence(tables),
        _outlook(tables, as_of),
    ):
        rows = rows.selectExpr(*carried, *stage)
        carried = [*IDENTITY, *own_day, "event_day"]
    unit = assigned[0].resolved.pack.unit
    return rows.selectExpr(*_determination(tables, unit=unit, as_of=as_of))


def _word_columns(tables: Tables) -> list[str]:
    return [f"{kind}_{word}" for word in tables.questions.words for kind in ("known", "true")]


def _day_columns(tables: Tables) -> list[str]:
    return ["flips", "bounds"] if tables.has_bounds else ["flips"]


def _questions(tables: Tables) -> list[str]:
    """Columns of a unit: its facts, its flip days, and the packs whose scope it is in."""
    known, true = tables.questions.known_words(), tables.questions.true_words()
    return [
        *[f"{text} AS known_{word}" for word, text in enumerate(known)],
        *[f"{text} AS true_{word}" for word, text in enumerate(true)],
        f"{tables.flips()} AS flips",
        *([f"{tables.bounds()} AS bounds"] if tables.has_bounds else []),
        f"{tables.packs_of_unit()} AS packs",
    ]


def _facts(tables: Tables) -> list[str]:
    """Columns of a unit and pack: the known facts and the facts that hold, and each rival's."""

    def gathered(kind: str, variant: str) -> str:
        words = []
        for i in tables.questions.words:
            left, right = (
                f"shiftleft({kind}_{i}, run.by)",
                f"shiftrightunsigned({kind}_{i}, run.back)",
            )
            bits = f"(w, run) -> w | (({left} | {right}) & run.mask)"
            words.append(f"(aggregate({tables.runs(i)}[{variant}], 0L, {bits}))")
        return " | ".join(words)

    def drawn(variant: str) -> list[str]:
        return [f"{gathered('known', variant)} AS known", f"{gathered('true', variant)} AS holding"]

    own = ["variant", *_day_columns(tables), *drawn("variant")]
    if not tables.has_rivals:
        return own
    rival = f"struct({', '.join(['rival AS variant', *drawn('rival')])})"
    return [*own, f"transform({tables.rivals()}[variant], rival -> {rival}) AS rivals"]


def _fails(holding: str, known: str = "known") -> str:
    """The mask of facts of a term that are known to have the other truth."""
    return f"(({known} ^ {holding}) & term.yes) | ({holding} & term.no)"


def _walk(terms: str, holding: str, known: str = "known") -> str:
    """The code of the first rule that holds.

    The walk gathers the decisions of unknown rules on its way. By reading 5 an unknown rule matters
    only if it would decide otherwise; then `unknown` decides.
    """
    return f"""aggregate({terms}, 0L, (w, term) -> CASE
        WHEN w >= {ENDED}L OR ({_fails(holding, known)}) <> 0L THEN w
        WHEN ({known} & term.asks) <> term.asks THEN w | term.says
        WHEN (w & term.others) = 0L THEN {ENDED}L | term.code
        ELSE {ENDED}L | term.unsure
    END) - {ENDED}L"""


def _answer(tables: Tables) -> list[str]:
    """Columns with the code on the as-of date."""
    code = _walk(f"{tables.terms()}[variant]", "holding")
    return [*_carried(tables), f"{code} AS code"]


def _carried(tables: Tables) -> list[str]:
    rivals = ["rivals"] if tables.has_rivals else []
    return ["variant", *_day_columns(tables), "known", "holding", *rivals]


def _code_or_unread(tables: Tables, code: str, holding: str, known: str = "rival.known") -> str:
    """The code, or the code of an unread county if a rival decides otherwise.

    Args:
        tables: the packs.
        code: the pack's code.
        holding: the word of facts that hold for a `rival`.
        known: the word of facts that are known for it.
    """
    decides = tables.decides()
    theirs = f"{decides}[{_walk(f'{tables.terms()}[rival.variant]', holding, known)}]"
    differ = f"exists(rivals, rival -> {theirs} <> {decides}[{code}])"
    return f"IF(size(rivals) > 0 AND {differ}, {tables.unread()}[variant], {code})"


def _code_with_rivals(tables: Tables) -> list[str]:
    """Columns with the code after the rivals' decisions."""
    return [*_carried(tables), f"{_code_or_unread(tables, 'code', 'rival.holding')} AS code"]


def _evidence(tables: Tables) -> list[str]:
    """Columns with the evidence: the facts consulted."""
    mask = f"{tables.consulted()}[code]"
    return [
        *[*_carried(tables), "code"],
        f"holding & {mask} AS facts_true",
        f"known & {mask} AS facts_known",
    ]


def _outlook(tables: Tables, as_of: date | str) -> list[str]:
    """Columns of the look-ahead: start of the eligibility, next eligible day and code, next change.

    The look-ahead is one expression: Spark is slow with parts of an array that was a column. Past
    days are evaluated only for the start of an eligibility.
    """
    today, still = day_text(as_of), f"{tables.still()}[variant]"
    terms = f"filter({tables.terms()}[variant], term -> (({_fails('holding')}) & {still}) = 0L)"
    ahead = _bind("states", _states(tables, today), _ahead(tables, today))
    ahead = _bind("moves", _moves(tables, today), _bind("terms", terms, ahead))
    may_change = f"(facts_known & ~{still}) <> 0L"
    if tables.has_bounds:
        may_change = f"{may_change} OR array_contains(bounds, true)"
    if tables.has_rivals:
        may_change = f"{may_change} OR size(rivals) > 0"
    return [
        *["code", "facts_true", "facts_known"],
        f"IF({may_change}, {ahead}, NULL) AS ahead",
        f"{tables.packs()}[variant] AS used",
        f"{tables.says()}[code] AS says",
    ]


def _moves(tables: Tables, today: str) -> str:
    """The flip days of the variant's timed facts, with the bits that they flip."""
    bit, opened = _moved_bits(tables)
    opens = [f"{opened} AS opened"] if tables.has_bounds else []
    move = ", ".join(
        ["flips[f.at] AS day", f"{bit} AS bit", *opens, f"flips[f.at] <= {today} AS passed"]
    )
    return f"""filter(
        transform({tables.moving()}[variant], f -> struct({move})),
        move -> move.day IS NOT NULL
    )"""


def _days_to_evaluate(tables: Tables, today: str) -> str:
    """The days of all moves, the pack's and its rivals', sorted and each once."""
    days = f"concat(array({literal(FIRST_DAY)}), transform(moves, move -> move.day))"
    if tables.has_rivals:
        theirs = f"transform({tables.moving()}[rival.variant], f -> flips[f.at])"
        theirs = f"flatten(transform(rivals, rival -> {theirs}))"
        days = f"concat({days}, filter({theirs}, day -> day IS NOT NULL))"
    needed = f"filter({days}, day -> day > {today} OR code < {tables.eligible})"
    return f"array_distinct(sort_array({needed}))"


def _states(tables: Tables, today: str) -> str:
    """The code and the evidence on each day to evaluate, computed field by field."""

    def on_day(word: str, toggled: str) -> str:
        moved = f"IF((s >= move.day) = move.passed, w, w ^ move.{toggled})"
        return f"aggregate(moves, {word}, (w, move) -> {moved}) AS {word}"

    carried, known, sure = "s.day AS day, s.holding AS holding", "known", ""
    words = on_day("holding", "bit")
    if tables.has_bounds:
        carried, known = f"{carried}, s.known AS known", "s.known"
        words = f"{words}, {on_day('known', 'opened')}"
        sure = f", s.known & {tables.consulted()}[s.code] AS sure"
    with_rivals = []
    if tables.has_rivals:
        with_rivals = [f"{carried}, {_code_with_rivals_on_day(tables, today)} AS code"]
    states = _days_to_evaluate(tables, today)
    for fields in (
        f"s AS day, {words}",
        f"{carried}, {_walk('terms', 's.holding', known)} AS code",
        *with_rivals,
        f"s.day AS day, s.code AS code, s.holding & {tables.consulted()}[s.code] AS facts{sure}",
    ):
        states = f"transform({states}, s -> struct({fields}))"
    return states


def _code_with_rivals_on_day(tables: Tables, today: str) -> str:
    """The code on the day of a state, after the rivals' decisions on that day."""
    bit, opened = _moved_bits(tables)
    holding, known = (
        f"aggregate({tables.moving()}[rival.variant], rival.{word}, (w, f) -> "
        f"IF((s.day >= flips[f.at]) <> (flips[f.at] <= {today}), w ^ {toggled}, w))"
        for word, toggled in (("holding", bit), ("known", opened))
    )
    if not tables.has_bounds:
        known = "rival.known"
    return _code_or_unread(tables, "s.code", holding, known)


def _ahead(tables: Tables, today: str) -> str:
    """Start of the eligibility, first eligible state after today, and day of the next change."""
    eligible = f"s.code < {tables.eligible}"
    differs = "s.code <> code OR s.facts <> facts_true"
    if tables.has_bounds:
        differs = f"{differs} OR s.sure <> facts_known"
    differs = f"s.day > {today} AND ({differs})"
    return f"""struct(
        aggregate(
            filter(states, s -> s.day <= {today}),
            CAST(NULL AS date),
            (start, s) -> IF({eligible}, coalesce(start, s.day), NULL)
        ) AS begun,
        get(filter(states, s -> s.day > {today} AND {eligible}), 0) AS opens,
        get(filter(states, s -> {differs}), 0).day AS change
    )"""


def _moved_bits(tables: Tables) -> tuple[str, str]:
    """The bits of `holding` and of `known` that the day of a timed fact flips."""
    if not tables.has_bounds:
        return "f.bit", "0L"
    return "IF(bounds[f.at], f.open, f.bit)", "IF(bounds[f.at], f.bit, 0L)"


def _bind(variable: str, value: str, body: str) -> str:
    """An expression in which Spark computes a value once, under the name of a variable."""
    return f"get(transform(array({value}), {variable} -> {body}), 0)"


def _determination(tables: Tables, *, unit: str, as_of: date | str) -> list[str]:
    """The columns of a determination."""
    is_eligible = f"code < {tables.eligible}"
    not_yet = f"NOT {is_eligible} AND code < {tables.refused} AND ahead.opens IS NOT NULL"
    # `greatest` ignores nulls: unknown days do not count.
    begun = f"greatest(nullif(ahead.begun, {literal(FIRST_DAY)}), event_day, used.first_day)"
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
        "relief": f"{tables.reliefs()}[IF({not_yet}, ahead.opens.code, code)]",
        "reason": "says.reason",
        "rule": "says.rule",
        "cite": "says.cite",
        "facts_true": "facts_true",
        "facts_known": "facts_known",
        "eligible_on": f"IF({is_eligible}, {begun}, ahead.opens.day)",
        "revisit_on": "ahead.change",
        "as_of": day_text(as_of),
    }
    return [f"{text} AS {column}" for column, text in columns.items()]
