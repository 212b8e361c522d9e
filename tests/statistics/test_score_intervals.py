"""Intervals of one model's score."""

import math

import numpy as np
import pytest
import scipy.stats
from benchmarks._coverage import SINGLES, grid, normal, two_classes

from tombola.statistics import effective_wilson, influences, score_interval, wilson
from tombola.tasks import METRICS


def mean(sums):
    return sums[..., 0] / sums[..., 1]


def rows(x):
    x = np.asarray(x, np.float64)
    return np.stack([x, np.ones(len(x))], axis=1)


def test_wilson_of_whole_trials_and_of_effective_ones_agree():
    for k, n in ((0, 10), (3, 10), (10, 10), (970, 1000)):
        assert effective_wilson(k / n, float(n)) == pytest.approx(wilson(k, n), abs=1e-12)


def test_influences_of_a_mean_are_deviations_and_of_a_ratio_those_of_the_delta_method():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 80)) + 5
    assert influences(rows(x), mean) == pytest.approx(x - x.mean(), abs=1e-4)
    ratio = x.mean() / y.mean()
    assert influences(np.stack([x, y], axis=1), mean) == pytest.approx(
        (x - ratio * y) / y.mean(), abs=1e-4
    )


@pytest.mark.parametrize("n", [20, 200])
@pytest.mark.parametrize("share", [0.5, 0.9, 1.0])
def test_of_a_share_it_is_nearly_wilsons(n, share):
    right = np.arange(n) < share * n
    low, high = score_interval(rows(right), mean, lowest=0.0, highest=1.0, stake=1.0)
    expected = wilson(int(right.sum()), n)
    assert (low, high) == pytest.approx(expected, abs=0.15 * (expected[1] - expected[0]))
    assert low <= right.mean() <= high


def test_in_the_middle_it_is_nearly_that_of_scipys_bca_bootstrap():
    rng = np.random.default_rng(1)
    x = rng.normal(size=400)
    y = 0.5 * x + rng.normal(size=400)
    score = METRICS["pearson"](x, y)
    theirs = scipy.stats.bootstrap(
        (x, y),
        lambda x, y: scipy.stats.pearsonr(x, y).statistic,
        paired=True,
        vectorized=False,
        n_resamples=2000,
        rng=np.random.default_rng(2),
    ).confidence_interval
    width = theirs.high - theirs.low
    assert (score.low, score.high) == pytest.approx((theirs.low, theirs.high), abs=0.06 * width)


def test_what_is_undefined_has_no_interval():
    nothing = score_interval(np.zeros((5, 2)), lambda s: s[..., 0] * math.nan, lowest=0.0,
                             highest=1.0, stake=1.0)  # fmt: skip
    assert all(map(math.isnan, nothing))


def test_few_errors_are_as_unsure_as_a_poisson_variable():
    """Against Brown, Cai & DasGupta (2001): λ/n of the one-sided limit, for one error of 50."""
    right = np.arange(50) > 0
    _, high = score_interval(rows(right), mean, lowest=0.0, highest=1.0, stake=1.0)
    _, plain = score_interval(rows(right), mean, lowest=0.0, highest=1.0, stake=1.0, modified=False)
    assert high == pytest.approx(1 - scipy.stats.chi2.ppf(0.05, 2) / 2 / 50, abs=0.001)
    assert plain < high - 0.002
    # one right of 50 is the same, upside down
    low, _ = score_interval(rows(~right), mean, lowest=0.0, highest=1.0, stake=1.0)
    assert low == pytest.approx(1 - high)


NEAR_ONE = [
    two_classes("matthews", 0.5, 0.965, 0.965),  # where a percentile bootstrap covers .76
    two_classes("matthews", 0.5, 0.99, 0.99),  # and where Wilson's interval covers .90
    two_classes("f1", 0.5, 0.965, 0.965),
    normal("pearson", 0.99),
    normal("spearman", 0.9),
    grid("pearson", 0.02),  # few answers are wrong, and by more than others: .88 by those alone
    grid("spearman", 0.07),
]


@pytest.mark.parametrize("single", NEAR_ONE, ids=lambda s: f"{s.metric}-{s.name}")
def test_they_cover_near_one(single):
    covered, _ = single.covered(50, 400, np.random.default_rng(3))
    # 400 draws at .95 stay above .917 in 99.7 of 100 cases; a little more is no fault
    assert 0.917 <= covered <= 0.9975


def test_worlds_know_their_truth():
    rng = np.random.default_rng(4)
    for single in SINGLES:
        score = METRICS[single.metric](*single.draw(50_000, rng))
        assert score.value == pytest.approx(single.truth, abs=0.02)
    assert grid("pearson", 0.02).truth == 0.98
