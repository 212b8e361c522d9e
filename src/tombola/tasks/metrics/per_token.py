"""How well a model knows a text: its loss, and what else the same sums say."""

from typing import Literal

import numpy as np
import scipy
from jaxtyping import Float

from tombola.statistics import mean_over_seeds
from tombola.tasks.metrics.answers import check_pairs
from tombola.tasks.metrics.metric import METRICS, Answers, Counts, Metric, Values

LOST, TOKENS, RIGHT, CHARACTERS = range(4)
"""Columns of the counts: nats, tokens that were asked for, those said right, and characters."""


class PerToken(Metric):
    """Answers are sums over the tokens of each sequence, as a task of text gives them."""

    def counts(self, predictions: Answers, references: Answers) -> Counts:
        """The sums as they are; references say which sequence it was."""
        check_pairs(predictions, references)
        counts = np.array([list(answer) for answer in predictions], np.float64)
        if counts.shape[1:] != (4,):
            raise ValueError("a task of text has four sums for each sequence")
        # a model that answers NaN has said no token right, though the first is the highest
        counts[np.isnan(counts[:, LOST]), RIGHT] = np.nan
        return counts

    def reason(self, predictions: Answers, references: Answers) -> str:
        """A loss that is not finite, or nothing asked."""
        counts = self.counts(predictions, references)
        if not np.isfinite(counts).all():
            return "a loss is not finite"
        return "no token was asked for"


class Unbounded(PerToken):
    """What has no highest value: the interval is that of a mean, by the sequences' influences."""

    better: Literal["higher", "lower"] = "lower"

    def stake(self, counts: Counts) -> float:
        """0: of numbers as fine as these no two models agree on all examples."""
        return 0.0

    def interval(self, counts: Counts, seed: int, resamples: int) -> tuple[float, float]:
        """Student's, over sequences: neighbours in a text are more alike than it takes for
        granted, so it is rather too narrow.
        """
        found = mean_over_seeds([counts], self.value, stake=0.0)
        return max(found.low, self.lowest), found.high

    def settings(self, counts: Counts, seed: int, resamples: int) -> str:
        """How the interval came about, and of how many tokens."""
        tokens = int(counts[:, TOKENS].sum())
        return (
            f"interval:influence-t95|tokens:{tokens}|numpy:{np.__version__}"
            f"|scipy:{scipy.__version__}"
        )


class Loss(Unbounded):
    """Negative log-likelihood per token, in nats; of masked tokens where a model fills gaps."""

    name = "loss"

    def value(self, sums: Float[np.ndarray, "... 4"]) -> Values:
        """NaN where no token was asked for."""
        return _over(sums[..., LOST], sums[..., TOKENS])


class Perplexity(Unbounded):
    """The exponential of the loss: among how many tokens a model is undecided."""

    name = "perplexity"
    lowest = 1.0

    def value(self, sums: Float[np.ndarray, "... 4"]) -> Values:
        """Infinite where the loss is beyond what a float holds."""
        with np.errstate(over="ignore"):
            return np.exp(_over(sums[..., LOST], sums[..., TOKENS]))


class BitsPerCharacter(Unbounded):
    """The loss in bits, per character that the tokens stand for.

    It can be compared between vocabularies, which a loss per token cannot. Of a model that fills
    gaps, both are of the gaps alone.
    """

    name = "bits_per_character"

    def value(self, sums: Float[np.ndarray, "... 4"]) -> Values:
        """NaN where the tokens stand for no character."""
        return _over(sums[..., LOST] / np.log(2), sums[..., CHARACTERS])


class TokenAccuracy(PerToken):
    """How many of the tokens that are asked for the model would have said."""

    name = "token_accuracy"
    version = 2  # NaN where a loss is

    def value(self, sums: Float[np.ndarray, "... 4"]) -> Values:
        """NaN where no token was asked for."""
        return _over(sums[..., RIGHT], sums[..., TOKENS])

    def stake(self, counts: Counts) -> float:
        """One token goes wrong."""
        return len(counts) / max(float(counts[:, TOKENS].sum()), 1.0)


def _over(above: Values, below: Values) -> Values:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(below > 0, above / below, np.nan)


for _metric in (Loss(), Perplexity(), BitsPerCharacter(), TokenAccuracy()):
    METRICS.add(_metric)
