"""Each reason code of a pack once, with the words of every rule that gives it."""

from __future__ import annotations

from pyspark.sql import Row

from clearance.rulebook.english.reasons import PackReason, list_reasons_by_code

PACK = """
pack: county_pilot
kind: policy
authority: {cite: office policy}
params: {years_quiet: {value: 10, cite: policy}}
flow:
  - {rule: quiet, when: quiet, then: {ELIGIBLE: dismiss}, reason: QUIET, cite: HSC 11361.9}
  - {rule: later, when: later, then: {ELIGIBLE: redesignate_misdemeanor}, reason: QUIET,
     cite: HSC 11361.8}
  - {rule: again, when: again, then: {ELIGIBLE: dismiss}, reason: QUIET, cite: HSC 11361.9}
unknown: {then: REVIEW, reason: MISSING, label: To be flagged, cite: policy}
otherwise: {then: NOT_ELIGIBLE, reason: CHARGED, cite: policy}
"""
TEXTS = {
    "QUIET": "No convictions in past {years_quiet} years",
    "MISSING": "Missing information",
    "CHARGED": "{charge}, HS {section}",
    "BY_OFFICE": "The office decided",
    "COUNTY_UNREAD": "The county cannot be read",
}


def rows_of(pack: str) -> list[PackReason]:
    row = Row(fingerprint="f1", pack="county_pilot", version="2019", yaml=pack, facts=[])
    return list_reasons_by_code([row], texts=TEXTS, reviewed="BY_OFFICE")


def test_a_code_of_several_rules_is_one_row_with_each_label_and_cite_once() -> None:
    quiet, missing, charged, by_office, unread = rows_of(PACK)
    assert quiet == PackReason(
        pack_fingerprint="f1",
        pack="county_pilot",
        pack_version="2019",
        kind="policy",
        reason="QUIET",
        label="Eligible for Dismissal or Eligible for Reduction",
        reason_text="No convictions in past 10 years",
        cite="HSC 11361.9; HSC 11361.8",
    )
    assert (missing.label, missing.reason_text) == ("To be flagged", "Missing information")
    assert charged.reason_text == "(the charge itself), HS (section)"
    assert (by_office.reason_text, by_office.label, by_office.cite) == (
        "The office decided",
        None,
        None,
    )
    assert (unread.reason, unread.label, unread.cite) == (
        "COUNTY_UNREAD",
        "Hand Review",
        "office policy",
    )


def test_only_a_county_policy_gives_the_reason_of_an_unread_county() -> None:
    law = rows_of(PACK.replace("kind: policy", "kind: law"))
    assert [row.reason for row in law] == ["QUIET", "MISSING", "CHARGED", "BY_OFFICE"]
    assert {row.kind for row in law} == {"law"}
