"""Weighted sums of scores, lines through them, and where a score stands among others."""

import math

import numpy as np
import pytest
from scipy import stats

from tombola.statistics import (
    Scored,
    change_weights,
    contrast,
    paired_difference,
    trend,
    z_scores,
)


def accuracy(sums: np.ndarray) -> np.ndarray:
    return sums[..., 0] / sums[..., 1]


def runs(seed: int, right: float, n: int = 60, seeds: int = 3) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    words = rng.integers(1, 9, n)
    return [np.stack([rng.binomial(words, right), words], 1).astype(float) for _ in range(seeds)]


def scored(every: list[np.ndarray]) -> list[Scored]:
    return [Scored.of(one, accuracy) for one in every]


def test_two_terms_are_a_paired_difference() -> None:
    a, b = runs(1, 0.8), runs(2, 0.7)
    assert contrast([(1.0, scored(a)), (-1.0, scored(b))]) == paired_difference(a, b, accuracy)


def test_several_runs_of_a_model_share_its_weight() -> None:
    a, b = runs(1, 0.8), runs(2, 0.7)
    halves = [(0.5, scored(a)), (0.5, scored(a)), (-1.0, scored(b))]
    found, plain = contrast(halves), paired_difference(a, b, accuracy)
    assert found.value == pytest.approx(plain.value)
    assert (found.low, found.high) == pytest.approx((plain.low, plain.high))


def test_the_interval_of_a_trend_covers_the_truth() -> None:
    """Models lose 5 points along the way, on the same words: 95 of 100 intervals hold that."""
    x = (0.0, 0.2, 0.4, 0.8)
    weights, covered = change_weights(x), 0
    for draw in range(200):
        rng = np.random.default_rng(draw)
        hard = rng.uniform(-0.2, 0.2, 50)
        terms = []
        for at, weight in zip(x, weights, strict=True):
            right = np.clip(0.7 - 0.05 * at / 0.8 + hard, 0, 1)
            counts = np.stack([rng.binomial(6, right), np.full(50, 6)], 1).astype(float)
            terms.append((float(weight), [Scored.of(counts, accuracy)]))
        found = contrast(terms)
        covered += found.low < -0.05 < found.high
    assert covered >= 183  # 190 expected, less two standard errors


def test_what_does_not_pair_is_refused() -> None:
    with pytest.raises(ValueError, match="same seeds"):
        contrast([(1.0, scored(runs(1, 0.5, seeds=2))), (-1.0, scored(runs(1, 0.5)))])
    with pytest.raises(ValueError, match="the same ones"):
        contrast([(1.0, scored(runs(1, 0.5, n=9))), (-1.0, scored(runs(1, 0.5)))])
    with pytest.raises(ValueError, match="same seeds"):
        contrast([])


def test_a_trend_is_what_regression_gives() -> None:
    x, y = [0.0, 0.2, 0.36, 0.49, 0.59], [0.86, 0.85, 0.86, 0.84, 0.83]
    found, other = trend(x, y), stats.linregress(x, y)
    half = stats.t.ppf(0.975, 3) * other.stderr * 0.59
    assert found.change == pytest.approx(other.slope * 0.59)
    assert found.high - found.change == pytest.approx(half)
    assert math.isnan(trend([0.0, 1.0], [1.0, 2.0]).low)
    with pytest.raises(ValueError, match="two places"):
        trend([0.5, 0.5], [1.0, 2.0])


def test_z_scores_are_of_the_population() -> None:
    values = np.array([[1.0, 2.0, np.nan], [3.0, 4.0, 5.0]])
    found = z_scores(values)
    assert found[1, 2] == pytest.approx(math.sqrt(2))  # sd of 1…5 is the root of 2
    assert math.isnan(found[0, 2])
    some = z_scores(np.array([1.0, 3.0, 7.0]), np.array([True, True, False]))
    assert some.tolist() == [-1, 1, 5]
    assert np.isnan(z_scores(np.array([1.0, 1.0]))).all()
    assert np.isnan(z_scores(np.array([np.nan]))).all()
