"""California made up: the same bytes however it is written, in proportion, with all there is."""

from __future__ import annotations

import hashlib
import json
import re
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from multiprocessing import active_children
from pathlib import Path

import pytest
import yaml

from clearance.cli import exit_code
from clearance.errors import StoreFault, UsageError
from clearance.platform.paths import rules_folder
from clearance.synth.california import step, years
from clearance.synth.california.charges import load_lines
from clearance.synth.california.counties import HOMES, THOUSANDS
from clearance.synth.california.people import MOST_ARRESTS, person
from clearance.synth.california.step import synthesize_state
from clearance.synth.feeds import write_feeds
from clearance.synth.names import STATE
from clearance.synth.record import COURT, Person
from clearance.synth.step import SynthResult, synthesize
from clearance.synth.write import FIRST_CYCLE

AS_OF = date(2026, 11, 1)
DRAWN = 4_000


@pytest.fixture(scope="module")
def people() -> list[Person]:
    drawn = (person(1, number, AS_OF) for number in range(DRAWN))
    return [somebody for somebody in drawn if somebody is not None]


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step, "PEOPLE", 40)


def content(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def made(out: Path, people: int, **more: object) -> SynthResult:
    given = {"seed": 3, "as_of": AS_OF, "processes": 1} | more
    return synthesize_state(people=people, out=out, **given)  # type: ignore[arg-type]


@pytest.mark.usefixtures("small_blocks")
def test_three_processes_write_the_bytes_that_one_writes(tmp_path: Path) -> None:
    one = made(tmp_path / "one", 130, second_month=True)
    three = made(tmp_path / "three", 130, second_month=True, processes=3)
    assert content(tmp_path / "one") == content(tmp_path / "three")
    assert len(one.files) == 4 and (one.people, one.rows) == (three.people, three.rows)
    assert one.second_month and three.second_month
    assert one.second_month.changed == three.second_month.changed


@pytest.mark.usefixtures("small_blocks")
def test_more_people_leave_the_first_blocks_as_they_are(tmp_path: Path) -> None:
    made(tmp_path / "few", 80)
    made(tmp_path / "many", 120)
    few, many = content(tmp_path / "few"), content(tmp_path / "many")
    for name, written in few.items():
        assert many[name][: len(written)] == written
    assert few.keys() < many.keys()


@pytest.mark.usefixtures("small_blocks")
def test_a_second_month_leaves_the_first_as_it_is_and_an_earlier_run_is_replaced(
    tmp_path: Path,
) -> None:
    made(tmp_path / "alone", 70)
    made(tmp_path / "both", 130, second_month=True)
    made(tmp_path / "both", 70, second_month=True)
    both = content(tmp_path / "both")
    first = {name: text for name, text in both.items() if not name.startswith("second-month")}
    assert first == content(tmp_path / "alone")
    assert [name for name in both if name.endswith(".csv") and "synthetic-" in name] == [
        f"{folder}synthetic-000{number}.csv"
        for folder in ("second-month/", "")
        for number in (1, 2)
    ]


def test_the_small_state_keeps_its_bytes(tmp_path: Path) -> None:
    # Answers, digests and examples of other tests are about these people.
    files = synthesize(people=150, out=tmp_path, seed=64, as_of=AS_OF, files=4).files
    feeds = write_feeds(people=150, out=tmp_path, seed=64, as_of=AS_OF)
    written = b"".join(Path(path).read_bytes() for path in (*files, *(f.file for f in feeds)))
    assert (
        hashlib.sha256(written).hexdigest()
        == "70b5913d6cfb24d4d7d2f06b9dcd9dc6608d60b3d9ed088ac6097e85586f48ba"
    )


def arrests(people: list[Person]) -> Iterator[date]:
    for somebody in people:
        for cycle in somebody.cycles:
            if cycle.steps[0].kind.startswith("ARREST"):
                yield cycle.on


def test_every_year_has_its_share_of_arrests(people: list[Person]) -> None:
    by_decade = Counter(on.year // 10 for on in arrests(people))
    expected = Counter[int]()
    for year, thousands in years.THOUSANDS.items():
        if year < 2026:
            expected[year // 10] += thousands  # type: ignore[assignment]
    total, whole = sum(by_decade.values()), sum(expected.values())
    for decade in (197, 198, 199, 200, 201):
        assert by_decade[decade] / total == pytest.approx(expected[decade] / whole, rel=0.12)
    assert min(arrests(people)).year == years.FIRST


def test_the_years_add_up_to_what_the_state_published() -> None:
    published = 64_500
    of_these = sum(years.THOUSANDS[year] for year in range(1980, 2014))
    assert of_these == pytest.approx(published, rel=0.02)


def test_a_share_turned_back_at_the_ends_stays_spread_evenly() -> None:
    assert [round(years.fold_back(share), 3) for share in (-0.2, 0.4, 1.3, 2.1)] == [
        0.2,
        0.4,
        0.7,
        0.1,
    ]
    assert (years.day_at(0.0), years.day_at(1.0)) == (date(1973, 1, 1), date(2028, 12, 31))


def test_people_live_where_people_live(people: list[Person]) -> None:
    assert set(THOUSANDS) == set(STATE) == set(HOMES.values)
    assert sum(THOUSANDS.values()) == pytest.approx(39_538, rel=0.001)
    homes = Counter(somebody.county for somebody in people)
    everybody = sum(THOUSANDS.values())
    for county in ("LOS ANGELES", "SAN DIEGO", "ORANGE"):
        share = THOUSANDS[county] / everybody
        assert homes[county] / len(people) == pytest.approx(share, rel=0.2)


def test_most_have_few_arrests_and_a_few_have_hundreds(people: list[Person]) -> None:
    counts = sorted(len(somebody.cycles) for somebody in people)
    assert counts[len(counts) // 2] <= 2
    assert 4.0 < sum(counts) / len(counts) < 7.0
    assert 200 < counts[-1] <= MOST_ARRESTS + 5
    # CNT_ORDER has three digits for the arrest.
    assert FIRST_CYCLE + MOST_ARRESTS + 5 <= 999


def test_nobody_is_arrested_as_a_child(people: list[Person]) -> None:
    for somebody in people:
        for on in arrests([somebody]):
            assert (on - somebody.born).days / 365.25 >= 15.9


def test_some_charges_are_common_and_many_are_rare(people: list[Person]) -> None:
    texts = Counter(
        match.group()
        for somebody in people
        for cycle in somebody.cycles
        for entry in cycle.steps[0].entries
        if (match := re.match(r"[\d.]+[A-Z]?", entry.charge))
    )
    common = sum(count for _, count in texts.most_common(10)) / sum(texts.values())
    assert 0.25 < common < 0.6
    assert len(texts) > 500


def test_every_charge_has_a_code_book_and_years() -> None:
    books = yaml.safe_load((rules_folder() / "code_books.yaml").read_text())["code_books"]
    for weight, first, last, charge in load_lines():
        assert weight > 0 and years.FIRST <= first <= last <= years.LAST, charge
        assert charge.book in books and charge.level in ("F", "M", "I"), charge


def texts(people: list[Person]) -> set[str]:
    return {
        entry.disposition
        for somebody in people
        for cycle in somebody.cycles
        for step in cycle.steps
        for entry in step.entries
    }


# What the reliefs turn on, by the text that the record has for it.
BRANCHES = {
    "dismissed": "DISMISSED/",
    "acquitted": "ACQUITTED",
    "no charges filed": "PROS REJ",
    "a detention": "RELEASED/DETENTION ONLY",
    "turned over": "REL/TOT",
    "diverted by a listed programme": "DIVERTED PER 1000 PC",
    "diverted by another": "DIVERTED PER 1001.95 PC",
    "deferred entry of judgment": "DEJ GRANTED",
    "diversion completed": "DISMISSED/DIVERSION COMPLETED",
    "diversion ended": "DIVERSION TERMINATED",
    "probation": "CONVICTED-PROB",
    "jail": "CONVICTED-JAIL",
    "prison": "CONVICTED-PRISON",
    "paroled": "PAROLED",
    "revoked": "PROBATION REVOKED",
    "reinstated": "PROB REVOKED, REINSTATED",
    "ended early": "PROBATION TERMINATED",
    "set aside": "CONV SET ASIDE & DISM PER 1203.4 PC",
    "set aside without probation": "CONV SET ASIDE & DISM PER 1203.4A PC",
    "reduced": "REDUCED TO MISDEMEANOR",
    "reduced under Prop 47": "REDUCED TO MISDEMEANOR PER 1170.18 PC",
    "void under Prop 64": "DISMISSED PER 11361.8 HS",
    "void after treatment": "DISMISSED PER 1210.1 PC",
    "relieved": "CONVICTION RELIEF GRANTED",
}


def test_what_the_reliefs_turn_on_occurs(people: list[Person]) -> None:
    found = texts(people)
    missing = [name for name, begins in BRANCHES.items() if not any(map_begins(found, begins))]
    assert missing == []


def map_begins(found: set[str], begins: str) -> Iterator[bool]:
    return (text.startswith(begins) for text in found)


def test_no_relief_comes_before_its_law(people: list[Person]) -> None:
    brought = {"1170.18": date(2014, 11, 5), "11361.8": date(2016, 11, 9)}
    seen = 0
    for somebody in people:
        for cycle in somebody.cycles:
            for at in cycle.steps:
                for entry in at.entries:
                    for section, since in brought.items():
                        if section in entry.disposition:
                            seen += 1
                            assert (entry.disposed_later or at.on) >= since
    assert seen > 10


def test_nothing_is_later_than_as_of_and_a_later_as_of_only_adds() -> None:
    early = [person(2, number, date(2005, 6, 30)) for number in range(300)]
    late = [person(2, number, AS_OF) for number in range(300)]
    assert any(somebody is None for somebody in early)
    for before, after in zip(early, late, strict=True):
        if before is not None:
            assert after is not None
            days = [cycle.on for cycle in before.cycles]
            assert max(at.on for cycle in before.cycles for at in cycle.steps) <= date(2005, 6, 30)
            assert days == [cycle.on for cycle in after.cycles[: len(days)]]


def test_memory_does_not_grow_with_the_number_of_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(step, "PEOPLE", 30)

    def peak(people: int) -> int:
        tracemalloc.start()
        made(tmp_path, people)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(30)
    assert peak(210) < 1.5 * peak(60)


def test_each_block_is_reported_when_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(step, "PEOPLE", 40)
    seen: list[tuple[int, int]] = []
    result = made(tmp_path, 100, done=lambda rows, people: seen.append((rows, people)))
    assert [people for _, people in seen] == [40, 40, 20]
    assert sum(rows for rows, _ in seen) == result.rows


@pytest.mark.usefixtures("small_blocks")
def test_where_writing_fails_nothing_half_written_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(step, "_join_feed", full)
    with pytest.raises(StoreFault, match="No space left") as fault:
        made(tmp_path, 90)
    assert "another folder" in fault.value.remedy
    assert all(path.suffix == ".csv" or path.is_dir() for path in tmp_path.rglob("*"))


@pytest.mark.parametrize(("people", "processes"), [(0, 1), (10_000_000, 1), (5, 0)])
def test_impossible_numbers_are_refused(tmp_path: Path, people: int, processes: int) -> None:
    with pytest.raises(UsageError):
        made(tmp_path, people, processes=processes)


def convicted(people: list[Person]) -> Callable[[str], int]:
    counts: Counter[str] = Counter()
    for somebody in people:
        for cycle in somebody.cycles:
            level = cycle.steps[0].entries[0].level
            in_court = any(at.kind == COURT for at in cycle.steps)
            counts[f"{level} arrests"] += 1
            counts[f"{level} in court"] += in_court
    return counts.__getitem__


def test_a_third_of_arrests_are_for_felonies_and_most_of_those_come_to_court(
    people: list[Person],
) -> None:
    count = convicted(people)
    felonies, others = count("F arrests"), count("M arrests")
    assert 0.25 < felonies / (felonies + others) < 0.42
    assert 0.6 < count("F in court") / felonies < 0.75


@pytest.mark.usefixtures("small_blocks")
def test_an_interrupt_ends_the_writing_processes_and_leaves_nothing_half_written(
    tmp_path: Path,
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        made(tmp_path, 400, processes=2, done=interrupt)
    assert active_children() == []
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(left) < 10 and all(path.suffix == ".csv" for path in left)


@pytest.mark.usefixtures("small_blocks")
def test_the_command_writes_both_months_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["synth", "--people", "90", "--out", str(tmp_path), "--seed", "3"]
    california = ["--state", "california", "--second-month", "--processes", "1"]
    assert exit_code([*words, *california, "--json"], debug=True) == 0
    said = capsys.readouterr()
    result = json.loads(said.out)
    assert len(result["files"]) == 3 and result["second_month"]["rows"] > 0
    assert "Writing people into" in said.err
    assert exit_code([*words, *california, "--quiet"], debug=True) == 0
    said = capsys.readouterr()
    assert said.out.count(" people, ") == 2 and said.err == ""


@pytest.mark.parametrize(
    "more",
    [
        ["--state", "nevada"],
        ["--second-month"],
        ["--state", "california", "--second-month", "--format", "delta"],
        ["--state", "california", "--processes", "0"],
    ],
)
def test_a_state_that_there_is_not_and_a_month_that_none_has_are_wrong_use(
    more: list[str], tmp_path: Path
) -> None:
    assert exit_code(["synth", "--people", "9", "--out", str(tmp_path), *more], debug=False) == 2
