"""Up to which level a score holds."""

import itertools

import numpy as np
import pytest

from tombola.statistics import holding


def fitted(scores: list[float]) -> list[float]:
    """The non-increasing fit by its definition: the least over starts of the most over ends."""
    n = len(scores)
    return [
        min(max(float(np.mean(scores[a : b + 1])) for b in range(i, n)) for a in range(i + 1))
        for i in range(n)
    ]


def test_it_is_the_fit_that_never_rises_held_to_the_floor() -> None:
    levels = [0.1, 0.2, 0.3, 0.4]
    for scores in itertools.product([0.1, 0.4, 0.5, 0.9], repeat=4):
        found = holding(levels, scores, 0.47)
        assert found.tolist() == [value >= 0.47 for value in fitted(list(scores))]
        if found.any():
            assert scores[int(found.sum()) - 1] >= 0.47


def test_order_does_not_count_and_a_dip_does_not_end_it() -> None:
    levels, scores = [0.3, 0.0, 0.2, 0.1], [0.86, 0.87, 0.9, 0.84]
    assert holding(levels, scores, 0.86).tolist() == [True, True, True, True]
    assert holding(levels, scores, 0.87).tolist() == [False, True, True, True]


def test_from_a_score_that_is_undefined_on_nothing_holds() -> None:
    nan = float("nan")
    assert holding([0.0, 1.0, 2.0], [0.9, nan, 0.9], 0.5).tolist() == [True, False, False]
    assert holding([0.0, 1.0], [nan, 0.9], 0.5).tolist() == [False, False]
    assert holding([], [], 0.5).tolist() == []
    with pytest.raises(ValueError, match="1 scores for 2 levels"):
        holding([0.0, 1.0], [0.5], 0.5)
