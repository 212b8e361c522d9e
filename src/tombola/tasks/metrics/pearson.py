"""Pearson's correlation."""

import numpy as np
from jaxtyping import Float

from tombola.tasks.metrics.answers import check_pairs, why_missing
from tombola.tasks.metrics.metric import METRICS, Answers, Counts, Metric, Values

ON_LINE = 1e-12
"""A loss that is rounding."""

RARE = 6.0
"""Where fewer than a sixth hold all that is lost, errors are rare. Of normal ones a third do."""


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
        """2 where all lie on one line; less, down to 0, the more of them lie off it.

        As they do for a model that answers with numbers: how far says enough then. Where a few hold
        nearly all of what is lost, such an error may by chance not be among them: one answer that
        is a standard deviation on the wrong side of the mean loses 2.
        """
        return 2 * max(0.0, 1 - RARE * _holders(counts))


class Pearson(Correlation):
    """Pearson's correlation; NaN where one side is constant or not finite."""

    name = "pearson"
    version = 3  # of its interval, which covers near 1 too

    def counts(self, predictions: Answers, references: Answers) -> Counts:
        """Moments of both sides, each centred and scaled over all examples.

        That changes no correlation. Raises ValueError where an answer is not one number.
        """
        check_pairs(predictions, references)
        x, y = numbers(predictions), numbers(references)
        return np.stack([np.ones(len(x)), x, y, x * x, y * y, x * y], axis=1)


def _holders(counts: Counts) -> float:
    """The share of examples among which what a perfect correlation lost is spread (Kish 1965).

    An example's loss is half the square of what its two standard scores differ by: losses have the
    mean 1 - r. 0 where nothing is lost.
    """
    x, y = counts[:, 1], counts[:, 2]
    if not (np.ptp(x) > 0 and np.ptp(y) > 0):  # constant, or NaN
        return 0.0
    x, y = (x - x.mean()) / x.std(), (y - y.mean()) / y.std()
    off = (x - np.copysign(1.0, (x * y).sum()) * y) ** 2
    if off.mean() < ON_LINE:
        return 0.0
    return float(off.sum() ** 2 / (off**2).sum() / len(off))


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
