"""A metric that is a plain function of a user's."""

from collections.abc import Callable
from typing import Any

import numpy as np
from jaxtyping import Float

from tombola.errors import UserError
from tombola.tasks.metrics.answers import check_pairs
from tombola.tasks.metrics.metric import Answers, Counts, Metric, Values


class OfFunction(Metric):
    """The mean over examples of what a function makes of one answer and what is right.

    Being a mean, it has an interval, and differences are paired, as for accuracy. A score of all
    answers at once that is no mean of single ones is no such function: write a `Metric`.
    """

    highest = 1.0
    lowest = -np.inf
    interval_name = "influence-t95"

    def __init__(self, function: Callable[[Any, Any], float]) -> None:
        self.function = function
        self.name = getattr(function, "__name__", "function").strip("<>")

    def counts(self, predictions: Answers, references: Answers) -> Counts:
        """What the function says of each example, and a one."""
        check_pairs(predictions, references)
        rows = np.ones((len(references), 2))
        for i, (said, right) in enumerate(zip(predictions, references, strict=True)):
            try:
                rows[i, 0] = float(self.function(said, right))
            except (TypeError, ValueError) as problem:
                raise UserError(
                    f"metric {self.name}: a number for one answer and what is right was expected: "
                    f"{' '.join(str(problem).split())[:200]}"
                ) from problem
        return rows

    def value(self, sums: Float[np.ndarray, "... k"]) -> Values:
        """The mean."""
        return sums[..., 0] / sums[..., 1]

    def stake(self, counts: Counts) -> float:
        """How far apart the examples' numbers are."""
        return float(np.ptp(counts[:, 0])) or 1.0

    def reason(self, predictions: Answers, references: Answers) -> str:
        """It gave NaN."""
        n = int(np.isnan(self.counts(predictions, references)[:, 0]).sum())
        return f"of {n:,} of {len(references):,} answers the function makes no number"

    def interval(self, counts: Counts, seed: int, resamples: int) -> tuple[float, float]:
        """That of a mean, by Student's t."""
        found = self.mean([counts])
        return found.low, found.high
