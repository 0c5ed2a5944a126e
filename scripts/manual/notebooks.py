"""Notebooks as pages: their text, their code, and what the code printed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def notebook_page(notebook: Path) -> str:
    """A notebook as Markdown.

    Args:
        notebook: the `.ipynb` file.
    """
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return "\n\n".join(part for cell in cells for part in _parts(cell)) + "\n"


def _parts(cell: dict[str, Any]) -> Iterator[str]:
    source = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        yield source
        return
    yield f"```python\n{source}\n```"
    printed = "".join(line for output in cell["outputs"] for line in output["text"])
    if printed:
        yield f"```text\n{printed.rstrip()}\n```"
