"""Packs decided by Spark: a straight chain of projections, no shuffle, no join, no Python.

1. what every pack asks of a unit: each distinct fact once, as a bit, and the days on which facts
   flip;
2. a row a unit and pack, with the pack's facts as two words (`known`, `holding`), in its own order;
3. the flow as a walk over the pack's terms, which ends in one small code; where the unit's county
   cannot be read, a walk over each rival's too (`rivals`), and a code of its own where they differ;
4. the look-ahead: the same walk on each day that flips a fact, over the terms that the unit's
   other facts leave open. It runs only where a fact that time moves was consulted: elsewhere the
   answer is the same on every day. A day that is a bound makes its fact known, too: before it the
   fact is not (`bounds`, where a pack asks of such a day);
5. what the code says, from the table of decisions; of an eligible unit also since when, never
   before the day of the unit itself nor before the first day of the pack's law.

Packs are rows of constants (`spark_tables`), so the plan grows with the distinct facts alone. Each
projection stands on columns of the one before it; a column that a lambda reads is handed on as
well, since Spark would else work it out anew for every element. Measured in
docs/decisions/0002-evaluation.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pyspark.sql import DataFrame

from clearance.rulebook.language.assigned import Assigned as Assigned
from clearance.rulebook.spark.tables import Tables
from clearance.rulebook.spark.text import day_text, literal, name

FIRST_DAY = date(1, 1, 1)
IDENTITY = ("subject_id", "unit_id", "county")
# A walk that has ended: above the bits of decisions and every code.
ENDED = 1 << 40


def evaluate(units: DataFrame, assigned: Sequence[Assigned], *, as_of: date | str) -> DataFrame:
    """One row a unit and pack: every column of `determinations` but `sweep_id`.

    Args:
        units: `charges` (convicted counts) or `arrests`, with the columns the packs read.
        assigned: packs of one unit kind with their counties; each at most once.
        as_of: the sweep's date, or the column of the units that has each one's.
    """
    if not assigned:
        raise ValueError("evaluate needs at least one pack")
    rows, tables = units, Tables(assigned, as_of=as_of)
    own_day = [name(as_of)] if isinstance(as_of, str) else []
    handed_on = [*IDENTITY, *own_day, f"{name(assigned[0].resolved.event_day)} AS event_day"]
    for stage in (
        _asked(tables),
        [*_words(tables), *_days(tables), "explode(packs) AS variant"],
        _facts(tables),
        _answer(tables),
        *([_settled(tables)] if tables.has_rivals else []),
        _evidence(tables),
        _outlook(tables, as_of),
    ):
        rows = rows.selectExpr(*handed_on, *stage)
        handed_on = [*IDENTITY, *own_day, "event_day"]
    unit = assigned[0].resolved.pack.unit
    return rows.selectExpr(*_determination(tables, unit=unit, as_of=as_of))


def _words(tables: Tables) -> list[str]:
    return [f"{kind}_{word}" for word in tables.questions.words for kind in ("known", "true")]


def _days(tables: Tables) -> list[str]:
    return ["flips", "bounds"] if tables.has_bounds else ["flips"]


def _asked(tables: Tables) -> list[str]:
    """What the packs ask of the unit, and whose business it is."""
    known, true = tables.questions.known_words(), tables.questions.true_words()
    return [
        *[f"{text} AS known_{word}" for word, text in enumerate(known)],
        *[f"{text} AS true_{word}" for word, text in enumerate(true)],
        f"{tables.flips()} AS flips",
        *([f"{tables.bounds()} AS bounds"] if tables.has_bounds else []),
        f"{tables.packs_of_unit()} AS packs",
    ]


def _facts(tables: Tables) -> list[str]:
    """The pack's known facts, and those that hold on the as-of date; the same of each rival."""

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

    own = ["variant", *_days(tables), *drawn("variant")]
    if not tables.has_rivals:
        return own
    rival = f"struct({', '.join(['rival AS variant', *drawn('rival')])})"
    return [*own, f"transform({tables.rivals()}[variant], rival -> {rival}) AS rivals"]


def _fails(holding: str, known: str = "known") -> str:
    """Word of what a term asks and a known fact denies."""
    return f"(({known} ^ {holding}) & term.yes) | ({holding} & term.no)"


def _walk(terms: str, holding: str, known: str = "known") -> str:
    """The code of the first rule that holds.

    On the way it gathers what unknown rules would decide. Reading 5: such a rule matters only where
    it would decide otherwise; then `unknown` decides.
    """
    return f"""aggregate({terms}, 0L, (w, term) -> CASE
        WHEN w >= {ENDED}L OR ({_fails(holding, known)}) <> 0L THEN w
        WHEN ({known} & term.asks) <> term.asks THEN w | term.says
        WHEN (w & term.others) = 0L THEN {ENDED}L | term.code
        ELSE {ENDED}L | term.unsure
    END) - {ENDED}L"""


def _answer(tables: Tables) -> list[str]:
    """The code on the as-of date."""
    code = _walk(f"{tables.terms()}[variant]", "holding")
    return [*_handed_on(tables), f"{code} AS code"]


def _handed_on(tables: Tables) -> list[str]:
    rivals = ["rivals"] if tables.has_rivals else []
    return ["variant", *_days(tables), "known", "holding", *rivals]


def _or_unread(tables: Tables, code: str, holding: str, known: str = "rival.known") -> str:
    """The code, unless a rival decides otherwise: then that of a county that cannot be read.

    Args:
        tables: the packs.
        code: what the pack says.
        holding: the facts that hold for a `rival`.
        known: those that are known.
    """
    decides = tables.decides()
    theirs = f"{decides}[{_walk(f'{tables.terms()}[rival.variant]', holding, known)}]"
    differ = f"exists(rivals, rival -> {theirs} <> {decides}[{code}])"
    return f"IF(size(rivals) > 0 AND {differ}, {tables.unread()}[variant], {code})"


