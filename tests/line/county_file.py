"""A small county's research file, made up and untidy, and what comes a month later.

In the shape of the large public sample: a header, 95 fields, `"  -  "` where there is nothing. The
same rows every time.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from clearance.ingest.layout import FIELDS

HOME = "SACRAMENTO"
COUNTIES = (HOME, HOME, HOME, "YOLO", "LOS ANGELES", "los  angeles", "NARNIA", "")
CHARGES = (
    ("11357(A) HS-POSSESS CONCENTRATED CANNABIS", "F"),
    ("11357(B) HS-POSSESS MARIJUANA 28.5 GRAMS OR LESS", "M"),
    ("11358 HS-CULTIVATE MARIJUANA", "F"),
    ("11359 HS-POSSESS MARIJUANA FOR SALE", "F"),
    ("11359(C)(3)HS-POSS FOR SALE TO MINOR", "F"),
    ("11360(A) HS - SELL/TRANSPORT MARIJUANA", "F"),
    ("11360 (B) H&S-GIVE MARIJUANA", "M"),
    ("484/488 PC-PETTY THEFT", "M"),
    ("459 PC-BURGLARY", "F"),
    ("23152(A) VC-DUI ALCOHOL/DRUGS", "M"),
    ("664/187(A) PC-ATTEMPT MURDER", "F"),
    ("211 PC-ROBBERY", "F"),
    ("288(A) PC-LEWD ACTS W/CHILD UNDER 14", "F"),
    ("273.5 PC-INFLICT CORPORAL INJ ON SPOUSE/COHAB", "F"),
    ("240 PC-ASSAULT", "I"),
    ("SEE COMMENT FOR CHARGE", "M"),
    ("NOT LEGIBLE", ""),
)
DISPOSITIONS = (
    *("CONVICTED-PROBATION", "CONVICTED-PROB/JAIL", "CONVICTED-JAIL", "CONVICTED-PRISON"),
    *("CONVICTED", "DISMISSED/FURTHERANCE OF JUSTICE", "ACQUITTED", "DIVERSION", ""),
)
LATER = (
    *("SET ASIDE PER 1203.4 PC", "PROBATION REVOKED", "SENTENCE MODIFIED", "OTHER, UNHEARD OF"),
    *("REDUCED TO MISDEMEANOR", "RESENTENCED"),
)
LEVELS = {"F": "FELONY", "M": "MISDEMEANOR", "I": "INFRACTION", "": ""}
SENTENCES = (("PROBATION", "3", "Y"), ("JAIL", "90", "D"), ("PRISON", "16", "M"), ("FINE", "", ""))
NOTHING = '"  -  "'


@dataclass
class Person:
    """A made-up person's rows, each the fields that hold something."""

    subject: str
    rows: list[dict[str, str]] = field(default_factory=list)


