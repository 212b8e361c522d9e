"""Scores with their 95% intervals over examples, their chance level and their signature."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import eq
from typing import Any, Protocol

import numpy as np
import scipy
import scipy.stats
from numpy.typing import NDArray
from sacrebleu.metrics.bleu import BLEU, BLEUScore

from tombola.registry import Registry
from tombola.statistics.intervals import wilson
from tombola.text.spans import read_tags_leniently

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Answers = Sequence[Any] | NDArray[Any]
"""One answer per example: class ids or names, numbers, or sentences."""

RESAMPLES = 1000
"""Bootstrap samples: the ends of the interval then vary by some 3% of its width."""

CHUNK = 64
"""Bootstrap samples held in memory at once."""


@dataclass(frozen=True)
class Score:
    """A number, how sure it is, and what it is compared with."""

    metric: str
    value: float
    """Per one, except BLEU, which is out of 100. NaN where undefined (a constant prediction has no
    correlation)."""
    n: int
    """Examples scored."""
    low: float
    """Lower end of the 95% interval over examples."""
    high: float
    """Upper end of the 95% interval over examples."""
    chance: float | None
    """Score of always answering the most frequent label of the references; None if none."""
    signature: str
    """Every setting that determines the numbers."""


class Metric(Protocol):
    """Scores predictions against references, example by example in the same order."""

    def __call__(
        self,
        predictions: Answers,
        references: Answers,
        *,
        seed: int = 0,
        resamples: int = RESAMPLES,
    ) -> Score:
        """`seed` and `resamples` belong to the interval; the value does not depend on them."""
        ...


METRICS: Registry[Metric] = Registry("metric")
"""Every metric by its name."""


@METRICS.register("accuracy")
def accuracy(
    predictions: Answers,
    references: Answers,
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Score:
    """Share of right answers, with Wilson's score interval (1927), which needs no bootstrap.

    Where answers are the tags of sentences, the share of words with the right one: `n` counts
    sentences then, and the interval resamples them, for words of one sentence are not independent.
    Raises ValueError where a sentence's answer is of another length.
    """
    if len(references) and isinstance(references[0], list | tuple):
        return _accuracy_of_tags(predictions, references, seed, resamples)
    confusion = _confusion(predictions, references)
    n, right = int(confusion.sum()), int(np.trace(confusion))
    low, high = wilson(right, n)
    return Score(
        metric="accuracy",
        value=right / n,
        n=n,
        low=low,
        high=high,
        chance=_majority(confusion, _accuracies),
        signature=f"accuracy|interval:wilson95|scipy:{scipy.__version__}",
    )


def _accuracy_of_tags(
    predictions: Answers, references: Answers, seed: int, resamples: int
) -> Score:
    frequency = Counter(tag for tags in references for tag in tags)
    always = max(frequency, key=lambda tag: (frequency[tag], tag))
    counts = _word_counts(predictions, references)
    constant = _word_counts([[always] * len(tags) for tags in references], references)

    def share(counts: Counts) -> Floats:
        return np.asarray(counts[..., 0] / counts[..., 1])

    low, high = _bootstrap(lambda drawn: share(drawn @ counts), len(counts), seed, resamples)
    return Score(
        metric="accuracy",
        value=float(share(counts.sum(axis=0))),
        n=len(counts),
        low=low,
        high=high,
        chance=float(share(constant.sum(axis=0))),
        signature=f"accuracy|of:words|{_bootstrap_signature(seed, resamples)}",
    )


def _word_counts(predictions: Answers, references: Answers) -> Counts:
    """Right words, and all words, of each sentence."""
    _check_pairs(predictions, references)
    counts = []
    for i, (answer, truth) in enumerate(zip(predictions, references, strict=True)):
        if len(answer) != len(truth):
            raise ValueError(f"sentence {i}: {len(answer)} tags for {len(truth)} words")
        counts.append((sum(map(eq, answer, truth)), len(truth)))
    return np.array(counts, np.int64)


@METRICS.register("matthews")
def matthews(
    predictions: Answers,
    references: Answers,
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Score:
    """Matthews correlation of any number of classes (Gorodkin 2004); 0 where undefined."""
    return _from_confusion(
        "matthews", _matthews, _confusion(predictions, references), seed, resamples
    )


@METRICS.register("f1")
def f1(
    predictions: Answers,
    references: Answers,
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Score:
    """F1 of class 1 of the classes 0 and 1; 0 where nothing is 1. Raises ValueError for others."""
    if not set(predictions) | set(references) <= {0, 1}:
        raise ValueError("f1 is defined here for the classes 0 and 1")
    return _from_confusion("f1", _f1, _confusion(predictions, references, k=2), seed, resamples)


@METRICS.register("span_f1")
def span_f1(
    predictions: Answers,
    references: Answers,
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Score:
    """F1 of typed spans over all sentences; 0 where there are none.

    Each answer is a sentence's tags, in BIO or IOB1. A span counts where both ends and the type are
    right. Tags are read as conlleval reads them, so that no prediction is ill-formed (Tjong Kim
    Sang & Buchholz 2000). `n` counts sentences, over which the interval resamples. Chance is the
    score of the most frequent tag at every word. Raises ValueError where lengths differ.
    """
    _check_pairs(predictions, references)
    frequency = Counter(tag for tags in references for tag in tags)
    always = max(frequency, key=lambda tag: (frequency[tag], tag), default="O")
    counts = _span_counts(predictions, references)
    constant = _span_counts([[always] * len(tags) for tags in references], references)
    low, high = _bootstrap(lambda drawn: _f1_of_spans(drawn @ counts), len(counts), seed, resamples)
    return Score(
        metric="span_f1",
        value=float(_f1_of_spans(counts.sum(axis=0))),
        n=len(counts),
        low=low,
        high=high,
        chance=float(_f1_of_spans(constant.sum(axis=0))),
        signature=f"span_f1|micro|tags:lenient|{_bootstrap_signature(seed, resamples)}",
    )


def _span_counts(predictions: Answers, references: Answers) -> Counts:
    """Right spans, and all spans of both sides together, of each sentence."""
    counts = []
    for i, (answer, truth) in enumerate(zip(predictions, references, strict=True)):
        if len(answer) != len(truth):
            raise ValueError(f"sentence {i}: {len(answer)} tags for {len(truth)} words")
        found, expected = set(read_tags_leniently(answer)), set(read_tags_leniently(truth))
        counts.append((len(found & expected), len(found) + len(expected)))
    return np.array(counts, np.int64)


def _f1_of_spans(counts: Counts) -> Floats:
    right, total = counts[..., 0], counts[..., 1]
    return np.where(total > 0, 2 * right / np.maximum(total, 1), 0.0)


@METRICS.register("pearson")
def pearson(
    predictions: Answers,
    references: Answers,
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Score:
    """Pearson's correlation; NaN where one side is constant or not finite."""
    return _from_pairs("pearson", _pearson, predictions, references, seed, resamples)


