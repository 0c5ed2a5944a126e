"""Situations that people who do this job reported in public, each with the answer that is right.

The files lie beside the checkout, in shared/cases; their README says what is right and why. A case
is one person, and what it says is asked of the tables that the line leaves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from pyspark.sql import Row, SparkSession
from soak.months import Place

from clearance.platform.store.store import Store
from tests.support.cases import OF_THE_RECORD

DAY = date
LAW = "pc1203_425"
ARRESTS = "pc851_93"
FIRST = "101002001000"


@dataclass(frozen=True)
class Answers:
    """What the line says of the people of the cases."""

    charges: dict[str, dict[str, Row]]
    decided: dict[str, dict[tuple[str, str], Row]]

    def count(self, subject: str, order: str = FIRST) -> Row:
        return self.charges[subject][order]

    def of(self, subject: str, order: str = FIRST, pack: str = LAW) -> tuple[str, str] | None:
        """Outcome and reason; None where there is no such unit."""
        row = self.decided[subject].get((order, pack))
        return None if row is None else (row["outcome"], row["reason"])

    def given(self, subject: str) -> Iterator[tuple[tuple[str, str], Row]]:
        """The units for which a pack says, or will say, that relief is given."""
        for unit, row in self.decided[subject].items():
            if row["outcome"] in ("ELIGIBLE", "NOT_YET"):
                yield unit, row


@pytest.fixture(scope="module")
def answers(spark: SparkSession, cases: Place) -> Answers:
    store = Store(str(cases.store))
    charges: dict[str, dict[str, Row]] = defaultdict(dict)
    decided: dict[str, dict[tuple[str, str], Row]] = defaultdict(dict)
    for row in store.read(spark, "charges").collect():
        charges[row["subject_id"]][row["count_order"]] = row
    for row in store.read(spark, "determinations").collect():
        subject, _, unit = row["unit_id"].partition("-")
        decided[subject][unit, row["pack"]] = row
    return Answers(charges, decided)


@pytest.mark.parametrize("subject", [*(f"04000{at}" for at in range(1, 8)), "450001"])
def test_a_sentence_without_an_end_is_served_and_no_conviction_is_relieved(
    subject: str, answers: Answers
) -> None:
    units = [unit for unit, pack in answers.decided[subject] if pack == LAW]
    assert len(units) == 2
    for unit in units:
        assert answers.of(subject, unit) == ("NOT_ELIGIBLE", "SERVING_SENTENCE")


SERVED = {
    "050001": (DAY(2010, 6, 1), "ELIGIBLE"),
    "050002": (DAY(2010, 6, 1), "ELIGIBLE"),
    "050003": (DAY(2010, 6, 1), "ELIGIBLE"),
    "050004": (None, "NOT_ELIGIBLE"),
    "050005": (None, "NOT_ELIGIBLE"),
    "050006": (DAY(2013, 6, 1), "ELIGIBLE"),
    "050007": (DAY(2013, 6, 1), "ELIGIBLE"),
    "050008": (DAY(2012, 6, 1), "ELIGIBLE"),
    "050009": (DAY(2010, 6, 1), "ELIGIBLE"),
    "050010": (DAY(2010, 6, 1), "ELIGIBLE"),
    "050011": (DAY(2012, 6, 1), "ELIGIBLE"),
}


@pytest.mark.parametrize("subject", SERVED)
def test_time_served_is_over_on_the_day_and_what_is_not_read_is_not(
    subject: str, answers: Answers
) -> None:
    outcome = answers.decided[subject][FIRST, LAW]["outcome"]
    assert (answers.count(subject).sentence_end, outcome) == SERVED[subject]


@pytest.mark.parametrize("number", [1, 2, 5, 6, 8, 11, 13, 14])
def test_what_was_denied_or_taken_back_changes_nothing(number: int, answers: Answers) -> None:
    subject = f"0600{number:02d}"
    count = answers.count(subject)
    assert (count.status, count.set_aside, count.level) == ("convicted", False, "F")
    assert answers.of(subject) == ("ELIGIBLE", "PROBATION_COMPLETED")


@pytest.mark.parametrize("number", [0, 3, 4, 9, 10])
def test_what_was_granted_stands(number: int, answers: Answers) -> None:
    assert answers.of(f"0600{number:02d}") == ("NOT_ELIGIBLE", "ALREADY_RELIEVED")


def test_a_reduction_stands_and_a_prohibition_of_relief_is_no_relief(answers: Answers) -> None:
    assert answers.count("060007").level == "M"
    assert answers.of("060012") == ("NOT_ELIGIBLE", "INSUFFICIENT_DATA")
    assert not answers.count("060012").set_aside


@pytest.mark.parametrize("subject", [*(f"0600{at}" for at in range(15, 22)), "100001", "100002"])
def test_a_conviction_that_was_reversed_or_dismissed_is_none_any_more(
    subject: str, answers: Answers
) -> None:
    count = answers.count(subject)
    assert (count.convicted, count.conviction_date) == (False, None)
    assert count.status in ("unknown", "dismissed")
    assert not list(answers.given(subject))


def test_a_later_conviction_of_the_same_case_is_one_more(answers: Answers) -> None:
    assert answers.count("100003").convictions_on_record == 2


@pytest.mark.parametrize("number", range(1, 13))
def test_a_revocation_finds_its_conviction_or_makes_it_unknown(
    number: int, answers: Answers
) -> None:
    subject = f"0700{number:02d}"
    count = answers.count(subject)
    outcome, reason = answers.of(subject) or ("", "")
    if count.probation_revoked and count.status == "convicted":
        assert reason != "PROBATION_COMPLETED"
    else:
        assert (count.status, outcome, reason) == ("unknown", "NOT_ELIGIBLE", "INSUFFICIENT_DATA")
        assert "DOUBTFUL_DISPOSITION" in count.quality


def test_revocations_with_any_case_number_are_found(answers: Answers) -> None:
    found = {at for at in range(1, 13) if answers.count(f"0700{at:02d}").probation_revoked}
    assert found >= {1, 2, 3, 4, 5, 6, 7, 8, 9, 12}


# BAIL FORFEITED, MISTRIAL, HUNG JURY, DISPO:OTHER, OTHER, TRANSFERRED,
# FILED, NO COMPLAINT FILED and others: what became of the charge is not known.
UNKNOWN_ENDINGS = (1, 4, 5, 6, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 26, 27, 28, 29, 30, 32)


@pytest.mark.parametrize("number", UNKNOWN_ENDINGS)
def test_an_odd_ending_is_unknown_and_gives_no_relief(number: int, answers: Answers) -> None:
    subject = f"0800{number:02d}"
    assert answers.of(subject, "101001", ARRESTS) == ("NOT_ELIGIBLE", "INSUFFICIENT_DATA")
    assert "UNKNOWN_DISPOSITION" in answers.count(subject).quality


def test_deferred_entry_of_judgment_is_a_diversion_that_is_not_completed(answers: Answers) -> None:
    assert answers.of("080000", "101001", ARRESTS) == ("NOT_ELIGIBLE", "DIVERSION_NOT_COMPLETED")


def test_a_charge_combined_with_others_says_that_proceedings_were_begun(answers: Answers) -> None:
    assert answers.count("081003", "101001001000").status == "combined"
    assert answers.of("081003", "101001", ARRESTS) == ("NOT_ELIGIBLE", "INSUFFICIENT_DATA")


@pytest.mark.parametrize("subject", ["470000", "470001"])
def test_a_misdemeanor_dismissed_on_the_arrest_row_is_cleared(
    subject: str, answers: Answers
) -> None:
    assert answers.of(subject, "101001", ARRESTS) == ("ELIGIBLE", "MISDEMEANOR_DISMISSED")


def test_a_felony_dismissed_on_the_arrest_row_has_no_answer(answers: Answers) -> None:
    assert answers.of("470004", "101001", ARRESTS) == ("NOT_ELIGIBLE", "INSUFFICIENT_DATA")


def test_a_sentence_that_was_changed_ends_with_the_later_one(answers: Answers) -> None:
    first = answers.count("130001")
    assert (first.level, first.sentence_end) == ("M", DAY(1997, 10, 28))
    assert answers.count("130002").sentence_end == DAY(2029, 5, 2)
    assert answers.decided["130002"][FIRST, LAW]["reason"] == "SERVING_SENTENCE"
    # Probation that a court ended early is over on that day.
    assert answers.count("130003").sentence_end == DAY(2020, 11, 2)
    assert answers.of("130003") == ("ELIGIBLE", "PROBATION_COMPLETED")


@pytest.mark.parametrize(
    ("subject", "latest"),
    [("140001", DAY(2020, 6, 1)), ("440001", DAY(2005, 6, 1)), ("440002", DAY(2005, 6, 1))],
)
def test_a_line_that_is_no_offence_is_not_counted_and_has_no_unit(
    subject: str, latest: date, answers: Answers
) -> None:
    count = answers.count(subject)
    assert (count.convictions_on_record, count.latest_conviction) == (1, latest)
    assert {unit for unit, _ in answers.decided[subject]} == {FIRST}
    others = [row for order, row in answers.charges[subject].items() if order != FIRST]
    assert others
    for other in others:
        assert (other.convicted, "NOT_A_CHARGE" in other.quality) == (False, True)


def test_what_a_line_of_violated_parole_imposes_reaches_the_conviction(answers: Answers) -> None:
    # Parole after it may last four years more, and then the four years run.
    assert answers.count("440002").sentence_end == DAY(2024, 11, 28)
    assert answers.decided["440002"][FIRST, LAW]["eligible_on"] == DAY(2032, 11, 28)


def test_a_sentencing_line_without_a_disposition_is_not_pending(answers: Answers) -> None:
    assert not answers.count("140002").pending_charge


@pytest.mark.parametrize("subject", ["480001", "480002"])
def test_a_plea_withdrawn_after_diversion_ends_it(subject: str, answers: Answers) -> None:
    count = answers.count(subject)
    assert (count.status, count.pending_charge) == ("diversion_completed", False)
    assert "UNLINKED_DISPOSITION" not in count.quality
    assert answers.of(subject, "101001", ARRESTS) == ("ELIGIBLE", "DIVERSION_COMPLETED")


def test_every_file_of_these_cases_is_asked_about(answers: Answers) -> None:
    subjects = {subject[:2] for subject in answers.charges if len(subject) == 6}
    assert {name[:2] for name in OF_THE_RECORD} <= subjects
