"""The effect of a text that changes a conviction: granted, denied, taken back, or not read.

A word that the rules do not know may reverse the meaning of a text. So a text with such a word is
not read.
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

# The effect of a text by which a change is taken back.
_REVERSAL_OF = {
    **dict.fromkeys(
        ("sets_aside", "voids", "relieves", "pardons", "certifies", "withdraws_plea"),
        "undoes_relief",
    ),
    "reduces": "undoes_reduction",
}
# Changes against the person; a text that refuses such a change is not read.
_ADVERSE = ("revokes",)
# Changes whose own words are also words of taking back.
_REVERSALS = ("reverses", "revokes", "modifies", "extends", "resentences", "voids_sentence")
# Outcomes of a count without a conviction whose text may add that the outcome did not happen.
_ENDINGS = (
    *("dismisses", "acquits", "rejects", "releases", "turns_over"),
    *("diverts", "diverts_unlisted", "completes_diversion"),
)


class ChangeReader:
    """The effect of a whole disposition text, from the effect that its first words have."""

    def __init__(self, text: Column, words: ChangeWords) -> None:
        self._words = words
        self._text = text

    def effect(self, worded: Column) -> Column:
        """The effect of the text; `unknown` where a word of it may say otherwise.

        Args:
            worded: `dispositions.worded_effect`, as a column: it is used more than once.
        """
        not_read = worded.isin(*_ENDINGS) & self._contains_any(self._words.endings_not_read)
        return (
            F.when(worded.isin(*MODIFYING), self._change(worded))
            .when(not_read, F.lit("unknown"))
            .otherwise(worded)
        )

    def _change(self, worded: Column) -> Column:
        """The effect of a change: as worded, unless the text refuses it, or takes it back."""
        refusals = self._words.refusals
        refused = self._matches_any(refusal for refusal in refusals if not refusal.taken_back)
        taken_back = self._matches_any(refusal for refusal in refusals if refusal.taken_back)
        taken_back = ~worded.isin(*_REVERSALS) & taken_back
        only_requested = self._contains_any(self._words.asks) & ~self._contains_any(
            self._words.gives
        )
        is_adverse, unknown, denied = worded.isin(*_ADVERSE), F.lit("unknown"), F.lit("denies")
        reversal = looked_up(worded, _REVERSAL_OF, "string")
        return (
            F.when(~self._has_only_known_words(), unknown)
            .when(refused, F.when(is_adverse, unknown).otherwise(denied))
            .when(only_requested, F.when(taken_back & ~is_adverse, denied).otherwise(unknown))
            .when(taken_back, F.coalesce(reversal, unknown))
            .otherwise(worded)
        )

    def _has_only_known_words(self) -> Column:
        """Whether every word of the text is a word of the rules, a section or a number."""
        known_words = sorted({word for line in self._words.change_words for word in line})
        if not known_words:
            return F.lit(True)
        word = "|".join(map(re.escape, known_words))
        return F.rlike(
            self._text, F.lit(rf"^(?:[^A-Z0-9]*(?:{_SECTION}|{word}){_END})*+[^A-Z0-9]*$")
        )

    def _contains_any(self, words: tuple[str, ...]) -> Column:
        if not words:
            return F.lit(False)
        return F.rlike(self._text, F.lit(f"{_BEGIN}(?:{'|'.join(map(re.escape, words))}){_END}"))

    def _matches_any(self, refusals: Iterable[Refusal]) -> Column:
        return reduce(or_, map(self._matches, refusals), F.lit(False))

    def _matches(self, refusal: Refusal) -> Column:
        """Whether the text has a word of the refusal, and none of the words that exclude it."""
        words = "|".join(map(re.escape, refusal.words))
        following = "|".join(map(re.escape, refusal.unless_next))
        unless_next = rf"(?![^A-Z0-9]+(?:{following}))" if following else ""
        has_words = F.rlike(self._text, F.lit(f"{_BEGIN}(?:{words}){_END}{unless_next}"))
        if not refusal.unless:
            return has_words
        beginnings = "|".join(map(re.escape, refusal.unless))
        return has_words & ~F.rlike(self._text, F.lit(f"{_BEGIN}(?:{beginnings})"))
