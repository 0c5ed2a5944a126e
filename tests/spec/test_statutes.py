"""Which lists a charge is on, and what a list file may say."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from clearance.charges.statute_lists import StatuteRow
from clearance.charges.statutes import (
    MATCH_TYPE,
    classify,
    load_statutes,
    resolve_tags,
    statute_rows,
)
from clearance.errors import RulebookInvalid
from clearance.places import rules_folder

CORPUS = Path(__file__).with_name("charge_texts.csv")

# What a felony count is on, whatever its date: + on the list, ? possible. Lists: s super_strike,
# r registrable_290c, S serious, v violent, p p64, q p64_related, l p64_plea, g gang_offence,
# e gang_enhancement
LISTS = {
    "s": "super_strike",
    "r": "registrable_290c",
    "S": "serious",
    "v": "violent",
    "p": "p64",
    "q": "p64_related",
    "l": "p64_plea",
    "g": "gang_offence",
    "e": "gang_enhancement",
}
FELONIES = {
    # Missed by patterns of text, found by section.
    "187(A) PC": "s+ r? S+ v+",
    "207(A) PC": "s? r? S+ v+",
    "209(A) PC": "s+ r? S+ v+",
    "191.5(A) PC": "s+ S?",
    "206 PC": "s+ S+ v+",
    "288.7 PC": "s+ r+ S+ v+",
    "653F(B) PC": "s+",
    "664/187(A) PC": "s+ r? S+ v+",
    # Found by patterns of text, on no list.
    "537 PC": "",
    "137 PC": "",
    "337 PC": "",
    "637 PC": "",
    "1205 PC": "",
    "18205 PC": "",
    "11357.5 HS": "",
    "11361(A) HS": "",
    "261.5 PC": "",
    # The code book counts.
    "187 VC": "",
    "11358 PC": "",
    "459 HS": "",
    # Prop 64, attempts included; a conspiracy is possible where it names its target.
    "11357 HS": "p+",
    "11357B2 HS": "p+",
    "11358(C) HS-CULTIVATE": "p+",
    "11360(A)(3)(C) HS": "p+",
    "11360(B) SELL/FURNISH": "p+",
    "664/11358 HS": "p+",
    "11359 HS-POSSESS FOR SALE-ATTEMPTED": "p+",
    "182(A)(1)/11358": "p?",
    "182(A)(1)/11360(A) HS": "p?",
    "182(A)(1) PC-CONSPIRACY:11359 HS": "p?",
    "11358 HS-CULTIVATE-CONSPIRACY": "p?",
    "32/11358 PC": "l+",
    # Related charges, with any subdivision, 647 only with (f).
    "647(F) PC": "q+",
    "647F PC": "q+",
    "647 PC": "",
    "647(B) PC": "",
    "602(L) PC": "q+",
    "148(A)(1) PC": "q+",
    "148.9(A) PC": "q+",
    "148.5 PC": "",
    "11550(A) HS": "q+",
    "40508(A) VC": "q+",
    "4149 BP - UNLICENSED": "q+",
    # What a Prop 64 case may have been settled for.
    "32 PC-ACCESSORY": "l+",
    "11364(A) HS": "q+ l+",
    "664/32 PC": "",
    # Homicide.
    "192 PC-MANSLAUGHTER": "S? v?",
    "192(A) PC": "S+ v+",
    "192 PC-VOLUNTARY MANSLAUGHTER": "S+ v+",
    "192(B) PC": "",
    "192 PC-INVOLUNTARY MANSLAUGHTER": "",
    "192(C)(1) PC": "S?",
    "191.5 PC": "s? S?",
    "182(A)(1)/187 PC": "s? r? S+ v?",
    # Attempts: super-strikes for homicide only, serious but for assaults, violent for murder only.
    "664/211 PC": "S+",
    "664/209(A) PC": "r? S+",
    "664/288(A) PC": "r+ S+",
    "664/245(A)(1) PC": "",
    "664/220 PC": "r?",
    "217.1(B) PC-ATTEMPTED MURDER OF OFFICIAL": "s+ S+ v+",
    # Sexual offences.
    "220 PC": "s? r? S+ v+",
    "220 PC- COMMIT MAYHEM": "s? S+ v+",
    "220(A)(1) PC": "s? r? S+ v+",
    "261 PC": "s? r+ S+ v?",
    "261(A)(2) PC": "s+ r+ S+ v+",
    "261(A)(4) PC": "r+ S+",
    "262(A)(1) PC": "s+ r? S+ v+",
    "264.1(A) PC": "s+ r+ S+ v+",
    "269(A)(1) PC": "s+ r+ S+ v+",
    "286(C)(2)(A) PC": "s+ r+ S+ v+",
    "286(C)(1) PC": "s+ r+ v+",
    "286 PC": "s? r+ S? v?",
    "286(B)(1) PC": "r?",
    "288A(C)(1) PC": "s+ r+ v+",
    "288 PC": "s? r+ S? v?",
    "288(A) PC": "s+ r+ S+ v+",
    "288(B)(1) PC": "s+ r+ S+ v+",
    "288(C)(1) PC": "r+",
    "288.2 PC": "r+",
    "289(J) PC": "s+ r+ v+",
    "289(H) PC": "r?",
    "314 PC": "r?",
    "314(1) PC": "r+",
    "311.2(B) PC": "r+",
    "311.2(A) PC": "",
    "272 PC": "r?",
    "647.6(A)(1) PC": "r+",
    "647A PC": "r?",
    "647A PC-ANNOY/MOLEST CHILDREN": "r+",
    "266H(B) PC": "r+",
    "266H(A) PC": "",
    "243.4(E)(1) PC": "r+",
    "290 PC": "",
    # Sections that say nothing without their subdivision.
    "182 PC": "",
    "186.22 PC": "",
    "213 PC": "",
    "519 PC": "g+",
    "653F PC": "s?",
    "653F(C) PC": "r+",
    # Assault, burglary, robbery, theft.
    "245(A)(1) PC-FORCE/ADW NOT FIREARM:GBI LIKELY": "S+",
    "245(A)(4) PC": "",
    "245(D)(3) PC": "s+ S+",
    "245 PC": "s? S?",
    "459 PC": "S? v?",
    "459 PC-BURGLARY:FIRST DEGREE": "S+ v?",
    "459 PC-BURGLARY:SECOND DEGREE": "",
    "460(A) PC": "S+ v?",
    "460(B) PC": "",
    "459.5 PC": "",
    "211 PC": "S+ v+",
    "212.5(C) PC": "S+ v+",
    "213(A)(1)(A) PC": "S+ v+ g+",
    "487 PC-GRAND THEFT": "S?",
    "487(D)(2) PC": "S+",
    "487(A) PC": "",
    "487 PC-GRAND THEFT:MONEY/LABOR/PROPERTY": "",
    "487(D) PC-GRAND THEFT AUTO": "",
    "215(A) PC": "S+ v+ g+",
    "136.1(B)(1) PC": "S+ v? g+",
    "246 PC": "S+ g+",
    "422 PC": "S+",
    "451(C) PC": "S+",
    "451(A) PC": "S+ v+",
    "518 PC": "v?",
    "186.22(B)(4) PC": "S+ e+",
    "186.22(A) PC": "S+",
    "12022.53(D) PC": "s+ S+ v+",
    "12022.53(B) PC": "S+ v+",
    "11418(B)(1) PC": "s+ S+ v+",
    "11353 HS": "S?",
    "23153(A) VC": "S?",
    "1672(A) MV": "s+ S+ v+",
    "37 PC": "s+ S+ v+",
    # Without a code book only Prop 64 is taken for sure.
    "187(A) MURDER": "s? r? S? v?",
    "602 TRESPASS": "q?",
    "POSSESS MARIJUANA": "",
}


def tags(short: str) -> list[str]:
    marks = {"+": "", "?": ":possible"}
    return sorted(LISTS[word[0]] + marks[word[1]] for word in short.split())


NEEDS = {
    "422 PC": [("serious", "felony")],
    # (a)(3) and (b) are felonies only, (a)(1) is not: the surest of what cannot be read stands.
    "245 PC": [("serious", "unreadable"), ("super_strike", "unreadable")],
    "288.2 PC": [("registrable_290c", "felony")],
    "23153(A) VC": [("serious", "felony_unreadable")],
    "537 PC": [],
}


def given_texts() -> list[str]:
    with CORPUS.open(encoding="utf-8", newline="") as lines:
        corpus = [row["text"] for row in csv.DictReader(lines)]
    return list(dict.fromkeys([*corpus, *FELONIES, *NEEDS]))


@pytest.fixture(scope="module")
def classified(spark: SparkSession) -> DataFrame:
    statutes = statute_rows(spark, load_statutes(rules_folder()))
    texts = spark.createDataFrame([(text,) for text in given_texts()], "text string").coalesce(1)
    return classify(texts, statutes=statutes)


@pytest.fixture(scope="module")
def found(classified: DataFrame) -> list[Row]:
    """Every text of this file classified, in one job."""
    day = F.lit("2024-06-01").cast("date")
    tagged = resolve_tags(F.col("matches"), level=F.lit("F"), on=day)
    return classified.withColumn("tags", tagged).collect()


def test_a_felony_is_on_exactly_the_lists_that_name_its_section_and_subdivision(
    found: list[Row],
) -> None:
    read = {row["text"]: row["tags"] for row in found}
    differing = {
        text: (read[text], tags(short))
        for text, short in FELONIES.items()
        if read[text] != tags(short)
    }
    assert differing == {}


def test_a_match_says_what_it_needs_once_a_list(found: list[Row]) -> None:
    read = {
        row["text"]: [(match["list"], match["needs"]) for match in row["matches"]] for row in found
    }
    assert {text: read[text] for text in NEEDS} == NEEDS


def test_no_text_gains_or_loses_a_row(classified: DataFrame, found: list[Row]) -> None:
    assert classified.columns == ["text", "charge", "matches"]
    assert classified.schema["matches"].dataType.simpleString() == f"array<{MATCH_TYPE}>"
    assert [row["text"] for row in found] == given_texts()


def test_no_text_is_moved_to_be_classified(classified: DataFrame) -> None:
    plan = classified._jdf.queryExecution().executedPlan().toString()
    texts_side, joined, _ = plan.partition("BroadcastExchange")
    assert joined
    assert "BroadcastNestedLoopJoin" in texts_side
    assert "Exchange" not in texts_side
    assert "Python" not in plan


def test_lists_without_rows_leave_every_text_unmatched(spark: SparkSession) -> None:
    nothing = statute_rows(spark, load_statutes(rules_folder())).where("false")
    texts = spark.createDataFrame([("187 PC",), ("X",)], "text string")
    rows = classify(texts, statutes=nothing).select("text", "matches").collect()
    assert [tuple(row) for row in rows] == [("187 PC", []), ("X", [])]


def test_tags_follow_level_and_date_on_both_sides(spark: SparkSession) -> None:
    start, end = date(2024, 1, 1), date(2024, 12, 31)
    plain, felony = [("a", "", None, None)], [("a", "felony", None, None)]
    unread, both = [("a", "unreadable", None, None)], [("a", "felony_unreadable", None, None)]
    dated = [("a", "", start, end)]
    mixed = [("a", "unreadable", None, None), ("a", "", None, None), ("b", "felony", None, None)]
    day = date(2024, 6, 1)
    cases: list[tuple[object, str | None, date | None, list[str]]] = [
        (None, "F", day, []),
        ([], "F", day, []),
        (plain, None, day, ["a"]),
        (plain, "M", None, ["a"]),
        (felony, "F", day, ["a"]),
        (felony, "M", day, []),
        (felony, "I", day, []),
        (felony, None, day, ["a:possible"]),
        (unread, "M", day, ["a:possible"]),
        (both, "F", day, ["a:possible"]),
        (both, None, day, ["a:possible"]),
        (both, "M", day, []),
        (mixed, None, day, ["a", "b:possible"]),
        (dated, "F", date(2023, 12, 31), []),
        (dated, "F", start, ["a"]),
        (dated, "F", end, ["a"]),
        (dated, "F", date(2025, 1, 1), []),
        (dated, "F", None, ["a"]),
    ]
    frame = spark.createDataFrame(
        [(at, *case[:3]) for at, case in enumerate(cases)],
        f"at int, matches array<{MATCH_TYPE}>, level string, on date",
    )
    read = frame.select(
        "at", resolve_tags(F.col("matches"), level=F.col("level"), on=F.col("on"))
    ).collect()
    assert [(row[0], row[1]) for row in read] == [(at, case[3]) for at, case in enumerate(cases)]


def test_every_section_that_the_law_names_stands_on_its_list() -> None:
    named = {
        "p64": "11357 11358 11359 11360",
        "p64_related": "647 602 466 148.9 148 1320 11364 11550 4140 4149 4060 40508",
        "p64_plea": "32 11364 11366",
        "super_strike": "187 189 191.5 207 209 209.5 220 205 206 217.1 218 219 236.1 245 261 262 "
        "264.1 269 273AB 286 287 288 288A 288.5 288.7 289 37 128 451.5 4500 653F 667.61 667.7 "
        "667.71 1672 11418 12022.53 12308 12310 18745 18755",
        "gang_offence": "136.1 213 215 246 519 12022.55",
        "gang_enhancement": "186.22",
        "registrable_290c": "187 207 209 220 236.1 243.4 261 262 264.1 266 266C 266H 266I 266J 267 "
        "269 272 285 286 287 288 288A 288.2 288.3 288.4 288.5 288.7 289 311.1 311.2 311.3 311.4 "
        "311.10 311.11 314 647 647.6 647A 653F",
        "serious": "187 192 203 205 261 262 286 287 288 288A 37 128 206 217.1 218 219 269 273AB "
        "288.7 451.5 236.1 220 4500 4501 451 18740 18745 18750 18755 459 460 211 207 209 209.5 "
        "4503 11353 11380 289 487 215 186.22 244 245 245.2 245.3 245.5 246 264.1 288.5 26100 "
        "136.1 422 12022.53 11418 191.5 192.5 2800.3 23104 23153",
        "violent": "187 192 203 205 261 262 286 287 288 288A 206 269 273AB 288.7 451.5 12022.7 "
        "12022.8 12022.9 12022.3 12022.5 12022.55 211 451 289 18745 18750 18755 12308 12309 12310 "
        "207 208 209 209.5 220 288.5 215 264.1 518 136.1 459 460 12022.53 11418",
    }
    lists = load_statutes(rules_folder())
    assert set(lists.names) >= set(named)
    missing = {
        name: sorted(
            set(sections.split()) - {row.section for row in lists.rows if row.list == name}
        )
        for name, sections in named.items()
    }
    assert missing == {name: [] for name in named}


HEADER = ",".join(StatuteRow.model_fields)
GOOD = "mine,PC,187,,,,no,no,,possible,murder,,,PC 187,M,a book"


def folder(tmp_path: Path, *lines: str, header: str = HEADER, name: str = "mine.csv") -> Path:
    for copied in ("code_books.yaml", "sections_with_letters.csv"):
        (tmp_path / copied).write_text((rules_folder() / copied).read_text("utf-8"), "utf-8")
    (tmp_path / "statutes").mkdir(exist_ok=True)
    (tmp_path / "statutes" / name).write_text("\n".join([header, *lines]) + "\n", "utf-8")
    return tmp_path


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
    with pytest.raises(RulebookInvalid) as caught:
        load_statutes(rules)
    message = caught.value.message
    for line in (3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14):
        assert f"statutes/mine.csv:{line}: " in message, line
    assert "cite is ''" in message
    assert "statutes/mine.csv:15: disagrees with statutes/mine.csv:2" in message
    assert "statutes/mine.csv:2: " not in message


def test_rows_of_one_place_may_follow_each_other_but_not_share_a_day(tmp_path: Path) -> None:
    until = "mine,PC,187,,,,no,no,,possible,murder,,2023-12-31,PC 187,M,a book"
    since = "mine,PC,187,,,felony,no,no,,possible,murder,2024-01-01,,PC 187,M,a book"
    assert len(load_statutes(folder(tmp_path, until, since)).rows) == 2
    touching = since.replace("2024-01-01", "2023-12-31")
    with pytest.raises(RulebookInvalid, match="disagrees with"):
        load_statutes(folder(tmp_path, until, touching))
    with pytest.raises(RulebookInvalid, match="repeats"):
        load_statutes(folder(tmp_path, GOOD, GOOD))


def test_an_unknown_column_names_the_nearest_known_one(tmp_path: Path) -> None:
    misspelt = HEADER.replace("certainty", "certanty")
    with pytest.raises(RulebookInvalid, match="unknown column certanty; did you mean certainty"):
        load_statutes(folder(tmp_path, GOOD, header=misspelt))
    with pytest.raises(RulebookInvalid, match="column certainty is missing"):
        load_statutes(folder(tmp_path, GOOD, header=misspelt))


def test_a_folder_without_lists_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RulebookInvalid, match="no list"):
        load_statutes(tmp_path)


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
