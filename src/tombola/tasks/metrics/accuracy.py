"""Share of right answers."""

from operator import eq

import numpy as np
import scipy
from jaxtyping import Float

from tombola.statistics import wilson
from tombola.tasks.metrics.answers import (
    check_pairs,
    missing,
    most_frequent,
    most_frequent_tag,
    unevenness,
    why_missing,
)
from tombola.tasks.metrics.metric import METRICS, Answers, Counts, Metric, Values


class Accuracy(Metric):
    """Share of right answers, with Wilson's score interval (1927). Chance: the majority.

    Where answers are the tags of sentences, the share of words with the right one: `n` counts
    sentences then, and the interval is over them, for words of one sentence are not independent.
    """

    name = "accuracy"
    interval_name = "effective-wilson95"
    modified = False

    def counts(self, predictions: Answers, references: Answers) -> Counts:
        """Right answers, and all: of words if an example is a sentence.

        Raises ValueError where a sentence's answer is of another length.
        """
        check_pairs(predictions, references)
        if _are_sentences(references):
            return _of_words(predictions, references)
        same = np.asarray(predictions) == np.asarray(references)
        right = np.where(missing(predictions, references), np.nan, same)
        return np.stack([right, np.ones(len(right))], axis=1)

    def value(self, sums: Float[np.ndarray, "... 2"]) -> Values:
        """Right answers over all."""
        with np.errstate(invalid="ignore"):  # sentences without words
            return sums[..., 0] / sums[..., 1]

    def stake(self, counts: Counts) -> float:
        """1, or for sentences more: a long one loses more."""
        return unevenness(counts[:, 1])

    def constant(self, references: Answers) -> Answers:
        """The most frequent label, or tag."""
        if _are_sentences(references):
            return most_frequent_tag(references)
        return most_frequent(references)

    def reason(self, predictions: Answers, references: Answers) -> str:
        """Answers that are not numbers, or sentences without words."""
        if _are_sentences(references):
            return "no sentence has a word"
        return why_missing(predictions, references) or super().reason(predictions, references)

    def interval(self, counts: Counts, seed: int, resamples: int) -> tuple[float, float]:
        """Wilson's as he had it; over sentences by their effective number."""
        if _has_sentences(counts):
            return super().interval(counts, seed, resamples)
        return wilson(int(counts[:, 0].sum()), len(counts))

    def settings(self, counts: Counts, seed: int, resamples: int) -> str:
        """The interval's kind, and whether words are counted."""
        if _has_sentences(counts):
            return f"of:words|{super().settings(counts, seed, resamples)}"
        return f"interval:wilson95|scipy:{scipy.__version__}"


def _are_sentences(references: Answers) -> bool:
    return isinstance(references[0], list | tuple)


def _has_sentences(counts: Counts) -> bool:
    """Whether any example holds several answers; if none does, words are as good as examples."""
    return bool((counts[:, 1] != 1).any())


def _of_words(predictions: Answers, references: Answers) -> Counts:
    rows = []
    for i, (answer, truth) in enumerate(zip(predictions, references, strict=True)):
        if len(answer) != len(truth):
            raise ValueError(f"sentence {i}: {len(answer)} tags for {len(truth)} words")
        rows.append((sum(map(eq, answer, truth)), len(truth)))
    return np.array(rows, np.float64)


METRICS.add(Accuracy())
