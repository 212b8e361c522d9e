"""Intervals of few numbers, beside what other libraries and plain counting give."""

import math

import numpy as np
import pytest
from scipy import stats

from tombola.statistics import (
    clustered_interval,
    correlation_interval,
    mean_interval,
    shuffled_difference,
)


def test_a_mean_has_students_interval():
    values = [0.2, 0.5, 0.1, 0.7, 0.4]
    mean, low, high = mean_interval(values)
    wanted = stats.ttest_1samp(values, 0).confidence_interval()
    assert (mean, low, high) == pytest.approx((0.38, wanted.low, wanted.high))
    assert mean_interval([0.5])[0] == 0.5
    assert all(map(math.isnan, mean_interval([0.5])[1:]))
    assert all(map(math.isnan, mean_interval([])))


def test_a_correlation_has_fishers_interval():
    rng = np.random.default_rng(1)
    x = rng.normal(size=30)
    y = x + rng.normal(size=30)
    found = stats.pearsonr(x, y)
    ends = correlation_interval(float(found.statistic), 30)
    assert ends == pytest.approx(tuple(found.confidence_interval()))
    assert all(map(math.isnan, correlation_interval(0.5, 3)))
    assert correlation_interval(1.0, 10) == pytest.approx((1.0, 1.0), abs=1e-4)


def test_clusters_are_drawn_whole():
    """The mean of clusters of one value each has the interval of a mean of so many values."""
    values = np.random.default_rng(2).normal(size=60)

    def mean(weights: np.ndarray) -> float:
        return float(weights @ values / weights.sum())

    low, high = clustered_interval(60, mean, 0)
    half = 1.96 * values.std() / math.sqrt(60)
    assert low == pytest.approx(values.mean() - half, abs=0.05)
    assert high == pytest.approx(values.mean() + half, abs=0.05)
    assert clustered_interval(60, mean, 0) == (low, high)
    assert all(map(math.isnan, clustered_interval(5, lambda weights: math.nan, 0)))


def test_shuffles_say_what_chance_gives():
    values = np.array([1.0] * 6 + [0.0] * 6)
    inside = np.arange(12) < 6
    found, low, high = shuffled_difference(values, inside, 0)
    assert found == 1.0
    assert -0.7 <= low < 0 < high <= 0.7
    assert all(map(math.isnan, shuffled_difference(values, np.ones(12, bool), 0)))
