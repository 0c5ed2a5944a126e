"""The fields of a count that are on record and cannot be read, from the columns of `charges`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from clearance.explain.model import UnreadField
from clearance.prepare.record.quality import FLAGS

UNREADABLE = "charge not readable"

# The flags of `quality` that describe the problem of each field.
_FLAGS = {
    "sentence": ("UNKNOWN_SENTENCE_KIND", "UNKNOWN_SENTENCE_UNIT", "BAD_SENTENCE_LENGTH"),
    "outcome": (
        *("UNKNOWN_DISPOSITION", "DOUBTFUL_DISPOSITION"),
        *("UNLINKED_DISPOSITION", "DISMISSED_AFTER_CONVICTION"),
    ),
    "date": ("BAD_EVENT_DATE", "BAD_DISPOSITION_DATE"),
    "kind of step": ("UNKNOWN_STEP",),
    "charge": ("UNPARSED_CHARGE",),
    "level": ("UNKNOWN_LEVEL", "CONVICTION_WITHOUT_LEVEL"),
}
_NO_FLAG = {
    "outcome": "the dispositions do not say how the charge ended",
    "charge": FLAGS["UNPARSED_CHARGE"],
}
_NO_CHARGE_STEPS = ("registration", "applicant", "deceased")
# The fields behind each column of a unit that marks an unread field.
_COLUMNS = {
    "sentence_unread": ("sentence",),
    "sentence_end": ("sentence",),
    "unread_charge": ("charge",),
    "unread_charge_before": ("charge", "level", "outcome"),
    "status": ("outcome",),
}
WHOLE_RECORD = "unread_on_record"
OWN_COLUMNS = ("sentence_unread", "sentence_end", "status")


def unread_fields(row: Mapping[str, Any]) -> Iterator[UnreadField]:
    """The fields of a count that cannot be read.

    Args:
        row: of `charges`, with `charge`, the text shown.
    """
    quality = set(row.get("quality") or ())
    if "NOT_A_CHARGE" in quality or row.get("step_kind") in _NO_CHARGE_STEPS:
        return
    for field, holds_up in _unread(row, quality):
        why = "; ".join(FLAGS[flag] for flag in _FLAGS[field] if flag in quality)
        why = why or _NO_FLAG.get(field, "")
        yield UnreadField(row["unit_id"], entry_words(row), field, why, holds_up)


def _unread(row: Mapping[str, Any], quality: set[str]) -> Iterator[tuple[str, bool]]:
    """Each field that cannot be read, and whether the whole record counts as unread by it."""
    convicted, status = bool(row.get("convicted")), row.get("status")
    serves = convicted and not row.get("set_aside")
    if row.get("sentence_unread"):
        yield "sentence", serves
    if convicted and "DOUBTFUL_DISPOSITION" in quality:
        yield "outcome", True
    if not convicted and status == "unknown":
        yield "outcome", "UNKNOWN_DISPOSITION" in quality
    if convicted and row.get("conviction_date") is None and quality & set(_FLAGS["date"]):
        yield "date", True
    may_be_open = status in ("undisposed", "combined") or "TURNED_OVER" in quality
    if row.get("step_kind") == "unknown":
        yield "kind of step", may_be_open
    if row.get("section") is None or row.get("parsed") is False:
        yield "charge", False
    if row.get("level") is None and quality & set(_FLAGS["level"]):
        yield "level", False


def entry_words(row: Mapping[str, Any]) -> str:
    """A count in words: its charge, with the day of its conviction or arrest, and its county."""
    charge = row.get("charge") or UNREADABLE
    if row.get("convicted"):
        day = row.get("conviction_date")
        happened = f"convicted {day.isoformat()}" if day else "convicted on a day not known"
    elif (day := row.get("arrest_date")) is not None:
        on = "on arrest" if row.get("step_kind") == "arrest" else "arrested"
        happened = f"{on} {day.isoformat()}"
    else:
        happened = "day not known"
    return f"{charge}, {happened}, {row['county']}"


def unread_behind(
    column: str, unit_id: str, unread: Iterable[UnreadField]
) -> tuple[UnreadField, ...]:
    """The fields for which a column marks its unit, or the person's record, as unread.

    Args:
        column: of `charges` or `arrests`.
        unit_id: the unit whose column it is.
        unread: every unread field of the person.
    """
    fields = tuple(unread)
    if column == WHOLE_RECORD:
        # A reversed conviction has no flag: without a flag, every unread outcome may be the cause.
        of_record = tuple(field for field in fields if field.holds_up)
        return of_record or tuple(field for field in fields if field.field == "outcome")
    of_column = tuple(field for field in fields if field.field in _COLUMNS.get(column, ()))
    if column in OWN_COLUMNS:
        return tuple(field for field in of_column if field.unit_id == unit_id)
    if column == "unread_charge":
        # Without its last three digits, the id of an arrest is the beginning of its cycle's ids.
        return tuple(field for field in of_column if field.unit_id.startswith(unit_id[:-3]))
    return of_column


def field_words(field: UnreadField) -> str:
    """A field in words: its name, its count and its problem."""
    why = f": {field.why}" if field.why else ""
    return f"the {field.field} of {field.entry}{why}"


def each_once(texts: Iterable[str]) -> tuple[str, ...]:
    """The texts in their order, without repetitions."""
    return tuple(dict.fromkeys(texts))
