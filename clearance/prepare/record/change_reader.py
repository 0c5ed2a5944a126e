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
_ENDINGS = (
    *("dismisses", "acquits", "rejects", "releases", "turns_over"),
    *("diverts", "diverts_unlisted", "completes_diversion"),
)


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
        not_read = worded.isin(*_ENDINGS) & self._holds(self._words.endings_not_read)
        return (
            F.when(worded.isin(*MODIFYING), self._change(worded))
            .when(not_read, F.lit("unknown"))
            .otherwise(worded)
        )

    def _change(self, worded: Column) -> Column:
        refused = self._any(one for one in self._words.refusals if not one.taken_back)
        undone = self._any(one for one in self._words.refusals if one.taken_back)
        undone = ~worded.isin(*_TAKES_BACK) & undone
        open_question = self._holds(self._words.asks) & ~self._holds(self._words.gives)
        unknown, denied = F.lit("unknown"), F.lit("denies")
        taken_back = looked_up(worded, _UNDONE, "string")
        return (
            F.when(~self._whole(), unknown)
            .when(refused, F.when(worded.isin(*_ADVERSE), unknown).otherwise(denied))
            .when(
                open_question, F.when(undone & ~worded.isin(*_ADVERSE), denied).otherwise(unknown)
            )
            .when(undone, F.coalesce(taken_back, unknown))
            .otherwise(worded)
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
