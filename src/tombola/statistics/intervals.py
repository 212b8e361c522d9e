"""Intervals of shares."""

import math

from scipy import stats


def wilson(successes: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Interval of a share by Wilson 1927: holds its level near 0 and 1 too, for independent trials.

    Raises ValueError where n is 0 or successes are not among 0 to n.
    """
    interval = stats.binomtest(successes, n).proportion_ci(level, method="wilson")
    return float(interval.low), float(interval.high)


def effective_wilson(
    share: float, n: float, quantile: float = float(stats.norm.ppf(0.975))
) -> tuple[float, float]:
    """Wilson's interval of a share known as well as from `n` independent trials (Kish 1965).

    `n` need not be whole; `quantile` is the normal's, or Student's where `n` is itself estimated
    (Korn & Graubard 1998).
    """
    q2 = quantile**2
    middle = (share + q2 / (2 * n)) / (1 + q2 / n)
    half = quantile / (1 + q2 / n) * math.sqrt(share * (1 - share) / n + q2 / (4 * n**2))
    return max(middle - half, 0.0), min(middle + half, 1.0)
