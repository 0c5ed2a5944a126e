"""What a statute list may say, and that every section the law names stands on its list.

Plain Python: nothing here is classified. `test_statutes.py` holds charges against the lists.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from clearance.commands.rules.check import check_rules
from clearance.errors import RulebookInvalid
from clearance.platform.paths import rules_folder
from clearance.prepare.person import (
    cycles,
    dated_offences,
    enhancements,
    offences,
    outcomes,
    persons,
)
from clearance.prepare.record.rules import load_record_rules
from clearance.prepare.statutes.lists import REQUIRED_BY_STEPS, load_statutes
from clearance.prepare.statutes.row import StatuteRow

HEADER = ",".join(StatuteRow.model_fields)
GOOD = "mine,PC,187,,,,no,no,,possible,murder,,,PC 187,M,a book"
BURGLARY = "mine,PC,459,,{words},{needs},no,no,,possible,burglary,,,PC 459,M,a book"


def folder(tmp_path: Path, *lines: str, header: str = HEADER, name: str = "mine.csv") -> Path:
    for copied in ("code_books.yaml", "sections_with_letters.csv"):
        (tmp_path / copied).write_text((rules_folder() / copied).read_text("utf-8"), "utf-8")
    (tmp_path / "statutes").mkdir(exist_ok=True)
    (tmp_path / "statutes" / name).write_text("\n".join([header, *lines]) + "\n", "utf-8")
    return tmp_path


def problems(rules: Path, *, required: tuple[str, ...] = ()) -> list[str]:
    with pytest.raises(RulebookInvalid) as caught:
        load_statutes(rules, required=required)
    return caught.value.message.split("\n")


# A row


def test_every_wrong_row_is_reported_at_once_with_file_and_line(tmp_path: Path) -> None:
    rules = folder(
        tmp_path,
        GOOD,
        "mine,PC,187(A),,,,no,no,,possible,murder,,,PC 187,M,a book",
        "mine,PC,188,,,,no,no,,possible,murder,,,,M,a book",
        "mine,PC,189,,,,no,no,,possible,murder,2024-02-30,,PC 189,M,a book",
        "mine,PC,190,a.1,,,no,no,possible,possible,murder,,,PC 190,M,a book",
        "mine,PC,191,,,perhaps,no,no,,possible,murder,,,PC 191,M,a book",
        "mine,PC,193,A,,,no,no,,possible,murder,,,PC 193,M,a book",
        "mine,PC,194,,,,no,no,,possible,murder,2024-02-01,2024-01-31,PC 194,M,a book",
        "mine,XX,195,,,,no,no,,possible,murder,,,XX 195,M,a book",
        "mine,PC,196Q,,,,no,no,,possible,murder,,,PC 196q,M,a book",
        "yours,PC,197,,,,no,no,,possible,murder,,,PC 197,M,a book",
        "mine,PC,198,,,not,no,no,,possible,murder,2024-01-01,,PC 198,M,a book",
        "mine,PC,199",
        "mine,PC,187,,,felony,no,no,,possible,murder,,,PC 187,M,a book",
    )
    (tmp_path / "statutes" / "other.csv").write_text("not,a,list\n", "utf-8")
    said = problems(rules)
    for line in range(3, 15):
        assert any(text.startswith(f"statutes/mine.csv:{line}: ") for text in said), line
    assert any("cite is ''" in text for text in said)
    assert any("unknown column not" in text and "other.csv:1" in text for text in said)
    assert any(text.startswith("statutes/mine.csv:15: disagrees with") for text in said)
    assert not any(text.startswith("statutes/mine.csv:2: ") for text in said)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("mine,PX,187,,,,no,no,,no,murder,,,PC 187,M,a book", "PX is no code book of code_books"),
        ("mine,PC,35000,,,,no,no,,no,x,,,PC 35000,M,a book", "the Penal Code ends before 35000"),
        ("mine,PC,9999,,,,no,no,,no,x,,,PC 9999,M,a book", "a gap of the Penal Code"),
        ("mine,PC,113588,,,,no,no,,no,x,,,PC 113588,M,a book", "the Penal Code ends before 35000"),
        ("mine,PC,187Q,,,,no,no,,no,x,,,PC 187q,M,a book", "write the letter as a path"),
        ("mine,HS,653F,,,,no,no,,no,x,,,HS 653f,M,a book", "HS 653F is not in sections_with"),
        ("mine,PC,187,,,,no,no,,no,murder,,,TODO,M,a book", "cite `TODO` cites nothing"),
        ("mine,PC,187,,,,no,no,,no,murder,,,PC 187,M,tbd", "source `tbd` cites nothing"),
        (
            "mine,PC,187,,,,no,no,,no,x,2024-01-02,2024-01-01,PC 187,M,a book",
            "valid_to 2024-01-01 is before valid_from 2024-01-02",
        ),
        ("mine,PC,187,A,,,no,no,,no,x,,,PC 187,M,a book", "bare is for rows with a path"),
        ("mine,PC,187,,,not,no,no,,no,x,,2024-01-01,PC 187,M,a book", "holds at all dates"),
        ("mine,PC,187,,MURDER|,,no,no,,no,x,,,PC 187,M,a book", "literal is 'MURDER|'"),
        ("mine,PC,0187,,,,no,no,,no,x,,,PC 187,M,a book", "section is '0187'"),
        ("mine,PC,187,,,,maybe,no,,no,x,,,PC 187,M,a book", "attempts is 'maybe'"),
        ("mine,PC,187,,,,no,no,,no,x,,,PC 187,sure,a book", "certainty is 'sure'"),
    ],
)
def test_a_row_that_could_not_hold_is_refused_and_says_why(
    row: str, said: str, tmp_path: Path
) -> None:
    (problem,) = problems(folder(tmp_path, row))
    assert problem.startswith("statutes/mine.csv:2: ")
    assert said in problem


@pytest.mark.parametrize(
    "row",
    [
        "mine,PC,34999,,,,no,no,,no,x,,,PC 34999,M,a book",
        "mine,PC,653F,,,,no,no,,no,x,,,PC 653f,M,a book",
        "mine,HS,11357.5,,,,no,no,,no,x,,,HS 11357.5,M,a book",
        "mine,PC,187,,,,no,no,,no,x,2024-01-01,2024-01-01,PC 187,M,a book",
        "mine,PC,187,,,,no,no,,no,x,,,office policy,M,a book",
    ],
)
def test_a_row_just_this_side_of_a_mistake_holds(row: str, tmp_path: Path) -> None:
    assert len(load_statutes(folder(tmp_path, row)).rows) == 1


# Two rows


def test_rows_of_one_place_may_follow_each_other_but_not_share_a_day(tmp_path: Path) -> None:
    until = "mine,PC,187,,,,no,no,,possible,murder,,2023-12-31,PC 187,M,a book"
    since = "mine,PC,187,,,felony,no,no,,possible,murder,2024-01-01,,PC 187,M,a book"
    assert len(load_statutes(folder(tmp_path, until, since)).rows) == 2
    touching = since.replace("2024-01-01", "2023-12-31")
    with pytest.raises(RulebookInvalid, match="disagrees with"):
        load_statutes(folder(tmp_path, until, touching))
    with pytest.raises(RulebookInvalid, match="repeats"):
        load_statutes(folder(tmp_path, GOOD, GOOD))


def test_a_row_inside_the_dates_of_another_is_found_though_a_third_stands_between(
    tmp_path: Path,
) -> None:
    always = "mine,PC,187,,,,no,no,,possible,murder,1900-01-01,,PC 187,M,a book"
    early = "mine,PC,187,,,felony,no,no,,possible,murder,1950-01-01,1950-12-31,PC 187,M,a book"
    late = "mine,PC,187,,,felony,no,no,,possible,murder,2000-01-01,2000-12-31,PC 187,M,a book"
    said = problems(folder(tmp_path, always, early, late))
    assert [text.split(":")[1] for text in said] == ["3", "4"]
    assert all("disagrees with statutes/mine.csv:2" in text for text in said)


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        ("FIRST DEGREE|RESIDENTIAL", "COMMERCIAL|RESIDENTIAL", "RESIDENTIAL"),
        ("BURGLARY", "BURGLARY SECOND DEGREE", "BURGLARY SECOND DEGREE"),
        ("BURGLARY SECOND DEGREE", "SECOND", "BURGLARY SECOND DEGREE"),
    ],
)
def test_two_rows_whose_words_may_stand_in_one_charge_may_not_disagree(
    first: str, second: str, both: str, tmp_path: Path
) -> None:
    one = BURGLARY.format(words=first, needs="")
    other = BURGLARY.format(words=second, needs="not")
    (problem,) = problems(folder(tmp_path, one, other))
    assert problem.startswith("statutes/mine.csv:3: disagrees with statutes/mine.csv:2")
    assert f"a charge that says {both};" in problem
    agreeing = BURGLARY.format(words=second, needs="")
    assert len(load_statutes(folder(tmp_path, one, agreeing)).rows) == 2


def test_words_of_other_rows_and_the_row_without_words_do_not_clash(tmp_path: Path) -> None:
    rows = (
        BURGLARY.format(words="", needs="unreadable"),
        BURGLARY.format(words="VOLUNTARY", needs=""),
        BURGLARY.format(words="INVOLUNTARY", needs="not"),
    )
    assert len(load_statutes(folder(tmp_path, *rows)).rows) == 3


# A file


def test_an_unknown_column_names_the_nearest_known_one(tmp_path: Path) -> None:
    misspelt = HEADER.replace("certainty", "certanty")
    with pytest.raises(RulebookInvalid, match="unknown column certanty; did you mean certainty"):
        load_statutes(folder(tmp_path, GOOD, header=misspelt))
    with pytest.raises(RulebookInvalid, match="column certainty is missing"):
        load_statutes(folder(tmp_path, GOOD, header=misspelt))


def test_a_folder_without_lists_and_a_list_without_rows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RulebookInvalid, match="no list"):
        load_statutes(tmp_path)
    (problem,) = problems(folder(tmp_path))
    assert problem.startswith("statutes/mine.csv:1: the list has no row")


def test_a_list_that_is_asked_for_and_misspelt_is_refused_and_the_near_one_named(
    tmp_path: Path,
) -> None:
    row = GOOD.replace("mine,", "super_strikes,")
    rules = folder(tmp_path, row, name="super_strikes.csv")
    (problem,) = problems(rules, required=("super_strike",))
    assert problem.startswith("statutes/super_strike.csv:1: no such list")
    assert "is it statutes/super_strikes.csv?" in problem


def test_what_the_steps_ask_of_a_charge_is_what_they_are_promised() -> None:
    asked = {
        cycles.P64,
        outcomes.SUPER_STRIKE,
        outcomes.GANG_OFFENCE,
        outcomes.GANG_ENHANCEMENT,
        persons.REGISTRABLE,
        offences.NOT_AN_OFFENCE,
        enhancements.ENHANCEMENT,
        *enhancements.MAKES,
        *enhancements.MAKES.values(),
        *dated_offences.BY_OFFENCE,
    }
    assert asked == set(REQUIRED_BY_STEPS)


def test_the_fingerprint_follows_content_and_not_the_order_or_form_of_files(tmp_path: Path) -> None:
    other = "mine,PC,189,,,,no,no,,possible,murder,,,PC 189,M,a book"
    first = load_statutes(folder(tmp_path, GOOD, other)).fingerprint
    columns = HEADER.split(",")
    turned = [",".join(reversed(line.split(","))) for line in (other, GOOD)]
    again = load_statutes(folder(tmp_path, *turned, header=",".join(reversed(columns))))
    assert again.fingerprint == first
    changed = load_statutes(folder(tmp_path, GOOD, other.replace("PC 189", "PC 189(b)")))
    assert changed.fingerprint != first
    books = tmp_path / "code_books.yaml"
    books.write_text(books.read_text("utf-8").replace("CONSP]", "CONSPIRED]"), "utf-8")
    assert load_statutes(tmp_path).fingerprint not in (first, changed.fingerprint)


# The command


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """The project's rules with the scenarios alone: the solver goes through every pack."""
    copied = Path(shutil.copytree(rules_folder(), tmp_path / "rules"))
    for folder in copied.rglob("*"):
        others = folder.is_dir() and folder.name not in ("prop64", "scenarios", "statutes")
        if others:
            shutil.rmtree(folder)
    for pack in (copied / "prop64").glob("*.yaml"):
        pack.unlink()
    return copied


