"""The five kinds of feed: their columns, the form of each value, and the checks of a row.

A cell that is blank, `-` or `NULL` is missing, as in the record. A date that an office does not
know is blank, and null in the table. Source: the contract's chapter on side feeds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from clearance.errors import UsageError, nearest
from clearance.feed import forms
from clearance.feed.forms import Form
from clearance.schemas import FEEDS
from clearance.schemas.decisions import RELIEFS
from clearance.schemas.feeds import PETITION_STATUSES, REVIEWED_OUTCOMES, SUPERVISION_TYPES

Row = Mapping[str, str | None]
Misfit = tuple[str, str]


@dataclass(frozen=True)
class Column:
    """A column of a feed.

    Attributes:
        name: its name in the header.
        form: the form of its values.
        needed: whether every row must have a value.
    """

    name: str
    form: Form
    needed: bool = True


def _no_misfits(row: Row) -> Iterator[Misfit]:
    yield from ()


@dataclass(frozen=True)
class Kind:
    """A kind of feed.

    Attributes:
        name: the kind, and the name of its table.
        columns: its columns, in the order of the table.
        misfits: a check of a row whose values all have their form; yields (column, what to do).
        key: the columns that identify a row; empty where rows may repeat.
        repeated: what to do where two rows have the same key and differ.
        chained: the columns of a subject and of the subject it is merged into; None without merges.
    """

    name: str
    columns: tuple[Column, ...]
    misfits: Callable[[Row], Iterator[Misfit]] = _no_misfits
    key: tuple[str, ...] = ()
    repeated: str = ""
    chained: tuple[str, str] | None = None

    @property
    def header(self) -> list[str]:
        """The names of the columns."""
        return [column.name for column in self.columns]


def find_kind(name: str, *, counties: Sequence[str]) -> Kind:
    """The kind of feed with this name.

    Args:
        name: the kind, from the command line.
        counties: the names of the state's counties, for the columns that have a county.

    Raises:
        UsageError: there is no such kind.
    """
    kinds = _declare_kinds(counties)
    if name not in kinds:
        guess = nearest(name, list(FEEDS))
        hint = f" Did you mean `{guess}`?" if guess else ""
        raise UsageError(f"Unknown kind of feed `{name}`.{hint}", f"Kinds: {', '.join(FEEDS)}.")
    return kinds[name]


def _declare_kinds(counties: Sequence[str]) -> dict[str, Kind]:
    county = Column("county", forms.county_form(counties), needed=False)
    registry = Kind(
        "registry",
        (
            Column("subject_id", forms.parse_subject_id),
            Column("registration", forms.parse_registration),
            Column("registered_on", forms.parse_day, needed=False),
            Column("ended_on", forms.parse_day, needed=False),
        ),
        misfits=_in_order("registered_on", "ended_on"),
    )
    supervision = Kind(
        "supervision",
        (
            Column("subject_id", forms.parse_subject_id),
            Column("type", forms.any_of(SUPERVISION_TYPES)),
            county,
            Column("started_on", forms.parse_day, needed=False),
            Column("ended_on", forms.parse_day, needed=False),
        ),
        misfits=_in_order("started_on", "ended_on"),
    )
    petitions = Kind(
        "petitions",
        (
            Column("subject_id", forms.parse_subject_id),
            Column("cnt_order", forms.parse_cnt_order),
            county,
            Column("filed_on", forms.parse_day, needed=False),
            Column("status", forms.any_of(PETITION_STATUSES)),
            Column("decided_on", forms.parse_day, needed=False),
        ),
        misfits=_petition,
    )
    merges = Kind(
        "merges",
        (
            Column("from_subject_id", forms.parse_subject_id),
            Column("into_subject_id", forms.parse_subject_id),
            Column("merged_on", forms.parse_day, needed=False),
        ),
        misfits=_merge,
        key=("from_subject_id",),
        repeated="this subject is merged already, with other values; keep one of the rows",
        chained=("from_subject_id", "into_subject_id"),
    )
    reviews = Kind(
        "reviews",
        (
            Column("unit_id", forms.parse_unit_id),
            Column("pack", forms.parse_pack),
            Column("content_hash", forms.parse_content_hash),
            Column("outcome", forms.any_of(REVIEWED_OUTCOMES)),
            Column("relief", forms.any_of(RELIEFS), needed=False),
            Column("decided_by", forms.free_text),
            Column("decided_on", forms.parse_day),
            Column("basis", forms.free_text, needed=False),
            Column("note", forms.free_text, needed=False),
        ),
        misfits=_review,
        key=("unit_id", "pack", "content_hash"),
        repeated="this content was decided already, in another way; keep the valid decision",
    )
    return {kind.name: kind for kind in (registry, supervision, petitions, merges, reviews)}


def _in_order(start: str, end: str) -> Callable[[Row], Iterator[Misfit]]:
    def misfits(row: Row) -> Iterator[Misfit]:
        first, last = row[start], row[end]
        if first and last and last < first:
            yield end, f"before {start}; correct one of them"

    return misfits


def _petition(row: Row) -> Iterator[Misfit]:
    yield from _in_order("filed_on", "decided_on")(row)
    if row["status"] == "pending" and row["decided_on"]:
        yield (
            "decided_on",
            "a pending petition is not decided; leave it blank or correct the status",
        )


def _merge(row: Row) -> Iterator[Misfit]:
    if row["from_subject_id"] == row["into_subject_id"]:
        yield "into_subject_id", "a subject cannot be merged into itself; remove the row"


def _review(row: Row) -> Iterator[Misfit]:
    if row["outcome"] == "ELIGIBLE" and not row["relief"]:
        yield "relief", f"ELIGIBLE needs a relief; write one of {', '.join(RELIEFS)}"
    if row["outcome"] != "ELIGIBLE" and row["relief"]:
        yield "relief", "only ELIGIBLE has a relief; leave it blank"
