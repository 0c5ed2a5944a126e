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

from clearance.charges.record_rules import MODIFYING, ChangeWords, Refusal

_SECTION = r"(?:[A-Z]{2})?[0-9][0-9A-Z./]*+(?: ?\([A-Z0-9]{1,4}\))*+"
_BEGIN, _END = r"(?<![A-Z0-9])", r"(?![A-Z0-9])"

# What taking a change back undoes.
_UNDONE = {
    **dict.fromkeys(
        ("sets_aside", "relieves", "pardons", "certifies", "withdraws_plea"), "undoes_relief"
    ),
    "reduces": "undoes_reduction",
}
# A change against the person: a refusal of it is not read.
_ADVERSE = ("revokes",)
# Their own words say that something was taken back.
_TAKES_BACK = ("reverses", "revokes", "modifies", "resentences")


class ChangeReader:
    """What a disposition does, given what its words would do if they stood alone."""

    def __init__(self, text: Column, words: ChangeWords) -> None:
        self._words = words
        self._text = text

    def effect(self, effect: str) -> Column:
        """The effect of the text, `unknown` where it is not read whole.

        Args:
            effect: what the first rule that fits says.
        """
        if effect in MODIFYING:
            return self._change(effect)
        if effect in ("dismisses", "acquits", "rejects", "releases", "completes_diversion"):
            not_read = self._holds(self._words.endings_not_read)
            return F.when(not_read, F.lit("unknown")).otherwise(F.lit(effect))
        return F.lit(effect)

    def _change(self, effect: str) -> Column:
        refused = self._any(one for one in self._words.refusals if not one.taken_back)
        undone = self._any(one for one in self._words.refusals if one.taken_back)
        if effect in _TAKES_BACK:
            undone = F.lit(False)
        given = self._holds(self._words.gives)
        open_question = self._holds(self._words.asks) & ~given
        denied = "unknown" if effect in _ADVERSE else "denies"
        return (
            F.when(~self._whole(), F.lit("unknown"))
            .when(refused, F.lit(denied))
            .when(open_question & undone, F.lit(denied))
            .when(open_question, F.lit("unknown"))
            .when(undone, F.lit(_UNDONE.get(effect, "unknown")))
            .otherwise(F.lit(effect))
        )

    def _whole(self) -> Column:
        """Whether every word of the text is one of the rules', a section or a number."""
        known = sorted({word for line in self._words.change_words for word in line})
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

    def _refused(self, refusal: Refusal) -> Column:
        words = "|".join(map(re.escape, refusal.words))
        following = "|".join(map(re.escape, refusal.unless_next))
        unless = rf"(?![^A-Z0-9]+(?:{following}))" if following else ""
        found = F.rlike(self._text, F.lit(f"{_BEGIN}(?:{words}){_END}{unless}"))
        if not refusal.unless:
            return found
        beginnings = "|".join(map(re.escape, refusal.unless))
        return found & ~F.rlike(self._text, F.lit(f"{_BEGIN}(?:{beginnings})"))
