"""Figures of the report without a page: sums, who is left with none, shades."""

from __future__ import annotations

import pytest

from clearance.report.figures import (
    Cell,
    CountyLine,
    build_county_lines,
    sum_lines,
)
from clearance.report.map.county_map import build_county_map
from clearance.report.people import publishable_left


def test_sums_are_over_what_is_shown_and_the_rest_of_a_county_is_not_shown() -> None:
    cells = [
        Cell("law", "p", "ALPINE", "ELIGIBLE", None),
        Cell("law", "p", "MARIN", "ELIGIBLE", 30),
        Cell("law", "p", "MARIN", "REVIEW", 12),
        Cell("law", "p", "YOLO", "ELIGIBLE", None),
        Cell("law", "p", "YOLO", "REVIEW", None),
    ]
    lines = build_county_lines(cells, totals={("MARIN", "p"): 42, ("YOLO", "p"): 20})
    assert [line.units for line in lines] == [
        (None, 0, 0, 0),
        (30, 0, 12, 0),
        (None, 0, None, 0),
    ]
    assert [line.not_shown for line in lines] == [None, 0, 20]
    found = sum_lines(lines)
    assert (found.units, found.not_shown, found.counties) == ((30, 0, 12, 0), 20, 1)
    assert [total.text for total in found.sums] == [
        *("30 in 1 county", "0", "12 in 2 counties", "0"),
        *("20 in 2 counties", "62 in 2 counties"),
    ]
    assert [(piece.kind, piece.width) for piece in found.pieces] == [
        ("eligible", 48.39),
        ("review", 19.35),
        ("not-shown", 32.26),
    ]


def test_a_sum_of_withheld_figures_alone_is_no_zero() -> None:
    cells = [
        *(Cell("law", "p", "YOLO", outcome, None) for outcome in ("ELIGIBLE", "NOT_YET")),
        Cell("law", "p", "MARIN", "ELIGIBLE", None),
        Cell("law", "p", "MARIN", "NOT_YET", 15),
    ]
    found = sum_lines(build_county_lines(cells, totals={("MARIN", "p"): 29}))
    assert [total.text for total in found.sums[:2]] == ["not shown", "15 in 1 county"]
    assert [total.is_nobody for total in found.sums[:3]] == [False, False, True]
    assert [word for _, *word in found.legend[:2]] == [
        ["Eligible", "not shown"],
        ["Not yet", "15 in 1 county"],
    ]


@pytest.mark.parametrize(
    ("some", "left", "shown"),
    [(22, 11, 11), (22, 12, None), (22, 10, None), (22, 22, 22), (22, 0, 0)],
)
def test_who_is_left_with_none_is_told_where_neither_side_is_of_few(
    some: int, left: int, shown: int | None
) -> None:
    assert publishable_left(some, left) == shown


def test_shades_are_round_steps_that_hold_every_county() -> None:
    def drawn(*shares: int) -> list[tuple[str, str]]:
        lines = [
            CountyLine(county, "p", (share, 0, 0, 100 - share), 100)
            for county, share in zip(("ALPINE", "MARIN", "YOLO"), shares, strict=False)
        ]
        found = build_county_map(lines)
        assert found is not None
        return [one for one in found.key if one[0] != "shade-none"]

    assert drawn(20, 22) == [("shade-0", "20 to 21 %"), ("shade-2", "22 to 23 %")]
    assert drawn(0, 49, 100) == [
        ("shade-0", "0 to 20 %"),
        ("shade-2", "40 to 60 %"),
        ("shade-4", "80 to 100 %"),
    ]
    assert build_county_map([CountyLine("MARIN", "p", (None, 0, 0, 0), None)]) is None
    away = build_county_map([CountyLine("NARNIA", "p", (1, 0, 0, 0), 1)])
    assert away is not None and away.elsewhere == ("NARNIA",)
