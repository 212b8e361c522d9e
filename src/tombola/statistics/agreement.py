"""Whether masks keep the same items: Fleiss' kappa, Krippendorff's alpha, Cochran's Q.

Raters are masks, items what they keep or not (see `patterns`). No library counts by pattern, so the
three are written out here; the tests hold kappa and Q to statsmodels, and alpha to its definition.

A statistic is a function of sums: each item contributes a row, the rows are added up.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, TypeAlias

import numpy as np
from jaxtyping import Bool, Float
from scipy import stats

from tombola.statistics.influence import STEP, Values
from tombola.statistics.intervals import wilson
from tombola.statistics.patterns import Patterns
from tombola.statistics.shuffles import shuffled_histograms

DRAWS = 1000
"""Shuffles: the ends of the middle 95% then vary by some 5% of its width."""
METHOD = f"influence:infinitesimal|t:items|root:q|wilson:all|null:shuffled|draws:{DRAWS}"
"""How intervals and nulls are computed, for a signature."""

Sums: TypeAlias = Float[np.ndarray, "... sums"]
"""Items; pairs of raters of which just one keeps an item, added over items; items that all keep;
items that each rater keeps."""
Interval: TypeAlias = Callable[["Statistic", Patterns], tuple[float, float]]


@dataclass(frozen=True)
class Statistic:
    """Something to say of masks as a whole."""

    name: str
    title: str
    tests: str
    """What it speaks about, in one plain sentence."""
    value: Callable[[Sums], Values]
    interval: Interval
    p: Callable[[float, int], float]
    """From its value and the number of raters; NaN where its distribution is not known."""


@dataclass(frozen=True)
class Agreement:
    """A statistic of some masks, how sure it is, and what shuffled masks give."""

    statistic: Statistic
    value: float
    """NaN where it is undefined, as kappa is for masks that all keep everything."""
    low: float
    high: float
    """The 95% interval over items: the raters are these, the items a sample of such items."""
    null_mean: float
    null_low: float
    null_high: float
    """Of masks whose survivors are shuffled, sizes kept: mean, and the middle 95%."""
    p: float
    raters: int
    n: int

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it, with what it tests."""
        named = {"statistic": self.statistic.name, "tests": self.statistic.tests}
        numbers = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "statistic"}
        return named | numbers


def agreements(patterns: Patterns, seed: int = 0, draws: int = DRAWS) -> list[Agreement]:
    """All statistics of some masks, in the order of `STATISTICS`.

    Args:
        patterns: what the masks keep.
        seed: of the shuffles.
        draws: number of shuffles.

    Raises ValueError where there are fewer than two raters, or no items.
    """
    if patterns.raters < 2 or not patterns.n:
        raise ValueError("agreement takes two raters or more, and items")
    shuffled = _sums_of_shuffles(patterns, seed, draws)
    return [_of(statistic, patterns, shuffled) for statistic in STATISTICS]


def contributions(kept: Bool[np.ndarray, "cells raters"]) -> Float[np.ndarray, "cells sums"]:
    """What an item of each pattern adds to the sums."""
    by = kept.sum(axis=1)
    columns = (np.ones(len(kept)), by * (kept.shape[1] - by), kept.all(axis=1))
    return np.column_stack([*columns, kept]).astype(float)


def _of(statistic: Statistic, patterns: Patterns, shuffled: Sums) -> Agreement:
    value = _value(statistic, patterns)
    null = np.asarray(statistic.value(shuffled))
    null = null[np.isfinite(null)]
    mean, low, high = (
        (null.mean(), *np.percentile(null, [2.5, 97.5])) if len(null) else (np.nan,) * 3
    )
    return Agreement(
        statistic,
        value,
        *statistic.interval(statistic, patterns),
        float(mean),
        float(low),
        float(high),
        statistic.p(value, patterns.raters),
        patterns.raters,
        patterns.n,
    )


def _value(statistic: Statistic, patterns: Patterns) -> float:
    return float(statistic.value(patterns.counts.astype(float) @ contributions(patterns.kept)))


def _sums_of_shuffles(patterns: Patterns, seed: int, draws: int) -> Sums:
    histograms = shuffled_histograms(patterns.n, patterns.sizes, draws, seed).astype(float)
    by = np.arange(patterns.raters + 1)
    unequal = histograms @ (by * (patterns.raters - by)).astype(float)
    sizes = np.broadcast_to(patterns.sizes.astype(float), (draws, patterns.raters))
    return np.column_stack([histograms.sum(axis=1), unequal, histograms[:, -1], sizes])