class Writer:
    """Makes people, always the same ones for a seed."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)

    def person(self, subject: str) -> Person:
        """One to three cycles of an arrest, a court step and sometimes a later step."""
        dice, person = self.dice, Person(subject)
        born = date(1950, 1, 1) + timedelta(days=dice.randrange(17_000))
        same = {
            "SUBJECT_ID": subject,
            "PRI_NAME": f"MADE UP, {'ABCDEFG'[int(subject) % 7]}",
            "PRI_DOB": self._day(born),
        }
        on = born + timedelta(days=18 * 365)
        for cycle in range(101, 102 + dice.randrange(3)):
            on += timedelta(days=dice.randrange(100, 5000))
            if on > date(2026, 8, 1):
                break
            self._cycle(person, same, cycle=cycle, on=on)
        if dice.random() < 0.03:
            person.rows.append({**same, "CNT_ORDER": "901001000000", "STP_TYPE_DESCR": "DECEASED"})
        return person

    def _cycle(self, person: Person, same: dict[str, str], *, cycle: int, on: date) -> None:
        dice = self.dice
        place = {
            **same,
            "CYC_DATE": self._day(on),
            "STP_ORI_CNTY_NAME": dice.choice(COUNTIES),
            "OFN": f"CR-{dice.randrange(1000)}",
        }
        counts = [dice.choice(CHARGES) for _ in range(dice.randrange(1, 4))]
        court = on + timedelta(days=dice.randrange(20, 400))
        for number, (charge, level) in enumerate(counts, 1):
            what = {**place, "OFFENSE_DESCR": charge, "OFFENSE_TOC": level}
            if charge.startswith("SEE COMMENT"):
                what["COMMENT_TEXT"] = "CHARGE WAS 11358 HS, CULTIVATION"
            arrest = {"STP_TYPE_DESCR": "ARREST/DETAINED/CITED", "STP_EVENT_DATE": self._day(on)}
            person.rows.append({**what, **arrest, "CNT_ORDER": f"{cycle}001{number:03}000"})
            if dice.random() < 0.15:
                continue
            said = {
                "STP_TYPE_DESCR": "COURT ACTION",
                "STP_ORI_DESCR": f"SUPERIOR COURT, {place['STP_ORI_CNTY_NAME']}",
                "STP_EVENT_DATE": self._day(court),
                "CNT_ORDER": f"{cycle}002{number:03}000",
                "DISP_ORDER": "1",
                "DISP_DESCR": dice.choice(DISPOSITIONS),
            }
            if not said["DISP_DESCR"].startswith("CONVICTED"):
                person.rows.append({**what, **said})
                continue
            said["CONV_STAT_DESCR"] = LEVELS[level]
            for order, (kind, length, unit) in enumerate(
                dice.sample(SENTENCES, dice.randrange(1, 3)), 1
            ):
                sentence = {
                    "SENT_ORDER": str(order),
                    "SENT_LOC_DESCR": kind,
                    "SENT_LENGTH": length,
                    "SENT_TIME_CODE": unit,
                }
                person.rows.append({**what, **said, **sentence})
            if dice.random() < 0.2:
                when = court + timedelta(days=dice.randrange(30, 900))
                later = {
                    "STP_EVENT_DATE": self._day(when),
                    "CNT_ORDER": f"{cycle}003{number:03}000",
                    "DISP_DESCR": dice.choice(LATER),
                }
                person.rows.append({**what, **said, **later})

    def _day(self, day: date) -> str:
        """A date as the record has it: sometimes not there, sometimes no day at all."""
        slip = self.dice.random()
        if slip < 0.02:
            return ""
        return "20010230" if slip < 0.03 else day.strftime("%Y%m%d")


def write_file(path: Path, people: list[Person], *, bad_rows: bool = False) -> None:
    """Write a research file of people's rows, and of rows that cannot be kept."""
    lines = [",".join(FIELDS)]
    for person in people:
        lines += [",".join(_cell(row.get(name, "")) for name in FIELDS) for row in person.rows]
    if bad_rows:
        lines += [lines[1].rsplit(",", 1)[0], lines[2] + ',"', lines[3].replace(",", ",\x07", 1)]
        lines.append(",".join(NOTHING for _ in FIELDS))
    path.write_text("\n".join([*lines, ""]))


def _cell(text: str) -> str:
    if not text:
        return NOTHING
    return f'"{text}"' if "," in text else text


def first_month(folder: Path) -> tuple[Path, list[Person]]:
    """The county's whole file."""
    writer = Writer(seed=1877)
    people = [writer.person(f"{10_000_001 + number}") for number in range(90)]
    write_file(folder / "county.csv", people, bad_rows=True)
    return folder / "county.csv", people


def second_month(folder: Path, people: list[Person]) -> Path:
    """An extract of some people, changed, and of a few new ones."""
    writer = Writer(seed=464)
    changed = []
    for person in people[1::6]:
        rows = [dict(row) for row in person.rows]
        match writer.dice.randrange(3):
            case 0 if len(rows) > 1:
                del rows[-1]
            case 1:
                rows[-1]["SENT_LOC_DESCR"] = "PROBATION"
                rows[-1]["SENT_LENGTH"], rows[-1]["SENT_TIME_CODE"] = "30", "Y"
            case _:
                rows[0]["STP_EVENT_DATE"] = "20260912"
        changed.append(Person(person.subject, rows))
    fresh = [writer.person(f"{20_000_001 + number}") for number in range(5)]
    write_file(folder / "changed.csv", [*changed, *fresh])
    return folder / "changed.csv"
