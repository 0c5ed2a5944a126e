"""Tables and cells of Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table, a line a row, with a blank line behind it.

    Args:
        head: the columns' headings.
        rows: cells, as Markdown.
    """
    lines = [head, ["---"] * len(head), *rows]
    return [*(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines), ""]


def code(text: str) -> str:
    """A text as it is typed; nothing where it is empty."""
    return f"`{text}`" if text else ""


def plain(text: str) -> str:
    """A text whose signs mean nothing to Markdown, but for what is between backticks."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return _escaped(text.replace("`", "'"))
    return "`".join(part if i % 2 else _escaped(part) for i, part in enumerate(parts))


def _escaped(text: str) -> str:
    return "".join("\\" + sign if sign in "\\*_<>[]{}#" else sign for sign in text)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
