"""The five kinds of feed: their columns, the form of each value, and what must fit in a row.

A cell that is blank, `-` or `NULL` is missing, as in the record. A date that an office does not
know stays blank and is unknown: never invented. Source: the contract's chapter on side feeds.
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
        name: as in the header.
        form: of its values.
        needed: whether every row must have a value.
    """

    name: str
    form: Form
    needed: bool = True


def _fits(row: Row) -> Iterator[Misfit]:
    yield from ()


@dataclass(frozen=True)
class Kind:
    """A kind of feed.

    Attributes:
        name: the kind, and the name of its table.
        columns: in the order of the table.
        misfits: of a row whose values all have their form: (column, what to do).
        key: columns whose values together may stand in one row only; empty where any may repeat.
        said_twice: what to do where they stand in two that differ.
        chained: columns that lead from one subject to the next; None where none do.
    """

    name: str
    columns: tuple[Column, ...]
    misfits: Callable[[Row], Iterator[Misfit]] = _fits
    key: tuple[str, ...] = ()
    said_twice: str = ""
    chained: tuple[str, str] | None = None

    @property
    def header(self) -> list[str]:
        """The names of the columns."""
        return [column.name for column in self.columns]


def kind_named(name: str, *, counties: Sequence[str]) -> Kind:
    """The kind of feed of this name.

    Args:
        name: as written on the command line.
        counties: the state's, which a county in a feed must be one of.

    Raises:
        UsageError: there is none.
    """
    kinds = _declared(counties)
    if name not in kinds:
        guess = nearest(name, list(FEEDS))
        hint = f" Did you mean `{guess}`?" if guess else ""
        raise UsageError(f"`{name}` is no kind of feed.{hint}", f"Kinds: {', '.join(FEEDS)}.")
    return kinds[name]


def _declared(counties: Sequence[str]) -> dict[str, Kind]:
    county = Column("county", forms.county(counties), needed=False)
    registry = Kind(
        "registry",
        (
            Column("subject_id", forms.subject_id),
            Column("registration", forms.registration),
            Column("registered_on", forms.day, needed=False),
            Column("ended_on", forms.day, needed=False),
        ),
        misfits=_in_order("registered_on", "ended_on"),
    )
    supervision = Kind(
        "supervision",
        (
            Column("subject_id", forms.subject_id),
            Column("type", forms.one_of(SUPERVISION_TYPES)),
            county,
            Column("started_on", forms.day, needed=False),
            Column("ended_on", forms.day, needed=False),
        ),
        misfits=_in_order("started_on", "ended_on"),
    )
    petitions = Kind(
        "petitions",
        (
            Column("subject_id", forms.subject_id),
            Column("cnt_order", forms.cnt_order),
            county,
            Column("filed_on", forms.day, needed=False),
            Column("status", forms.one_of(PETITION_STATUSES)),
            Column("decided_on", forms.day, needed=False),
        ),
        misfits=_petition,
    )
    merges = Kind(
        "merges",
        (
            Column("from_subject_id", forms.subject_id),
            Column("into_subject_id", forms.subject_id),
            Column("merged_on", forms.day, needed=False),
        ),
        misfits=_merge,
        key=("from_subject_id",),
        said_twice="this subject is merged already, with other values; keep one of the rows",
        chained=("from_subject_id", "into_subject_id"),
    )
    reviews = Kind(
        "reviews",
        (
            Column("unit_id", forms.unit_id),
            Column("pack", forms.pack),
            Column("content_hash", forms.content_hash),
            Column("outcome", forms.one_of(REVIEWED_OUTCOMES)),
            Column("relief", forms.one_of(RELIEFS), needed=False),
            Column("decided_by", forms.words),
            Column("decided_on", forms.day),
            Column("basis", forms.words, needed=False),
            Column("note", forms.words, needed=False),
        ),
        misfits=_review,
        key=("unit_id", "pack", "content_hash"),
        said_twice="this content was decided already, in another way; keep the one that stands",
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
        yield "into_subject_id", "a subject cannot be merged into itself; take the row out"


def _review(row: Row) -> Iterator[Misfit]:
    if row["outcome"] == "ELIGIBLE" and not row["relief"]:
        yield "relief", f"ELIGIBLE needs a relief; write one of {', '.join(RELIEFS)}"
    if row["outcome"] != "ELIGIBLE" and row["relief"]:
        yield "relief", "only ELIGIBLE has a relief; leave it blank"
