"""Parts of a page that a lawyer needs and the rules do not: words, elements, effect, doubts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from clearance.rulebook.english.certainty import CertaintyEntry, open_questions
from clearance.rulebook.english.condition_words import clause, statement
from clearance.rulebook.english.fact_words import Said
from clearance.rulebook.english.prose import NOT_AUTOMATIC, PETITION_OPEN
from clearance.rulebook.language.lawyer_notes import Reading, reading_of
from clearance.rulebook.language.model import Pack, PackParam, Rule
from clearance.rulebook.language.resolved import written

GLOSSARY = "../glossary.md"


def words() -> Iterator[str]:
    """What the Department's words mean, once on every page."""
    yield from ("", "## Words", "")
    yield (
        "A **cycle** is one contact of a person with the system, usually an arrest and what came "
        "of it. A **step** is an event in it: arrest, court action, custody, registration. A "
        "**count** is one charge in a step. A **list** holds the offences that a rule asks about; "
        "an offence is **possibly** on it where the law asks more than the section, which the "
        "record does not say. The **as-of date** is the day for which the rules are asked. More "
        f"are in the [glossary]({GLOSSARY})."
    )


def petition(pack: Pack, pages: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    """What a no of automatic law leaves open.

    Args:
        pack: the pack.
        pages: title and file of each pointer's page, by pack.
    """
    if pack.kind != "law":
        return
    yield ""
    if not pack.petition:
        yield f'Where it says "{NOT_AUTOMATIC}", a person may still ask a court.'
        return
    # What a pointer's title says of itself, ", where a petition may be open", is said here once.
    titles = {name: pages[name][0].partition(", where ")[0] for name in pack.petition}
    links = "; ".join(f"[{titles[name]}]({pages[name][1]})" for name in pack.petition)
    yield f'Where it says "{NOT_AUTOMATIC}": {PETITION_OPEN}. See {links}.'


def stated(rule: Rule, says: Mapping[str, Said]) -> Iterator[str]:
    """A rule's branch, element by element, in the order of the section."""
    if not rule.states:
        return
    yield "    - In the order of the section, all of these hold:"
    for i, one in enumerate(rule.states, start=1):
        text, below = clause(statement(one.holds, says))
        line = f"{text} ({one.cite})" if not below else f"({one.cite}) {text}"
        yield f"        {i}. {line}"
        yield from (f"            {line}" for line in below)


def elements(pack: Pack) -> Iterator[list[str]]:
    """Rows of the table of elements: cite, words, rules."""
    for element in pack.elements:
        rules = ", ".join(f"`{name}`" for name in element.rules)
        yield [element.cite, element.says, rules or f"No rule is needed: {element.no_rule}"]


def effect(pack: Pack) -> Iterator[str]:
    """What relief does, and does not do."""
    if pack.effect_of_relief is None:
        return
    does, does_not = pack.effect_of_relief.does, pack.effect_of_relief.does_not
    for heading, effects in (("What relief does", does), ("What relief does not do", does_not)):
        yield from ("", f"## {heading}", "")
        yield from (f"- {one.says} ({one.cite})" for one in effects)


def questions(pack: Pack) -> Iterator[str]:
    """What is open, each with both readings and who gains, where the pack says so."""
    yield from ("", "## Open questions", "")
    marked = open_questions(pack)
    yield from () if marked else ("None is marked.",)
    rules = {rule.rule: rule for rule in pack.flow}
    for item in marked:
        param = pack.params.get(item.name) if item.what == "value" else None
        rule = rules.get(item.name) if item.what == "rule" else None
        if param is not None and param.readings:
            yield from _switch(item.name, param)
        else:
            yield from _question(item, rule.other_reading if rule is not None else None)


def choices(pack: Pack) -> Iterator[str]:
    """What an office may choose where the law leaves nothing open: each value, and who gains."""
    settled = {item.name for item in open_questions(pack) if item.what == "value"}
    for name, param in pack.params.items():
        if param.readings and name not in settled:
            yield from ("", *_switch(name, param))


def _question(item: CertaintyEntry, other: Reading | None) -> Iterator[str]:
    note = f" {item.note}" if item.note else ""
    yield f"- The {item.what} `{item.name}` ({item.cite}): {item.certainty}.{note}"
    if other is not None:
        yield f"    - The other reading: {other.says} {other.gains}"


def _switch(name: str, param: PackParam) -> Iterator[str]:
    said = f" {param.certainty}. Its readings are:" if param.certainty else " it may be set to:"
    yield f"- The value `{name}` ({param.cite}):{said}"
    for value in param.allowed:
        reading = reading_of(param.readings, value)
        set_so = ", as it is set" if value == param.value else ""
        if reading is not None:
            yield f"    - `{written(value)}`{set_so}: {reading.says} {reading.gains}"
