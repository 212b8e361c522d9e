"""Random choices that are the same on every platform and every version of Python.

They rest on `random.Random.random` alone, the one method whose sequence Python promises to keep.
"""

from bisect import bisect
from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


class Choice(Generic[T]):
    """One of several things, each with its weight."""

    def __init__(self, things: Sequence[T], weights: Sequence[float]) -> None:
        self.things = tuple(things)
        self._sums = list(accumulate(weights))

    def draw(self, rng: Random) -> T:
        """One of the things; those of weight 0 never come."""
        # The bound guards against a product that rounds up to the last sum.
        last = len(self.things) - 1
        return self.things[bisect(self._sums, rng.random() * self._sums[-1], 0, last)]


def zipf(n: int) -> list[float]:
    """Weights of n ranks by Zipf's law: 1, 1/2, 1/3, …"""
    return [1 / rank for rank in range(1, n + 1)]


def shuffled(things: Sequence[T], rng: Random) -> list[T]:
    """The things in random order."""
    keys = [rng.random() for _ in things]
    return [things[i] for i in sorted(range(len(things)), key=keys.__getitem__)]
