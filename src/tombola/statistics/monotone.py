"""Up to which level a score holds, where it was seen once at each of several levels."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool
from scipy.optimize import isotonic_regression


def holding(
    levels: Sequence[float], scores: Sequence[float], floor: float
) -> Bool[np.ndarray, " levels"]:
    """At which levels (of sparsity, say) a score that can but fall is at least `floor`.

    Scores are of a sample, so one of them may dip although the next is high again. They are fitted
    by a line that never rises (isotonic regression: Barlow, Bartholomew, Bremner & Brunk 1972,
    chapter 1), and the fit is held to the floor: what holds at a level holds at all lower ones. The
    highest level that holds is one whose own score is at least the floor, too, for it ends a run of
    levels that share their mean, and such a run has no lower end than its mean.

    Args:
        levels: in any order.
        scores: one for each, the higher the better. From a NaN on nothing holds.
        floor: least score that is good enough.

    Raises ValueError where there are not as many scores as levels.
    """
    if len(levels) != len(scores):
        raise ValueError(f"{len(scores)} scores for {len(levels)} levels")
    order = np.argsort(np.asarray(levels, float), kind="stable")
    seen = np.asarray(scores, float)[order]
    known = np.logical_and.accumulate(~np.isnan(seen))
    held = np.zeros(len(seen), bool)
    if known.any():
        held[known] = isotonic_regression(seen[known], increasing=False).x >= floor
    found = np.empty(len(seen), bool)
    found[order] = held
    return found
