"""Mutations of valid files: what a slip, a broken copy or a hostile sender makes of them.

Seeded, so that a failure can be repeated.
"""

from __future__ import annotations

import random
import re

WORDS = (
    "null", "~", "yes", "no", "true", "[]", "{}", "-1", "1e999", "0x", "08", "2001-02-30",
    "0001-01-01T00:00:00+23:59", "!!int x", '!!int ""', '!!float ""', "!!bool x", "!!binary x",
    "!!timestamp x", "!!python/object:os.system x", "!!set {a}", "&a [1]", "*a", "<<: {a: 1}", "|",
    ">", '"\\ud800"', '"\\U7fffffff"', '"', "'", "{", "[", "? [a]", "%YAML 99.9", "---", "...",
    "- - -", "\t", "é", "\u2028", "\x00", "\x7f", "9" * 5000, "[" * 200, "a: " * 50, "x" * 3000,
    "as-of", "is at least", "NOT_YET", "ELIGIBLE", "{ELIGIBLE: dismiss}", "{not: {not: x}}",
)  # fmt: skip


def mutated_text(text: str, dice: random.Random) -> str:
    """A text of lines with one to three slips in it."""
    for _ in range(dice.randint(1, 3)):
        text = dice.choice(_TEXT_SLIPS)(text, dice)
    return text


def _cut(text: str, dice: random.Random) -> str:
    return text[: dice.randrange(len(text) + 1)]


def _without_line(text: str, dice: random.Random) -> str:
    lines = text.split("\n")
    del lines[dice.randrange(len(lines))]
    return "\n".join(lines)


def _doubled_line(text: str, dice: random.Random) -> str:
    lines = text.split("\n")
    at = dice.randrange(len(lines))
    return "\n".join([*lines[:at], lines[at], *lines[at:]])


def _moved_line(text: str, dice: random.Random) -> str:
    lines = text.split("\n")
    lines.insert(dice.randrange(len(lines)), lines.pop(dice.randrange(len(lines))))
    return "\n".join(lines)


def _indented_line(text: str, dice: random.Random) -> str:
    lines = text.split("\n")
    at = dice.randrange(len(lines))
    lines[at] = " " * dice.randint(1, 5) + lines[at].lstrip()
    return "\n".join(lines)


def _word_in_place(text: str, dice: random.Random) -> str:
    words = list(re.finditer(r"[^\s:,{}\[\]]+", text))
    if not words:
        return dice.choice(WORDS)
    word = dice.choice(words)
    other = dice.choice((*WORDS, dice.choice(words).group()))
    return text[: word.start()] + other + text[word.end() :]


def _word_between(text: str, dice: random.Random) -> str:
    at = dice.randrange(len(text) + 1)
    return text[:at] + dice.choice(WORDS) + text[at:]


def _letter_changed(text: str, dice: random.Random) -> str:
    if not text:
        return text
    at = dice.randrange(len(text))
    return text[:at] + chr(dice.choice((0, 9, 34, 39, 58, 91, 123, 255, 0x2028))) + text[at + 1 :]


_TEXT_SLIPS = (
    _cut,
    _without_line,
    _doubled_line,
    _moved_line,
    _indented_line,
    _word_in_place,
    _word_in_place,
    _word_between,
    _letter_changed,
)
