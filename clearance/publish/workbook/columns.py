"""The order of a sheet's columns: identity and decision first, the record's columns folded away."""

from __future__ import annotations

from dataclasses import dataclass

from clearance.ingest.layout import FIELDS

IDENTITY = ("SUBJECT_ID", "CII_NUMBER", "PRI_NAME", "PRI_DOB")
DECISION = ("Eligibility Determination", "Eligibility Reason")
OF_RELIEF = ("outcome", "reason_text")
_FROZEN_UNTIL = ("Eligibility Determination", "outcome")


@dataclass(frozen=True)
class Layout:
    """The columns of a sheet.

    Attributes:
        header: the names in the order of the sheet.
        file_columns: the index in the file of each column of the sheet.
        frozen: the number of first columns that stay in view.
        folded: the index of the first folded column, which are the last; None for no folded column.
        decision: the indexes in the sheet of the outcome and its reason.
    """

    header: tuple[str, ...]
    file_columns: tuple[int, ...]
    frozen: int
    folded: int | None
    decision: tuple[int, int]


def sheet_layout(header: tuple[str, ...]) -> Layout:
    """The layout of the sheet of a packet's file.

    Args:
        header: of the file.
    """
    names = set(header)
    first = [name for name in (*IDENTITY, *DECISION) if name in names]
    fields = set(FIELDS)
    added = [name for name in header if name not in fields and name not in first]
    folded = [name for name in header if name in fields and name not in first]
    in_sheet = (*first, *added, *folded)
    last_frozen = next(name for name in in_sheet if name in _FROZEN_UNTIL)
    outcome, reason = DECISION if DECISION[0] in names else OF_RELIEF
    return Layout(
        header=in_sheet,
        file_columns=tuple(header.index(name) for name in in_sheet),
        frozen=in_sheet.index(last_frozen) + 1,
        folded=len(in_sheet) - len(folded) if folded else None,
        decision=(in_sheet.index(outcome), in_sheet.index(reason)),
    )
