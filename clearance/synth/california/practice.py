"""The practices of the whole state: the outcomes of felony arrests and of other arrests.

The shares are near those of the dispositions of adult felony arrests. Sources and guesses are named
in docs/synthetic-california.md.
"""

from __future__ import annotations

from datetime import date

from clearance.synth.cases import Practice
from clearance.synth.dice import Weighted

TO_COURT = {"F": 0.66, "M": 0.58, "I": 0.40}
"""The share of arrests, by their gravest charge, after which the record has a case."""

_DISMISSALS = (
    "DISMISSED",
    "DISMISSED/FURTHERANCE OF JUSTICE",
    "DISMISSED/FURTHERANCE OF JUSTICE",
    "DISMISSED/LACK OF EVIDENCE",
    "DISMISSED/CHARGE DROPPED",
    "DISMISSED/PLEA TO OTHER CHARGE",
)
_DIVERSIONS = (
    "DIVERTED PER 1000 PC",
    "DIVERTED PER 1000 PC",
    "DIVERTED PER 1000 PC",
    "DIVERTED PER 1001.36 PC",
    "DIVERTED PER 1001.95 PC",
    "DEJ GRANTED",
)
_AFTER_DIVERSION = Weighted(
    {
        "DISMISSED/DIVERSION COMPLETED": 52.0,
        "DISMISSED PER 1000.3 PC": 6.0,
        "DISMISSED/FURTHERANCE OF JUSTICE": 12.0,
        "DIVERSION TERMINATED": 14.0,
        "": 16.0,
    }
)
_NOT_BEFORE = {
    "REDUCED TO MISDEMEANOR PER 1170.18 PC": date(2014, 11, 5),
    "RESENTENCED PER 1170.18 PC": date(2014, 11, 5),
    "RESENTENCED PER 11361.8 HS": date(2016, 11, 9),
    "REDESIGNATED MISDEMEANOR PER 11361.8 HS": date(2016, 11, 9),
    "DISMISSED PER 11361.8 HS": date(2016, 11, 9),
    "DISMISSED PER 1210.1 PC": date(2001, 7, 1),
    "DISMISSED PER 1203.43 PC": date(2016, 1, 1),
    "CONV SET ASIDE & DISM PER 1203.41 PC": date(2014, 1, 1),
    "CONV SET ASIDE & DISM PER 1203.49 PC": date(2015, 1, 1),
    "CONVICTION RELIEF GRANTED PER 1203.425 PC": date(2022, 7, 1),
}
_COMMENTS = (
    "SEN FROM COURT MINUTES, NOT ON ABSTRACT",
    "REPORTED LATE",
    "CNT 2 DISM, CNT 3 DISM",
    "CASE TRANSFERRED",
    "SEE DOCKET {docket}",
    "SEE DOCKET {docket}",
    "CONSOLIDATED WITH {docket}",
    "WARRANT {docket} RECALLED",
    "DOM VIOLENCE",
    "WITH PRIORS",
)

FELONY = Practice(
    ended_at_arrest=Weighted(
        {
            "": 40.0,
            "PROS REJ-LACK OF PROBABLE CAUSE": 4.0,
            "PROS REJ-LACK OF EVIDENCE": 14.0,
            "PROS REJ-OTHER": 9.0,
            "PROS REJ-COMB W/OTHER CNTS": 4.0,
            "RELEASED/DETENTION ONLY": 14.0,
            "RELEASED/LACK OF EVIDENCE": 9.0,
            "REL/TOT OTHER JURIS/AUTH": 6.0,
        }
    ),
    in_court=Weighted(
        {"convicted": 78.0, "dismissed": 13.0, "diverted": 4.5, "acquitted": 0.8, "": 3.7}
    ),
    dismissals=_DISMISSALS,
    diversions=_DIVERSIONS,
    after_diversion=_AFTER_DIVERSION,
    after_conviction=Weighted(
        {
            "": 63.0,
            "PROBATION REVOKED": 12.0,
            "PROB REVOKED, REINSTATED": 6.0,
            "PROBATION TERMINATED": 1.5,
            "CONV SET ASIDE & DISM PER 1203.4 PC": 5.0,
            "CONV SET ASIDE & DISM PER 1203.41 PC": 0.6,
            "REDUCED TO MISDEMEANOR": 2.5,
            "REDUCED TO MISDEMEANOR PER 17(B) PC": 1.5,
            "REDUCED TO MISDEMEANOR PER 1170.18 PC": 2.0,
            "RESENTENCED PER 1170.18 PC": 0.5,
            "RESENTENCED PER 11361.8 HS": 0.2,
            "REDESIGNATED MISDEMEANOR PER 11361.8 HS": 0.4,
            "DISMISSED PER 11361.8 HS": 0.3,
            "DISMISSED PER 1210.1 PC": 0.8,
            "DISMISSED PER 1203.43 PC": 0.3,
            "CONVICTION RELIEF GRANTED PER 1203.425 PC": 0.5,
            "SENTENCE MODIFIED": 2.5,
            "CONVICTION REVERSED": 0.2,
            "CERT OF REHAB GRANTED": 0.1,
            "PARDON GRANTED": 0.1,
        }
    ),
    not_before=_NOT_BEFORE,
    comments=_COMMENTS,
)
OTHER = Practice(
    ended_at_arrest=Weighted(
        {
            "": 62.0,
            "PROS REJ-LACK OF EVIDENCE": 8.0,
            "PROS REJ-OTHER": 7.0,
            "PROS REJ-COMB W/OTHER CNTS": 2.0,
            "RELEASED/DETENTION ONLY": 15.0,
            "REL/TOT OTHER JURIS/AUTH": 6.0,
        }
    ),
    in_court=Weighted(
        {"convicted": 73.0, "dismissed": 16.5, "diverted": 5.5, "acquitted": 0.6, "": 4.4}
    ),
    dismissals=_DISMISSALS,
    diversions=_DIVERSIONS,
    after_diversion=_AFTER_DIVERSION,
    after_conviction=Weighted(
        {
            "": 76.0,
            "PROBATION REVOKED": 7.0,
            "PROB REVOKED, REINSTATED": 4.0,
            "PROBATION TERMINATED": 1.0,
            "CONV SET ASIDE & DISM PER 1203.4 PC": 5.0,
            "CONV SET ASIDE & DISM PER 1203.4A PC": 1.5,
            "CONV SET ASIDE & DISM PER 1203.49 PC": 0.1,
            "CONVICTION RELIEF GRANTED PER 1203.425 PC": 1.0,
            "DISMISSED PER 11361.8 HS": 0.4,
            "SENTENCE MODIFIED": 2.5,
            "CONVICTION REVERSED": 0.1,
        }
    ),
    not_before=_NOT_BEFORE,
    comments=_COMMENTS,
)


def practice_of(level: str) -> Practice:
    """The practice for an arrest, by the level of its gravest charge."""
    return FELONY if level == "F" else OTHER
