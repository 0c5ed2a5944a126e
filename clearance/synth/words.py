"""The texts of the made-up record: charges with their spellings, and comments.

The sections are real, as the statute lists need them; every name is made of syllables.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from clearance.synth.dice import Dice, Weighted

PROP64 = date(2016, 11, 9)


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge, from which its spellings are made.

    Attributes:
        section: the section's number.
        path: its subdivisions, as in `(A)(1)`.
        book: code book.
        literal: the wording after the dash.
        level: F, M or I.
    """

    section: str
    path: str
    book: str
    literal: str
    level: str

    @property
    def cite(self) -> str:
        """The charge's cite: `11357(C) HS`."""
        return f"{self.section}{self.path} {self.book}"


def _charges(text: str) -> Weighted[Charge]:
    """The charges of lines of `weight section path book level literal` (path `.` for none)."""
    table: dict[Charge, float] = {}
    for line in text.strip().split("\n"):
        weight, section, path, book, level, literal = line.split(maxsplit=5)
        table[Charge(section, "" if path == "." else path, book, literal, level)] = float(weight)
    return Weighted(table)


CANNABIS_OLD = _charges("""
    6  11357 (A)       HS F POSSESS CONCENTRATED CANNABIS
    14 11357 (B)       HS M POSSESS MARIJUANA 28.5 GRAMS OR LESS
    9  11357 (C)       HS M POSSESS MARIJUANA OVER 28.5 GRAMS
    2  11357 (D)       HS M POSSESS MARIJUANA ON SCHOOL GROUNDS
    4  11357 .         HS F POSSESS MARIJUANA
    17 11358 .         HS F CULTIVATE MARIJUANA
    24 11359 .         HS F POSSESS MARIJUANA FOR SALE
    19 11360 (A)       HS F SELL/FURNISH/TRANSPORT MARIJUANA
    5  11360 (B)       HS M GIVE/TRANSPORT MARIJUANA 28.5 GRAMS OR LESS
""")
CANNABIS_NEW = _charges("""
    3  11357 (A)(1)    HS I POSSESS CANNABIS UNDER 18
    4  11357 (B)(2)    HS M POSSESS CANNABIS OVER LIMIT
    6  11358 (C)       HS M CULTIVATE OVER SIX PLANTS
    1  11358 (D)       HS F CULTIVATE WITH PRIORS
    8  11359 (B)       HS M POSSESS CANNABIS FOR SALE
    1  11359 (C)(3)    HS F POSSESS FOR SALE TO MINOR
    6  11360 (A)(2)    HS M SELL/TRANSPORT CANNABIS
    1  11360 (A)(3)(D) HS F IMPORT CANNABIS INTO STATE
""")
BESIDE_CANNABIS = _charges("""
    8 11364 (A)    HS M POSSESS DRUG PARAPHERNALIA
    4 11550 (A)    HS M UNDER INFLUENCE CONTROLLED SUBSTANCE
    4 148   (A)(1) PC M RESIST OR DELAY OFFICER
    3 148.9 (A)    PC M FALSE NAME TO OFFICER
    4 602   (L)    PC M TRESPASS
    3 466   .      PC M POSSESS BURGLARY TOOLS
    4 647   (F)    PC M DISORDERLY CONDUCT:INTOXICATED
    3 1320  (A)    PC M FAIL TO APPEAR ON OWN RECOGNIZANCE
    2 4140  .      BP M POSSESS HYPODERMIC NEEDLE
    1 4149  .      BP M UNLICENSED NEEDLE SALE
    2 4060  .      BP M POSSESS CONTROLLED SUBSTANCE NO SCRIPT
    4 40508 (A)    VC M FAIL TO APPEAR ON CITATION
    3 11366 .      HS F MAINTAIN PLACE FOR NARCOTICS
    2 32    .      PC F ACCESSORY
    2 11357.5 (B)  HS M SYNTHETIC CANNABINOID
    2 11361 (A)    HS F USE MINOR IN CANNABIS SALE
    6 11377 (A)    HS F POSSESS CONTROLLED SUBSTANCE
    3 12020 (A)    PC F CARRY PROHIBITED WEAPON
""")
COMMON = _charges("""
    12 484   (A)    PC M THEFT
    9  459   .      PC F BURGLARY
    3  459   .      PC F BURGLARY:SECOND DEGREE
    2  459   .      PC F BURGLARY:FIRST DEGREE
    9  23152 (A)    VC M DUI ALCOHOL/DRUGS
    8  23152 (B)    VC M DUI ALCOHOL/0.08 PERCENT
    8  14601.1 (A)  VC M DRIVE WITH SUSPENDED LICENSE
    7  11350 (A)    HS F POSSESS NARCOTIC
    8  11377 (A)    HS M POSSESS CONTROLLED SUBSTANCE
    4  11378 .      HS F POSSESS CONTROLLED SUBSTANCE FOR SALE
    6  242   .      PC M BATTERY
    5  273.5 (A)    PC F INJURE SPOUSE OR COHABITANT
    5  10851 (A)    VC F TAKE VEHICLE WITHOUT CONSENT
    4  496   (A)    PC F RECEIVE STOLEN PROPERTY
    4  245   (A)(1) PC F ASSAULT WITH DEADLY WEAPON
    3  211   .      PC F ROBBERY
    3  422   .      PC F CRIMINAL THREATS
    3  594   (B)(2) PC M VANDALISM
    3  415   .      PC I DISTURB THE PEACE
    2  12500 (A)    VC I UNLICENSED DRIVER
    2  487   (A)    PC F GRAND THEFT
    1  537   (A)(1) PC M DEFRAUD INNKEEPER
    1  205   .      VC M OLD TRAFFIC SECTION
    1  18205 .      PC M FIREARM ORDER VIOLATION
""")
SUPER_STRIKES = _charges("""
    4 187   (A)    PC F MURDER
    3 207   (A)    PC F KIDNAPPING
    2 209   (A)    PC F KIDNAPPING FOR RANSOM
    2 206   .      PC F TORTURE
    3 191.5 (A)    PC F GROSS VEHICULAR MANSLAUGHTER INTOX
    2 220   .      PC F ASSAULT TO COMMIT FELONY
    2 653F  (B)    PC F SOLICIT MURDER
    1 245   (D)(3) PC F MACHINEGUN ASSAULT ON OFFICER
    3 261   (A)(2) PC F RAPE BY FORCE
""")
REGISTRABLE = _charges("""
    5 288   (A)    PC F LEWD ACT WITH CHILD UNDER 14
    4 243.4 (A)    PC F SEXUAL BATTERY
    4 647.6 (A)(1) PC M ANNOY OR MOLEST CHILD
    3 314   (1)    PC M INDECENT EXPOSURE
    3 311.11 (A)   PC F POSSESS OBSCENE MATTER OF MINOR
    2 261   (A)(2) PC F RAPE BY FORCE
""")
CONSPIRACY = Charge("182", "(A)(1)", "PC", "CONSPIRACY:COMMIT CRIME", "F")
SHOPLIFTING = Charge("484", "(A)/490.5", "PC", "PETTY THEFT:RETAIL MERCHANDISE", "M")
GANG = (
    Charge("246", "", "PC", "SHOOT AT INHABITED DWELLING", "F"),
    Charge("186.22", "(B)(4)", "PC", "CRIMINAL STREET GANG ENHANCEMENT", "F"),
)
REGISTRATIONS = Weighted(
    {
        "290 PC-REGISTRATION OF SEX OFFENDER": 5.0,
        "290(A) PC-SEX OFFENDER REGISTRATION": 1.0,
        "290(B)PC-SEX OFFENDER REGISTRATION": 1.0,
    }
)
OTHER_REGISTRATIONS = ("11590 HS-REGISTRATION OF DRUG OFFENDER", "457.1 PC-REGISTRATION:ARSON")