def said_by_check(rules: Path) -> list[str]:
    return [finding.headline for finding in check_rules(rules, overlaps=False).audit.problems]


def test_rules_check_tells_problems_of_lists_record_rules_and_packs_together(rules: Path) -> None:
    assert said_by_check(rules) == []
    statutes = rules / "statutes"
    (statutes / "super_strike.csv").rename(statutes / "super_strikes.csv")
    with (statutes / "dui.csv").open("a", encoding="utf-8") as lines:
        lines.write("dui,VC,231522,,,,yes,no,,possible,a slip,,,VC 23152,M,a book\n")
    dispositions = rules / "dispositions.yaml"
    text = dispositions.read_text("utf-8")
    dispositions.write_text(text.replace("effect: rejects}", "effect: reject}"), "utf-8")
    pack = rules / "prop64" / "scenarios" / "dismiss_all_p64.yaml"
    pack.write_text(pack.read_text("utf-8").replace("includes p64", "includes p46"), "utf-8")
    said = said_by_check(rules)
    end = len((statutes / "dui.csv").read_text("utf-8").splitlines())
    at = next(i for i, line in enumerate(text.splitlines(), 1) if "effect: rejects}" in line)
    for expected in (
        f"statutes/dui.csv:{end}: VC 231522: the Vehicle Code ends before 43000",
        "statutes/super_strike.csv:1: no such list, but it is required",
        "statutes/super_strikes.csv:2: list is super_strike, the file's name says",
        f"dispositions.yaml:{at}: dispositions.",
        "no statute list is called `p46`",
    ):
        assert any(expected in line for line in said), (expected, said)
    assert len(said) == len(set(said))


