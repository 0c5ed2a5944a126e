"""The parts of an explanation: units, a timeline, and decisions with their facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

HOLDS, HOLDS_NOT, NOT_KNOWN, NOT_NEEDED = "yes", "no", "not known", "not needed"
# For a pack that today's rules cannot parse, the two cannot be told apart.
NOT_SAID = "not needed or not known"


@dataclass(frozen=True)
class Event:
    """An event of the person's record with a known day.

    Attributes:
        on: the day.
        what: the event in words, with county and charge.
        unit_id: the count or arrest of the event.
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
        charge: section and code book, as `11358 HS`; of an arrest, the charges of its counts.
        section: the section alone; None if it is unreadable.
        level: felony, misdemeanor, infraction or unknown.
        county: of the court, or of the arresting agency.
        dates: ISO days by the name of the event.
        status: the disposition of a count, or the statuses of an arrest.
        became: its outcome in words; None where only `status` is known.
    """

    unit_id: str
    what: str
    charge: str | None
    level: str
    county: str
    dates: Mapping[str, str]
    status: str
    section: str | None = None
    became: str | None = None


@dataclass(frozen=True)
class UnreadField:
    """A field of an entry that is on record and cannot be read.

    Attributes:
        unit_id: the count.
        entry: the count in words, with its charge and day.
        field: outcome, sentence, level, date, charge or kind of step.
        why: its problem; empty where the tables do not name it.
        holds_up: whether the whole record of the person counts as unread by it
            (`unread_on_record`).
    """

    unit_id: str
    entry: str
    field: str
    why: str
    holds_up: bool


@dataclass(frozen=True)
class ExplainedFact:
    """A fact of the pack and whether it holds of the unit.

    Attributes:
        fact: the fact's name.
        question: the fact's sentence in the pack.
        holds: `HOLDS`, `HOLDS_NOT`, `NOT_KNOWN`, `NOT_NEEDED` or `NOT_SAID`.
        said: the English statement; the question if today's rules cannot parse the pack.
        now: `said` or its opposite, whichever is true, with the days that the fact reads; empty
            if the fact is not known or not needed.
        supplied_by: who could supply the fact; empty if it is known or not needed.
    """

    fact: str
    question: str
    holds: str
    said: str = ""
    now: str = ""
    supplied_by: str = ""


@dataclass(frozen=True)
class LaterDecision:
    """The decision that replaces an earlier decision by time alone.

    Attributes:
        on: the first day on which it is decided.
        same: whether outcome and relief are those of the earlier decision, by another clause.
    """

    on: date
    outcome: str
    relief: str | None
    reason: str
    reason_text: str
    cite: str
    same: bool


@dataclass(frozen=True)
class ExplainedDecision:
    """A determination in words; other fields as in the `determinations` table.

    Attributes:
        content_hash: the hash by which a row of the feed `reviews` decides this content.
        in_words: the petitions that NOT_ELIGIBLE of automatic law leaves open; else None.
        because: the statements that decided.
        missing: the unknown facts that decided, each with who could supply it.
        later: the decision that replaces it by time alone; None if there is none, or it is not
            known.
        how_to_ask: of a pointer, where and how a court is asked; empty if no court may be asked.
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
    later: LaterDecision | None = None
    how_to_ask: tuple[str, ...] = ()


@dataclass(frozen=True)
class SummaryLine:
    """An answer of the summary, with the entries that it is about.

    Attributes:
        text: the answer: a relief, a petition, or a question with the fact that is missing.
        pack: the pack that decided.
        kind: of the pack.
        on: the first day of the answer; None without a day.
        missing: the missing facts, each with who could supply it.
        unit_ids: the counts and arrests.
        entries: the counts and arrests in words.
    """

    text: str
    pack: str
    kind: str
    on: date | None
    missing: tuple[str, ...]
    unit_ids: tuple[str, ...]
    entries: tuple[str, ...]


@dataclass(frozen=True)
class SummaryGroup:
    """A part of the summary: its key, its heading, and its lines; it may have none."""

    group: str
    heading: str
    lines: tuple[SummaryLine, ...]


@dataclass(frozen=True)
class ExplainedSweep:
    """A sweep that decided some of the shown decisions: its date, and the packs it decided last."""

    sweep_id: str
    as_of: date
    packs: tuple[str, ...]


@dataclass(frozen=True)
class Explanation:
    """A person's record and each decision about it.

    Attributes:
        subject_id: the person.
        sweep_id: the sweep after which the record is shown.
        as_of: the sweep's date.
        units: counts, then arrests, in record order.
        decisions: by unit, then pack.
        incomplete: whether rows of the record are known to be lost.
        decided_by: the sweeps that decided the shown packs, by date; several only after a sweep
            of named packs (`determine --pack`).
        timeline: the events of the record, by day.
        what_if: whether the sweep is a what-if.
        made_up: whether research files of made-up people are in the store.
        unread: the fields of the record that cannot be read.
        summary: the decisions as one table.
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
    made_up: bool = False
    unread: tuple[UnreadField, ...] = ()
    summary: tuple[SummaryGroup, ...] = ()

    def of(self, unit_id: str) -> list[ExplainedDecision]:
        """The decisions about a unit."""
        return [decision for decision in self.decisions if decision.unit_id == unit_id]

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
