"""Intervals of shares."""

from scipy import stats


def wilson(successes: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Interval of a share by Wilson 1927: holds its level near 0 and 1 too, for independent trials.

    Raises ValueError where n is 0 or successes are not among 0 to n.
    """
    interval = stats.binomtest(successes, n).proportion_ci(level, method="wilson")
    return float(interval.low), float(interval.high)
