"""Spearman's rank correlation."""

import numpy as np
import scipy.stats
from jaxtyping import Float

from tombola.tasks.metrics.answers import check_pairs
from tombola.tasks.metrics.metric import METRICS, Answers, Counts
from tombola.tasks.metrics.pearson import Correlation, numbers


class Spearman(Correlation):
    """Spearman's rank correlation, ties ranked by their mean; NaN as for Pearson's."""

    name = "spearman"
    version = 3  # of its interval, which covers near 1 too

    def counts(self, predictions: Answers, references: Answers) -> Counts:
        """Moments of the ranks, and what the example does to the ranks of others.

        A rank is not an example's own: one example more below it lifts it. To each product of
        ranks that effect is added, by Hoeffding's projection (1948). It sums to 0 over examples, so
        that the score stays, while each row now says what its example does to it.
        """
        check_pairs(predictions, references)
        x, y = ranks(numbers(predictions)), ranks(numbers(references))
        xy = x * y + _effect(x, y) + _effect(y, x)
        xx, yy = x * x + 2 * _effect(x, x), y * y + 2 * _effect(y, y)
        return np.stack([np.ones(len(x)), x, y, xx, yy, xy], axis=1)


def ranks(x: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
    """Ranks as shares of n, centred; NaN for all if any is."""
    n = len(x)
    return (scipy.stats.rankdata(x, nan_policy="propagate") - (n + 1) / 2) / n


def _effect(x: Float[np.ndarray, " n"], y: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
    """Sum over j of y[j]/n times what example i adds to j's rank by x, less its mean over i.

    That is 1 where j stands above i and 1/2 where they tie.
    """
    if np.isnan(x).any() or np.isnan(y).any():
        return np.full(len(x), np.nan)
    order = np.argsort(x, kind="stable")
    up_to = np.concatenate([[0.0], np.cumsum(y[order])])
    sorted_x = x[order]
    below = up_to[np.searchsorted(sorted_x, x, side="left")]
    with_ties = up_to[np.searchsorted(sorted_x, x, side="right")]
    lifted = (up_to[-1] - (below + with_ties) / 2) / len(x)
    return lifted - lifted.mean()


METRICS.add(Spearman())