def _settled(tables: Tables) -> list[str]:
    """The code, where rivals have been heard."""
    return [*_handed_on(tables), f"{_or_unread(tables, 'code', 'rival.holding')} AS code"]


def _evidence(tables: Tables) -> list[str]:
    """The facts consulted."""
    mask = f"{tables.consulted()}[code]"
    return [
        *[*_handed_on(tables), "code"],
        f"holding & {mask} AS facts_true",
        f"known & {mask} AS facts_known",
    ]


def _outlook(tables: Tables, as_of: date | str) -> list[str]:
    """Start of the eligibility, the next eligible day and its code, the next change.

    All in one expression, since Spark takes long over the parts of an array that was a column.
    Days that have passed are asked only for the start of an eligibility that holds.
    """
    today, still = day_text(as_of), f"{tables.still()}[variant]"
    bit, opened = _moved_bits(tables)
    opens = [f"{opened} AS opened"] if tables.has_bounds else []
    move = ", ".join(
        ["flips[f.at] AS day", f"{bit} AS bit", *opens, f"flips[f.at] <= {today} AS passed"]
    )
    moves = f"""filter(
        transform({tables.moving()}[variant], f -> struct({move})),
        move -> move.day IS NOT NULL
    )"""
    terms = f"filter({tables.terms()}[variant], term -> (({_fails('holding')}) & {still}) = 0L)"
    days = f"concat(array({literal(FIRST_DAY)}), transform(moves, move -> move.day))"
    if tables.has_rivals:
        theirs = f"transform({tables.moving()}[rival.variant], f -> flips[f.at])"
        theirs = f"flatten(transform(rivals, rival -> {theirs}))"
        days = f"concat({days}, filter({theirs}, day -> day IS NOT NULL))"
    asked = f"filter({days}, day -> day > {today} OR code < {tables.eligible})"
    states = f"array_distinct(sort_array({asked}))"

    def on_day(word: str, toggled: str) -> str:
        moved = f"IF((s >= move.day) = move.passed, w, w ^ move.{toggled})"
        return f"aggregate(moves, {word}, (w, move) -> {moved}) AS {word}"

    handed_on, known, consulted = "s.day AS day, s.holding AS holding", "known", ""
    words, differs = on_day("holding", "bit"), "s.code <> code OR s.facts <> facts_true"
    if tables.has_bounds:
        handed_on, known = f"{handed_on}, s.known AS known", "s.known"
        words = f"{words}, {on_day('known', 'opened')}"
        consulted = f", s.known & {tables.consulted()}[s.code] AS sure"
        differs = f"{differs} OR s.sure <> facts_known"
    heard = []
    if tables.has_rivals:
        on_that_day = [
            f"aggregate({tables.moving()}[rival.variant], rival.{word}, (w, f) -> {moved})"
            for word, toggled in (("holding", bit), ("known", opened))
            for moved in [
                f"IF((s.day >= flips[f.at]) <> (flips[f.at] <= {today}), w ^ {toggled}, w)"
            ]
        ]
        if not tables.has_bounds:
            on_that_day[1] = "rival.known"
        settled = _or_unread(tables, "s.code", *on_that_day)
        heard = [f"{handed_on}, {settled} AS code"]
    for fields in (
        f"s AS day, {words}",
        f"{handed_on}, {_walk('terms', 's.holding', known)} AS code",
        *heard,
        f"s.day AS day, s.code AS code, s.holding & {tables.consulted()}[s.code] AS facts"
        f"{consulted}",
    ):
        states = f"transform({states}, s -> struct({fields}))"
    eligible = f"s.code < {tables.eligible}"
    differs = f"s.day > {today} AND ({differs})"
    found = f"""struct(
        aggregate(
            filter(states, s -> s.day <= {today}),
            CAST(NULL AS date),
            (start, s) -> IF({eligible}, coalesce(start, s.day), NULL)
        ) AS begun,
        get(filter(states, s -> s.day > {today} AND {eligible}), 0) AS opens,
        get(filter(states, s -> {differs}), 0).day AS change
    )"""
    looked = _let("moves", moves, _let("terms", terms, _let("states", states, found)))
    moves_anything = f"(facts_known & ~{still}) <> 0L"
    if tables.has_bounds:
        moves_anything = f"{moves_anything} OR array_contains(bounds, true)"
    if tables.has_rivals:
        moves_anything = f"{moves_anything} OR size(rivals) > 0"
    return [
        *["code", "facts_true", "facts_known"],
        f"IF({moves_anything}, {looked}, NULL) AS ahead",
        f"{tables.packs()}[variant] AS used",
        f"{tables.says()}[code] AS says",
    ]


def _moved_bits(tables: Tables) -> tuple[str, str]:
    """Of a fact that time moves: the bits of what holds and of what is known that its day flips."""
    if not tables.has_bounds:
        return "f.bit", "0L"
    return "IF(bounds[f.at], f.open, f.bit)", "IF(bounds[f.at], f.bit, 0L)"


def _let(name: str, value: str, body: str) -> str:
    """An expression with a name for a part of it, worked out once."""
    return f"get(transform(array({value}), {name} -> {body}), 0)"


def _determination(tables: Tables, *, unit: str, as_of: date | str) -> list[str]:
    """The row."""
    is_eligible = f"code < {tables.eligible}"
    not_yet = f"NOT {is_eligible} AND code < {tables.refused} AND ahead.opens IS NOT NULL"
    # Of days that are not known, the others count.
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
