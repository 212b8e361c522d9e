"""Scores over several seeds, and their differences, paired on seeds and on examples."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float
from scipy import stats

from tombola.statistics.influence import Value, influences, total
from tombola.statistics.margins import Verdict, verdict

Counts = Sequence[Float[np.ndarray, "_n _k"]]
"""Per seed, what each example contributes; k may differ between seeds and models."""

SAME = 1e-8
"""Influences below this share of `stake` are rounding."""


@dataclass(frozen=True)
class Estimate:
    """A number over seeds and examples, and how sure it is."""

    value: float
    """Mean over seeds; NaN where it is undefined for any."""
    low: float
    high: float
    n: int
    """Examples."""
    seeds: int
    over: Literal["examples", "seeds and examples"]
    """What the interval speaks about: with one seed nothing is known of others."""
    level: float
    method: str = "influence:infinitesimal|parts:crossed|t:by-part"
    """How the interval was computed, for a signature."""


@dataclass(frozen=True)
class Difference(Estimate):
    """Score of one model less that of another."""

    def verdict(self, margin: float | None = None) -> Verdict:
        """What the interval shows; see `margins.verdict`."""
        return verdict(self.low, self.high, margin)


def paired_difference(
    a: Counts, b: Counts, value: Value, level: float = 0.95, stake: float = 1.0
) -> Difference:
    """Mean over seeds of score(a) - score(b), with an interval over seeds and examples.

    `a` and `b` hold one array of counts per seed; seeds stand in the same order, and so do examples
    in all arrays. `value` makes a score of summed counts (see `influence`), `stake` is as in
    `score_interval`, and counts only where no example tells the models apart. Nothing is drawn.

    Seeds and examples are crossed, and both are samples (Searle, Casella & McCulloch 1992). The
    part of examples comes from their influences on the seeds' mean; the part of seeds from the
    spread of the seeds' differences, less what it owes to examples that fall out differently from
    seed to seed, which the first part holds already. Each part has its own t quantile and the half
    widths add in squares (Banerjee 1960, who shows that this never covers less than its level), and
    the interval is never narrower than a paired t-test over the seeds alone. So the step from five
    seeds to ten narrows it, and two seeds that differ say little. Pooled degrees of freedom
    (Satterthwaite 1946) or a bootstrap of the seeds cover too seldom with two or three seeds.

    Raises ValueError where seeds or examples do not pair, or there are none.
    """
    if len(a) != len(b):
        raise ValueError(f"{len(a)} and {len(b)} seeds: a paired difference needs the same ones")
    _check([*a, *b])
    values = [float(value(total(x)) - value(total(y))) for x, y in zip(a, b, strict=True)]
    moves = [influences(x, value) - influences(y, value) for x, y in zip(a, b, strict=True)]
    return Difference(*_estimate(values, moves, level, stake))


@dataclass(frozen=True)
class Scored:
    """One score, and how much each example moves it."""

    value: float
    influence: Float[np.ndarray, " n"]

    @classmethod
    def of(cls, counts: Float[np.ndarray, "n k"], value: Value) -> "Scored":
        """The score that `value` makes of what examples contribute."""
        return cls(float(value(total(counts))), influences(counts, value))


def contrast(
    terms: Iterable[tuple[float, Sequence[Scored]]], level: float = 0.95, stake: float = 1.0
) -> Difference:
    """Mean over seeds of a weighted sum of scores, with an interval over seeds and examples.

    Each term is a weight and the scores of one model, one for each seed; all are on the same
    examples, and seeds stand in the same order. Weights 1 and -1 are a paired difference, those of
    a regression's slope a trend; the mean of several runs of a model is a term for each, with its
    share of the weight. The interval is that of `paired_difference`.

    Raises ValueError where seeds or examples do not pair, or there are none.
    """
    terms = list(terms)
    if not terms or len({len(scored) for _, scored in terms}) > 1:
        raise ValueError("a contrast needs terms with the same seeds")
    _check([one.influence[:, None] for _, scored in terms for one in scored])
    seeds = range(len(terms[0][1]))
    values = [sum(weight * scored[i].value for weight, scored in terms) for i in seeds]
    moves = [sum(weight * scored[i].influence for weight, scored in terms) for i in seeds]
    heaviest = max(abs(weight) for weight, _ in terms)
    return Difference(*_estimate(values, moves, level, stake * heaviest))  # type: ignore[arg-type]  # sums of arrays


def mean_over_seeds(a: Counts, value: Value, level: float = 0.95, stake: float = 1.0) -> Estimate:
    """Mean score over seeds, with an interval over seeds and examples; see `paired_difference`."""
    _check(a)
    values = [float(value(total(x))) for x in a]
    return Estimate(*_estimate(values, [influences(x, value) for x in a], level, stake))


def _check(arrays: Counts) -> None:
    if not arrays or not len(arrays[0]):
        raise ValueError("nothing to estimate")
    if len({len(x) for x in arrays}) > 1:
        raise ValueError(f"{sorted({len(x) for x in arrays})} examples: they must be the same ones")


def _estimate(
    values: Sequence[float], moves: Sequence[Float[np.ndarray, " _n"]], level: float, stake: float
) -> tuple[float, float, float, int, int, Literal["examples", "seeds and examples"], float]:
    influence, seeds, n = np.stack(moves), len(values), len(moves[0])
    mean = float(np.mean(values))
    over: Literal["examples", "seeds and examples"] = (
        "seeds and examples" if seeds > 1 else "examples"
    )
    if not (math.isfinite(mean) and np.isfinite(influence).all()):
        return math.nan, math.nan, math.nan, n, seeds, over, level
    squares = _part_of_examples(influence.mean(axis=0), level, stake)
    if seeds > 1:
        squares = _with_seeds(squares, np.asarray(values), influence, level)
    half = math.sqrt(squares)
    return mean, mean - half, mean + half, n, seeds, over, level


def _part_of_examples(influence: Float[np.ndarray, " n"], level: float, stake: float) -> float:
    """Square of the half width over examples, with one more example as weighty as the weightiest.

    Without it, few disagreements tell too little of their variance (Agresti & Min 2005 add one
    pair of which one is right for that).
    """
    n = len(influence)
    squares = float((influence**2).sum()) + _weightiest(influence, stake) ** 2
    return student(level, n - 1) ** 2 * squares / (n * max(n - 1, 1))


def _weightiest(influence: Float[np.ndarray, " n"], stake: float) -> float:
    largest = float(np.abs(influence).max())
    return largest if largest > SAME * stake else stake


def _with_seeds(
    of_examples: float,
    values: Float[np.ndarray, " seeds"],
    influence: Float[np.ndarray, "seeds n"],
    level: float,
) -> float:
    """Square of the half width over examples and seeds."""
    seeds, n = influence.shape
    squared = student(level, seeds - 1) ** 2
    between = float(values.var(ddof=1)) / seeds
    rest = influence - influence.mean(axis=0)
    shared = float((rest**2).sum()) / ((seeds - 1) * max(n - 1, 1) * n * seeds)
    return max(squared * between, squared * max(between - shared, 0.0) + of_examples)


def student(level: float, freedom: int) -> float:
    """How many standard errors half an interval is wide: Student's t."""
    return float(stats.t.ppf((1 + level) / 2, max(freedom, 1)))
