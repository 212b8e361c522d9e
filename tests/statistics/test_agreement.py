"""Agreement of masks: against libraries, against shuffles made one by one, and by simulation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from statsmodels.stats import contingency_tables, inter_rater

from tombola.statistics import STATISTICS, Agreement, Patterns, agreements, shuffled_histograms


def found(masks: np.ndarray, draws: int = 50) -> dict[str, Agreement]:
    return {a.statistic.name: a for a in agreements(Patterns.of(masks), draws=draws)}


@settings(max_examples=50, deadline=None)
@given(arrays(bool, st.tuples(st.integers(2, 6), st.integers(2, 30))))
def test_the_three_are_those_of_the_libraries(masks: np.ndarray) -> None:
    ours, by = found(masks, draws=2), masks.sum(axis=0)
    if masks.all() or not masks.any():
        assert np.isnan([ours[name].value for name in list(ours)[:3]]).all()
        return
    kappa = inter_rater.fleiss_kappa(np.column_stack([by, len(masks) - by]))
    assert ours["fleiss-kappa"].value == pytest.approx(kappa, abs=1e-12)
    if ((by == 0) | (by == len(masks))).all():
        assert np.isnan(ours["cochran-q"].value)
    else:
        q = contingency_tables.cochrans_q(masks.T.astype(int))
        assert ours["cochran-q"].value == pytest.approx(q.statistic, abs=1e-9)
        assert ours["cochran-q"].p == pytest.approx(q.pvalue, abs=1e-9)


@settings(max_examples=50, deadline=None)
@given(arrays(bool, st.tuples(st.integers(2, 6), st.integers(2, 30))))
def test_alpha_is_that_of_coincidences(masks: np.ndarray) -> None:
    """Krippendorff 2011, from the matrix of coincidences, one item at a time."""
    raters, items = masks.shape
    coincidences = np.zeros((2, 2))
    for item in masks.T:
        for i in range(raters):
            for j in range(raters):
                if i != j:
                    coincidences[int(item[i]), int(item[j])] += 1 / (raters - 1)
    of, n = coincidences.sum(axis=0), raters * items
    value = found(masks, draws=2)["krippendorff-alpha"].value
    if min(of) == 0:
        assert np.isnan(value)
    else:
        expected = 1 - (n - 1) * coincidences[0, 1] / (of[0] * of[1])
        assert value == pytest.approx(expected, abs=1e-9)


def test_agreement_is_wanting_where_there_is_nothing_to_agree_on() -> None:
    with pytest.raises(ValueError, match="two raters"):
        agreements(Patterns.of(np.ones((1, 4), dtype=bool)))
    with pytest.raises(ValueError, match="items"):
        agreements(Patterns.of(np.ones((2, 0), dtype=bool)))


def test_equal_masks_agree_wholly() -> None:
    ours = found(np.tile(np.arange(12) < 5, (3, 1)))
    assert ours["fleiss-kappa"].value == ours["krippendorff-alpha"].value == 1.0
    assert np.isnan(ours["cochran-q"].value)
    assert ours["kept-by-all"].value == 5
    assert ours["fleiss-kappa"].null_high < 1


def test_shuffles_are_those_made_item_by_item() -> None:
    sizes, n, draws = np.array([3, 7, 5]), 10, 4000
    rng, slow = np.random.default_rng(1), np.zeros((draws, 4))
    for i in range(draws):
        by = sum(rng.permutation(n) < size for size in sizes)
        slow[i] = np.bincount(by, minlength=4)
    fast = shuffled_histograms(n, sizes, draws, seed=2)
    assert (fast.sum(axis=1) == n).all()
    assert (fast @ np.arange(4) == sizes.sum()).all()
    np.testing.assert_allclose(fast.mean(axis=0), slow.mean(axis=0), atol=0.08)
    np.testing.assert_allclose(np.cov(fast.T), np.cov(slow.T), atol=0.12)
    np.testing.assert_array_equal(fast, shuffled_histograms(n, sizes, draws, seed=2))


def test_shuffles_of_more_items_than_numpy_draws() -> None:
    n, sizes = 4 * 10**9, np.array([10**9, 2 * 10**9])
    both = shuffled_histograms(n, sizes, 2000, seed=1)[:, 2]
    variance = sizes[0] * 0.5 * 0.5 * (n - sizes[0]) / (n - 1)
    assert both.mean() == pytest.approx(5 * 10**8, abs=4 * np.sqrt(variance / 2000))
    assert both.var() == pytest.approx(variance, rel=0.15)


def test_independent_masks_fall_within_what_shuffles_give() -> None:
    rng, within = np.random.default_rng(3), dict.fromkeys((s.name for s in STATISTICS), 0)
    runs = 200
    for _ in range(runs):
        masks = np.stack([rng.permutation(60) < size for size in (20, 30, 40)])
        for name, a in found(masks, draws=200).items():
            within[name] += a.null_low <= a.value <= a.null_high
    assert all(count / runs > 0.9 for count in within.values()), within


@pytest.mark.parametrize("n", [24, 144])
def test_intervals_hold_their_level(n: int) -> None:
    """Items are kept each with a probability of its own, by five raters, some more willingly."""
    rng = np.random.default_rng(n)
    willing = np.array([-0.3, -0.1, 0.0, 0.1, 0.3])[:, None]

    def masks(items: int) -> np.ndarray:
        return rng.random((5, items)) < np.clip(rng.beta(1.5, 1.0, items) + willing, 0, 1)

    truth = {name: a.value for name, a in found(masks(400_000), draws=2).items()}
    truth["kept-by-all"] *= n / 400_000
    # Q grows with the number of items, and by the raters less 1 where sizes differ by chance alone
    truth["cochran-q"] = float(
        np.mean([found(masks(n), draws=2)["cochran-q"].value for _ in range(200)])
    )
    runs, covered = 200, dict.fromkeys(truth, 0)
    for _ in range(runs):
        for name, a in found(masks(n), draws=2).items():
            covered[name] += a.low <= truth[name] <= a.high
    assert all(0.91 < count / runs <= 1 for count in covered.values()), covered
