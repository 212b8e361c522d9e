"""F1 of one class of two."""

import numpy as np
from jaxtyping import Float

from tombola.tasks.metrics.answers import check_pairs, missing, unevenness, why_missing
from tombola.tasks.metrics.metric import METRICS, Answers, Counts, Metric, Values


class FromHits(Metric):
    """Twice the hits over what is found and what is there (harmonic mean of precision and recall).

    An example contributes its hits, and all that is found or there. NaN where there is nothing.
    """

    def value(self, sums: Float[np.ndarray, "... 2"]) -> Values:
        """2 · hits / (found + there)."""
        hits, both = sums[..., 0], sums[..., 1]
        with np.errstate(invalid="ignore", divide="ignore"):
            return 2 * hits / both

    def stake(self, counts: Counts) -> float:
        """Where all that an example holds is missed: as it weighs on average (Kish 1965)."""
        return unevenness(counts[:, 1])


class F1(FromHits):
    """F1 of class 1 of the classes 0 and 1; NaN where nothing is 1 on either side.

    Chance is that of always answering 1: always answering 0 scores 0, and nothing is learned.
    """

    name = "f1"
    version = 3  # of its interval, which covers near 1 too

    def counts(self, predictions: Answers, references: Answers) -> Counts:
        """Whether both are 1, and how many are. Raises ValueError for other classes."""
        check_pairs(predictions, references)
        lost = missing(predictions, references)
        answered, true = np.asarray(predictions), np.asarray(references)
        if not set(answered[~lost].tolist()) | set(true[~lost].tolist()) <= {0, 1}:
            raise ValueError("f1 is defined here for the classes 0 and 1")
        rows = np.stack([answered * true, answered + true], axis=1).astype(np.float64)
        rows[lost] = np.nan
        return rows

    def reason(self, predictions: Answers, references: Answers) -> str:
        """Nothing is 1."""
        lost = why_missing(predictions, references)
        return lost or "neither an answer nor a reference is of the second class"

    def constant(self, references: Answers) -> Answers:
        """1."""
        return np.ones(len(references), np.int64)


METRICS.add(F1())
