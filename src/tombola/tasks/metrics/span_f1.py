"""F1 of spans."""

import numpy as np

from tombola.tasks.metrics.answers import check_pairs, most_frequent_tag
from tombola.tasks.metrics.f1 import FromHits
from tombola.tasks.metrics.metric import METRICS, Answers, Counts
from tombola.text.spans import read_tags_leniently


class SpanF1(FromHits):
    """F1 of typed spans over all sentences; NaN where there are none on either side.

    Each answer is a sentence's tags, in BIO or IOB1. A span counts where both ends and the type are
    right. Tags are read as conlleval reads them, so that no prediction is ill-formed (Tjong Kim
    Sang & Buchholz 2000). `n` counts sentences, over which the interval is. Chance is the score of
    the most frequent tag at every word.
    """

    name = "span_f1"
    version = 3  # of its interval, which covers near 1 too

    def counts(self, predictions: Answers, references: Answers) -> Counts:
        """Right spans, and all spans of both sides together.

        Raises ValueError where a sentence has another number of tags.
        """
        check_pairs(predictions, references)
        counts = []
        for i, (answer, truth) in enumerate(zip(predictions, references, strict=True)):
            if len(answer) != len(truth):
                raise ValueError(f"sentence {i}: {len(answer)} tags for {len(truth)} words")
            found, expected = set(read_tags_leniently(answer)), set(read_tags_leniently(truth))
            counts.append((len(found & expected), len(found) + len(expected)))
        return np.array(counts, np.float64)

    def reason(self, predictions: Answers, references: Answers) -> str:
        """No spans."""
        return "neither answers nor references have a span"

    def constant(self, references: Answers) -> Answers:
        """The most frequent tag at every word."""
        return most_frequent_tag(references)

    def settings(self, counts: Counts, seed: int, resamples: int) -> str:
        """How spans are read and averaged, too."""
        return f"micro|tags:lenient|{super().settings(counts, seed, resamples)}"


METRICS.add(SpanF1())
