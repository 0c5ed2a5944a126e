"""The counties' policies: the words an office reads, and what a pack alone cannot show."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from clearance.rulebook.check.cases import load_cases
from clearance.rulebook.english.office_words import format_reason, office_word, read_pack_words
from clearance.rulebook.language.resolved import ResolvedPack, check_switches
from clearance.rulebook.loading.load import PackFile, Rulebook
from clearance.rulebook.loading.stored import parse_stored_pack, stored_text
from clearance.rulebook.oracle import decide
from clearance.settings import Settings

CITY_ATTORNEYS, HAND = "To be reviewed by City Attorneys", "Hand Review"
MAYBE, NO = "Maybe Eligible - Flag for Review", "Not eligible"
DISMISSAL, REDUCTION = "Eligible for Dismissal", "Eligible for Reduction"

LACKS_ROWS = "The record is incomplete: a row of this person could not be read"

CONTRA_COSTA = [
    (MAYBE, LACKS_ROWS),
    (NO, "Occurred after 11/09/2016"),
    (MAYBE, "Missing information"),
    (MAYBE, "No Related Prop64 Charges"),
    (MAYBE, "4060 BP"),
    (DISMISSAL, "{charge}"),
    (DISMISSAL, "Misdemeanor or Infraction"),
    (DISMISSAL, "11357 HS"),
    (DISMISSAL, "No convictions in past 5 years"),
    (MAYBE, "Has convictions in past 5 years"),
    (DISMISSAL, "Sentence Completed"),
    (MAYBE, "Missing information"),
    (MAYBE, "Sentence not Completed"),
]
# What the packet says for each rule, for what is unknown, and otherwise.
SPOKEN = {
    "los_angeles": [
        (HAND, LACKS_ROWS),
        (HAND, "Missing information"),
        (CITY_ATTORNEYS, "Misdemeanor or Infraction"),
        (NO, "Occurred after 11/09/2016"),
        (DISMISSAL, "11357(a) or 11357(b)"),
        (HAND, "Other 11357"),
        (NO, "PC 667(e)(2)(c)(iv)"),
        (NO, "PC 290"),
        (NO, "Two priors"),
        (DISMISSAL, "50 years or older"),
        (DISMISSAL, "21 years or younger"),
        (DISMISSAL, "Only has 11357-60 charges and completed sentence"),
        (DISMISSAL, "No convictions in past 10 years"),
        (HAND, "Currently serving sentence"),
        (DISMISSAL, "Deceased"),
        (HAND, "Missing information"),
        (HAND, "No applicable eligibility criteria"),
    ],
    "sacramento": [
        (HAND, LACKS_ROWS),
        (NO, "Occurred after 11/09/2016"),
        (HAND, "Missing information"),
        (DISMISSAL, "Misdemeanor or Infraction"),
        (DISMISSAL, "HS 11357(b)"),
        (DISMISSAL, "No convictions in past 10 years"),
        (REDUCTION, "Has convictions in past 10 years"),
        (DISMISSAL, "Sentence Completed"),
        (HAND, "Missing information"),
        (REDUCTION, "Sentence not Completed"),
    ],
    "contra_costa": CONTRA_COSTA,
    "san_joaquin": CONTRA_COSTA,
    "san_francisco": [
        (MAYBE, LACKS_ROWS),
        (MAYBE, "Missing information"),
        (NO, "11359(c)(3), 11359(d), 11360(a)(3)(c) or 11360(a)(3)(d)"),
        (NO, "PC 667(e)(2)(c)(iv)"),
        (NO, "PC 290"),
        (NO, "Three or more convictions of HS {section}"),
        (DISMISSAL, "Prop 64 conviction: resentencing"),
        (DISMISSAL, "Prop 64 conviction: redesignation"),
        (DISMISSAL, "Plea in a cycle of Prop 64 charges: resentencing"),
        (DISMISSAL, "Plea in a cycle of Prop 64 charges: redesignation"),
        (MAYBE, "Plea in a cycle with other charges: resentencing"),
        (MAYBE, "Missing information"),
        (MAYBE, "Plea in a cycle with other charges: redesignation"),
    ],
}


def policy(rulebook: Rulebook, name: str) -> PackFile:
    found = rulebook.find(name, as_of=date(2026, 11, 1))
    assert found is not None
    return found


def bound(rulebook: Rulebook, name: str, **switches: Any) -> ResolvedPack:
    return rulebook.resolve(policy(rulebook, name).pack, switches=switches)


def spoken(rulebook: Rulebook, name: str) -> Iterator[tuple[str, str]]:
    """The office's word and sentence of each line of a pack, as its packet prints them."""
    item = policy(rulebook, name)
    text = stored_text(bound(rulebook, name), text=item.document.text)
    words = read_pack_words(pack=name, version=item.pack.version, text=text, facts=item.pack.facts)
    lines = [(rule.rule, rule) for rule in item.pack.flow]
    for rule, line in [*lines, ("unknown", item.pack.unknown), ("otherwise", item.pack.otherwise)]:
        assert line.then is not None
        yield (
            office_word(line.then.outcome, line.then.relief, words.labels.get(rule)),
            format_reason(str(line.reason), rulebook.reasons, words.params),
        )


@pytest.mark.parametrize("name", SPOKEN)
def test_the_packet_says_each_rule_in_the_offices_words(rulebook: Rulebook, name: str) -> None:
    assert list(spoken(rulebook, name)) == SPOKEN[name]


def test_san_joaquin_has_the_table_of_contra_costa(rulebook: Rulebook) -> None:
    of_its_own = {"pack", "title", "authority"}
    tables = [
        policy(rulebook, name).pack.model_dump(exclude=of_its_own)
        for name in ("contra_costa", "san_joaquin")
    ]
    assert tables[0] == tables[1]


def test_a_switch_takes_san_franciscos_misdemeanors_in(rulebook: Rulebook) -> None:
    chosen = Settings(switches={"san_francisco_levels": ["F", "M", "I"]}).switches
    check_switches([item.pack for item in rulebook.packs], chosen)
    both = bound(rulebook, "san_francisco", **chosen)
    felonies = bound(rulebook, "san_francisco")
    case = load_cases(
        policy(rulebook, "san_francisco").cases, resolved=both, catalogue=rulebook.catalogue
    )[0]
    misdemeanor = {**case.row, "level": "M", "record_incomplete": False}
    assert decide(felonies, misdemeanor, case.as_of) is None
    decided = decide(both, misdemeanor, case.as_of)
    assert decided is not None
    assert (decided.outcome, decided.rule) == ("ELIGIBLE", "prop64")
    # What a store keeps decides alike.
    text = stored_text(both, text=policy(rulebook, "san_francisco").document.text)
    again = parse_stored_pack(text, catalogue=rulebook.catalogue)
    assert again.fingerprint == both.fingerprint != felonies.fingerprint
    assert decide(again, misdemeanor, case.as_of) == decided
