"""Merges: each subject ends at the one that is left, and circles are named; reviews that differ."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from clearance.feed.chains import follow_merges
from tests.feed.reading import fingerprint, problem_lines, rows
from tests.support.feed_files import HASH, text_of, write


def merged(*pairs: tuple[str, str]) -> str:
    return text_of("merges", *[{"from_subject_id": a, "into_subject_id": b} for a, b in pairs])


def test_a_chain_of_merges_ends_at_the_subject_that_is_left(tmp_path: Path) -> None:
    file = write(tmp_path / "feed.csv", merged(("3", "4"), ("1", "2"), ("2", "3"), ("8", "9")))
    found = {row["from_subject_id"]: row["surviving_subject_id"] for row in rows("merges", file)}
    assert found == {"1": "4", "2": "4", "3": "4", "8": "9"}


def test_a_circle_of_merges_is_named_once_with_its_line(tmp_path: Path) -> None:
    pairs = [("7", "1"), ("1", "2"), ("2", "3"), ("3", "1"), ("5", "6"), ("6", "5")]
    first, second = problem_lines("merges", write(tmp_path / "feed.csv", merged(*pairs)))
    assert ":3: from_subject_id: merged in a circle, 1 -> 2 -> 3 -> 1;" in first
    assert ":6: from_subject_id: merged in a circle, 5 -> 6 -> 5;" in second


def test_a_circle_across_files_is_found_and_a_long_one_is_shortened(tmp_path: Path) -> None:
    pairs = [(str(i), str((i + 1) % 500)) for i in range(500)]
    first = write(tmp_path / "one.csv", merged(*pairs[:250]))
    (line,) = problem_lines("merges", first, write(tmp_path / "two.csv", merged(*pairs[250:])))
    assert "0 -> 1 -> 2 -> 3 -> 4 -> 5 -> 6 -> 7 -> 8 -> 9 -> (490 more) -> 0;" in line


def test_the_same_merge_said_twice_is_one_and_two_that_differ_are_refused(tmp_path: Path) -> None:
    same = write(tmp_path / "same.csv", merged(("1", "2"), ("1", "2")))
    assert len(rows("merges", same)) == 1
    assert fingerprint("merges", same) == fingerprint(
        "merges", write(tmp_path / "once.csv", merged(("1", "2")))
    )
    (line,) = problem_lines(
        "merges", write(tmp_path / "feed.csv", merged(("1", "2"), ("4", "5"), ("1", "3")))
    )
    assert f"{tmp_path}/feed.csv:4: from_subject_id: this subject is merged already" in line
    assert line.endswith(f"(the other is at {tmp_path}/feed.csv:2)")


def test_two_reviews_of_the_same_content_that_differ_are_refused(tmp_path: Path) -> None:
    other = {"outcome": "NOT_ELIGIBLE", "relief": ""}
    changed = {"content_hash": HASH[::-1]}
    assert len(rows("reviews", write(tmp_path / "a.csv", text_of("reviews", {}, {}, changed)))) == 2
    (line,) = problem_lines(
        "reviews", write(tmp_path / "b.csv", text_of("reviews", {}, changed, other))
    )
    assert ":4: unit_id: this content was decided already" in line


@given(st.dictionaries(st.integers(0, 12), st.integers(0, 12)))
def test_following_merges_one_by_one_gives_the_same_ends(steps: dict[int, int]) -> None:
    merges = {str(a): str(b) for a, b in steps.items() if a != b}
    ends = {}
    in_circles = set()
    for start in merges:
        at, walked = start, 0
        while at in merges and walked <= len(merges):
            at, walked = merges[at], walked + 1
            in_circles |= {start} if at == start else set()
        if at not in merges:
            ends[start] = at
    found = follow_merges(merges)
    assert found.survivors == ends
    told_once = [subject for cycle in found.cycles for subject in cycle]
    assert sorted(told_once) == sorted(in_circles)
    for cycle in found.cycles:
        assert [merges[subject] for subject in cycle] == [*cycle[1:], cycle[0]]
