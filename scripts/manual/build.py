"""The site of docs/, built by Sphinx without the network: `scripts/docs [FOLDER]`."""

from __future__ import annotations

import io
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from clearance import __version__
from manual.links import dead_links, fetched_elsewhere
from manual.source import write_source

OUT = Path("out/docs")
SETTINGS: dict[str, Any] = {
    "project": "Clearance",
    "author": "The Clearance developers",
    "copyright": "The Clearance developers, Apache-2.0",
    "version": __version__,
    "release": __version__,
    "extensions": ["myst_parser"],
    "source_suffix": {".md": "markdown"},
    "root_doc": "index",
    "html_theme": "furo",
    "html_title": f"Clearance {__version__}",
    "html_copy_source": False,
    "html_show_sphinx": False,
    "html_last_updated_fmt": None,
    # Links to headings by their words, as the pages have them when they are read as files.
    "myst_heading_anchors": 3,
    # Blocks of code without a language are shown as they are.
    "highlight_language": "none",
}


class NotBuilt(Exception):
    """The site has mistakes; the message has a line for each."""


def build(out: Path) -> None:
    """Build the site.

    Args:
        out: the folder that it goes into.

    Raises:
        NotBuilt: Sphinx warned of something, a link leads nowhere, or a page asks the network for
            something.
    """
    with tempfile.TemporaryDirectory(prefix="clearance-docs-") as folder:
        source = Path(folder) / "source"
        write_source(source)
        problems = rendered(source, out)
    problems += [f"{link} leads nowhere" for link in dead_links(out)]
    problems += [f"{address} is not part of the site" for address in fetched_elsewhere(out)]
    if problems:
        raise NotBuilt("\n".join(problems))


def rendered(source: Path, out: Path) -> list[str]:
    """Have Sphinx make pages of Markdown, and say what it warned of, a line each.

    Args:
        source: the folder of the Markdown.
        out: the folder of the pages.
    """
    warnings = io.StringIO()
    # What Sphinx teaches docutils is forgotten afterwards, as by its own command.
    with (
        tempfile.TemporaryDirectory(prefix="clearance-docs-") as folder,
        patch_docutils(),
        docutils_namespace(),
    ):
        sphinx = Sphinx(
            srcdir=source,
            confdir=None,
            outdir=out,
            doctreedir=folder,
            buildername="html",
            confoverrides=SETTINGS,
            status=None,
            warning=warnings,
            freshenv=True,
        )
        sphinx.build()
    # Warnings are for a terminal: coloured, and about the copy.
    text = re.sub(r"\x1b\[[0-9;]*m", "", warnings.getvalue())
    return text.replace(f"{source}/", "docs/").splitlines()


def main(arguments: list[str]) -> int:
    """Build into the folder that is named, else into `out/docs`; 1 where there are mistakes."""
    out = Path(arguments[0]) if arguments else OUT
    try:
        build(out)
    except NotBuilt as error:
        print(error, file=sys.stderr)
        print(
            "Correct the pages in docs/, or what renders them in scripts/manual/.", file=sys.stderr
        )
        return 1
    print(out / "index.html")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