def _influences(value: Callable[[Sums], Values], patterns: Patterns) -> Float[np.ndarray, " cells"]:
    """How much an item of each pattern moves a statistic (see `influence`)."""
    rows = contributions(patterns.kept)
    total = patterns.counts.astype(float) @ rows
    moved = value((1 - STEP) * total + STEP * patterns.n * rows)
    return np.asarray((moved - value(total)) / STEP)


def _half_width(value: Callable[[Sums], Values], patterns: Patterns) -> float:
    """Infinitesimal jackknife over items (Jaeckel 1972), with Student's t."""
    n, squares = patterns.n, _influences(value, patterns) ** 2
    if n < 2:
        return float("nan")
    error = np.sqrt((patterns.counts * squares).sum() / (n * (n - 1)))
    return float(stats.t.ppf(0.975, n - 1) * error)


def _as_it_is(statistic: Statistic, patterns: Patterns) -> tuple[float, float]:
    value, half = _value(statistic, patterns), _half_width(statistic.value, patterns)
    return value - half, min(value + half, 1.0)


def _by_root(statistic: Statistic, patterns: Patterns) -> tuple[float, float]:
    """Of the root, whose spread does not grow with it."""
    root = np.sqrt(_value(statistic, patterns))
    half = _half_width(lambda sums: np.sqrt(statistic.value(sums)), patterns)
    return float(np.maximum(root - half, 0.0) ** 2), float((root + half) ** 2)


def _by_wilson(statistic: Statistic, patterns: Patterns) -> tuple[float, float]:
    n = patterns.n
    low, high = wilson(patterns.kept_by_all, n)
    return n * low, n * high


def _kappa(sums: Sums) -> Values:
    ratings, disagreement = _disagreement(sums)
    return 1 - ratings * disagreement


def _alpha(sums: Sums) -> Values:
    ratings, disagreement = _disagreement(sums)
    return 1 - (ratings - 1) * disagreement


def _disagreement(sums: Sums) -> tuple[Values, Values]:
    """Ratings, and unequal pairs per rater and by how often each answer was given."""
    sizes = sums[..., 3:]
    raters, kept = sizes.shape[-1], sizes.sum(-1)
    ratings = raters * sums[..., 0]
    return ratings, _ratio(sums[..., 1], (raters - 1) * kept * (ratings - kept))


def _q(sums: Sums) -> Values:
    sizes = sums[..., 3:]
    raters = sizes.shape[-1]
    # from the spread of sizes: as a difference of their squares it would be lost to rounding
    spread = ((sizes - sizes.mean(-1, keepdims=True)) ** 2).sum(-1)
    return _ratio((raters - 1) * raters * spread, sums[..., 1])


def _ratio(a: Values, b: Values) -> Values:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(b > 0, a / b, np.nan)


def _by_all(sums: Sums) -> Values:
    return sums[..., 2]


def _unknown(value: float, raters: int) -> float:
    return float("nan")


def _chi_squared(value: float, raters: int) -> float:
    """Probability of a larger value where all raters keep items equally often (Cochran 1950)."""
    return float(stats.chi2.sf(value, raters - 1))


FLEISS_KAPPA = Statistic(
    "fleiss-kappa",
    "Fleiss' kappa",
    "Kappa says how far masks agree on single items: 1 wholly, 0 as masks of one size would by "
    "chance, less where they agree less or differ in size.",
    _kappa,
    _as_it_is,
    _unknown,
)
KRIPPENDORFF_ALPHA = Statistic(
    "krippendorff-alpha",
    "Krippendorff's alpha",
    "Alpha says what kappa says, but takes chance to be drawn without replacement, and so is a "
    "little higher where items are few.",
    _alpha,
    _as_it_is,
    _unknown,
)
COCHRAN_Q = Statistic(
    "cochran-q",
    "Cochran's Q",
    "Q tests whether masks keep equally many items, and nothing else: a small p says that their "
    "sizes differ, a large one does not say that they keep the same items.",
    _q,
    _by_root,
    _chi_squared,
)
KEPT_BY_ALL = Statistic(
    "kept-by-all",
    "kept by all",
    "Items that every mask keeps show what agreement comes to; shuffled masks of these sizes share "
    "some too.",
    _by_all,
    _by_wilson,
    _unknown,
)
STATISTICS = (FLEISS_KAPPA, KRIPPENDORFF_ALPHA, COCHRAN_Q, KEPT_BY_ALL)
