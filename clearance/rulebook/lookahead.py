"""The flow on other days: only the rules that ask about time are walked again.

What Spark evaluates over an array it does not compile, so each expression here costs: rules that
time does not touch keep the bits they had on the as-of date, and of a plain conjunction only the
facts that time moves are tested again.
"""

from __future__ import annotations

from pyspark.sql import Column

from clearance.rulebook.bound import BoundPack
from clearance.rulebook.masks import bit_if, literals_of, long_word, tests
from clearance.rulebook.model import Condition, fact_names


class TimedRules:
    """The words of holding and unknown rules on any day, from those of the as-of date."""

    def __init__(self, bound: BoundPack, *, yes: Column, unsure: Column) -> None:
        self.bound = bound
        self.timed = sum(1 << i for i in bound.timed)
        self.rules = [
            (i, condition)
            for i, condition in enumerate(bound.conditions)
            if any(self.timed >> bound.position[name] & 1 for name in fact_names(condition))
        ]
        still = ~sum(1 << i for i, _ in self.rules) & ((1 << 62) - 1)
        self.yes = yes.bitwiseAND(long_word(still))
        self.unsure = unsure.bitwiseAND(long_word(still))

    def on(self, true: Column, *, known: Column) -> tuple[Column, Column]:
        """The two words on a day, named `yes` and `unsure`.

        Args:
            true: word of the facts that hold on that day.
            known: word of known facts.
        """
        yes, unsure = self.yes, self.unsure
        for i, condition in self.rules:
            holds, maybe = self._rule(condition, true=true, known=known)
            yes = yes.bitwiseOR(bit_if(holds, 1 << i))
            if not self.bound.unknown_passes:
                unsure = unsure.bitwiseOR(bit_if(maybe, 1 << i))
        return yes.alias("yes"), unsure.alias("unsure")

    def _rule(self, condition: Condition, *, true: Column, known: Column) -> tuple[Column, Column]:
        literals = literals_of(self.bound, condition)
        if literals is None:
            holds, fails = tests(self.bound, condition, known=known, true=true)
            return holds, ~holds & ~fails
        wanted = sum(1 << bit for bit in {bit for bit, value in literals if value})
        mask = sum(1 << bit for bit in {bit for bit, _ in literals})
        # A wrong bit is a known fact with the other truth; all known and none wrong: it holds.
        wrong = true.bitwiseXOR(long_word(wanted)).bitwiseAND(known).bitwiseAND(long_word(mask))
        all_known = known.bitwiseAND(long_word(mask)) == mask
        return (wrong == 0) & all_known, (wrong == 0) & ~all_known
