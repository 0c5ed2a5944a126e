"""An explanation on a terminal; readable at 80 columns and without colour."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from clearance.explain.model import ExplainedDecision, ExplainedUnit, Explanation
from clearance.explain.words import (
    INCOMPLETE,
    NOT_DECIDED,
    OF_KIND,
    WHAT_IF,
    answer,
    heading,
    rests_on,
    unit_line,
    why,
)


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
    parts: list[RenderableType] = [Text("\n  ".join(heading(explanation)), style="bold"), Text()]
    for remark, holds in ((INCOMPLETE, explanation.incomplete), (WHAT_IF, explanation.what_if)):
        parts += [Text(remark), Text()] if holds else []
    if explanation.timeline:
        parts += [Text("What the record shows", style="bold"), _timeline(explanation), Text()]
    for unit in explanation.units:
        parts.append(_unit(unit))
        decisions = explanation.of(unit.unit_id)
        for decision in decisions:
            parts.append(Padding(_decision(decision, everything=everything), (0, 0, 1, 2)))
        if not decisions:
            parts.append(Padding(Text(NOT_DECIDED, style="dim"), (0, 0, 1, 2)))
    units = {unit.unit_id for unit in explanation.units}
    for decision in explanation.decisions:
        if decision.unit_id not in units:
            parts.append(Text(f"{decision.unit_id} (no longer on the record)", style="bold"))
            parts.append(Padding(_decision(decision, everything=everything), (0, 0, 1, 2)))
    return Group(*parts)


def _timeline(explanation: Explanation) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_column(width=12, justify="right")
    table.add_column(overflow="fold")
    for event in explanation.timeline:
        table.add_row(event.on.isoformat(), Text(event.what))
    return table


def _unit(unit: ExplainedUnit) -> Text:
    dates = ", ".join(f"{name.replace('_', ' ')} {day}" for name, day in unit.dates.items())
    line = Text(unit_line(unit), style="bold")
    return line.append(f"\n  {unit.unit_id}" + (f": {dates}" if dates else ""), style="not bold")


def _decision(decision: ExplainedDecision, *, everything: bool) -> RenderableType:
    paragraph = Text(f"{decision.title}: ", style="bold").append(answer(decision))
    for sentence in _sentences(decision):
        paragraph.append(f" {sentence}", style="not bold")
    # A table folds its lines on any console.
    lines = Table.grid()
    lines.add_column(overflow="fold")
    lines.add_row(paragraph)
    source = f"{decision.pack} {decision.version}, rule {decision.rule} [{decision.reason}]"
    if decision.outcome == "REVIEW":
        source += f", content hash {decision.content_hash}"
    lines.add_row(Text(source, style="dim"))
    return Group(lines, _facts(decision)) if everything else lines


def _sentences(decision: ExplainedDecision) -> Iterator[str]:
    yield why(decision)
    if (because := rests_on(decision)) != "":
        yield because
    if decision.in_words is not None:
        yield f"{decision.in_words[:1].upper()}{decision.in_words[1:]}."
    if decision.kind in OF_KIND:
        yield OF_KIND[decision.kind]
    yield f"What would change it: {' '.join(decision.changes)}"


def _facts(decision: ExplainedDecision) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_column(width=11, style="dim")
    table.add_column(overflow="fold")
    for number, fact in enumerate(decision.facts):
        line = Text(f"{fact.said or fact.question}: ").append(fact.holds, style="bold")
        table.add_row("facts" if number == 0 else "", line)
    return table
