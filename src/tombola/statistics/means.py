"""Means of a few numbers, and differences of them, with intervals and beside chance."""

import math
from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Bool, Float
from scipy import stats

from tombola.statistics.bootstrap import middle
from tombola.statistics.seeds import student

RESAMPLES = 2000
"""Bootstrap samples: the ends of an interval then vary by some 3% of its width."""


def mean_interval(values: Sequence[float], level: float = 0.95) -> tuple[float, float, float]:
    """Mean with Student's interval: what other draws of so few values (seeds, say) would give.

    The ends are NaN for a single value; all are for none.
    """
    if not values:
        return math.nan, math.nan, math.nan
    mean = float(np.mean(values))
    if len(values) < 2:
        return mean, math.nan, math.nan
    spread = float(np.std(values, ddof=1)) / math.sqrt(len(values))
    half = student(level, len(values) - 1) * spread
    return mean, mean - half, mean + half


def correlation_interval(r: float, n: int, level: float = 0.95) -> tuple[float, float]:
    """Interval of a correlation of `n` independent pairs by Fisher's z; NaN for fewer than 4."""
    if n < 4 or not math.isfinite(r):
        return math.nan, math.nan
    z = math.atanh(max(min(r, 1 - 1e-12), -1 + 1e-12))
    half = float(stats.norm.ppf((1 + level) / 2)) / math.sqrt(n - 3)
    return math.tanh(z - half), math.tanh(z + half)


def clustered_interval(
    n: int,
    value: Callable[[Float[np.ndarray, " n"]], float],
    seed: int,
    resamples: int = RESAMPLES,
    level: float = 0.95,
) -> tuple[float, float]:
    """Middle of a value over bootstrap samples of `n` clusters (Efron 1979).

    `value` is given how often each cluster was drawn. What one cluster holds (a head in several
    tasks, say) comes and goes together. Over the samples in which it is defined; NaN where there
    are none.
    """
    rng = np.random.default_rng(seed)
    draws = rng.multinomial(n, np.full(n, 1 / n), size=resamples).astype(float)
    return middle(np.array([value(weights) for weights in draws]), level)


def shuffled_difference(
    values: Float[np.ndarray, " n"],
    inside: Bool[np.ndarray, " n"],
    seed: int,
    draws: int = RESAMPLES,
    level: float = 0.95,
) -> tuple[float, float, float]:
    """Mean inside less mean outside, and the middle of it where values change places.

    NaN where all are inside, or none is.
    """
    n_inside = int(inside.sum())
    if n_inside in (0, len(values)):
        return math.nan, math.nan, math.nan

    rng = np.random.default_rng(seed)
    every = np.vstack([values, rng.permuted(np.tile(values, (draws, 1)), axis=1)])
    found = every[:, inside].mean(axis=1) - every[:, ~inside].mean(axis=1)
    low, high = middle(found[1:], level)
    return float(found[0]), low, high
