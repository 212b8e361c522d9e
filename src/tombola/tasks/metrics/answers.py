"""What several metrics ask of answers."""

from collections import Counter

import numpy as np
from jaxtyping import Bool, Float, Int

from tombola.tasks.metrics.metric import Answers


def check_pairs(predictions: Answers, references: Answers) -> None:
    """Raise ValueError where the two sides are not of one length, or empty."""
    if len(predictions) != len(references):
        raise ValueError(f"{len(predictions)} predictions for {len(references)} references")
    if not len(references):
        raise ValueError("nothing to score")


def missing(predictions: Answers, references: Answers) -> Bool[np.ndarray, " n"]:
    """Examples with NaN on either side."""
    lost = np.zeros(len(references), bool)
    for side in (np.asarray(predictions), np.asarray(references)):
        if side.dtype.kind == "f":
            lost |= np.isnan(side)
    return lost


def why_missing(predictions: Answers, references: Answers) -> str:
    """How many answers are no numbers, as a reason; empty where all are."""
    n = int(missing(predictions, references).sum())
    return f"{n:,} of {len(references):,} answers are not a number" if n else ""


def classes(
    predictions: Answers, references: Answers
) -> tuple[Int[np.ndarray, " n"], Int[np.ndarray, " n"], int]:
    """Predictions and references as ids of the classes that occur, and how many these are."""
    both = np.concatenate([np.asarray(predictions), np.asarray(references)])
    names, ids = np.unique(both, return_inverse=True)
    answered, true = np.split(ids, 2)
    return answered, true, len(names)


def most_frequent(references: Answers) -> Answers:
    """The most frequent label at every example; of equals, the first in order."""
    names, counts = np.unique(np.asarray(references), return_counts=True)
    return np.full(len(references), names[counts.argmax()])


def most_frequent_tag(references: Answers) -> Answers:
    """The most frequent tag at every word; of equals, the last in order; "O" if there are none."""
    frequency = Counter(tag for tags in references for tag in tags)
    always = max(frequency, key=lambda tag: (frequency[tag], tag), default="O")
    return [[always] * len(tags) for tags in references]


def unevenness(sizes: Float[np.ndarray, " n"]) -> float:
    """How many times its average size an example has, as seen from within one (Kish 1965)."""
    with np.errstate(invalid="ignore"):  # of nothing, where a score is undefined
        return float(len(sizes) * (sizes**2).sum() / sizes.sum() ** 2)
