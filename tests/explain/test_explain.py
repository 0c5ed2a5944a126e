"""`clearance explain`: one person's record, each decision, and what would change it."""

from __future__ import annotations

import io
import json
from datetime import date, datetime
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from rich.console import Console

from clearance.errors import UsageError
from clearance.explain.decision import fact_truth
from clearance.explain.model import (
    HOLDS,
    HOLDS_NOT,
    NOT_NEEDED,
    NOT_SAID,
    Event,
    ExplainedDecision,
    ExplainedFact,
    ExplainedSweep,
    ExplainedUnit,
    Explanation,
)
from clearance.explain.page import explanation_page as page_of
from clearance.explain.render import show
from clearance.explain.step import explain
from clearance.platform.store.store import Store
from tests.support.literal_tables import (
    AS_OF,
    PACKS,
    REASONS,
    SWEEP,
    charge,
    determination,
    sweep,
    write,
)

UNIT = "P-101002001000"
REPORTER = "the court or agency that reported the record (a corrected extract)"


@pytest.fixture(scope="module")
def told(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Path]:
    """A store of two sweeps: today REVIEW for want of information, eligible before that."""
    folder = tmp_path_factory.mktemp("explain")
    store = Store(str(folder / "store"))
    (folder / "reasons.yaml").write_text(REASONS)
    write(
        spark,
        store,
        "charges",
        [
            charge("P", "101002001000", "SAN JOAQUIN", "11359", subdivisions=["B"]),
            charge("Q", "101002001000", "MARIN", "11358"),
        ],
    )
    write(spark, store, "packs", PACKS)
    old = determination(UNIT, "SAN JOAQUIN", "quiet_record", "ELIGIBLE", "dismiss", "NO_RECENT")
    write(spark, store, "determinations", [old])
    before = store.version(spark, "determinations")
    now = determination(
        *(UNIT, "SAN JOAQUIN", "unknown", "REVIEW", None, "MISSING_INFORMATION"),
        facts_true=0b010,
        facts_known=0b011,
        revisit_on=date(2027, 2, 3),
    )
    rows = spark.createDataFrame(
        [tuple(now.get(c) for c in store.read(spark, "determinations").columns)],
        store.read(spark, "determinations").schema,
    )
    store.replace(rows, "determinations")
    versions = {"charges": store.version(spark, "charges")}
    write(
        spark,
        store,
        "sweeps",
        [
            sweep(
                sweep_id="earlier",
                as_of=date(2026, 10, 1),
                determinations_version=before,
                input_versions=versions,
                finished_at=datetime(2026, 10, 2),
            ),
            sweep(
                determinations_version=store.version(spark, "determinations"),
                input_versions=versions,
            ),
        ],
    )
    return store, folder


def test_a_decision_shows_rule_reason_cite_and_facts(
    spark: SparkSession, told: tuple[Store, Path]
) -> None:
    store, rules = told
    made = explain(spark, store, subject_id="P", rules=rules)
    assert (made.sweep_id, made.as_of) == (SWEEP, AS_OF)
    (unit,) = made.units
    assert (unit.charge, unit.level, unit.status) == ("11359(B) HS", "felony", "convicted")
    (decision,) = made.decisions
    assert decision.title == "County pilot"
    assert (decision.outcome, decision.rule) == ("REVIEW", "unknown")
    assert (decision.reason_text, decision.cite) == ("Missing information", "office policy")
    assert [(fact.fact, fact.holds) for fact in decision.facts] == [
        ("after_prop64", "no"),
        ("felony", "yes"),
        ("quiet", "not needed or not known"),
    ]
    questions = {fact.fact: fact.question for fact in decision.facts}
    assert decision.changes == (
        "Time alone: this decision changes on 2027-02-03.",
        f"To know: {questions['quiet']} (from {REPORTER}).",
        "A person's decision.",
    )


def test_it_prints_plainly_at_80_columns_and_as_json(
    spark: SparkSession, told: tuple[Store, Path]
) -> None:
    store, rules = told
    made = explain(spark, store, subject_id="P", rules=rules)
    text = printed(made)
    assert all(len(line) <= 80 for line in text.splitlines())
    for words in ("11359(B) HS", "County pilot", "Missing information", "2027-02-03", "level is F"):
        assert words in text
    assert json.loads(json.dumps(made.as_dict()))["decisions"][0]["revisit_on"] == "2027-02-03"


def test_a_past_sweep_shows_what_was_decided_then(
    spark: SparkSession, told: tuple[Store, Path]
) -> None:
    store, rules = told
    made = explain(spark, store, subject_id="P", rules=rules, sweep_id="earlier")
    assert made.as_of == date(2026, 10, 1)
    (decision,) = made.decisions
    assert (decision.outcome, decision.relief) == ("ELIGIBLE", "dismiss")
    assert decision.reason_text == "No convictions in past 10 years"
    assert decision.changes == ("Only a change of the record or of the rules.",)


def test_a_person_whom_no_pack_is_about_has_a_record_without_decisions(
    spark: SparkSession, told: tuple[Store, Path]
) -> None:
    store, rules = told
    made = explain(spark, store, subject_id="Q", rules=rules)
    assert [unit.county for unit in made.units] == ["MARIN"]
    assert made.decisions == ()


