"""The folder that the site is built from: docs/ as it is, and beside it the rendered pages.

Nothing is written into the checkout: docs/ is copied, and what is made from the code goes into the
copy alone.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

from manual import commands, law, tables
from manual.notebooks import notebook_page

DOCS = Path(__file__).resolve().parents[2] / "docs"

RENDERED: dict[str, Callable[[], str]] = {
    "commands": commands.command_page,
    "settings": commands.settings_page,
    "exit-codes": commands.exit_code_page,
    "tables": tables.table_page,
    "reasons": law.reason_page,
    "sentences": law.operator_page,
    "features": law.feature_page,
}
"""Pages of the folder `reference` by name, and what renders them."""

CHAPTERS = ("decisions", "law", "operations")
"""Folders whose pages are listed below the folder's first page."""

FIRST = "README"

SIDE: dict[str, tuple[str, ...]] = {
    "Start": ("install", "tutorial"),
    "How to": (
        "how-to/change-a-rule",
        "how-to/add-a-county-policy",
        "how-to/run-monthly",
        "how-to/answer-a-court",
        "how-to/who-may-see-which-file",
        "how-to/read-the-tables",
        "how-to/from-python",
        "notebooks/decide-a-person",
    ),
    "Why it is so": (
        "explanation/unknown",
        "explanation/sweeps",
        "explanation/suppression",
        "unread",
        "differences",
    ),
    "The law": (f"law/{FIRST}", "rules", "audit", "not-possible"),
    "Reference": (
        f"reference/{FIRST}",
        *(f"reference/{name}" for name in RENDERED),
        "feeds",
        "glossary",
    ),
    "Running it": (f"operations/{FIRST}", "performance", "synthetic-california"),
    "The project": (f"decisions/{FIRST}",),
}
"""The side of the site: headings and the pages below each. Pages of docs/ that no heading names
are listed below the last."""


def write_source(folder: Path) -> None:
    """Put together what the site is built from.

    Args:
        folder: where; it must not be there yet.
    """
    shutil.copytree(DOCS, folder)
    reference = folder / "reference"
    for name, render in RENDERED.items():
        (reference / f"{name}.md").write_text(render(), encoding="utf-8")
    _write_notebooks(folder)
    _write_first(folder)
    (folder / "decisions" / f"{FIRST}.md").write_text(_decisions(folder / "decisions"), "utf-8")
    for chapter in CHAPTERS:
        first = folder / chapter / f"{FIRST}.md"
        pages = sorted(path.stem for path in first.parent.glob("*.md") if path != first)
        first.write_text(first.read_text(encoding="utf-8") + _contents(pages), encoding="utf-8")


def _write_notebooks(folder: Path) -> None:
    """A page in place of each notebook; links to the notebook lead there."""
    for notebook in (folder / "notebooks").glob("*.ipynb"):
        page = notebook.with_suffix(".md")
        page.write_text(notebook_page(notebook), encoding="utf-8")
        notebook.unlink()
        for other in folder.rglob("*.md"):
            text = other.read_text(encoding="utf-8")
            linked = text.replace(f"/{notebook.name})", f"/{page.name})")
            other.write_text(linked, encoding="utf-8")


def _write_first(folder: Path) -> None:
    """The first page of the site, with the pages of its side."""
    first = folder / f"{FIRST}.md"
    named = {page for pages in SIDE.values() for page in pages}
    others = sorted({path.stem for path in folder.glob("*.md") if path != first} - named)
    lines = [first.read_text(encoding="utf-8")]
    for caption, pages in SIDE.items():
        lines.append(_contents([*pages, *(others if caption == [*SIDE][-1] else ())], caption))
    (folder / "index.md").write_text("".join(lines), encoding="utf-8")
    first.unlink()


def _decisions(folder: Path) -> str:
    """The first page of the decisions: each with its title, in order."""
    lines = ["# Decisions", "", "What was decided while it was built, and why.", ""]
    for path in sorted(folder.glob("*.md")):
        title = path.read_text(encoding="utf-8").split("\n", 1)[0]
        lines.append(f"- [{re.sub(r'^#+ ', '', title)}]({path.name})")
    return "\n".join([*lines, ""])


def _contents(pages: list[str], caption: str = "") -> str:
    """Pages for the side of the site, not shown on the page itself."""
    options = [f":caption: {caption}"] if caption else []
    return "\n".join(["", "```{toctree}", ":hidden:", *options, "", *pages, "```", ""])
