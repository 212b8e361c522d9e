"""What a metric is, and what it makes of answers."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import scipy
from jaxtyping import Float
from numpy.typing import NDArray

from tombola.registry import Registry
from tombola.statistics import (
    Difference,
    Estimate,
    mean_over_seeds,
    paired_difference,
    score_interval,
    total,
)
from tombola.statistics.bootstrap import RESAMPLES
from tombola.statistics.influence import Values
from tombola.statistics.seeds import Counts as CountsOfSeeds

Answers = Sequence[Any] | NDArray[Any]
"""One answer per example: class ids or names, numbers, or sentences."""

Counts = Float[np.ndarray, "n k"]


@dataclass(frozen=True)
class Score:
    """A number, how sure it is, and what it is compared with."""

    metric: str
    value: float
    """Per one, except BLEU, which is out of 100, and what is made of a loss. NaN where undefined (a
    constant prediction has no correlation)."""
    n: int
    """Examples scored."""
    low: float
    """Lower end of the 95% interval over examples; NaN where the value is."""
    high: float
    """Upper end of the 95% interval over examples; NaN where the value is."""
    chance: float | None
    """Score of one answer given every time: see the metric's `constant`; None if none."""
    signature: str
    """Every setting that determines the numbers."""
    reason: str = ""
    """Why the value is undefined; empty where it is not."""


class Metric(ABC):
    """Scores predictions against references, example by example in the same order.

    Each example contributes a row of counts, and the score is a `value` of their sums: so what an
    example does to a score, its interval and a difference between models are computed in one way
    for all metrics (`tombola.statistics`).
    """

    name: str
    version = 1
    """Raised when its numbers change, those of its interval too."""
    better: Literal["higher", "lower"] = "higher"
    """Which of two scores is that of the better model."""
    highest = 1.0
    """Score of answers that are all right."""
    lowest = 0.0
    """Score that no answers fall below."""
    interval_name = "effective-wilson-modified95"
    """Of the interval, for the signature."""
    modified = True
    """Whether its end where few errors are seen is further out: see `score_interval`."""

    @abstractmethod
    def counts(self, predictions: Answers, references: Answers) -> Counts:
        """What each example contributes to the sums.

        The width may depend on the answers (which classes occur). NaN for an example whose answer
        is not a number where it must be one. Raises ValueError where the two sides do not pair, or
        are not such as the metric takes.
        """

    @abstractmethod
    def value(self, sums: Float[np.ndarray, "... k"]) -> Values:
        """Score of weighted sums of counts; NaN where undefined."""

    def stake(self, counts: Counts) -> float:
        """The number of examples times what a perfect score loses if one of them goes wrong."""
        return self.highest

    def constant(self, references: Answers) -> Answers | None:
        """One answer given to every example, whose score is chance; None if there is no such."""
        return None

    def reason(self, predictions: Answers, references: Answers) -> str:
        """Why the score of these answers is undefined."""
        return "of these answers it has no value"

    def interval(self, counts: Counts, seed: int, resamples: int) -> tuple[float, float]:
        """95% interval over examples."""
        return score_interval(
            counts,
            self.value,
            lowest=self.lowest,
            highest=self.highest,
            stake=self.stake(counts),
            modified=self.modified,
        )

    def settings(self, counts: Counts, seed: int, resamples: int) -> str:
        """What else than the name goes into the signature."""
        return f"interval:{self.interval_name}|numpy:{np.__version__}|scipy:{scipy.__version__}"

    def __call__(
        self,
        predictions: Answers,
        references: Answers,
        *,
        seed: int = 0,
        resamples: int = RESAMPLES,
    ) -> Score:
        """`seed` and `resamples` are for metrics whose interval is drawn; no value needs them.

        Raises ValueError as `counts` does.
        """
        counts = self.counts(predictions, references)
        value = float(self.value(total(counts)))
        low, high = value, value  # NaN
        if np.isfinite(value):
            low, high = self.interval(counts, seed, resamples)
        constant = self.constant(references)
        return Score(
            metric=self.name,
            value=value,
            n=len(counts),
            low=min(low, value),
            high=max(high, value),
            chance=None
            if constant is None
            else float(self.value(total(self.counts(constant, references)))),
            signature=f"{self.name}|{self.settings(counts, seed, resamples)}",
            reason="" if not np.isnan(value) else self.reason(predictions, references),
        )

    def difference(self, a: CountsOfSeeds, b: CountsOfSeeds) -> Difference:
        """Score of one model less another's, over seeds and examples: see `paired_difference`.

        `a` and `b` hold counts of the same examples, one array per seed.
        """
        return paired_difference(a, b, self.value, stake=max(map(self.stake, [*a, *b]), default=1))

    def mean(self, counts: CountsOfSeeds) -> Estimate:
        """Mean score over seeds, with an interval over seeds and examples."""
        return mean_over_seeds(counts, self.value, stake=max(map(self.stake, counts), default=1))


METRICS: Registry[Metric] = Registry("metric", "tombola.tasks.metrics")
"""Every metric by its name."""
