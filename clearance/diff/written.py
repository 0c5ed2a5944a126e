"""Writes a comparison: as lines for a terminal, as CSV, or as one HTML page."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from clearance.diff.step import COUNTED, DiffResult
from clearance.errors import UsageError
from clearance.platform.faults.remedies import output_faults
from clearance.platform.html_page import load_page_template
from clearance.rulebook.english.office_words import merged_reason_text

MOST_LINES = 12
FORMATS = (".csv", ".html")
_REMEDY = "Name a file in a folder that you may write, `--out changes.html`."


def format_of(out: Path) -> str:
    """The format of a file to write, by the ending of its name.

    Raises:
        UsageError: the ending is unknown.
    """
    ending = out.suffix.lower()
    if ending not in FORMATS:
        raise UsageError(
            f"The name `{out.name}` has no known format.",
            f"End the name in {' or '.join(FORMATS)}.",
        )
    return ending


def write_comparison(result: DiffResult, out: Path, *, reasons: Mapping[str, str]) -> None:
    """Write the comparison into a file.

    Args:
        result: the comparison.
        out: the file, `.csv` or `.html`.
        reasons: the text of each reason code.

    Raises:
        UsageError: the file cannot be written.
    """
    text = comparison_page(result, reasons=reasons) if format_of(out) == ".html" else as_csv(result)
    with output_faults(out, what="file", remedy=_REMEDY):
        out.write_text(text, encoding="utf-8", newline="")


def lines(result: DiffResult) -> Iterator[str]:
    """Lines about a comparison; of each pack, the kinds of change with the most people."""
    yield f"before    {result.before}"
    yield f"after     {result.after}"
    for note in result.notes:
        yield f"note      {note}"
    for pack in result.packs:
        if not pack.units and pack.eligible_before == pack.eligible_after:
            continue
        yield (
            f"{pack.pack}: {pack.units:,} answers of {pack.people:,} people differ; people with "
            f"relief {pack.eligible_before:,} -> {pack.eligible_after:,}"
        )
        kinds = [change for change in result.changes if change["pack"] == pack.pack]
        for change in kinds[:MOST_LINES]:
            where = f"{change['county']}: " if change["county"] else ""
            yield f"  {change['people']:7,}  {where}{in_words(change)}"
        if len(kinds) > MOST_LINES:
            yield f"           and {len(kinds) - MOST_LINES:,} kinds of change more (--out)"
    yield f"{result.units:,} answers of {result.people:,} people differ"


def in_words(change: Mapping[str, Any]) -> str:
    """A kind of change as `BEFORE -> AFTER`; with a remark if only the day or the rule differs."""
    before, after = answer(change, "before"), answer(change, "after")
    if before != after:
        return f"{before} -> {after}"
    same_rule = change["rule_before"] == change["rule_after"]
    return f"{before}, {'from another day' if same_rule else 'by another rule'}"


def answer(change: Mapping[str, Any], side: str) -> str:
    """The answer of one side of a change; `(none)` if the side has no such unit."""
    outcome = change[f"outcome_{side}"]
    if outcome is None:
        return "(none)"
    relief = change[f"relief_{side}"]
    parts = [outcome, *([relief] if relief else []), change[f"reason_{side}"]]
    return " ".join(parts)


def as_csv(result: DiffResult) -> str:
    """The comparison as CSV: one line per kind of change, with the columns of `COUNTED`."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COUNTED)
    table.writerows([change[name] for name in COUNTED] for change in result.changes)
    return out.getvalue()


def comparison_page(result: DiffResult, *, reasons: Mapping[str, str]) -> str:
    """The comparison as one HTML page without other files.

    Args:
        result: the comparison.
        reasons: the text of each reason code.
    """
    codes = {
        change[f"reason_{side}"] for change in result.changes for side in ("before", "after")
    } - {None}
    words = {code: merged_reason_text(code, reasons, []) for code in codes}
    return load_page_template("clearance.diff").render(
        result=result, words=words, by_county=any(change["county"] for change in result.changes)
    )