def test_an_unknown_person_and_an_unknown_sweep_are_usage_errors(
    spark: SparkSession, told: tuple[Store, Path]
) -> None:
    store, rules = told
    with pytest.raises(UsageError, match="no person with this SUBJECT_ID"):
        explain(spark, store, subject_id="nobody", rules=rules)
    with pytest.raises(UsageError, match="no sweep never"):
        explain(spark, store, subject_id="P", rules=rules, sweep_id="never")


def test_a_person_of_whom_no_row_could_be_read_is_not_said_to_be_nobody(
    spark: SparkSession, told: tuple[Store, Path]
) -> None:
    store, rules = told
    lost = {"source_file": "a.csv", "position": 1, "subject_id": "LOST", "code": "FIELD_COUNT"}
    write(spark, store, "quarantine", [lost])
    with pytest.raises(UsageError, match="No row of this person could be read") as refused:
        explain(spark, store, subject_id="LOST", rules=rules)
    assert "`quarantine`" in refused.value.remedy
    with pytest.raises(UsageError, match="no person with this SUBJECT_ID"):
        explain(spark, store, subject_id="nobody", rules=rules)


def test_a_timeline_and_paragraphs_tell_what_happened_and_what_decided() -> None:
    fact = ExplainedFact("felony", "level is F", HOLDS, "it is a felony", "it is a felony")
    decision = ExplainedDecision(
        unit_id=UNIT,
        pack="law",
        title="Relief for old convictions",
        version="1",
        kind="law",
        outcome="ELIGIBLE",
        relief="grant_conviction_relief",
        reason="OLD",
        reason_text="Four years without a felony",
        rule="old",
        cite="PC 1",
        facts=(fact, ExplainedFact("young", "age is 3", NOT_NEEDED, "young")),
        eligible_on=date(2014, 6, 1),
        revisit_on=None,
        changes=("Only a change of the record or of the rules.",),
        decided_as_of=AS_OF,
        content_hash="",
        because=("it is a felony", "the end of the sentence is before 2011 (2010-06-01)"),
    )
    unit = ExplainedUnit(UNIT, "count", "459 PC", "felony", "YOLO", {}, "convicted")
    events = (Event(date(2007, 6, 1), "convicted of 459 PC, felony, YOLO", UNIT),)
    made = Explanation(*("P", "s1", AS_OF, (unit,), (decision,)), timeline=events, what_if=True)
    told = " ".join(printed(made, everything=False).split())
    page = page_of(made)
    for text in (told, " ".join(page.split())):
        for words in (
            "2007-06-01",
            "convicted of 459 PC, felony, YOLO",
            "Relief for old convictions",
            "Eligible for conviction relief since 2014-06-01.",
            "Four years without a felony (PC 1).",
            "Because it is a felony; the end of the sentence is before 2011 (2010-06-01).",
            "A what-if",
        ):
            assert words in text
    # What nobody needed stands behind --all, and folded on the page.
    assert "young" not in told
    assert "not needed" in printed(made)
    assert "<details>" in page
    assert "http" not in page
    assert "{{" not in page


def test_the_record_is_a_timeline_by_day(spark: SparkSession, told: tuple[Store, Path]) -> None:
    store, rules = told
    made = explain(spark, store, subject_id="P", rules=rules)
    days = [event.on for event in made.timeline]
    assert days == sorted(days)
    assert [event.what for event in made.timeline if event.what.startswith("convicted")] == [
        "convicted of 11359(B) HS, felony, SAN JOAQUIN"
    ]


def test_the_heading_names_each_sweep_with_its_packs_where_there_are_several() -> None:
    day, later = date(2026, 10, 1), date(2026, 11, 20)
    old, new = ExplainedSweep("s1", day, ("a", "b")), ExplainedSweep("s2", later, ("c",))
    one = Explanation("P", "s1", day, units=(), decisions=(), decided_by=(old,))
    assert printed(one).splitlines()[0] == "Person P, as of 2026-10-01, sweep s1"
    two = Explanation("P", "s2", later, units=(), decisions=(), decided_by=(old, new))
    assert printed(two).splitlines()[:3] == [
        "Person P",
        "  as of 2026-10-01, sweep s1: a, b",
        "  as of 2026-11-20, sweep s2: c",
    ]
    assert two.as_dict()["decided_by"][1] == {
        "sweep_id": "s2",
        "as_of": "2026-11-20",
        "packs": ["c"],
    }


def printed(made: Explanation, *, everything: bool = True) -> str:
    page = io.StringIO()
    show(made, Console(file=page, width=80, no_color=True), everything=everything)
    return page.getvalue()


@pytest.mark.parametrize(
    ("true", "known", "says"),
    [(0b10, 0b10, HOLDS), (0b01, 0b10, HOLDS_NOT), (0b10, 0b01, NOT_SAID)],
)
def test_a_fact_is_read_from_its_own_bit(true: int, known: int, says: str) -> None:
    assert fact_truth(1, true=true, known=known) == says
