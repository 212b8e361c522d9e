"""chrF."""

from functools import cache

import numpy as np
from jaxtyping import Float

from tombola.extras import extra
from tombola.tasks.metrics.answers import check_pairs
from tombola.tasks.metrics.metric import METRICS, Answers, Counts, Values
from tombola.tasks.metrics.of_corpus import OfCorpus

ORDERS = 6
"""N-grams up to so many characters."""
BETA = 2
"""How often recall counts."""


class Chrf(OfCorpus):
    """Corpus chrF2 out of 100 by sacrebleu's defaults, of strings with one reference each.

    F-score of character n-grams, recall counting twice (Popović 2015).
    """

    name = "chrf"

    def counts(self, predictions: Answers, references: Answers) -> Counts:
        """N-grams of the prediction, of the reference, and of both, of 1 to 6 characters."""
        check_pairs(predictions, references)
        with extra("data"):
            from sacrebleu.metrics.helpers import extract_all_char_ngrams
        rows = []
        for prediction, reference in zip(predictions, references, strict=True):
            sides = (extract_all_char_ngrams(text, ORDERS) for text in (prediction, reference))
            row: list[int] = []
            for said, wanted in zip(*sides, strict=True):
                # n-grams longer than a whole reference cannot be wrong
                row += [said.total() if wanted else 0, wanted.total(), (said & wanted).total()]
            rows.append(row)
        return np.array(rows, np.float64)

    def value(self, sums: Float[np.ndarray, "... 18"]) -> Values:
        """F of the mean precision and mean recall over the orders that both sides have."""
        said, wanted, both = np.moveaxis(sums.reshape(*sums.shape[:-1], ORDERS, 3), -1, 0)
        there = (said > 0) & (wanted > 0)
        n = np.maximum(there.sum(-1), 1)
        precision = (both / np.where(there, said, 1) * there).sum(-1) / n
        recall = (both / np.where(there, wanted, 1) * there).sum(-1) / n
        under = BETA**2 * precision + recall
        score = (1 + BETA**2) * precision * recall / np.where(under > 0, under, 1)
        return np.asarray(100.0 * score)

    def library(self) -> str:
        """sacrebleu's signature."""
        return _signature()


@cache
def _signature() -> str:
    with extra("data"):
        from sacrebleu.metrics.chrf import CHRF
    metric = CHRF()
    metric.corpus_score(["a"], [["a"]])  # the number of references is known after scoring only
    return str(metric.get_signature())


METRICS.add(Chrf())
