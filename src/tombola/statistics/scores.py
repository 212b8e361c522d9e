"""Interval of one model's score, over examples."""

import math

import numpy as np
from jaxtyping import Float
from scipy import stats

from tombola.statistics.influence import Value, influences, total
from tombola.statistics.intervals import effective_wilson


def score_interval(
    counts: Float[np.ndarray, "n k"],
    value: Value,
    *,
    lowest: float,
    highest: float,
    stake: float,
    level: float = 0.95,
    modified: bool = True,
) -> tuple[float, float]:
    """Wilson's interval on the way from `lowest` to `highest`, by an effective number of examples.

    The score's variance is taken from the examples' influences; the effective number is that of
    trials with which a share at the same place would have this variance (Korn & Graubard 1998, who
    do so for shares in clustered samples). Before that, one more error as weighty as the weightiest
    is added to both, as Agresti & Coull 1998 add trials to a share: few errors tell little of their
    variance, none tell nothing. A percentile bootstrap has [1, 1] at a perfect score. `stake` is
    the least weight of that error: n times what a perfect score loses if one example goes wrong.

    Where few errors are seen, or near `lowest` few right answers, Wilson's end on that side is too
    near: it is at least as far as the one-sided limit of a Poisson variable (Brown, Cai & DasGupta
    2001, who do so for up to three), unless it is not to be `modified`.

    Coverage by simulation: `benchmarks/_coverage.py`. NaN where the score is.
    """
    n = len(counts)
    score = float(value(total(counts)))
    if not math.isfinite(score):
        return math.nan, math.nan
    width = highest - lowest
    influence = influences(counts, value) / width
    share = min(max((score - lowest) / width, 0.0), 1.0)
    error = min(max(float(np.abs(influence).max()), stake / width) / n, 1.0)
    variance = float((influence**2).sum()) / (n * max(n - 1, 1))
    effective = (share * (1 - share) + error) / (variance + error**2)
    quantile = float(stats.t.ppf((1 + level) / 2, max(n - 1, 1)))
    low, high = effective_wilson(share, effective, quantile)
    if modified and share < 0.5:
        low = min(low, _fewest(share * effective, level) / effective)
    elif modified:
        high = max(high, 1 - _fewest((1 - share) * effective, level) / effective)
    # the ends may miss a score of just 0 or 1 by rounding
    return min(lowest + width * low, score), max(lowest + width * high, score)


FEW = 10
"""Up to which number the Poisson limit is further out than Wilson's end."""


def _fewest(seen: float, level: float) -> float:
    """The least number that `seen` rare events, or parts of one, may have been drawn from."""
    if not 0 < seen < FEW:
        return 0.0 if seen <= 0 else math.inf
    return float(stats.gamma.ppf(1 - level, seen))
