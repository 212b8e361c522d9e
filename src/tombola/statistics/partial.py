"""Rank correlation of two things, a third held fixed."""

import math

import numpy as np
from jaxtyping import Float
from scipy import stats

from tombola.statistics.means import correlation_interval

Correlation = tuple[float, float, float]
"""Value, and the ends of its 95% interval."""


def spearman(x: Float[np.ndarray, " n"], y: Float[np.ndarray, " n"]) -> Correlation:
    """Spearman's correlation with Fisher's interval; NaN where one ranks nothing."""
    return _with_interval(_ranked(x, y), len(x))


def partial_spearman(
    x: Float[np.ndarray, " n"], y: Float[np.ndarray, " n"], fixed: Float[np.ndarray, " n"]
) -> Correlation:
    """Correlation of the ranks of x and y, less what both owe to the ranks of `fixed`.

    First-order partial correlation (Fisher 1924) of ranks; its interval has one pair less. NaN
    where one ranks nothing, or goes with `fixed` entirely.
    """
    xy, xz, yz = _ranked(x, y), _ranked(x, fixed), _ranked(y, fixed)
    left = (1 - xz * xz) * (1 - yz * yz)
    found = (xy - xz * yz) / math.sqrt(left) if left > 1e-12 else math.nan
    return _with_interval(found, len(x) - 1)


def _ranked(x: np.ndarray, y: np.ndarray) -> float:
    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return math.nan
    return float(stats.spearmanr(x, y).statistic)


def _with_interval(r: float, n: int) -> Correlation:
    return (r, *correlation_interval(r, n))
