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
from clearance.prepare.record.disposition_rules import MODIFYING, ChangeWords, Refusal

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
# Final outcomes of a count without a conviction; their texts are read whole.
_FINAL = ("dismisses", "acquits", "rejects", "releases", "turns_over", "completes_diversion")
# Outcomes of a count without a conviction whose text may add that the outcome did not happen.
_ENDINGS = (*_FINAL, "diverts", "diverts_unlisted")


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
        words = self._words
        not_read = worded.isin(*_ENDINGS) & self._contains_any(words.endings_not_read)
        not_read |= worded.isin(*_FINAL) & ~self._has_only(words.ending_words)
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
        unclear = reduce(or_, map(self._is_unclear, refusals), F.lit(False))
        taken_back, unclear = (~worded.isin(*_REVERSALS) & found for found in (taken_back, unclear))
        only_requested = self._contains_any(self._words.asks) & ~self._contains_any(
            self._words.gives
        )
        is_adverse, unknown, denied = worded.isin(*_ADVERSE), F.lit("unknown"), F.lit("denies")
        reversal = looked_up(worded, _REVERSAL_OF, "string")
        return (
            F.when(~self._has_only(self._words.change_words) | unclear, unknown)
            .when(refused, F.when(is_adverse, unknown).otherwise(denied))
            .when(only_requested, F.when(taken_back & ~is_adverse, denied).otherwise(unknown))
            .when(taken_back, F.coalesce(reversal, unknown))
            .otherwise(worded)
        )

    def _has_only(self, lines: tuple[tuple[str, ...], ...]) -> Column:
        """Whether every word of the text is a word of the lines, a section or a number."""
        known_words = sorted({word for line in lines for word in line})
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
        unless_next = (
            rf"(?![^A-Z0-9]+{_any_of(refusal.unless_next)})" if refusal.unless_next else ""
        )
        has_words = F.rlike(self._text, F.lit(f"{_whole_words(refusal)}{unless_next}"))
        return has_words & ~self._has_beginning(refusal.unless) if refusal.unless else has_words

    def _is_unclear(self, refusal: Refusal) -> Column:
        """Whether a word of the refusal is elsewhere than beside the words that exclude it."""
        if not refusal.beside:
            return F.lit(False)
        words, excluding = _whole_words(refusal), _any_of(refusal.unless)
        in_front, behind = (
            rf"{_BEGIN}{excluding}[A-Z]*+[^A-Z0-9]+",
            rf"[^A-Z0-9]*(?:THE )?{excluding}",
        )
        elsewhere = F.regexp_replace(
            self._text, F.lit(f"{in_front}{words}|{words}{behind}"), F.lit(" ")
        )
        return self._has_beginning(refusal.unless) & F.rlike(elsewhere, F.lit(words))

    def _has_beginning(self, beginnings: tuple[str, ...]) -> Column:
        return F.rlike(self._text, F.lit(f"{_BEGIN}{_any_of(beginnings)}"))


def _whole_words(refusal: Refusal) -> str:
    """The pattern of one of the words of a refusal."""
    return f"{_BEGIN}{_any_of(refusal.words)}{_END}"


def _any_of(words: tuple[str, ...]) -> str:
    return f"(?:{'|'.join(map(re.escape, words))})"
