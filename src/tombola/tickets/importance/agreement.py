"""Whether scores rank heads and MLPs alike."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from scipy import stats

from tombola.tickets.importance.values import Importance, Norm

Parts = Literal["heads", "mlps"]
BOTH: tuple[Parts, ...] = ("heads", "mlps")


@dataclass(frozen=True)
class Agreement:
    """How far two scores rank the same parts alike."""

    a: str
    b: str
    parts: Parts
    n: int
    """Heads or MLPs that are ranked."""
    spearman: float
    """-1 to 1; NaN where one score tells no two parts apart."""
    kendall: float
    """Kendall's τ-b, likewise."""


def agreements(found: Sequence[Importance], norm: Norm = "l2-min-max") -> list[Agreement]:
    """Every two scores of one model, by their normed values: so are parts ranked to be pruned."""
    normed = [each.normed(norm) for each in found]
    return [
        Agreement(a.score, b.score, parts, *_ranks(a, b, parts))
        for a, b in combinations(normed, 2)
        for parts in BOTH
    ]


def _ranks(a: Importance, b: Importance, parts: Parts) -> tuple[int, float, float]:
    one, other = a.values(parts).numpy(), b.values(parts).numpy()
    if len(one) < 2:
        return len(one), float("nan"), float("nan")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of constant values: the answer, NaN, says it
        spearman, kendall = stats.spearmanr(one, other), stats.kendalltau(one, other)
    return len(one), float(spearman.statistic), float(kendall.statistic)
