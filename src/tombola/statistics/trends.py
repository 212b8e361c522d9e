"""Whether a number rises or falls along another."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from tombola.statistics.seeds import student


class Trend(NamedTuple):
    """How much a line through points rises between the least and the most of what it is over."""

    change: float
    low: float
    """Lower end of its 95% interval over points; NaN for fewer than three."""
    high: float


def change_weights(x: Sequence[float]) -> Float[np.ndarray, " n"]:
    """Weights whose sum with values at `x` is the change along the line of least squares.

    Between the least and the most `x`. Raises ValueError where all are one.
    """
    at = np.asarray(x, np.float64)
    spread = at - at.mean()
    if not (len(at) and np.ptp(at) > 0):
        raise ValueError("a trend needs two places at least")
    found: Float[np.ndarray, " n"] = spread / (spread @ spread) * np.ptp(at)
    return found


def trend(x: Sequence[float], y: Sequence[float], level: float = 0.95) -> Trend:
    """The change along the line of least squares through points, with Student's interval.

    The interval takes what the line leaves for noise, with n - 2 degrees of freedom: it is for
    points of which nothing else is known. Raises ValueError where all `x` are one.
    """
    weights, values = change_weights(x), np.asarray(y, np.float64)
    change = float(weights @ values)
    if len(values) < 3:
        return Trend(change, np.nan, np.nan)
    at = np.asarray(x, np.float64)
    rest = values - values.mean() - change / np.ptp(at) * (at - at.mean())
    free = len(values) - 2
    half = student(level, free) * float(np.sqrt(rest @ rest / free * (weights @ weights)))
    return Trend(change, change - half, change + half)
