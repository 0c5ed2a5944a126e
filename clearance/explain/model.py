"""What an explanation holds: units, a timeline, decisions and what each rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

HOLDS, HOLDS_NOT, NOT_KNOWN, NOT_NEEDED = "yes", "no", "not known", "not needed"
# Of a pack that today's rules cannot read, which of the two is not told.
NOT_SAID = "not needed or not known"


@dataclass(frozen=True)
class Event:
    """Something that happened to the person, of those days that the record knows.

    Attributes:
        on: the day.
        what: in words, with county and charge.
        unit_id: the count or arrest that it is of.
    """

    on: date
    what: str
    unit_id: str


@dataclass(frozen=True)
class ExplainedUnit:
    """A count or an arrest of the person.

    Attributes:
        unit_id: as in the tables.
        what: `count` or `arrest`.
        charge: section and code book, as `11358 HS`; of an arrest those of its counts.
        section: the section alone, where it could be read.
        level: felony, misdemeanor, infraction or unknown.
        county: of the court, or of the arresting agency.
        dates: what happened when.
        status: what became of it.
    """

    unit_id: str
    what: str
    charge: str | None
    level: str
    county: str
    dates: Mapping[str, str]
    status: str
    section: str | None = None


@dataclass(frozen=True)
class ExplainedFact:
    """A fact of the pack and whether it holds of the unit.

    Attributes:
        fact: its name.
        question: as the pack writes it.
        holds: `HOLDS`, `HOLDS_NOT`, `NOT_KNOWN`, `NOT_NEEDED` or `NOT_SAID`.
        said: in English, as a statement; the question where today's rules cannot read the pack.
        now: what is so, in English, with the days that it rests on: `said` or its opposite; empty
            where the fact is not known or not needed.
        supplied_by: who could supply it, where it is not known.
    """

    fact: str
    question: str
    holds: str
    said: str = ""
    now: str = ""
    supplied_by: str = ""


@dataclass(frozen=True)
class ExplainedDecision:
    """A determination with what it rests on; fields as in the `determinations` table.

    `content_hash` is what a row of the feed `reviews` names to decide this very content.
    `in_words` says what a no of automatic law leaves open; None of any other answer. `because` are
    the statements that decided, `missing` the facts whose lack decided, each with who could
    supply it.
    """

    unit_id: str
    pack: str
    title: str
    version: str
    kind: str
    outcome: str
    relief: str | None
    reason: str
    reason_text: str
    rule: str
    cite: str
    facts: tuple[ExplainedFact, ...]
    eligible_on: date | None
    revisit_on: date | None
    changes: tuple[str, ...]
    decided_as_of: date
    content_hash: str
    in_words: str | None = None
    because: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class ExplainedSweep:
    """A sweep that decided what is shown, its date, and the packs that it decided last."""

    sweep_id: str
    as_of: date
    packs: tuple[str, ...]


@dataclass(frozen=True)
class Explanation:
    """A person's record and each decision about it.

    Attributes:
        subject_id: the person.
        sweep_id: the sweep whose state this is.
        as_of: its date.
        units: counts, then arrests, in record order.
        decisions: by unit, then pack.
        incomplete: whether rows of the record are known to be lost.
        decided_by: the sweeps that decided what is shown, by date; one, but where the latest was
            of named packs only (`determine --pack`).
        timeline: what happened, by day.
        what_if: whether the sweep is one.
    """

    subject_id: str
    sweep_id: str
    as_of: date
    units: tuple[ExplainedUnit, ...]
    decisions: tuple[ExplainedDecision, ...]
    incomplete: bool = False
    decided_by: tuple[ExplainedSweep, ...] = ()
    timeline: tuple[Event, ...] = ()
    what_if: bool = False

    def of(self, unit_id: str) -> list[ExplainedDecision]:
        """The decisions about a unit."""
        return [one for one in self.decisions if one.unit_id == unit_id]

    def as_dict(self) -> dict[str, Any]:
        """The explanation for `--json`: dates as text."""
        plain: dict[str, Any] = _plain(asdict(self))
        return plain


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value
