"""Parts of a page beside the rules: glossary, elements, effects of relief, open questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from clearance.rulebook.english.certainty import CertaintyEntry, open_questions
from clearance.rulebook.english.condition_words import render_statement, state_condition
from clearance.rulebook.english.fact_words import Statements
from clearance.rulebook.english.head_counts import HeadCounts, PackCounts
from clearance.rulebook.english.prose import NOT_AUTOMATIC, PETITION_OPEN
from clearance.rulebook.language.lawyer_notes import Reading, reading_of
from clearance.rulebook.language.model import Pack, PackParam, Rule
from clearance.rulebook.language.resolved import ResolvedPack, written

GLOSSARY = "../glossary.md"


def glossary_lines() -> Iterator[str]:
    """Lines with the meaning of the Department's words, the same on every page."""
    yield from ("", "## Words", "")
    yield (
        "A **cycle** is one contact of a person with the system, usually an arrest and what came "
        "of it. A **step** is an event in it: arrest, court action, custody, registration. A "
        "**count** is one charge in a step. A **list** holds the offences that a rule asks about; "
        "an offence is **possibly** on it where the law asks more than the section, which the "
        "record does not say. The **as-of date** is the day for which the rules are asked. More "
        f"are in the [glossary]({GLOSSARY})."
    )


def petition_lines(pack: Pack, pages: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    """Lines on the petitions that NOT_ELIGIBLE of automatic law leaves open.

    Args:
        pack: the pack.
        pages: title and file name of each pointer's page, by pack.
    """
    if pack.kind != "law":
        return
    yield ""
    if not pack.petition:
        yield f'Where it says "{NOT_AUTOMATIC}", a person may still ask a court.'
        return
    # The titles end in ", where a petition may be open", which this line says once for all.
    titles = {name: pages[name][0].partition(", where ")[0] for name in pack.petition}
    links = "; ".join(f"[{titles[name]}]({pages[name][1]})" for name in pack.petition)
    yield f'Where it says "{NOT_AUTOMATIC}": {PETITION_OPEN}. See {links}.'


def branch_lines(rule: Rule, statements: Mapping[str, Statements]) -> Iterator[str]:
    """Lines with the elements of a rule's branch, in the order of the section."""
    if not rule.states:
        return
    yield "    - In the order of the section, all of these hold:"
    for i, part in enumerate(rule.states, start=1):
        text, below = render_statement(state_condition(part.holds, statements))
        line = f"{text} ({part.cite})" if not below else f"({part.cite}) {text}"
        yield f"        {i}. {line}"
        yield from (f"            {line}" for line in below)


def element_rows(pack: Pack) -> Iterator[list[str]]:
    """Rows of the table of elements: cite, words, rules."""
    for element in pack.elements:
        rules = ", ".join(f"`{name}`" for name in element.rules)
        yield [element.cite, element.says, rules or f"No rule is needed: {element.no_rule}"]


def effect_lines(pack: Pack) -> Iterator[str]:
    """Lines with the consequences that relief has, and those that it does not have."""
    if pack.effect_of_relief is None:
        return
    does, does_not = pack.effect_of_relief.does, pack.effect_of_relief.does_not
    for heading, effects in (("What relief does", does), ("What relief does not do", does_not)):
        yield from ("", f"## {heading}", "")
        yield from (f"- {consequence.says} ({consequence.cite})" for consequence in effects)


def asking_lines(pack: Pack) -> Iterator[str]:
    """Lines with what the section says of how a court is asked."""
    if pack.how_to_ask:
        yield from ("", "## How to ask", "")
        yield from (f"- {part.says} ({part.cite})" for part in pack.how_to_ask)


def question_lines(resolved: ResolvedPack, head_counts: HeadCounts | None) -> Iterator[str]:
    """Lines with the open questions, with their readings and who gains, if the pack has them.

    Args:
        resolved: the pack.
        head_counts: of made-up people, which say how many a rule in question decides.
    """
    pack = resolved.pack
    yield from ("", "## Open questions", "")
    counts = head_counts.of(resolved) if head_counts is not None else None
    if head_counts is not None and counts is not None and open_questions(pack):
        yield from (head_counts.population(counts, pack.unit), "")
    open_entries = open_questions(pack)
    yield from () if open_entries else ("None is marked.",)
    rules = {rule.rule: rule for rule in pack.flow}
    for item in open_entries:
        param = pack.params.get(item.name) if item.what == "value" else None
        rule = rules.get(item.name) if item.what == "rule" else None
        if param is not None and param.readings:
            yield from _switch(item.name, param)
        else:
            decided = _decided(rule.rule, counts, pack.unit) if rule and counts else ""
            yield from _question(item, rule.other_reading if rule is not None else None, decided)


def choice_lines(pack: Pack) -> Iterator[str]:
    """Lines with the switches that are a choice of the office: each value, and who gains."""
    open_values = {item.name for item in open_questions(pack) if item.what == "value"}
    for name, param in pack.params.items():
        if param.readings and name not in open_values:
            yield from ("", *_switch(name, param))


def _decided(rule: str, counts: PackCounts, unit: str) -> str:
    """A sentence on how many made-up people a rule decides."""
    count = counts.rules.get(rule)
    if count is None:
        return " It decides none."
    units = f"{count.units:,} {unit}{'' if count.units == 1 else 's'}"
    people = f"{count.people:,} {'person' if count.people == 1 else 'people'}"
    return f" It decides {units} of {people}."


def _question(item: CertaintyEntry, other: Reading | None, decided: str) -> Iterator[str]:
    note = f" {item.note}" if item.note else ""
    yield f"- The {item.what} `{item.name}` ({item.cite}): {item.certainty}.{note}{decided}"
    if other is not None:
        yield f"    - The other reading: {other.says} {other.gains}"


def _switch(name: str, param: PackParam) -> Iterator[str]:
    introduction = (
        f" {param.certainty}. Its readings are:" if param.certainty else " it may be set to:"
    )
    yield f"- The value `{name}` ({param.cite}):{introduction}"
    for value in param.allowed:
        reading = reading_of(param.readings, value)
        set_so = ", as it is set" if value == param.value else ""
        if reading is not None:
            yield f"    - `{written(value)}`{set_so}: {reading.says} {reading.gains}"
