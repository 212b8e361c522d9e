"""How well a classifier of attention maps does on maps that it has not seen."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from tombola.dissect.patterns.pattern import NAMES
from tombola.randomness import mixed
from tombola.statistics import percentile_interval

MACRO = "all"
"""The mean over patterns, in place of a pattern's name."""


@dataclass(frozen=True)
class F1:
    """F1 of one pattern, or the mean of all."""

    pattern: str
    f1: float
    """NaN where the pattern is neither there nor said to be."""
    low: float
    """Lower end of the 95% interval over held-out maps, by resampling them."""
    high: float
    n: int
    """Held-out maps of the pattern."""


@dataclass(frozen=True)
class Quality:
    """F1 of every pattern and their mean, on held-out maps."""

    source: str
    """Whose maps these are: synthetic, or labelled (by a person)."""
    trained_on: int
    """Maps."""
    scores: tuple[F1, ...]

    @property
    def macro(self) -> float:
        """The mean F1 over patterns."""
        return next(score.f1 for score in self.scores if score.pattern == MACRO)


def quality(
    labels: Int[np.ndarray, " maps"],
    said: Int[np.ndarray, " maps"],
    source: str,
    trained_on: int,
    seed: int,
) -> Quality:
    """Hold what a classifier says to the labels; guessing evenly gives F1 of .2."""
    of = np.arange(len(NAMES))
    is_, said_so = labels[:, None] == of, said[:, None] == of
    # Twice what is right, and what is or is said to be: F1 is the one over the other.
    counts = np.concatenate([2 * (is_ & said_so), is_.astype(int) + said_so], 1).astype(np.float64)
    total = counts.sum(0)
    scores = []
    for i, name in enumerate((*NAMES, MACRO)):
        columns = [i] if name != MACRO else list(range(len(NAMES)))

        def value(
            sums: Float[np.ndarray, "... k"], columns: list[int] = columns
        ) -> Float[np.ndarray, "..."]:
            with np.errstate(invalid="ignore"):
                each = sums[..., columns] / sums[..., [len(NAMES) + c for c in columns]]
            return np.asarray(each.mean(-1))

        low, high = percentile_interval(counts, value, mixed("pattern F1", seed, i))
        n = int(is_[:, columns].sum())
        scores.append(F1(name, float(value(total)), low, high, n))
    return Quality(source, trained_on, tuple(scores))
