"""A straight line through a few points, and what it owes to each of them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from tombola.statistics.seeds import student

FEWEST = 3
"""Points without which a line says nothing: through two it always goes."""


@dataclass(frozen=True)
class Line:
    """A least-squares line."""

    slope: float
    """Change of y for one unit of x; NaN where there are too few points, or all have one x."""
    low: float
    """Lower end of the slope's interval."""
    high: float
    intercept: float
    r2: float
    """Share of the variance of y that the line accounts for; NaN where y does not vary."""
    n: int


@dataclass(frozen=True)
class Fit:
    """A line through all points, and through all but each."""

    line: Line
    without: tuple[Line, ...]
    """In the order of the points. A line that hangs on one point is another one without it."""

    @property
    def reach(self) -> tuple[float, float]:
        """Lowest and highest slope with one point left out; NaN where none is defined."""
        slopes = [line.slope for line in self.without if math.isfinite(line.slope)]
        return (min(slopes), max(slopes)) if slopes else (math.nan, math.nan)


def fit_line(x: Sequence[float], y: Sequence[float], level: float = 0.95) -> Fit:
    """Least squares of y on x, once with all points and once without each.

    The interval is Student's, of n - 2 degrees of freedom: right for points that scatter
    independently and evenly about a line, which leaving one out helps to judge.

    Raises ValueError where x and y differ in length.
    """
    if len(x) != len(y):
        raise ValueError(f"{len(x)} and {len(y)} numbers do not pair")
    a, b = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    rest = [np.arange(len(a)) != i for i in range(len(a))]
    return Fit(_line(a, b, level), tuple(_line(a[some], b[some], level) for some in rest))


def _line(x: np.ndarray, y: np.ndarray, level: float) -> Line:
    n = len(x)
    if n < FEWEST or np.ptp(x) == 0 or not (np.isfinite(x).all() and np.isfinite(y).all()):
        return Line(math.nan, math.nan, math.nan, math.nan, math.nan, n)
    found = stats.linregress(x, y)
    half = student(level, n - 2) * float(found.stderr)
    slope, r2 = float(found.slope), float(found.rvalue) ** 2 if np.ptp(y) else math.nan
    return Line(slope, slope - half, slope + half, float(found.intercept), r2, n)
