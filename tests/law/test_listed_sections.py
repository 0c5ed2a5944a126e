"""The law, section by section: what it names is on its list, and what it leaves out is not."""

from __future__ import annotations

import pytest

from clearance.platform.paths import rules_folder
from clearance.prepare.statutes.lists import REQUIRED_BY_STEPS, StatuteLists, load_statutes


@pytest.fixture(scope="module")
def lists() -> StatuteLists:
    return load_statutes(rules_folder(), required=REQUIRED_BY_STEPS)


NAMED = {
    "p64": "11357 11358 11359 11360",
    "p64_related": "647 602 466 148.9 148 1320 11364 11550 4140 4149 4060 40508",
    "super_strike": "187 189 191.5 207 209 209.5 220 205 206 217.1 218 219 236.1 245 261 262 264.1 "
    "269 273AB 286 287 288 288A 288.5 288.7 289 37 128 451.5 4500 653F 667.61 667.7 667.71 1672 "
    "11418 12022.53 12308 12310 18745 18755",
    "gang_offence": "136.1 213 215 246 519 12022.55",
    "gang_enhancement": "186.22",
    "registrable_290c": "187 207 209 220 236.1 243.4 261 262 264.1 266 266C 266H 266I 266J 267 269 "
    "272 285 286 287 288 288A 288.2 288.3 288.4 288.5 288.7 289 311.1 311.2 311.3 311.4 311.10 "
    "311.11 314 647 647.6 647A 653F",
    "enhancement": "12021.5 12022 12022.1 12022.2 12022.3 12022.4 12022.5 12022.53 12022.55 "
    "12022.6 12022.65 12022.7 12022.75 12022.8 12022.85 12022.9 12022.95 12022.10 451.1 452.1 "
    "422.75 273.4",
    "makes_serious": "12022 12022.3 12022.5 12022.53 12022.55 12022.7 12022.8 12022.9",
    "makes_violent": "12022.3 12022.5 12022.53 12022.55 12022.7 12022.8 12022.9",
    "registrable_by_offence": "261.5",
    "serious": "187 192 203 205 261 262 286 287 288 288A 37 128 206 217.1 218 219 269 273AB 288.7 "
    "451.5 236.1 220 4500 4501 451 18740 18745 18750 18755 459 460 211 207 209 209.5 4503 11353 "
    "11380 289 487 215 186.22 244 245 245.2 245.3 245.5 246 264.1 288.5 26100 136.1 422 12022.53 "
    "11418 191.5 192.5 2800.3 23104 23153 243 246.3 417 417.3 417.8 11353.5 11353.7 447A 448A 449A "
    "217",
    "violent": "187 192 203 205 261 262 286 287 288 288A 206 269 273AB 288.7 451.5 12022.7 12022.8 "
    "12022.9 12022.3 12022.5 12022.55 211 451 289 18745 18750 18755 12308 12309 12310 207 208 209 "
    "209.5 220 288.5 215 264.1 518 136.1 459 460 12022.53 11418 447A 217",
    "max_term_8y": "37 128 182 187 188 189 190 190.03 190.05 191.5 192 192.5 203 205 206 207 208 "
    "209 209.5 210.5 211 212.5 213 215 217.1 218 219 220 236.1 245 245.5 261 262 264.1 266H 266I "
    "266J 269 273AB 286 287 288 288A 288.3 288.5 288.7 289 311.4 451 451.5 454 653F 4500 11418 "
    "11419 12308 12309 12310 18745 18750 18755 30600 32625 1672 11352 11353 11379 11379.5 11380 "
    "2800.3",
    "county_jail_felony": "11350 11351 11352 11357 11358 11359 11360 11366 11377 11378 11379 459 "
    "470 475 476 487 496 530.5 532 594 666 10851 23152 23153",
    "diversion": "851.87 1000 1000.4 1000.5 1000.8 1001.1 1001.2 1001.3 1001.4 1001.5 1001.6 "
    "1001.7 1001.8 1001.9 1001.20 1001.35 1001.36 1001.40 1001.50 1001.51 1001.52 1001.53 1001.54 "
    "1001.55 1001.60 1001.70 1001.80 1001.81 1001.83 1001.85",
    "loitering": "653.22",
    "prop47": "11350 11357 11377 459 473 476A 487 496 666",
    "dui": "23152 23153",
    "dui_related": "655 191.5 192 192.5 23103 23103.5",
    "felony_by_priors": "23152",
}
# Where the law, or a reading of it, leaves one out by name.
LEFT_OUT = {
    "p64": "11357.5 11361",
    "super_strike": "192 182 664",
    "serious": "11361 182 653F 519",
    "violent": "182 653F 519 186.22 243 246.3 417 417.3 417.8",
    "makes_violent": "12022",
    "registrable_290c": "182 186.22 213 519 261.5 451.5",
    "max_term_8y": "210 214 222 243 246 266C 285 347 405A 417.8 452 459 518 4501 4503 11361 11413 "
    "12022.7 18740 26100",
    "county_jail_felony": "11353 11357.5 11361 476A 496D",
    "diversion": "1001 1001.95 1210.1",
    "prop47": "496D 11351 11378",
    "wobbler": "187 211 261 11351 11378",
    "felony_by_priors": "23153",
}


@pytest.mark.parametrize("name", NAMED)
def test_every_section_that_the_law_names_stands_on_its_list(
    name: str, lists: StatuteLists
) -> None:
    listed = {row.section for row in lists.rows if row.list == name and row.needs != "not"}
    assert sorted(set(NAMED[name].split()) - listed) == []


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_the_law_leaves_out_by_name_does_not_stand_on_its_list(
    name: str, lists: StatuteLists
) -> None:
    listed = {row.section for row in lists.rows if row.list == name}
    assert sorted(set(LEFT_OUT[name].split()) & listed) == []


def test_every_eight_year_row_cites_what_sets_the_term(lists: StatuteLists) -> None:
    asks, rows = "PC 851.93(a)(2)(C)(ii); ", [r for r in lists.rows if r.list == "max_term_8y"]
    assert rows
    assert [row.cite for row in rows if not row.cite.removeprefix(asks)[:1].isalpha()] == []
    assert [row.cite for row in rows if not row.cite.startswith(asks)] == []


def test_every_list_is_explained_in_the_readme_of_its_folder(lists: StatuteLists) -> None:
    text = (rules_folder() / "statutes" / "README.md").read_text("utf-8")
    assert [name for name in lists.names if f"`{name}`" not in text] == []
