"""Intervals by resampling examples."""

import numpy as np
from jaxtyping import Float

from tombola.statistics.influence import Value

RESAMPLES = 1000
"""Bootstrap samples: the ends of the interval then vary by some 3% of its width."""

CHUNK = 64
"""Bootstrap samples held in memory at once."""


def percentile_interval(
    counts: Float[np.ndarray, "n k"],
    value: Value,
    seed: int,
    resamples: int = RESAMPLES,
    level: float = 0.95,
) -> tuple[float, float]:
    """Middle of a score's values over samples of the examples (Efron 1979).

    Over the samples in which it is defined; NaN where there are none.
    """
    rng = np.random.default_rng(seed)
    n, values = len(counts), []
    for start in range(0, resamples, CHUNK):
        size = min(CHUNK, resamples - start)
        values.append(value(rng.multinomial(n, np.full(n, 1 / n), size=size) @ counts))
    return middle(np.concatenate(values), level)


def middle(drawn: Float[np.ndarray, " draws"], level: float = 0.95) -> tuple[float, float]:
    """Ends of the middle share of the draws that are defined; NaN where none is."""
    drawn = drawn[np.isfinite(drawn)]
    if not len(drawn):
        return float("nan"), float("nan")
    # in per cent, written so that 95% has the very ends 2.5 and 97.5
    tail = round(50 * (1 - level), 9)
    low, high = np.percentile(drawn, [tail, 100 - tail])
    return float(low), float(high)
