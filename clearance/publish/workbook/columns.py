"""The order of a sheet's columns: who it is and what was decided, the record folded behind."""

from __future__ import annotations

from dataclasses import dataclass

from clearance.ingest.layout import FIELDS

IDENTITY = ("SUBJECT_ID", "CII_NUMBER", "PRI_NAME", "PRI_DOB")
DECISION = ("Eligibility Determination", "Eligibility Reason")
OF_RELIEF = ("outcome", "reason_text")
_FROZEN_UNTIL = ("Eligibility Determination", "outcome")


@dataclass(frozen=True)
class Layout:
    """How the columns of a file stand in a sheet.

    Attributes:
        header: in the order of the sheet.
        places: of each, its place in the file.
        frozen: so many stay in view.
        folded: the first of those that are folded away, which are the last; None where none are.
        decision: the places in the sheet of the outcome and its reason.
    """

    header: tuple[str, ...]
    places: tuple[int, ...]
    frozen: int
    folded: int | None
    decision: tuple[int, int]


def sheet_layout(header: tuple[str, ...]) -> Layout:
    """The layout of a packet's file.

    Args:
        header: of the file.
    """
    given = set(header)
    first = [name for name in (*IDENTITY, *DECISION) if name in given]
    fields = set(FIELDS)
    added = [name for name in header if name not in fields and name not in first]
    behind = [name for name in header if name in fields and name not in first]
    shown = (*first, *added, *behind)
    last_frozen = next(name for name in shown if name in _FROZEN_UNTIL)
    outcome, reason = DECISION if DECISION[0] in given else OF_RELIEF
    return Layout(
        header=shown,
        places=tuple(header.index(name) for name in shown),
        frozen=shown.index(last_frozen) + 1,
        folded=len(shown) - len(behind) if behind else None,
        decision=(shown.index(outcome), shown.index(reason)),
    )
