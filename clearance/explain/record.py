"""A person's rows of `charges` and `arrests`, as units and as a timeline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from clearance.determine.recorded import Sweep
from clearance.explain.model import Event, ExplainedUnit, UnreadField
from clearance.explain.reader import Reader
from clearance.explain.unread import UNREADABLE, each_once, unread_fields
from clearance.publish.column_order import charge_text

LEVELS = {"F": "felony", "M": "misdemeanor", "I": "infraction", None: "level unknown"}

LED_TO_A_CONVICTION = "led to a conviction"
# The outcome of a count in words; other statuses are words already.
_BECAME = {"undisposed": "no outcome on record", "unknown": "outcome that cannot be read"}
_UNKNOWN_END = "unknown: "

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Record:
    """The rows of a person's counts and arrests.

    Attributes:
        counts: rows of `charges` with `charge`, the text shown, in record order.
        arrests: rows of `arrests`, in record order.
    """

    counts: tuple[Values, ...]
    arrests: tuple[Values, ...]

    @property
    def incomplete(self) -> bool:
        """Whether rows of the record are known to be lost."""
        return any(row.get("record_incomplete") for row in self.counts)

    @property
    def rows(self) -> dict[str, Values]:
        """The row of every unit by `unit_id`."""
        return {row["unit_id"]: row for row in (*self.counts, *self.arrests)}

    @property
    def unread(self) -> tuple[UnreadField, ...]:
        """The fields of the counts that cannot be read, in record order."""
        return tuple(field for row in self.counts for field in unread_fields(row))

    def units(self) -> list[ExplainedUnit]:
        """The counts, then the arrests."""
        return [*map(_explained_count, self.counts), *map(self._arrest, self.arrests)]

    def timeline(self) -> tuple[Event, ...]:
        """The events, by day; events of one day in record order."""
        events = [*self._of_arrests(), *self._of_counts()]
        return tuple(sorted(events, key=lambda event: event.on))

    def _arrest(self, row: Values) -> ExplainedUnit:
        return ExplainedUnit(
            unit_id=row["unit_id"],
            what="arrest",
            charge=self._charges_of(row),
            level=LEVELS[row["level"]],
            county=row["county"],
            dates=_dates(arrested=row["arrest_date"]),
            status=", ".join(sorted(set(row.get("arrest_statuses") or []))) or "unknown",
            became=_became_of_arrest(row),
        )

    def _charges_of(self, arrest: Values) -> str | None:
        """The charges of an arrest's counts, each once; None if the arrest has no count."""
        step_id = arrest["unit_id"]
        charges = [row["charge"] for row in self.counts if row["unit_id"].startswith(step_id)]
        return "; ".join(dict.fromkeys(charge or UNREADABLE for charge in charges)) or None

    def _of_arrests(self) -> Iterator[Event]:
        for row in self.arrests:
            if row["arrest_date"] is not None:
                charges = self._charges_of(row)
                what = f"arrested, {row['county']}" + (f": {charges}" if charges else "")
                yield Event(row["arrest_date"], what, row["unit_id"])

    def _of_counts(self) -> Iterator[Event]:
        for row in self.counts:
            charge = row["charge"] or UNREADABLE
            if not row.get("convicted"):
                continue
            level = LEVELS[row["level"]]
            if row["conviction_date"] is not None:
                what = f"convicted of {charge}, {level}, {row['county']}{_doubts(row)}"
                yield Event(row["conviction_date"], what, row["unit_id"])
            if row["sentence_end"] is not None:
                bounded = row.get("sentence_end_bounded")
                ends = "ends at the latest" if bounded else "ends"
                basis = f" ({row['sentence_basis']})" if row.get("sentence_basis") else ""
                what = f"sentence for {charge} {ends}{'' if bounded else basis}"
                yield Event(row["sentence_end"], what, row["unit_id"])


def load_record(reader: Reader, sweep: Sweep, *, subject_id: str) -> Record:
    """A person's rows of the tables as the sweep used them.

    Args:
        reader: of the store.
        sweep: the sweep.
        subject_id: the person.
    """
    counts = _rows_of(reader, sweep, "charges", subject_id)
    arrests = _rows_of(reader, sweep, "arrests", subject_id) if reader.has("arrests") else ()
    return Record(
        tuple({**row, "charge": charge_text(row)} for row in counts),
        tuple(arrests),
    )


def _rows_of(reader: Reader, sweep: Sweep, table: str, subject_id: str) -> list[Values]:
    version, where = sweep.input_versions.get(table), {"subject_id": [subject_id]}
    rows = reader.rows(table, version=version, where=where)
    return sorted((row.asDict() for row in rows), key=lambda row: str(row["unit_id"]))


def _explained_count(row: Values) -> ExplainedUnit:
    bounded = row.get("sentence_end_bounded")
    return ExplainedUnit(
        unit_id=row["unit_id"],
        what="count",
        charge=row["charge"] or UNREADABLE,
        level=LEVELS[row["level"]],
        county=row["county"],
        dates=_dates(
            arrested=row["arrest_date"],
            convicted=row["conviction_date"],
            convicted_at_the_earliest=row.get("conviction_earliest"),
            convicted_at_the_latest=row.get("conviction_latest"),
            sentence_ends=None if bounded else row["sentence_end"],
            sentence_ends_at_the_latest=row["sentence_end"] if bounded else None,
        ),
        status=row["status"],
        section=row["section"],
        became="on arrest" if row["step_kind"] == "arrest" else _became(row["status"]),
    )


def _became(status: str) -> str:
    return _BECAME.get(status, status.replace("_", " "))


def _became_of_arrest(row: Values) -> str:
    """The outcome of an arrest: a conviction, the outcomes in court, else its own outcomes."""
    if row.get("conviction_in_cycle"):
        return LED_TO_A_CONVICTION
    kind = "court_statuses" if row.get("court_step_in_cycle") else "arrest_statuses"
    outcomes = ", ".join(each_once(map(_became, sorted(row.get(kind) or ())))) or _became("unknown")
    return f"in court: {outcomes}" if row.get("court_step_in_cycle") else outcomes


def _doubts(row: Values) -> str:
    """The unknown facts of a conviction: fields that cannot be read, the end of its sentence."""
    unread = each_once(field.field for field in unread_fields(row) if field.field != "charge")
    doubts = [f"its {field} cannot be read" for field in unread]
    end = unknown_end(row)
    if end and row["sentence_end"] is None and "sentence" not in unread:
        doubts.append(f"the end of its sentence is not known: {end}")
    return "".join(f"; {doubt}" for doubt in doubts)


def unknown_end(row: Values) -> str:
    """Why the end of a sentence is not known; empty where it is known, or without a reason.

    Args:
        row: of `charges`.
    """
    basis = str(row.get("sentence_basis") or "")
    return basis.removeprefix(_UNKNOWN_END) if basis.startswith(_UNKNOWN_END) else ""


def _dates(**dates: date | None) -> dict[str, str]:
    return {name: day.isoformat() for name, day in dates.items() if day is not None}
