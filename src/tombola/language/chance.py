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
        sums = list(accumulate(weights))
        # Ends in exactly 1, above all that `random` gives: a draw needs no further bound.
        self._sums = [part / sums[-1] for part in sums]

    def draw(self, rng: Random) -> T:
        """One of the things; those of weight 0 never come."""
        return self.things[bisect(self._sums, rng.random())]


def zipf(n: int) -> list[float]:
    """Weights of n ranks by Zipf's law: 1, 1/2, 1/3, …"""
    return [1 / rank for rank in range(1, n + 1)]


def zipfian(things: Sequence[T]) -> Choice[T]:
    """A choice among things by Zipf's law, the first the most frequent."""
    return Choice(things, zipf(len(things)))


def one_of(things: Sequence[T], rng: Random) -> T:
    """One of the things, all equally likely."""
    return things[int(rng.random() * len(things))]


def shuffled(things: Sequence[T], rng: Random) -> list[T]:
    """The things in random order."""
    keys = [rng.random() for _ in things]
    return [things[i] for i in sorted(range(len(things)), key=keys.__getitem__)]
