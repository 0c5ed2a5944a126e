"""The pages that the attacker of tests/publish/figures works on are those that are published.

Random decisions of two months are written as a store; what its report and `statistics.csv` show is
compared with the model, figure by figure.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random

from pyspark.sql import SparkSession

from clearance.platform.paths import rules_folder
from clearance.platform.store.store import Store
from clearance.publish.figures.counted import STATISTICS, count_figures
from clearance.publish.files import write_table
from clearance.report.figures import WITHHELD
from clearance.report.step import write_report
from tests.publish.figures.attacker import (
    COUNTIES,
    OUTCOMES,
    PACKS,
    STATE,
    YEARS,
    Decision,
    Page,
    State,
    a_month_later,
    decisions,
    page_of,
)
from tests.report.read_pages import numbers, table
from tests.support.literal_tables import charge, determination, sweep, write

# With figures that are shown and figures that are withheld of every kind.
SEED = 9
# Of each pack the heading of its section, and that of its people.
TITLES = {
    "policy": ("County policies", "All county policies"),
    "scenario": ("scenario", "scenario"),
    "law": ("law", "law"),
}
MONTHS = ("2026-11", "2026-12", "2027-01")
FIRST_YEAR = 1980
RELIEF = {"ELIGIBLE": "dismiss", "NOT_YET": "dismiss"}


def one_record(given: list[Decision]) -> list[Decision]:
    """The decisions, where who is left with none is who keeps no conviction on record."""
    outcomes: dict[tuple[str, str], set[str]] = defaultdict(set)
    for decision in given:
        outcomes[decision.pack, decision.person].add(decision.outcome)
    return [
        decision._replace(cleared=outcomes[decision.pack, decision.person] == {"ELIGIBLE"})
        for decision in given
    ]


def published(spark: SparkSession, given: list[Decision], folder: Path) -> tuple[str, Path]:
    """The report's text and `statistics.csv` of a store with these decisions."""
    store = Store(str(folder / "store"))
    rows, charges = [], {}
    for one in given:
        unit = f"{one.person}-{one.unit:012}"
        rows.append(
            determination(
                *(unit, one.county, "rule", one.outcome, RELIEF.get(one.outcome), one.reason),
                pack=one.pack,
                kind=one.pack,
                pack_fingerprint=one.pack,
                eligible_on=date.fromisoformat(f"{MONTHS[one.month]}-01"),
            )
        )
        day = date(FIRST_YEAR + 10 * one.decade, 5, 6)
        charges[unit] = charge(
            one.person, f"{one.unit:012}", one.county, "459", conviction_date=day
        )
    write(spark, store, "determinations", rows)
    write(spark, store, "charges", list(charges.values()))
    write(spark, store, "packs", [])
    write(spark, store, "sweeps", [sweep(pack_fingerprints={name: name for name in PACKS})])
    write_report(spark, store, out=folder / "report.html", rules=rules_folder())
    figures = count_figures(store.read(spark, "determinations"))
    statistics = folder / "statistics.csv"
    write_table(statistics, header=STATISTICS, rows=figures.public_statistics(counties=None))
    return (folder / "report.html").read_text(encoding="utf-8"), statistics


def shown_by(page: Page) -> dict[tuple[object, ...], object]:
    """The figures that the model publishes, and the outcomes that it withholds."""
    shown: dict[tuple[object, ...], object] = {
        cell: WITHHELD if units is None else units for cell, units in page.outcomes.items()
    }
    shown |= {**page.reasons, **page.totals}
    for (state, pack, outcome), (parts, whole) in page.lines.items():
        if outcome == "NOT_YET" and pack != "law":
            continue  # the report has the months of laws
        shown |= {(state, pack, outcome, part): units for part, units in parts.items() if units}
        if state == STATE:
            shown[state, pack, outcome] = whole
        # Who keeps a conviction is the others: no sentence of its own.
        shown.pop((STATE, pack, "ELIGIBLE", "False"), None)
    return shown


def read_from(report: str, statistics: Path) -> dict[tuple[object, ...], object]:
    """The same figures, as a reader finds them."""
    found: dict[tuple[object, ...], object] = {}
    for pack, (heading, title) in TITLES.items():
        section = report[report.index(f'<h2 id="s-{pack}"') :]
        for (county, *_), line in numbers(section, heading).items():
            if county in COUNTIES:
                *cells, _, total = [t if t == WITHHELD else int(t.replace(",", "")) for t in line]
                by_outcome = zip(OUTCOMES, cells, strict=True)
                found |= {(county, pack, outcome): n for outcome, n in by_outcome if n}
                found |= {} if total == WITHHELD else {(county, pack): total}
        found |= dict(_people(report, pack, title))
    with statistics.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            cell = row["county"], row["pack"], row["outcome"], row["reason"]
            found[cell] = int(row["units"])
    for month, units, _ in table(report, "What becomes eligible in the months ahead")[1:]:
        if month in MONTHS:
            found[STATE, "law", "NOT_YET", str(MONTHS.index(month))] = int(units)
    found[STATE, "law", "NOT_YET"] = int(_one(r">(\d+) convictions wait;", report))
    return found


def _people(report: str, pack: str, title: str) -> Iterator[tuple[tuple[object, ...], int]]:
    """The people with some relief, those with no conviction left, and the decades."""
    section = report[report.index('<h2 id="people"') :]
    section = section[: section.index("</section>")]
    if f"<h3>{title}</h3>" not in section:
        return
    of_pack = section.split(f"<h3>{title}</h3>")[1].split("<h3>")[0]
    yield (STATE, pack, "ELIGIBLE"), int(_one(r"<strong>(\d+)</strong> people", of_pack))
    for left in re.findall(r"<strong>(\d+)</strong> of them would have no conv", of_pack):
        yield (STATE, pack, "ELIGIBLE", "True"), int(left)
    for year, units in re.findall(r"(\d+) to \d+: <strong>(\d+)</strong>", of_pack):
        yield (YEARS, pack, "ELIGIBLE", str((int(year) - FIRST_YEAR) // 10)), int(units)


def _one(pattern: str, text: str) -> str:
    (found,) = re.findall(pattern, text)
    return str(found)


def test_the_model_publishes_and_withholds_what_the_report_and_statistics_do(
    spark: SparkSession, tmp_path: Path
) -> None:
    dice = Random(SEED)
    first = decisions(dice)
    kinds: set[int] = set()
    for name, month in (("first", first), ("later", a_month_later(first, dice))):
        given = one_record(month)
        model = shown_by(page_of(State.of(given)))
        found = read_from(*published(spark, given, tmp_path / name))
        assert found == model
        kinds |= {len(key) for key in found}
        assert WITHHELD in found.values()
        assert {key[0] for key in found} == {*COUNTIES, STATE, YEARS}
    assert kinds == {2, 3, 4}
