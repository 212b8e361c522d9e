"""Matthews' correlation."""

import numpy as np
from jaxtyping import Float

from tombola.tasks.metrics.answers import check_pairs, classes, missing, most_frequent, why_missing
from tombola.tasks.metrics.metric import METRICS, Answers, Counts, Metric, Values


class Matthews(Metric):
    """Matthews correlation of any number of classes (Gorodkin 2004).

    NaN where the references have one class only: nothing can be told from chance there. One answer
    to references of several classes scores 0, as scikit-learn has it.
    """

    name = "matthews"
    version = 3  # of its interval, which covers near 1 too
    lowest = -1.0

    def counts(self, predictions: Answers, references: Answers) -> Counts:
        """Right or not; the reference, then the prediction, as a row of 0 and a 1."""
        check_pairs(predictions, references)
        answered, true, k = classes(predictions, references)
        rows = np.zeros((len(true), 1 + 2 * k))
        each = np.arange(len(true))
        rows[each, 0] = answered == true
        rows[each, 1 + true] = 1
        rows[each, 1 + k + answered] = 1
        rows[missing(predictions, references)] = np.nan
        return rows

    def value(self, sums: Float[np.ndarray, "... k"]) -> Values:
        """Covariance over the root of both variances, of classes as unit vectors."""
        right, (true, answered) = sums[..., 0], np.split(sums[..., 1:], 2, axis=-1)
        n = true.sum(axis=-1)
        covariance = right * n - (true * answered).sum(axis=-1)
        spread = _spread(answered) * _spread(true)
        with np.errstate(invalid="ignore", divide="ignore"):
            score = np.where(spread == 0, 0.0, covariance / np.sqrt(spread))
        return np.where((true > 0).sum(axis=-1) > 1, score, np.nan)

    def stake(self, counts: Counts) -> float:
        """One over the share of pairs of references that differ: 2 for two equal classes."""
        shares = counts[:, 1 : 1 + counts.shape[1] // 2].mean(axis=0)
        with np.errstate(divide="ignore"):  # of one class, where the score is undefined
            return float(1 / (1 - (shares**2).sum()))

    def reason(self, predictions: Answers, references: Answers) -> str:
        """References of one class."""
        return why_missing(predictions, references) or "all references are of one class"

    def constant(self, references: Answers) -> Answers:
        """The most frequent label."""
        return most_frequent(references)


def _spread(sums: Float[np.ndarray, "... k"]) -> Values:
    """Pairs that differ; just 0 where there is one class, whatever the rounding."""
    return (sums * (sums.sum(axis=-1, keepdims=True) - sums)).sum(axis=-1)


METRICS.add(Matthews())
