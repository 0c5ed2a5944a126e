"""Charges written in every known spelling, with what each of them means.

Hypothesis makes them up, always the same ones; they are gathered first, so that they can be read
in one job.
"""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from clearance.platform.paths import rules_folder
from clearance.prepare.citation.spelling import load_spelling

SPELLING = load_spelling(rules_folder())
LETTERED = {name.split(" ")[1] for name in SPELLING.lettered_sections}
SPECIAL = {mark.section for mark in (SPELLING.attempt, SPELLING.conspiracy)}
SPECIAL |= {mark.section for mark in (*SPELLING.own_attempts, *SPELLING.about_others)}


class Written(NamedTuple):
    """A text and what it means: code book, section, subdivision path, A or C."""

    text: str
    code_book: str
    section: str
    path: str
    flags: str


sections = st.from_regex(r"[1-9][0-9]{2,4}(\.[1-9][0-9]?)?", fullmatch=True).filter(
    lambda section: section not in SPECIAL
)
letters, digits = st.sampled_from("ABCDEFGHJKLMN"), st.integers(1, 12).map(str)
paths = st.one_of(
    st.just([]),
    st.tuples(letters).map(list),
    st.tuples(letters, digits).map(list),
    st.tuples(letters, digits, letters).map(list),
    st.tuples(letters, digits, letters, st.sampled_from(["I", "II", "IV", "VIII"])).map(list),
)
words = st.sampled_from(
    ["", "POSSESS", "SELL/FURNISH", "BURGLARY:FIRST DEGREE", "TAKE VEH W/O CONS"]
)
leads = st.sampled_from(
    ["", " ", ":", "CHRG ", ":CHRG ", "CHRG: ", "CT 1: ", "(2) ", "VIOL OF SEC "]
)


def named(book: str) -> st.SearchStrategy[str]:
    """A code book as its two letters or as people also write it."""
    return st.sampled_from([book, book, *SPELLING.other_names.get(book, ())])


@st.composite
def citations(draw: st.DrawFn, book: str, section: str, path: list[str]) -> str:
    """Section, subdivisions and code book in one of the ways to put them together."""
    bracketed = "".join(draw(st.sampled_from(["({})", " ({})", "( {} )"])).format(n) for n in path)
    bare = len(path) <= 3 and section + "".join(path[:1]) not in LETTERED
    if bare and draw(st.booleans()):
        bracketed = "".join(path)
    written = draw(named(book))
    if draw(st.integers(0, 5)) == 0:
        return f"{written} {section}{bracketed}"
    between = draw(st.sampled_from(["", " ", "  ", ": ", " - "])) if written == book else " "
    return f"{section}{bracketed}{between}{written}"


@st.composite
def charges(draw: st.DrawFn) -> Written:
    """A charge in one of its spellings."""
    book = draw(st.sampled_from(sorted(SPELLING.code_books)))
    real = sections.filter(lambda section: SPELLING.has_number(book, int(float(section))))
    section, path = draw(real), draw(paths)
    cited, literal = draw(citations(book, section, path)), draw(words)
    manner = draw(st.sampled_from(["", "", "", "mark", "words", "said", "agreed"]))
    if manner == "mark":
        cited = draw(st.sampled_from(["664/", "664 PC/", "664-", "664(A)/", "ATT "])) + cited
    if manner == "words":
        literal += draw(st.sampled_from(["-ATTEMPTED", "-ATT", " (ATTEMPT)", ":ATTEMPTED"]))
    if manner == "said":
        literal = f"ATTEMPTED {literal or 'CRIME'}"
    if manner == "agreed":
        literal += "-CONSPIRACY"
    dash = draw(st.sampled_from(["-", " - ", "- ", ":-"])) if literal else ""
    text = draw(leads) + cited + dash + literal.lstrip("-")
    flags = {"": "", "agreed": "C"}.get(manner, "A")
    return Written(
        draw(st.sampled_from([text, text.lower()])), book, section, ".".join(path), flags
    )


def written_charges(number: int) -> list[Written]:
    """That many charges, no text twice."""
    found: dict[str, Written] = {}

    @settings(
        max_examples=number,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(charges())
    def gather(charge: Written) -> None:
        found.setdefault(charge.text, charge)

    gather()
    return list(found.values())
