"""How a charge text is read. The texts and what they mean stand in `charge_texts.csv`.

To add a text, add a line: the text, its code book, section, subdivision path (`A.1`), flags (`A`
attempt, `C` conspiracy) and, where there are several, its parts joined by ` + `. A line with
nothing but the text says that it is not a charge.
"""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pytest
from pyspark.sql import Row, SparkSession
from pyspark.sql import functions as F

from clearance.errors import RulebookInvalid
from clearance.ingest.layout import FIELDS
from clearance.platform.paths import rules_folder
from clearance.prepare.citation.grammar import (
    absent,
    display,
    leaves_target,
    names_comment,
    parse_charge,
)
from clearance.prepare.citation.spelling import load_spelling
from clearance.prepare.statutes.lists import load_statutes
from tests.prepare.citation.written_charges import Written, written_charges
from tests.support.places import SHARED, shared

CORPUS = Path(__file__).parents[1] / "charge_texts.csv"
RULES = rules_folder()
SAMPLE_FILES = ("no_headers.csv", "bad.csv", "extra_comma.csv", "sacramento_20k.csv.gz")


def corpus() -> list[dict[str, str]]:
    with CORPUS.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def sample_charges() -> set[str]:
    """The charges of the public samples; none where these do not lie beside the checkout."""
    if not (SHARED / "samples").is_dir():
        return set()
    at = FIELDS.index("OFFENSE_DESCR")
    texts: set[str] = set()
    for name in SAMPLE_FILES:
        path = SHARED / "samples" / name
        assert path.is_file(), f"the sample {name} is missing"
        content = gzip.decompress(path.read_bytes()) if name.endswith(".gz") else path.read_bytes()
        rows = csv.reader(content.decode("utf-8").splitlines())
        texts |= {row[at] for row in rows if row[0] != "RECORD_ID"}
    return texts


def listed_sections() -> dict[str, tuple[str, str, str]]:
    """Every place on a statute list as an office writes it, with what that is."""
    places = {(row.code_book, row.section, row.path or "") for row in load_statutes(RULES).rows}
    return {
        section + "".join(f"({name})" for name in path.split(".") if path) + f" {book}-WORDS": place
        for place in places
        for book, section, path in [place]
    }


CORPUS_ROWS = corpus()
WRITTEN = written_charges(600)
LISTED = listed_sections()
NOTHING: list[str | None] = [None, "", " - ", "SEE COMMENT FOR CHARGE", "POSSESS MARIJUANA"]
WORDS = {
    "11358 hs - cultivate  cannabis": ("CULTIVATE CANNABIS", []),
    "11358 HS": (None, []),
    "11360(B) SELL/FURNISH": ("SELL/FURNISH", []),
    "11359 HS-POSSESS-ATTEMPTED": ("POSSESS-ATTEMPTED", ["ATTEMPTED"]),
    "664/187(A) PC-MURDER": ("MURDER", []),
    "182(A)(1) PC-CONSPIRACY": ("CONSPIRACY", ["CONSPIRACY"]),
}
SHOWN = {
    "187a pc": "187(A) PC",
    "11360(A)(3)(C)HS-X": "11360(A)(3)(C) HS",
    "11360(B) SELL": "11360(B)",
    "X": None,
    "653f(b) pc": "653F(B) PC",
}


@pytest.fixture(scope="module")
def read(spark: SparkSession) -> dict[str | None, Row]:
    """Every text of this module, read in one job: putting the expression together takes longest."""
    texts: set[str | None] = {row["text"] for row in CORPUS_ROWS}
    texts |= {charge.text for charge in WRITTEN} | set(LISTED) | sample_charges()
    texts |= {*NOTHING, *WORDS, *SHOWN}
    charge = F.col("charge")
    rows = (
        spark.createDataFrame([(text,) for text in texts], "text string")
        .select("text", parse_charge(F.col("text")).alias("charge"))
        .select(
            "*",
            display(charge).alias("shown"),
            F.transform(charge["parts"], display).alias("parts"),
            names_comment(F.col("text")).alias("names_comment"),
        )
    )
    return {row.text: row for row in rows.collect()}


def as_written(row: Row) -> dict[str, str]:
    """What was read of a text, in the columns of the corpus."""
    charge = row.charge
    return {
        "text": row.text,
        "code_book": charge.code_book or "",
        "section": charge.section or "",
        "path": ".".join(charge.subdivisions),
        "flags": "A" * charge.attempt + "C" * charge.conspiracy,
        "parts": " + ".join(row.parts) if len(row.parts) > 1 else "",
    }


