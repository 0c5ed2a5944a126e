"""An explanation as one HTML page without other files, to be printed or sent."""

from __future__ import annotations

from pathlib import Path

from clearance.explain import words
from clearance.explain.model import Explanation
from clearance.platform.faults.remedies import output_faults
from clearance.platform.html_page import load_page_template

_REMEDY = "Name a file in a folder that you may write, `--html explanation.html`."


def explanation_page(explanation: Explanation) -> str:
    """The explanation as HTML.

    Args:
        explanation: the explanation of one person.
    """
    return load_page_template("clearance.explain").render(explanation=explanation, words=words)


def write_page(explanation: Explanation, out: Path) -> None:
    """Write the page into a file that only its owner may read.

    Args:
        explanation: the explanation of one person.
        out: the file.

    Raises:
        UsageError: the file cannot be written.
    """
    with output_faults(out, what="file", remedy=_REMEDY):
        out.write_text(explanation_page(explanation), encoding="utf-8")
        out.chmod(0o600)
