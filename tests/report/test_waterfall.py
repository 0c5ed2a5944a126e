"""The waterfall of a law: where units fall out, of public figures alone."""

from __future__ import annotations

import re
from types import SimpleNamespace

from clearance.report.figures import CountyLine, Reason, sum_lines
from clearance.report.sections import Section
from clearance.report.waterfall import ALL, NOT_SHOWN, SHOWN, build_waterfall, order_of_reasons
from clearance.rulebook.english.office_words import PackWords
from tests.report.read_pages import table

PACK = """
flow:
  - {rule: first, when: a, then: NOT_ELIGIBLE, reason: LATE}
  - {rule: second, when: b, then: {ELIGIBLE: dismiss}, reason: OLD}
  - {rule: third, when: c, then: REVIEW, reason: LATE}
unknown: {then: REVIEW, reason: LACKS}
otherwise: {then: NOT_ELIGIBLE, reason: ALWAYS}
"""
ORDER = ["LATE", "OLD", "LACKS", "ALWAYS"]


def section(
    *units: int | None, total: int | None, kind: str = "law", shown: bool = True
) -> Section:
    lines = [CountyLine("MARIN", "p", units, total)]
    reasons = [
        Reason("p", "ELIGIBLE", "OLD", "Old", "", 30),
        Reason("p", "REVIEW", "LACKS", "Lacks", "", 12),
        Reason("p", "NOT_ELIGIBLE", "ALWAYS", "Always", "", 11),
        Reason("p", "NOT_ELIGIBLE", "LATE", "Late", "", 40),
        Reason("p", "NOT_ELIGIBLE", "", "reasons that are not shown", "", 9),
    ]
    words = PackWords(pack="p", version="1", title="P")
    return Section(
        "p", kind, "P", lines, sum_lines(lines), None, [(words, reasons if shown else [])]
    )


def test_reasons_are_in_the_order_of_the_rules_each_once() -> None:
    row = SimpleNamespace(pack="p", version="1", fingerprint="f", yaml=PACK, facts=[])
    assert order_of_reasons([row], texts={}) == {"p": ORDER}  # type: ignore[list-item]


def test_units_fall_out_in_the_order_of_the_rules_and_what_is_not_shown_is_one_step() -> None:
    steps = build_waterfall(section(30, None, 12, 60, total=107), ORDER)
    assert [(step.text, step.outcome, step.units, step.left) for step in steps] == [
        (ALL, "", 107, 107),
        ("Late", "Not eligible", 40, 67),
        ("Lacks", "For review", 12, 55),
        ("Always", "Not eligible", 11, 44),
        (NOT_SHOWN, "", 14, 30),
        (SHOWN, "Eligible", 30, 30),
    ]
    assert [(step.offset, step.width) for step in steps[-2:]] == [(28.04, 13.08), (0.0, 28.04)]


def test_withheld_eligible_units_are_in_the_step_that_is_not_shown() -> None:
    steps = build_waterfall(section(None, None, 12, 60, total=107), ORDER)
    assert [(step.units, step.left) for step in steps[-2:]] == [(44, 0), (0, 0)]


def test_other_packs_and_laws_of_which_all_is_withheld_have_none() -> None:
    assert build_waterfall(section(30, 0, 12, 60, total=102, kind="policy"), ORDER) == ()
    assert build_waterfall(section(None, None, None, None, total=None), ORDER) == ()
    hidden = section(None, None, None, None, total=40, shown=False)
    assert build_waterfall(hidden, ORDER) == ()


def test_the_page_has_one_for_each_law(page: str) -> None:
    assert re.findall(r"<h3>Why not: (.*?)</h3>", page) == ["Automatic relief"]
    rows = table(page, "Why not: Automatic relief")[1:]
    assert [row[:4] for row in rows] == [
        ["", ALL, "94", "94"],
        ["Not yet", "WAIT20281031", "12", "82"],
        ["Not yet", "WAIT20281101", "14", "68"],
        ["", NOT_SHOWN, "18", "50"],
        ["Eligible", SHOWN, "50", "50"],
    ]