def test_every_text_of_the_corpus_is_read_as_it_says(read: dict[str | None, Row]) -> None:
    assert len({row["text"] for row in CORPUS_ROWS}) == len(CORPUS_ROWS) >= 800
    found = [(row, as_written(read[row["text"]])) for row in CORPUS_ROWS]
    assert [(wanted, got) for wanted, got in found if wanted != got] == []
    unparsed = {row["text"] for row in CORPUS_ROWS if row["section"] == ""}
    assert {row["text"] for row in CORPUS_ROWS if not read[row["text"]].charge.parsed} == unparsed


def test_the_corpus_has_every_code_book() -> None:
    assert {row["code_book"] for row in CORPUS_ROWS} == {*load_spelling(RULES).code_books, ""}


def test_every_section_of_the_statute_lists_is_read_as_itself(read: dict[str | None, Row]) -> None:
    got = {text: as_written(read[text]) for text in LISTED}
    found = {text: (row["code_book"], row["section"], row["path"]) for text, row in got.items()}
    assert [(text, found[text]) for text, place in LISTED.items() if found[text] != place] == []


def test_every_charge_of_the_samples_is_read(read: dict[str | None, Row]) -> None:
    shared("samples")
    texts = sample_charges()
    assert len(texts) > 85
    unread = [text for text in texts if not (read[text].charge.parsed or read[text].names_comment)]
    assert unread == []


def test_what_is_written_is_what_is_read(read: dict[str | None, Row]) -> None:
    def got(charge: Written) -> Written:
        row = as_written(read[charge.text])
        return Written(charge.text, row["code_book"], row["section"], row["path"], row["flags"])

    assert [(charge, got(charge)) for charge in WRITTEN if got(charge) != charge] == []


def test_a_text_that_is_no_charge_has_no_parts_and_no_words(read: dict[str | None, Row]) -> None:
    nothing = (None, None, [], False, False, [], [], None, False)
    assert [tuple(read[text].charge) for text in NOTHING] == [nothing] * len(NOTHING)


def test_words_and_qualifiers_are_kept_in_upper_case(read: dict[str | None, Row]) -> None:
    got = {text: (read[text].charge.literal, read[text].charge.qualifiers) for text in WORDS}
    assert got == WORDS


def test_a_charge_is_displayed_as_offices_write_it(read: dict[str | None, Row]) -> None:
    assert {text: read[text].shown for text in SHOWN} == SHOWN


def test_a_text_names_the_comment_only_where_it_has_no_charge_itself(spark: SparkSession) -> None:
    texts = {
        None: True,
        "": True,
        " - ": True,
        " NULL ": True,
        "SEE COMMENT FOR CHARGE": True,
        "see comments": True,
        "SEE CMT": True,
        "0000 ZZ-SEE COMMENT": True,
        "11358 HS-SEE COMMENT": False,
        "POSSESS MARIJUANA": False,
        "COMMENTARY": False,
        "SEE COMMANDER": False,
    }
    given_texts = spark.createDataFrame([(text,) for text in texts], "text string")
    rows = given_texts.select("text", names_comment(F.col("text")), absent(F.col("text"))).collect()
    assert {row[0]: row[1] for row in rows} == texts
    assert [row[0] for row in rows if row[2]] == [None, "", " - ", " NULL "]


def test_a_conspiracy_leaves_its_target_to_the_comment_where_it_names_none(
    spark: SparkSession,
) -> None:
    texts = {
        "182(A)(1) PC-CONSPIRACY:COMMIT CRIME": True,
        "182 pc": True,
        "CONSPIRACY-182(A)(1) PC, 2 CTS": True,
        "182(A)(1)/11358 HS": False,
        "182(A)(1) PC-CONSPIRACY 459": False,
        "182.5 PC-GANG CONSPIRACY": False,
        "1182 PC": False,
        "1820 PC": False,
        "11358 HS": False,
    }
    rows = spark.createDataFrame([(text,) for text in texts], "text string")
    leaves = rows.select("text", leaves_target(F.col("text"))).collect()
    assert {row[0]: row[1] for row in leaves} == texts


def test_a_lettered_section_of_no_code_book_and_a_second_one_are_both_reported(
    tmp_path: Path,
) -> None:
    for name in ("code_books.yaml", "sections_with_letters.csv"):
        (tmp_path / name).write_text((rules_folder() / name).read_text("utf-8"), "utf-8")
    with (tmp_path / "sections_with_letters.csv").open("a", encoding="utf-8") as lines:
        lines.write("PC,653F,again,V,memory\nPC,653,no letter,V,memory\nXX,1A,no book,V,memory\n")
    with pytest.raises(RulebookInvalid) as caught:
        load_spelling(tmp_path)
    message = caught.value.message
    assert "PC 653F stands twice" in message
    assert "section is '653'" in message
    assert "XX is no code book" in message