@METRICS.register("spearman")
def spearman(
    predictions: Answers,
    references: Answers,
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Score:
    """Spearman's rank correlation, ties ranked by their mean; NaN as for Pearson's."""
    return _from_pairs("spearman", _spearman, predictions, references, seed, resamples)


@METRICS.register("bleu")
def bleu(
    predictions: Answers,
    references: Answers,
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Score:
    """Corpus BLEU out of 100 by sacrebleu's defaults, of strings with one reference each.

    The interval resamples each sentence's n-gram counts: no n-gram is counted twice (Koehn 2004).
    """
    _check_pairs(predictions, references)
    metric = BLEU()
    value = metric.corpus_score(list(predictions), [list(references)]).score
    # Only its counts are read; without effective_order sacrebleu warns for each sentence.
    by_sentence = BLEU(effective_order=True)
    counts = np.array(
        [
            _bleu_counts(by_sentence.sentence_score(prediction, [reference]))
            for prediction, reference in zip(predictions, references, strict=True)
        ]
    )

    def resampled(weights: Counts) -> Floats:
        return np.array([_bleu(total) for total in weights @ counts])

    low, high = _bootstrap(resampled, len(counts), seed, resamples)
    return Score(
        metric="bleu",
        value=value,
        n=len(counts),
        low=low,
        high=high,
        chance=None,
        signature=f"bleu|{metric.get_signature()}|{_bootstrap_signature(seed, resamples)}",
    )


def _bleu_counts(score: BLEUScore) -> list[int]:
    return [*score.counts, *score.totals, score.sys_len, score.ref_len]


def _bleu(counts: Counts) -> float:
    *ngrams, sys_len, ref_len = counts.tolist()
    order = len(ngrams) // 2
    score = BLEU.compute_bleu(ngrams[:order], ngrams[order:], sys_len, ref_len, smooth_method="exp")
    return score.score


def _from_confusion(
    name: str,
    score: Callable[[Counts], Floats],
    confusion: Counts,
    seed: int,
    resamples: int,
) -> Score:
    n = int(confusion.sum())
    # Drawing n examples with replacement and counting them is one multinomial draw of counts.
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(n, confusion.ravel() / n, size=resamples)
    low, high = _percentiles(score(drawn.reshape(resamples, *confusion.shape)))
    return Score(
        metric=name,
        value=float(score(confusion[None])[0]),
        n=n,
        low=low,
        high=high,
        chance=_majority(confusion, score),
        signature=f"{name}|{_bootstrap_signature(seed, resamples)}",
    )


def _from_pairs(
    name: str,
    score: Callable[[Floats, Floats], Floats],
    predictions: Answers,
    references: Answers,
    seed: int,
    resamples: int,
) -> Score:
    _check_pairs(predictions, references)
    x, y = np.asarray(predictions, np.float64), np.asarray(references, np.float64)
    if x.ndim != 1:
        raise ValueError(f"one number per example is expected, not an array of shape {x.shape}")
    rng = np.random.default_rng(seed)
    values = []
    for start in range(0, resamples, CHUNK):
        drawn = rng.integers(len(x), size=(min(CHUNK, resamples - start), len(x)))
        values.append(score(x[drawn], y[drawn]))
    low, high = _percentiles(np.concatenate(values))
    return Score(
        metric=name,
        value=float(score(x[None], y[None])[0]),
        n=len(x),
        low=low,
        high=high,
        chance=None,
        signature=f"{name}|{_bootstrap_signature(seed, resamples)}",
    )


def _bootstrap(
    score: Callable[[Counts], Floats], n: int, seed: int, resamples: int
) -> tuple[float, float]:
    """Percentile interval of a score of how often each of `n` examples is drawn."""
    rng = np.random.default_rng(seed)
    values = []
    for start in range(0, resamples, CHUNK):
        size = min(CHUNK, resamples - start)
        values.append(score(rng.multinomial(n, np.full(n, 1 / n), size=size)))
    return _percentiles(np.concatenate(values))


def _bootstrap_signature(seed: int, resamples: int) -> str:
    return (
        f"interval:bootstrap95|resamples:{resamples}|seed:{seed}"
        f"|numpy:{np.__version__}|scipy:{scipy.__version__}"
    )


def _percentiles(values: Floats) -> tuple[float, float]:
    """Ends of the middle 95%, over the samples in which the score is defined."""
    defined = values[np.isfinite(values)]
    if not len(defined):
        return float("nan"), float("nan")
    low, high = np.percentile(defined, [2.5, 97.5])
    return float(low), float(high)


def _check_pairs(predictions: Answers, references: Answers) -> None:
    if len(predictions) != len(references):
        raise ValueError(f"{len(predictions)} predictions for {len(references)} references")
    if not len(references):
        raise ValueError("nothing to score")


def _confusion(predictions: Answers, references: Answers, k: int | None = None) -> Counts:
    """How often reference i (row) was answered by j (column).

    The classes are 0 to k-1, or without `k` those that occur, in sorted order.
    """
    _check_pairs(predictions, references)
    ids = np.concatenate([np.asarray(references), np.asarray(predictions)])
    if k is None:
        classes, ids = np.unique(ids, return_inverse=True)
        k = len(classes)
    rows, columns = np.split(ids, 2)
    return np.bincount(rows * k + columns, minlength=k * k).reshape(k, k)


def _majority(confusion: Counts, score: Callable[[Counts], Floats]) -> float:
    """Score of answering the most frequent reference every time."""
    frequency = confusion.sum(axis=1)
    always = np.zeros_like(confusion)
    always[:, frequency.argmax()] = frequency
    return float(score(always[None])[0])


def _accuracies(confusion: Counts) -> Floats:
    return np.trace(confusion, axis1=1, axis2=2) / confusion.sum(axis=(1, 2))


def _matthews(confusion: Counts) -> Floats:
    c = confusion.astype(np.float64)
    n, right = c.sum(axis=(1, 2)), np.trace(c, axis1=1, axis2=2)
    true, answered = c.sum(axis=2), c.sum(axis=1)
    covariance = right * n - (true * answered).sum(axis=1)
    spread = (n**2 - (answered**2).sum(axis=1)) * (n**2 - (true**2).sum(axis=1))
    return np.where(spread > 0, covariance / np.sqrt(np.where(spread > 0, spread, 1)), 0.0)


def _f1(confusion: Counts) -> Floats:
    hits = confusion[:, 1, 1]
    total = confusion[:, 1, :].sum(axis=1) + confusion[:, :, 1].sum(axis=1)
    return np.where(total > 0, 2 * hits / np.maximum(total, 1), 0.0)


def _pearson(x: Floats, y: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):  # what is undefined comes out as NaN
        x = x - x.mean(axis=1, keepdims=True)
        y = y - y.mean(axis=1, keepdims=True)
        # Scaled first: the square of a small spread must not vanish, of a large one overflow.
        x_size, y_size = np.abs(x).max(axis=1), np.abs(y).max(axis=1)
        x, y = x / x_size[:, None], y / y_size[:, None]
        return (x * y).sum(axis=1) / np.sqrt((x * x).sum(axis=1) * (y * y).sum(axis=1))


def _spearman(x: Floats, y: Floats) -> Floats:
    finite = np.isfinite(x).all(axis=1) & np.isfinite(y).all(axis=1)
    ranks = scipy.stats.rankdata(x, axis=1), scipy.stats.rankdata(y, axis=1)
    return np.where(finite, _pearson(*ranks), np.nan)
