"""What scores of a corpus share: counts of n-grams of each sentence, resampled."""

import numpy as np
import scipy

from tombola.statistics import percentile_interval, wilson
from tombola.tasks.metrics.metric import Counts, Metric


class OfCorpus(Metric):
    """A score out of 100 of a corpus, from counts that its sentences add up to.

    The interval resamples each sentence's counts: no n-gram is counted twice (Koehn 2004). Where
    every sentence is right it goes down to where Wilson's interval of their share does.
    """

    highest = 100.0

    def library(self) -> str:
        """The signature of the library whose score it is."""
        raise NotImplementedError

    def interval(self, counts: Counts, seed: int, resamples: int) -> tuple[float, float]:
        """The middle of the scores of `resamples` samples; Wilson's where all is right."""
        low, high = percentile_interval(counts, self.value, seed, resamples)
        if low == self.highest:
            return self.highest * wilson(len(counts), len(counts))[0], high
        return low, high

    def settings(self, counts: Counts, seed: int, resamples: int) -> str:
        """The library's signature, and how the interval is drawn."""
        return (
            f"{self.library()}|interval:bootstrap95|resamples:{resamples}|seed:{seed}"
            f"|numpy:{np.__version__}|scipy:{scipy.__version__}"
        )
