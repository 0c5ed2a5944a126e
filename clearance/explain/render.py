"""An explanation on a terminal; readable at 80 columns and without colour."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from clearance.explain import words
from clearance.explain.model import ExplainedDecision, ExplainedUnit, Explanation, SummaryGroup


def show(explanation: Explanation, console: Console, *, everything: bool = False) -> None:
    """Print an explanation for a person to read.

    Args:
        explanation: the explanation of one person.
        console: the terminal to print on.
        everything: whether to list every fact of each pack, and how each turned out.
    """
    console.print(render(explanation, everything=everything), highlight=False)


def render(explanation: Explanation, *, everything: bool = False) -> RenderableType:
    """The explanation as a renderable of rich.

    Args:
        explanation: the explanation of one person.
        everything: whether to list every fact of each pack.
    """
    lines = "\n  ".join(words.heading(explanation))
    parts: list[RenderableType] = [Text(lines, style="bold"), Text()]
    for remark in words.remarks(explanation):
        parts += [_folded(remark, 0), Text()]
    if explanation.summary:
        parts += [Text(words.SUMMARY, style="bold"), _summary(explanation.summary), Text()]
    if explanation.timeline:
        parts += [Text(words.TIMELINE, style="bold"), _timeline(explanation), Text()]
    if unread := words.unread_lines(explanation):
        parts += [Text(words.UNREAD, style="bold"), *(_folded(line, 2) for line in unread), Text()]
    for unit in explanation.units:
        if explanation.of(unit.unit_id):
            parts.append(_unit(unit))
            parts += _decisions(explanation, unit.unit_id, everything=everything)
    if not_decided := words.not_decided(explanation):
        parts += [_folded(not_decided, 0), Text()]
    units = {unit.unit_id for unit in explanation.units}
    for unit_id in dict.fromkeys(decision.unit_id for decision in explanation.decisions):
        if unit_id not in units:
            parts.append(Text(f"{unit_id} (no longer on the record)", style="bold"))
            parts += _decisions(explanation, unit_id, everything=everything)
    return Group(*parts)


def _folded(line: str, indent: int) -> RenderableType:
    """A line that folds: a table does, whatever the console does."""
    table = Table.grid()
    table.add_column(overflow="fold")
    table.add_row(Text(line))
    return Padding(table, (0, 0, 0, indent))


def _summary(groups: tuple[SummaryGroup, ...]) -> RenderableType:
    """The summary as a table of three columns: the group, the answer, the entries."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(width=16, overflow="fold")
    table.add_column(overflow="fold", ratio=4)
    table.add_column(overflow="fold", ratio=3)
    for group in groups:
        heading = Text(group.heading, style="bold")
        for line in group.lines:
            table.add_row(heading, Text(line.text), Text("; ".join(line.entries)))
            heading = Text()
        if not group.lines:
            table.add_row(heading, Text(words.NOTHING), Text())
        table.add_row(Text(), Text(), Text())
    return Padding(table, (0, 0, 0, 2))


def _decisions(
    explanation: Explanation, unit_id: str, *, everything: bool
) -> Iterator[RenderableType]:
    """The decisions about a unit, by kind of pack."""
    for kind, decisions in words.by_kind(explanation, unit_id):
        yield Padding(Text(kind, style="italic"), (0, 0, 0, 2))
        for decision in decisions:
            yield Padding(_decision(decision, everything=everything), (0, 0, 1, 4))
        for sentence in words.petitions_open(decisions):
            yield Padding(_folded(sentence, 4), (0, 0, 1, 0))


def _timeline(explanation: Explanation) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_column(width=12, justify="right")
    table.add_column(overflow="fold")
    for event in explanation.timeline:
        table.add_row(event.on.isoformat(), Text(event.what))
    return table


def _unit(unit: ExplainedUnit) -> Text:
    dates = ", ".join(f"{name.replace('_', ' ')} {day}" for name, day in unit.dates.items())
    line = Text(words.unit_line(unit), style="bold")
    return line.append(f"\n  {unit.unit_id}" + (f": {dates}" if dates else ""), style="not bold")


def _decision(decision: ExplainedDecision, *, everything: bool) -> RenderableType:
    paragraph = Text(f"{words.short_title(decision.title)}: ", style="bold")
    paragraph.append(words.answer(decision))
    for sentence in _sentences(decision):
        paragraph.append(f" {sentence}", style="not bold")
    # A table folds its lines on any console.
    lines = Table.grid()
    lines.add_column(overflow="fold")
    lines.add_row(paragraph)
    lines.add_row(Text(words.source(decision, everything=everything), style="dim"))
    return Group(lines, _facts(decision)) if everything else lines


def _sentences(decision: ExplainedDecision) -> Iterator[str]:
    yield words.why(decision)
    if (because := words.rests_on(decision)) != "":
        yield because
    yield f"What would change it: {' '.join(decision.changes)}"
    if (how_to_ask := words.how_to_ask(decision)) != "":
        yield how_to_ask


def _facts(decision: ExplainedDecision) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_column(width=11, style="dim")
    table.add_column(overflow="fold")
    for number, fact in enumerate(decision.facts):
        line = Text(f"{fact.said or fact.question}: ").append(fact.holds, style="bold")
        table.add_row("facts" if number == 0 else "", line)
    return table