def test_rules_check_counts_the_rows_and_names_the_lists_that_nothing_asks(rules: Path) -> None:
    statutes = rules / "statutes"
    shutil.copy(statutes / "dui.csv", statutes / "spare.csv")
    spare = statutes / "spare.csv"
    spare.write_text(spare.read_text("utf-8").replace("dui,", "spare,"), "utf-8")
    result = check_rules(rules, overlaps=False)
    assert result.rows["spare"] == result.rows["dui"]
    assert "spare" in result.idle
    assert not {"p64", "diversion", "super_strike"} & set(result.idle)
    assert result.as_dict()["statute_lists"]["rows"]["p64"] == 4


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("cites: diversoin", "no statute list is called `diversoin`; did you mean `diversion`?"),
        ("cites: super_strike", "asks more of"),
        ("cites: diversion, cited: [PC 1]", "`cited` comes from the list"),
    ],
)
def test_a_disposition_may_cite_a_list_of_whole_sections_only(
    wrong: str, said: str, rules: Path
) -> None:
    dispositions = rules / "dispositions.yaml"
    text = dispositions.read_text("utf-8")
    assert "cites: diversion," in text
    dispositions.write_text(text.replace("cites: diversion", wrong), "utf-8")
    with pytest.raises(RulebookInvalid) as caught:
        load_record_rules(rules)
    assert said in caught.value.message
    assert "dispositions.yaml:" in caught.value.message
