"""An explanation as one page that needs nothing else, to be printed or sent."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from clearance.explain import words
from clearance.explain.model import Explanation
from clearance.faults import output_faults

_REMEDY = "Name a file in a folder that you may write, `--html explanation.html`."


def page(explanation: Explanation) -> str:
    """The explanation as HTML.

    Args:
        explanation: of one person.
    """
    environment = Environment(
        loader=PackageLoader("clearance.explain", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2").render(explanation=explanation, words=words)


def write_page(explanation: Explanation, out: Path) -> None:
    """Write the page into a file, for its owner alone.

    Args:
        explanation: of one person.
        out: the file.

    Raises:
        UsageError: it cannot be written.
    """
    with output_faults(out, what="file", remedy=_REMEDY):
        out.write_text(page(explanation), encoding="utf-8")
        out.chmod(0o600)
