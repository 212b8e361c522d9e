"""How long things take: in pairs, against drift, with intervals that assume no distribution."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import TypeAlias

from scipy import stats

Clock: TypeAlias = Callable[[], float]
"""Seconds since some moment, as `time.perf_counter` gives them."""

FEWEST = 6
"""With fewer values than this no interval of a median reaches 95%."""


@dataclass(frozen=True)
class Quartiles:
    """Where the middle of some values is, and how far they scatter."""

    median: float
    low: float
    """Lower end of the 95% interval of the median."""
    high: float
    q1: float
    """Lower quartile."""
    q3: float
    n: int


def spread(values: Sequence[float]) -> Quartiles:
    """The spread of at least six values. Raises ValueError for fewer."""
    low, high = median_interval(values)
    q1, _, q3 = quantiles(values, n=4, method="inclusive")
    return Quartiles(median(values), low, high, q1, q3, len(values))


def median_interval(values: Sequence[float], level: float = 0.95) -> tuple[float, float]:
    """Interval of a median by order statistics (Thompson 1936): `level` or a little more.

    The number of values below the true median is binomial with 1/2, whatever the distribution, so
    that the k-th value from either end encloses it with a known probability. Nothing is drawn at
    random; a bootstrap of the median of so few values would hold its level less well.

    Raises ValueError where there are too few values for the level.
    """
    n = len(values)
    k = int(stats.binom.ppf((1 - level) / 2, n, 0.5))  # the greatest with P(fewer than k) < 2.5%
    if k < 1:
        raise ValueError(f"{n} values are too few for a {level:.0%} interval of their median")
    ordered = sorted(values)
    return ordered[k - 1], ordered[n - k]


def in_turns(
    runs: Mapping[str, Callable[[], object]],
    repeats: int,
    warmup: int,
    rng: random.Random,
    clock: Clock,
) -> dict[str, tuple[float, ...]]:
    """Seconds of each run, all of them once per turn and in random order.

    What slows the machine down for a while so strikes all runs alike, and none is always first;
    the i-th values of all runs belong together. The first `warmup` turns are not timed.
    """
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for turn in range(warmup + repeats):
        for name in rng.sample(list(runs), len(runs)):
            start = clock()
            runs[name]()
            stop = clock()
            if turn >= warmup:
                seconds[name].append(stop - start)
    return {name: tuple(values) for name, values in seconds.items()}
