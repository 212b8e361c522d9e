"""BLEU."""

import math
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from tombola.extras import extra
from tombola.tasks.metrics.answers import check_pairs
from tombola.tasks.metrics.metric import METRICS, Answers, Counts, Values
from tombola.tasks.metrics.of_corpus import OfCorpus

if TYPE_CHECKING:
    from sacrebleu.metrics.bleu import BLEU

ORDERS = 4
"""N-grams up to so many words."""


class Bleu(OfCorpus):
    """Corpus BLEU out of 100 by sacrebleu's defaults, of strings with one reference each."""

    name = "bleu"

    def counts(self, predictions: Answers, references: Answers) -> Counts:
        """Right n-grams and all n-grams, of 1 to 4 words; words of both sides."""
        check_pairs(predictions, references)
        by_sentence = self.scorer()
        rows = []
        for prediction, reference in zip(predictions, references, strict=True):
            score = by_sentence.sentence_score(prediction, [reference])
            rows.append([*score.counts, *score.totals, score.sys_len, score.ref_len])
        return np.array(rows, np.float64)

    def scorer(self) -> "BLEU":
        """What counts the n-grams of one sentence."""
        # Only its counts are read; without effective_order sacrebleu warns for each sentence.
        return sacrebleu_bleu(effective_order=True)

    def value(self, sums: Float[np.ndarray, "... 10"]) -> Values:
        """BLEU of a corpus with these counts."""
        scores = [_bleu(row) for row in sums.reshape(-1, sums.shape[-1]).tolist()]
        return np.array(scores).reshape(sums.shape[:-1])

    def library(self) -> str:
        """sacrebleu's signature."""
        return sacrebleu_signature()


def _bleu(row: list[float]) -> float:
    """As sacrebleu's `compute_bleu` with "exp" smoothing, which takes whole lengths only.

    An order without a hit counts as half, a quarter, ... of a hit (method 3 of Chen & Cherry 2014).
    """
    right, of, (length, wanted) = row[:ORDERS], row[ORDERS : 2 * ORDERS], row[2 * ORDERS :]
    if not any(right) or not all(of):
        return 0.0
    brevity = 1.0 if length >= wanted else math.exp(1 - wanted / length)
    smooth, logs = 1.0, []
    for hits, n in zip(right, of, strict=True):
        if hits == 0:
            smooth *= 2
        logs.append(math.log(100 * hits / n if hits else 100 / (smooth * n)))
    # rounding takes a perfect score to 100.00000000000004
    return min(brevity * math.exp(sum(logs) / ORDERS), 100.0)


def sacrebleu_bleu(**options: Any) -> "BLEU":
    """sacrebleu's metric. Raises UserError where sacrebleu is not installed."""
    with extra("data"):
        from sacrebleu.metrics.bleu import BLEU
    return BLEU(**options)


@cache
def sacrebleu_signature() -> str:
    """How sacrebleu names its default BLEU."""
    metric = sacrebleu_bleu()
    metric.corpus_score(["a"], [["a"]])  # the number of references is known after scoring only
    return str(metric.get_signature())


METRICS.add(Bleu())
