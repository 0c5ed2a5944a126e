"""Seeded random numbers: the same key gives the same throws on every Python and platform."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Mapping, Sequence
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


class Weighted(Generic[T]):
    """Values with weights, to draw from.

    Attributes:
        values: the values, in the order given.
    """

    def __init__(self, weights: Mapping[T, float]) -> None:
        self.values = tuple(weights)
        self._bounds = list(accumulate(weights.values()))

    def at(self, share: float) -> T:
        """The value at a share (0 to 1) of the total weight."""
        return self.values[bisect(self._bounds, share * self._bounds[-1])]


class Dice:
    """Random numbers that depend only on the key.

    Only `Random.random` is used: its sequence is the one that Python promises to keep.
    """

    def __init__(self, *key: object) -> None:
        self.throw = Random(":".join(map(str, key))).random

    def chance(self, probability: float) -> bool:
        """True with a probability."""
        return self.throw() < probability

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self.throw() * (high - low + 1))

    def pick(self, values: Sequence[T]) -> T:
        """One of the values, all equally likely."""
        return values[int(self.throw() * len(values))]

    def draw(self, table: Weighted[T]) -> T:
        """One of the table's values, by weight."""
        return table.at(self.throw())

    def digits(self, count: int) -> str:
        """A number of this many digits, leading zeros included."""
        return f"{int(self.throw() * 10**count):0{count}d}"
