"""Medians, their intervals, turns: on values and clocks that are made up."""

import random
from collections import Counter

import numpy as np
import pytest
from scipy import stats

from tombola.cost.timing import in_turns, median_interval, spread


@pytest.mark.parametrize("n", [6, 7, 9, 20, 21, 100])
def test_the_interval_of_a_median_is_scipy_s(n: int) -> None:
    values = np.random.default_rng(n).lognormal(size=n)
    other = stats.quantile_test(values, q=float(np.median(values)), p=0.5)
    low, high = other.confidence_interval(0.95)
    assert median_interval(values.tolist()) == (low, high)


@pytest.mark.parametrize("n", [6, 11, 20, 57])
def test_the_interval_covers_the_median_as_often_as_it_says(n: int) -> None:
    """Of an exponential distribution, whose median is ln 2: 95% or more, and not needlessly so."""
    rng = np.random.default_rng(0)
    intervals = [median_interval(rng.exponential(size=n).tolist()) for _ in range(2000)]
    covered = np.mean([low <= np.log(2) <= high for low, high in intervals])
    k = sum(stats.binom.cdf(i, n, 0.5) < 0.025 for i in range(n))
    exact = 1 - 2 * stats.binom.cdf(k - 1, n, 0.5)
    assert exact >= 0.95
    assert covered == pytest.approx(exact, abs=0.015)


def test_too_few_values_have_no_interval() -> None:
    with pytest.raises(ValueError, match="too few"):
        median_interval([1.0] * 5)


def test_spread() -> None:
    values = [5.0, 1.0, 4.0, 2.0, 3.0, 9.0, 7.0]
    found = spread(values)
    assert [found.q1, found.median, found.q3] == np.quantile(values, [0.25, 0.5, 0.75]).tolist()
    assert (found.low, found.high, found.n) == (1.0, 9.0, 7)


class Machine:
    """A clock that jobs push on, on a machine that gets slower and slower."""

    def __init__(self, drift: float = 0.0) -> None:
        self.now, self.drift, self.done = 0.0, drift, list[str]()

    def clock(self) -> float:
        return self.now

    def job(self, name: str, seconds: float) -> None:
        self.done.append(name)
        self.now += seconds * (1 + self.drift * len(self.done))


def test_turns() -> None:
    machine = Machine()
    jobs = {name: lambda name=name: machine.job(name, float(name)) for name in ("1", "2", "3")}
    found = in_turns(jobs, 30, 4, random.Random(0), machine.clock)
    assert found == {name: pytest.approx((float(name),) * 30) for name in jobs}
    turns = [tuple(machine.done[i : i + 3]) for i in range(0, len(machine.done), 3)]
    assert len(turns) == 34
    assert all(sorted(turn) == ["1", "2", "3"] for turn in turns)
    assert len(Counter(turns)) == 6  # every order
    again = Machine()
    jobs = {name: lambda name=name: again.job(name, float(name)) for name in ("1", "2", "3")}
    in_turns(jobs, 30, 4, random.Random(0), again.clock)
    assert again.done == machine.done


def test_pairs_are_not_fooled_by_drift() -> None:
    """Both take a second, on a machine that ends three times as slow as it began."""
    machine = Machine(drift=0.05)
    jobs = {name: lambda name=name: machine.job(name, 1.0) for name in ("a", "b")}
    found = in_turns(jobs, 20, 0, random.Random(1), machine.clock)
    ratios = spread([b / a for a, b in zip(found["a"], found["b"], strict=True)])
    assert ratios.low < 1 < ratios.high
    assert found["a"][-1] / found["a"][0] > 2.5
    assert ratios.median == pytest.approx(1, abs=0.06)