SPELLINGS = Weighted(
    {
        "{section}{path} {book}-{literal}": 60.0,
        "{section}{path}{book}-{literal}": 10.0,
        "{section}{path} {book} - {literal}": 5.0,
        "{section}{path} {book}- {literal}": 3.0,
        "{section}{path} {book}": 5.0,
        "{section}{bare} {book}-{literal}": 6.0,
        "{section}{path} {literal}": 2.0,
        "664/{section}{path} {book}-{literal}": 2.5,
        "{section}{path} {book}-{literal}-ATTEMPTED": 1.5,
        "SEE COMMENT FOR CHARGE": 2.5,
        "": 1.5,
    }
)
CHARGE_COMMENTS = ("CHRG {cite}", ":CHRG {cite}", "CHRG {cite}-{literal}", "{cite}-{literal}")
OTHER_COMMENTS = (
    "SEN FROM COURT MINUTES, NOT ON ABSTRACT",
    "REPORTED LATE",
    "CNT 2 DISM, CNT 3 DISM",
    'KNOWN ALSO AS "SLIM", "DOC"',
    "CASE TRANSFERRED",
)
TARGET_COMMENTS = ("CHRG {cite}", "TO COMMIT {cite}", "TARGET OFFENSE {cite}")
P64_COMMENTS = ("SHOULD BE {cite}", "{section} - SHOULD READ {cite}", "AMENDED TO {cite}")


def spell(charge: Charge, dice: Dice) -> tuple[str, str]:
    """A spelling of the charge: OFFENSE_DESCR and COMMENT_TEXT."""
    pattern = dice.draw(SPELLINGS)
    words = {
        "section": charge.section,
        "path": charge.path,
        "bare": charge.path.replace("(", "").replace(")", ""),
        "book": charge.book,
        "literal": charge.literal,
        "cite": charge.cite,
    }
    if pattern in ("", "SEE COMMENT FOR CHARGE"):
        return pattern, dice.pick(CHARGE_COMMENTS).format(**words)
    return pattern.format(**words), ""
