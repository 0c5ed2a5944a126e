"""Made-up people of a year: what their records and feeds say each month, and what courts must hear.

Each kind of story is a reason why a grant stays, was not due, or is given once more.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

YEAR = 2024
LAW = "pc1203_425"
COUNTIES = ("YOLO", "MARIN", "KERN")
COUNT = "101001001000"
# A line of a notice: subject, pack, day of the grant, and whether it is a grant or a correction.
Line = tuple[str, str, str, str]


@dataclass(frozen=True)
class Story:
    """The events of a person over the year.

    Attributes:
        kind: of `STORIES`.
        subject: the number.
        county: of the court.
        first: the month in which the extract brings the person.
        turn: the month in which something changes.
        back: the month in which it is as before, after `turn`.
    """

    kind: str
    subject: str
    county: str
    first: int
    turn: int
    back: int

    def rows(self, month: int) -> list[dict[str, str]]:
        """The person's rows in the extract of a month."""
        changed = self.turn <= month < self.back
        convicted = {
            "CNT_ORDER": COUNT,
            "STP_TYPE_DESCR": "COURT ACTION",
            "STP_EVENT_DATE": "20100228",
            "DISP_DESCR": "CONVICTED-PROBATION",
            "SENT_LOC_DESCR": "PROBATION",
            "SENT_LENGTH": "02",
            "SENT_TIME_CODE": "Y",
        }
        arrested = {"STP_TYPE_DESCR": "ARREST/DETAINED/CITED"}
        if self.kind == "longer for a while" and changed:
            convicted |= {"SENT_LENGTH": "30"}
        if self.kind == "due at the turn":
            before = date(YEAR - 2, self.turn - 1, 15)
            convicted |= {"STP_EVENT_DATE": f"{before:%Y%m%d}"}
        if self.kind == "vacated" and changed:
            convicted |= dict.fromkeys(("SENT_LOC_DESCR", "SENT_LENGTH", "SENT_TIME_CODE"), "")
            convicted |= {"DISP_DESCR": "DISMISSED"}
        if self.kind == "no date" and changed:
            convicted |= {"STP_EVENT_DATE": ""}
        rows = [] if self.kind == "gone" and changed else [convicted]
        if self.kind == "registered for a while" and month >= self.turn:
            rows.append(convicted | {"CNT_ORDER": "102001001000"})
        if self.kind == "arrested before" and changed:
            day = f"{YEAR - 1}1220"
            rows.append(arrested | {"CNT_ORDER": "102001001000", "STP_EVENT_DATE": day})
        if self.kind == "arrested after" and changed:
            day = f"{YEAR}{self.turn:02}02"
            rows.append(arrested | {"CNT_ORDER": "102001001000", "STP_EVENT_DATE": day})
        own = {
            "SUBJECT_ID": self.subject,
            "PRI_NAME": f"NAME,OF {self.subject}",
            "PRI_DOB": "19800229",
            "STP_ORI_DESCR": f"SUPERIOR COURT, {self.county}",
            "STP_ORI_CNTY_NAME": self.county,
            "OFFENSE_DESCR": "484 PC-THEFT",
            "OFFENSE_TOC": "M",
            "OFN": "CR-10",
        }
        return [own | row for row in rows]

    def feeds(self, month: int) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The person's rows in the feeds of a month: feed, cells."""
        if month < self.turn:
            return
        day = as_of(self.turn).isoformat()
        count = (self.subject, COUNT, self.county, "", "granted")
        match self.kind:
            case "registered before":
                yield "registry", (self.subject, "290", f"{YEAR - 1}-12-01", "")
            case "registered after":
                yield "registry", (self.subject, "290", day, "")
            case "registered nobody knows when":
                yield "registry", (self.subject, "290", "", "")
            case "registered for a while" if month >= self.back:
                ended = f"{YEAR}-{self.turn:02}-01"
                yield "registry", (self.subject, "290", f"{YEAR - 1}-12-01", ended)
            case "petition before":
                yield "petitions", (*count, f"{YEAR - 1}-12-01")
            case "petition after":
                yield "petitions", (*count, day)

    @property
    def corrected_in(self) -> int:
        """The month in which the record shows that the first grant was not due."""
        return self.back if self.kind == "registered for a while" else self.turn

    def lines(self, last: int) -> Iterator[Line]:
        """The lines about the convictions that notices must have until a month, each once."""
        granted = self.turn if self.kind == "due at the turn" else self.first
        first = as_of(granted).isoformat()
        if granted <= last:
            yield self.subject, LAW, first, "grant"
        if self.kind == "registered for a while" and self.turn <= last:
            # The second conviction, which was due: the registration had ended.
            yield self.subject, LAW, as_of(self.turn).isoformat(), "grant"
        if self.kind in CORRECTED and self.corrected_in <= last:
            yield self.subject, LAW, first, "correction"
        if self.kind in GRANTED_AGAIN and self.back <= last:
            yield self.subject, LAW, as_of(self.back).isoformat(), "grant"


STORIES = (
    *("as it was", "due at the turn", "longer for a while", "vacated"),
    *("registered before", "registered after", "petition before", "petition after"),
    *("arrested before", "arrested after", "registered nobody knows when", "gone", "no date"),
    "registered for a while",
)
# Why the grant was not due, where the record shows that later.
CORRECTED = {
    "longer for a while": "SERVING_SENTENCE",
    "registered before": "REGISTERED",
    "registered for a while": "REGISTERED",
    "petition before": "PETITION_GRANTED",
    "arrested before": "ARREST_PENDING",
}
GRANTED_AGAIN = ("longer for a while", "arrested before", "registered for a while")


def as_of(month: int) -> date:
    """The day that a month's run decides as of."""
    return date(YEAR, month, 10)


def stories(people: int, *, dice: random.Random) -> list[Story]:
    """One story per person, the kinds in turn, with random months; some end after the year."""
    made = []
    for number in range(people):
        first = 1 + number % 9 if number < 9 else dice.randrange(1, 10)
        turn = dice.randrange(first + 1, 12)
        made.append(
            Story(
                STORIES[number % len(STORIES)],
                f"{70_000_001 + number}",
                dice.choice(COUNTIES),
                first,
                turn,
                dice.randrange(turn + 1, 14),
            )
        )
    return made
