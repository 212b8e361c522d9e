"""Pearson's correlation."""

import numpy as np
from jaxtyping import Float

from tombola.statistics import total
from tombola.tasks.metrics.answers import check_pairs, why_missing
from tombola.tasks.metrics.metric import METRICS, Answers, Counts, Metric, Values


class Correlation(Metric):
    """Covariance over the root of both variances, from sums of 1, x, y, xx, yy and xy.

    NaN where one side is constant or not finite.
    """

    lowest = -1.0

    def value(self, sums: Float[np.ndarray, "... 6"]) -> Values:
        """From moments; x and y must be centred nearly, or much is lost to rounding."""
        n, x, y, xx, yy, xy = np.moveaxis(sums, -1, 0)
        with np.errstate(invalid="ignore", divide="ignore"):
            spread = (xx - x * x / n) * (yy - y * y / n)
            return np.clip((xy - x * y / n) / np.sqrt(spread), -1.0, 1.0)

    def reason(self, predictions: Answers, references: Answers) -> str:
        """One side is constant, or not finite."""
        if lost := why_missing(predictions, references):
            return lost
        for side, said in ((predictions, "all answers"), (references, "all references")):
            if len(set(np.asarray(side).tolist())) == 1:
                return f"{said} are the same"
        return "an answer is not finite"

    def stake(self, counts: Counts) -> float:
        """1 where all lie on one line; else 0: how far they lie off it says enough."""
        return float(1 - np.abs(self.value(total(counts))) < 1e-12)


class Pearson(Correlation):
    """Pearson's correlation; NaN where one side is constant or not finite."""

    name = "pearson"
    version = 2  # of its interval, which covers near 1 too

    def counts(self, predictions: Answers, references: Answers) -> Counts:
        """Moments of both sides, each centred and scaled over all examples.

        That changes no correlation. Raises ValueError where an answer is not one number.
        """
        check_pairs(predictions, references)
        x, y = numbers(predictions), numbers(references)
        return np.stack([np.ones(len(x)), x, y, x * x, y * y, x * y], axis=1)


def numbers(answers: Answers) -> Float[np.ndarray, " n"]:
    """One number per example, centred, the largest of size 1; all NaN if constant or not finite.

    Scaled, since the square of a small spread must not vanish, of a large one overflow. Raises
    ValueError for other shapes.
    """
    x = np.asarray(answers, np.float64)
    if x.ndim != 1:
        raise ValueError(f"one number per example is expected, not an array of shape {x.shape}")
    with np.errstate(invalid="ignore", divide="ignore"):
        x = x - x.mean()
        return x / np.abs(x).max()


METRICS.add(Pearson())
