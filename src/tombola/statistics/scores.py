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
) -> tuple[float, float]:
    """Wilson's interval on the way from `lowest` to `highest`, by an effective number of examples.

    The score's variance is taken from the examples' influences; the effective number is that of
    trials with which a share at the same place would have this variance (Korn & Graubard 1998, who
    do so for shares in clustered samples). Before that, one more error as weighty as the weightiest
    is added to both, as Agresti & Coull 1998 add trials to a share: few errors tell little of their
    variance, none tell nothing. A percentile bootstrap has [1, 1] at a perfect score. `stake` is
    the least weight of that error: n times what a perfect score loses if one example goes wrong.

    Coverage by simulation: `benchmarks/coverage.py`. NaN where the score is.
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
    # the ends may miss a score of just 0 or 1 by rounding
    return min(lowest + width * low, score), max(lowest + width * high, score)
