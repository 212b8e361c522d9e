"""How much each example moves a score.

A score here is a function `value` of sums: each example contributes a row of counts, the rows are
added up, and `value` makes a number of the sums (accuracy: right answers and examples; BLEU: n-gram
counts and lengths). It takes sums of shape [..., k] and returns [...]; it does not change where all
sums are multiplied by one factor.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from jaxtyping import Float

Values: TypeAlias = Float[np.ndarray, "..."] | np.floating
"""Scores of sums; numpy makes a bare number of an array without axes."""

Value: TypeAlias = Callable[[Float[np.ndarray, "... k"]], Values]

STEP = 1e-5
"""Weight given to an example: small beside every curve of a score, large beside rounding."""

CELLS = 1 << 20
"""Numbers held in memory at once."""


def total(counts: Float[np.ndarray, "n k"]) -> Float[np.ndarray, " k"]:
    """Sums over examples; each column is added in pairs, so that little is lost to rounding."""
    return np.ascontiguousarray(counts.T).sum(axis=1)


def influences(counts: Float[np.ndarray, "n k"], value: Value) -> Float[np.ndarray, " n"]:
    """Empirical influence of each example, by the infinitesimal jackknife (Jaeckel 1972).

    That is the slope of the score as weight moves from all examples alike to this one. Influences
    sum to nearly 0, and the sum of their squares over n² estimates the score's variance (Efron
    1982). An example gains weight and none loses all, so what is defined stays so.
    """
    sums, n = total(counts), len(counts)
    base = value(sums)
    rows = max(1, CELLS // counts.shape[1])
    parts = [
        (value((1 - STEP) * sums + STEP * n * counts[i : i + rows]) - base) / STEP
        for i in range(0, n, rows)
    ]
    return np.concatenate(parts)
