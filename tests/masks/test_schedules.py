from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tombola.errors import UserError
from tombola.masks import OFS, cubic, n_pruned_after, n_to_prune

amounts = st.floats(0.0, 1.0)


@settings(deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 10**6), amounts, st.sampled_from(OFS))
def test_never_more_than_remain(n, pruned, amount, of):
    remaining = n - min(n, pruned)
    k = n_to_prune(n, remaining, amount, of)
    assert 0 <= k <= remaining
    if of == "target" and k:
        assert n - remaining + k == round(amount * n)
    assert n_to_prune(n, remaining, 0.0, of) == 0
    assert n_to_prune(n, remaining, 1.0, of) == remaining


def test_shares_by_hand():
    assert n_to_prune(100, 80, 0.2, "remaining") == 16
    assert n_to_prune(100, 80, 0.2, "original") == 20
    assert n_to_prune(100, 10, 0.2, "original") == 10
    assert n_to_prune(100, 80, 0.5, "target") == 30
    assert n_to_prune(100, 30, 0.5, "target") == 0
    assert n_to_prune(5, 5, 0.5, "remaining") == 2  # 2.5 rounds to even


@settings(deadline=None)
@given(st.integers(10**5, 10**8), st.integers(0, 12))
def test_iterative_pruning_compounds(n, rounds):
    # each round is off by at most half an entry, and later rounds shrink what was off before
    exact = n * (1 - Fraction(4, 5) ** rounds)
    assert abs(n_pruned_after(n, rounds, 0.2, "remaining") - exact) <= 3
    assert n_pruned_after(n, rounds, 0.1, "original") == min(n, rounds * round(0.1 * n))
    assert n_pruned_after(n, rounds, 0.6, "target") == (round(0.6 * n) if rounds else 0)


@pytest.mark.parametrize(
    ("step", "sparsity"),
    [(0, 0.0), (1000, 0.163), (2500, 0.347), (5000, 0.525), (7500, 0.591), (10**4, 0.6)],
)
def test_cubic_schedule_as_tabulated(step, sparsity):
    # values of the schedule to 60 % in 10 000 steps (Gordon et al. 2020)
    assert cubic(step, begin=0, end=10_000, final=0.6) == pytest.approx(sparsity, abs=5e-4)


def test_ends_of_the_cubic_schedule():
    assert cubic(-5, begin=0, end=10, final=0.6, initial=0.2) == pytest.approx(0.2)
    assert cubic(99, begin=0, end=10, final=0.6, initial=0.2) == 0.6
    assert cubic(3, begin=3, end=3, final=0.6) == 0.6
    with pytest.raises(ValueError, match="ends at 2, before it begins at 3"):
        cubic(3, begin=3, end=2, final=0.6)


@pytest.mark.parametrize("amount", [-0.1, 1.1, float("nan"), float("inf")])
def test_amounts_outside_are_refused(amount):
    with pytest.raises(UserError, match=r"outside 0 to 1"):
        n_to_prune(10, 10, amount, "remaining")


def test_unknown_of():
    with pytest.raises(UserError, match="amount of 'rest'; allowed: remaining, original, target"):
        n_to_prune(10, 10, 0.5, "rest")
