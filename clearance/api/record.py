"""A person's record and side feeds from plain Python values, checked as files are.

Nothing is written anywhere. Messages name columns and rows, never a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from clearance.errors import UsageError, listed, nearest
from clearance.feed.forms import BadValue
from clearance.feed.kinds import Kind, find_kind
from clearance.ingest.layout import FIELDS, NEEDED, column_of
from clearance.platform.spark.literal_table import literal_table
from clearance.prepare.side_feeds import SideFeeds
from clearance.schemas import FEEDS, SOURCE_ROWS

ROWS, FEEDS_KEY = "rows", "feeds"
KINDS_OF_FEEDS = ("registry", "supervision", "petitions")
SUBJECT_ID, CNT_ORDER = "SUBJECT_ID", "CNT_ORDER"
_SUBJECT_IF_NONE = "1"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_REMEDY = "Correct the person; docs/notebooks/decide-a-person.ipynb shows the form."

Values = dict[str, str | None]


@dataclass(frozen=True)
class PersonRecord:
    """A person's record, checked.

    Attributes:
        subject_id: the person.
        rows: the rows of the research file, each with its values by column of the file.
        feeds: by kind, the rows of each side feed that is loaded; an empty one has no row of the
            person.
    """

    subject_id: str
    rows: tuple[Values, ...]
    feeds: Mapping[str, tuple[Values, ...]]

    def source_rows(self, spark: SparkSession) -> DataFrame:
        """The rows as `source_rows`; what the decision does not need is null.

        Args:
            spark: the session.
        """
        usual = dict.fromkeys(SOURCE_ROWS.columns) | {
            "source_file": "person",
            "extract": "person",
            "encoding": "utf-8",
        }
        rows: list[dict[str, Any]] = [
            {
                **usual,
                "position": position,
                **{column_of(name): row.get(name) for name in NEEDED},
                "subject_id": self.subject_id,
            }
            for position, row in enumerate(self.rows)
        ]
        return literal_table(spark, [tuple(row.values()) for row in rows], SOURCE_ROWS.types)

    def side_feeds(self, spark: SparkSession) -> SideFeeds:
        """The loaded feeds as tables.

        Args:
            spark: the session.
        """
        tables: Any = {
            kind: literal_table(
                spark,
                [tuple(row.get(name) for name in FEEDS[kind].columns) for row in rows],
                FEEDS[kind].types,
            )
            for kind, rows in self.feeds.items()
        }
        return SideFeeds(**tables)


def read_person(person: Mapping[str, Any], *, counties: Sequence[str]) -> PersonRecord:
    """The record of a person who is given as a dict.

    Args:
        person: `rows`: a list of dicts, each a row of the research file by its columns; `feeds`: by
            kind of side feed, a list of dicts, each a row by the columns of the feed without
            `subject_id`. Other keys are columns of the research file whose value is the same on
            every row, as `SUBJECT_ID` and `PRI_DOB`. Values are texts as in the files; numbers and
            dates are taken too.
        counties: the names of the state's counties.

    Raises:
        UsageError: a key, a column or a value is not valid; the message lists all.
    """
    problems: list[str] = []
    common = {key: value for key, value in person.items() if key not in (ROWS, FEEDS_KEY)}
    given_rows = person.get(ROWS) or ()
    if not given_rows:
        problems.append("`rows` is missing or empty.")
    rows = [
        _read_row({**common, **row}, f"row {number}", problems)
        for number, row in enumerate(given_rows, start=1)
    ]
    ids = {row.get(SUBJECT_ID) or _SUBJECT_IF_NONE for row in rows}
    if len(ids) > 1:
        problems.append("The rows have several values of SUBJECT_ID; they must be of one person.")
    subject_id = min(ids, default=_SUBJECT_IF_NONE).strip()
    feeds = {
        kind: tuple(_read_feed(kind, feed_rows, subject_id, counties, problems))
        for kind, feed_rows in (person.get(FEEDS_KEY) or {}).items()
    }
    if problems:
        raise UsageError(listed(problems), _REMEDY)
    return PersonRecord(subject_id, tuple(rows), feeds)


def _read_row(given: Mapping[str, Any], where: str, problems: list[str]) -> Values:
    row: Values = {}
    for name, value in given.items():
        if name not in FIELDS:
            guess = nearest(str(name), list(FIELDS))
            hint = f" Did you mean `{guess}`?" if guess else ""
            problems.append(f"{where}: the research file has no column `{name}`.{hint}")
            continue
        row[name] = _text(value, day="%Y%m%d")
        if _CONTROL.search(row[name] or ""):
            problems.append(f"{where}: {name} has a control character.")
    row[CNT_ORDER] = (row.get(CNT_ORDER) or "").strip()
    if not re.fullmatch(r"[0-9]{12}", row[CNT_ORDER] or ""):
        problems.append(f"{where}: CNT_ORDER is not 12 digits.")
    return row


def _read_feed(
    name: str,
    rows: Sequence[Mapping[str, Any]],
    subject_id: str,
    counties: Sequence[str],
    problems: list[str],
) -> Iterator[Values]:
    if name not in KINDS_OF_FEEDS:
        problems.append(f"Unknown feed `{name}`; kinds: {', '.join(KINDS_OF_FEEDS)}.")
        return
    kind = find_kind(name, counties=counties)
    for number, given in enumerate(rows, start=1):
        where = f"{name}, row {number}"
        for unknown in sorted(set(given) - set(kind.header)):
            problems.append(f"{where}: the feed has no column `{unknown}`.")
        values = {"subject_id": subject_id} | {
            column: _text(value, day="%Y-%m-%d") for column, value in given.items()
        }
        yield _checked(kind, values, where, problems)


def _checked(kind: Kind, given: Values, where: str, problems: list[str]) -> Values:
    """The values of a feed's row in the form of the table; what does not fit is a problem."""
    values: Values = {}
    before = len(problems)
    for column in kind.columns:
        text = given.get(column.name)
        values[column.name] = None
        if text is None and column.needed:
            problems.append(f"{where}: {column.name} is missing.")
        elif text is not None:
            try:
                values[column.name] = column.form(text)
            except BadValue as bad:
                problems.append(f"{where}: {column.name}: {bad}.")
    if len(problems) == before:
        problems += [f"{where}: {name}: {problem}." for name, problem in kind.misfits(values)]
    return values


def _text(value: Any, *, day: str) -> str | None:
    """A value as the files have it; None for a blank one."""
    if isinstance(value, date):
        return value.strftime(day)
    text = "" if value is None else str(value)
    return text if text.strip() else None
