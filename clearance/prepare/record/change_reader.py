"""The text of a change of a conviction, read whole: asked for, given, refused, taken back.

A word that the rules do not have may turn the sense round, so a text that holds one is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import reduce
from operator import or_

from pyspark.sql import Column
from pyspark.sql import functions as F

from clearance.platform.spark.literal_table import looked_up
from clearance.prepare.record.rules import MODIFYING, ChangeWords, Refusal

_SECTION = r"(?:[A-Z]{2})?[0-9][0-9A-Z./]*+(?: ?\([A-Z0-9]{1,4}\))*+"
_BEGIN, _END = r"(?<![A-Z0-9])", r"(?![A-Z0-9])"

# What taking a change back undoes.
_UNDONE = {
    **dict.fromkeys(
        ("sets_aside", "voids", "relieves", "pardons", "certifies", "withdraws_plea"),
        "undoes_relief",
    ),
    "reduces": "undoes_reduction",
}
# A change against the person: a refusal of it is not read.
_ADVERSE = ("revokes",)
# Their own words say that something was taken back.
_TAKES_BACK = ("reverses", "revokes", "modifies", "extends", "resentences", "voids_sentence")
# What becomes of a count without a conviction, where the text may say besides that it did not.
_LAST = ("dismisses", "acquits", "rejects", "releases", "turns_over", "completes_diversion")
_ENDINGS = (*_LAST, "diverts", "diverts_unlisted")


class ChangeReader:
    """What a disposition does, given what its words would do if they stood alone."""

    def __init__(self, text: Column, words: ChangeWords) -> None:
        self._words = words
        self._text = text

    def effect(self, worded: Column) -> Column:
        """The effect of the text, `unknown` where it is not read whole.

        Args:
            worded: what the first rule that fits says; used more than once.
        """
        not_read = (worded.isin(*_ENDINGS) & self._holds(self._words.endings_not_read)) | (
            worded.isin(*_LAST) & ~self._whole(self._words.ending_words)
        )
        return (
            F.when(worded.isin(*MODIFYING), self._change(worded))
            .when(not_read, F.lit("unknown"))
            .otherwise(worded)
        )

    def _change(self, worded: Column) -> Column:
        refused = self._any(one for one in self._words.refusals if not one.taken_back)
        undone = self._any(one for one in self._words.refusals if one.taken_back)
        unclear = self._any_unclear(one for one in self._words.refusals if one.taken_back)
        undone, unclear = (~worded.isin(*_TAKES_BACK) & one for one in (undone, unclear))
        open_question = self._holds(self._words.asks) & ~self._holds(self._words.gives)
        unknown, denied = F.lit("unknown"), F.lit("denies")
        taken_back = looked_up(worded, _UNDONE, "string")
        return (
            F.when(~self._whole(self._words.change_words) | unclear, unknown)
            .when(refused, F.when(worded.isin(*_ADVERSE), unknown).otherwise(denied))
            .when(
                open_question, F.when(undone & ~worded.isin(*_ADVERSE), denied).otherwise(unknown)
            )
            .when(undone, F.coalesce(taken_back, unknown))
            .otherwise(worded)
        )

    def _whole(self, lines: tuple[tuple[str, ...], ...]) -> Column:
        """Whether every word of the text is one of these, a section or a number."""
        known = sorted({word for line in lines for word in line})
        if not known:
            return F.lit(True)
        words = "|".join(map(re.escape, known))
        return F.rlike(
            self._text, F.lit(rf"^(?:[^A-Z0-9]*(?:{_SECTION}|{words}){_END})*+[^A-Z0-9]*$")
        )

    def _holds(self, words: tuple[str, ...]) -> Column:
        if not words:
            return F.lit(False)
        return F.rlike(self._text, F.lit(f"{_BEGIN}(?:{'|'.join(map(re.escape, words))}){_END}"))

    def _any(self, refusals: Iterable[Refusal]) -> Column:
        return reduce(or_, map(self._refused, refusals), F.lit(False))

    def _any_unclear(self, refusals: Iterable[Refusal]) -> Column:
        return reduce(or_, map(self._unclear, refusals), F.lit(False))

    def _refused(self, refusal: Refusal) -> Column:
        following = "|".join(map(re.escape, refusal.unless_next))
        unless = rf"(?![^A-Z0-9]+(?:{following}))" if following else ""
        found = F.rlike(self._text, F.lit(f"{_pattern(refusal)}{unless}"))
        return found & ~self._has_beginning(refusal.unless) if refusal.unless else found

    def _unclear(self, refusal: Refusal) -> Column:
        """Whether a word that may be about the relief itself stands elsewhere than next to it."""
        if not refusal.beside:
            return F.lit(False)
        words, beside = _pattern(refusal), _alternatives(refusal.unless)
        next_to = rf"{_BEGIN}{beside}[A-Z]*+[^A-Z0-9]+{words}|{words}[^A-Z0-9]*(?:THE )?{beside}"
        rest = F.regexp_replace(self._text, F.lit(next_to), F.lit(" "))
        return self._has_beginning(refusal.unless) & F.rlike(rest, F.lit(words))

    def _has_beginning(self, beginnings: tuple[str, ...]) -> Column:
        return F.rlike(self._text, F.lit(f"{_BEGIN}{_alternatives(beginnings)}"))


def _pattern(refusal: Refusal) -> str:
    """The pattern of one of a refusal's words, whole."""
    return f"{_BEGIN}{_alternatives(refusal.words)}{_END}"


def _alternatives(words: tuple[str, ...]) -> str:
    return f"(?:{'|'.join(map(re.escape, words))})"
