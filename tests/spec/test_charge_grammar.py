"""How a charge text is read. The texts and what they mean stand in `charge_texts.csv`.

To add a text, add a line: the text, its code book, section, subdivision path (`A.1`), flags (`A`
attempt, `C` conspiracy) and, where there are several, its parts joined by ` + `. A line with
nothing but the text says that it is not a charge.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from clearance.charges.grammar import (
    absent,
    display,
    names_comment,
    parse_charge,
    subdivision_paths,
)
from clearance.charges.spelling import load_spelling
from clearance.errors import RulebookInvalid
from clearance.ingest.layout import FIELDS
from clearance.places import rules_folder

CORPUS = Path(__file__).with_name("charge_texts.csv")
SAMPLES = Path(__file__).resolve().parents[2].parent / "shared" / "samples"
SAMPLE_FILES = ("no_headers.csv", "bad.csv", "extra_comma.csv", "sacramento_20k.csv.gz")


@lru_cache
def the_charge() -> Column:
    """Built once: putting the expression together takes longer than reading the texts."""
    return parse_charge(F.col("text")).alias("charge")


def parsed(spark: SparkSession, texts: Sequence[str | None]) -> DataFrame:
    given_texts = spark.createDataFrame([(text,) for text in texts], "text string")
    return given_texts.select("text", the_charge())


def summary(frame: DataFrame) -> DataFrame:
    charge = F.col("charge")
    parts = F.transform(charge["parts"], display)
    return frame.select(
        "text",
        F.coalesce(charge["code_book"], F.lit("")).alias("code_book"),
        F.coalesce(charge["section"], F.lit("")).alias("section"),
        F.array_join(charge["subdivisions"], ".").alias("path"),
        F.concat(
            F.when(charge["attempt"], "A").otherwise(""),
            F.when(charge["conspiracy"], "C").otherwise(""),
        ).alias("flags"),
        F.when(F.size(parts) > 1, F.array_join(parts, " + ")).otherwise("").alias("parts"),
        charge["parsed"].alias("parsed"),
    )


def test_every_text_of_the_corpus_is_read_as_it_says(spark: SparkSession) -> None:
    with CORPUS.open(encoding="utf-8", newline="") as lines:
        wanted = list(csv.DictReader(lines))
    assert len(wanted) >= 150
    rows = summary(parsed(spark, [row["text"] for row in wanted])).collect()
    read = {row["text"]: row.asDict() for row in rows}
    expected = [row | {"parsed": row["section"] != ""} for row in wanted]
    differing = [(row, read[row["text"]]) for row in expected if read[row["text"]] != row]
    assert differing == []


def sample_charges() -> set[str]:
    at = FIELDS.index("OFFENSE_DESCR")
    texts: set[str] = set()
    for name in SAMPLE_FILES:
        path = SAMPLES / name
        assert path.is_file(), f"the sample {name} is missing"
        content = gzip.decompress(path.read_bytes()) if name.endswith(".gz") else path.read_bytes()
        rows = csv.reader(content.decode("utf-8").splitlines())
        texts |= {row[at] for row in rows if row[0] != "RECORD_ID"}
    return texts


def test_every_charge_of_the_samples_is_read(spark: SparkSession) -> None:
    texts = sample_charges()
    assert len(texts) > 85
    rows = (
        parsed(spark, sorted(texts))
        .where(~F.col("charge.parsed") & ~names_comment(F.col("text")))
        .select("text")
    )
    assert [row["text"] for row in rows.collect()] == []


def test_a_text_that_is_no_charge_has_no_parts_and_no_words(spark: SparkSession) -> None:
    nothing = (None, None, [], False, False, [], [], None, False)
    texts = [None, "", " - ", "SEE COMMENT FOR CHARGE", "POSSESS MARIJUANA"]
    assert [tuple(row["charge"]) for row in parsed(spark, texts).collect()] == [nothing] * 5


def test_words_and_qualifiers_are_kept_in_upper_case(spark: SparkSession) -> None:
    texts = {
        "11358 hs - cultivate  cannabis": ("CULTIVATE CANNABIS", []),
        "11358 HS": (None, []),
        "11360(B) SELL/FURNISH": ("SELL/FURNISH", []),
        "11359 HS-POSSESS-ATTEMPTED": ("POSSESS-ATTEMPTED", ["ATTEMPTED"]),
        "664/187(A) PC-MURDER": ("MURDER", []),
        "182(A)(1) PC-CONSPIRACY": ("CONSPIRACY", ["CONSPIRACY"]),
    }
    rows = parsed(spark, list(texts)).select("text", "charge.literal", "charge.qualifiers")
    assert {row[0]: (row[1], row[2]) for row in rows.collect()} == texts


def test_a_charge_is_displayed_as_offices_write_it_and_its_path_has_prefixes(
    spark: SparkSession,
) -> None:
    rows = parsed(spark, ["187a pc", "11360(A)(3)(C)HS-X", "11360(B) SELL", "X", "653f(b) pc"])
    shown = rows.select(display(F.col("charge")), subdivision_paths(F.col("charge")))
    assert [tuple(row) for row in shown.collect()] == [
        ("187(A) PC", ["A"]),
        ("11360(A)(3)(C) HS", ["A", "A.3", "A.3.C"]),
        ("11360(B)", ["B"]),
        (None, []),
        ("653F(B) PC", ["B"]),
    ]


def test_a_text_names_the_comment_only_where_it_has_no_charge_itself(spark: SparkSession) -> None:
    texts = {
        None: True,
        "": True,
        " - ": True,
        " NULL ": True,
        "SEE COMMENT FOR CHARGE": True,
        "see comments": True,
        "11358 HS-SEE COMMENT": False,
        "POSSESS MARIJUANA": False,
        "COMMENTARY": False,
    }
    given_texts = spark.createDataFrame([(text,) for text in texts], "text string")
    rows = given_texts.select("text", names_comment(F.col("text")), absent(F.col("text"))).collect()
    assert {row[0]: row[1] for row in rows} == texts
    assert [row[0] for row in rows if row[2]] == [None, "", " - ", " NULL "]


BOOKS = sorted(load_spelling(rules_folder()).code_books)
LETTERED = {name.split(" ")[1] for name in load_spelling(rules_folder()).lettered_sections}
sections = st.from_regex(r"[1-9][0-9]{2,4}(\.[1-9][0-9]?)?", fullmatch=True).filter(
    lambda section: section not in {"664", "182"}
)
letters = st.sampled_from("ABCDEFGHJKLMN")
digits = st.integers(1, 12).map(str)
paths = st.one_of(
    st.just([]),
    st.lists(letters, min_size=1, max_size=1),
    st.tuples(letters, digits).map(list),
    st.tuples(letters, digits, letters).map(list),
)


@st.composite
def charges(draw: st.DrawFn) -> tuple[str, str, str, str]:
    """A charge text in one of its spellings, with the code book, section and path it means."""
    book, section, path = draw(st.sampled_from(BOOKS)), draw(sections), draw(paths)
    bracketed = "".join(f"({name})" for name in path)
    bare = "".join(path)
    ambiguous = bool(path) and section + path[0] in LETTERED
    if draw(st.booleans()) and not ambiguous:
        bracketed = bare
    blank = draw(st.sampled_from(["", " ", "  "]))
    literal = draw(st.sampled_from(["", "-POSSESS", " - SELL/FURNISH", "- COMMIT", "-2 CTS"]))
    lead = draw(st.sampled_from(["", " ", "CHRG ", ":CHRG "]))
    text = f"{lead}{section}{bracketed}{blank}{book}{literal}"
    return draw(st.sampled_from([text, text.lower()])), book, section, ".".join(path)


@settings(max_examples=1)
@given(st.lists(charges(), min_size=300, max_size=300, unique_by=lambda charge: charge[0]))
def test_what_is_written_is_what_is_read(
    spark: SparkSession, written: list[tuple[str, str, str, str]]
) -> None:
    rows = summary(parsed(spark, [charge[0] for charge in written])).collect()
    read = {row["text"]: (row["code_book"], row["section"], row["path"]) for row in rows}
    assert [(charge, read[charge[0]]) for charge in written if read[charge[0]] != charge[1:]] == []


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
