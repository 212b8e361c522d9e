"""What masks of the same sizes would share by chance."""

import numpy as np
from jaxtyping import Int

LARGEST = 10**9
"""numpy draws hypergeometric numbers only below it."""


def shuffled_histograms(
    n: int, sizes: Int[np.ndarray, " raters"], draws: int, seed: int
) -> Int[np.ndarray, "draws cells"]:
    """Items that 0, 1, …, all raters keep, where each rater's survivors are shuffled.

    Shuffles are not made item by item: of the items that are kept by 0, 1, … raters so far, the
    next rater's survivors are so many as a draw without replacement gives. This has the very
    distribution of shuffled masks, and costs the same for any number of items. Above a thousand
    million of them the draw is normal, with the exact mean and variance.
    """
    rng = np.random.default_rng(seed)
    found = np.zeros((draws, len(sizes) + 1), dtype=np.int64)
    found[:, 0] = n
    for rater, size in enumerate(sizes):
        cells = found[:, : rater + 1].copy()
        taken = _without_replacement(rng, cells, int(size))
        found[:, : rater + 1] -= taken
        found[:, 1 : rater + 2] += taken
    return found


def _without_replacement(
    rng: np.random.Generator, cells: Int[np.ndarray, "draws cells"], size: int
) -> Int[np.ndarray, "draws cells"]:
    """How many of `size` items drawn come from each cell."""
    taken = np.zeros_like(cells)
    rest, wanted = cells.sum(axis=1), np.full(len(cells), size)
    for i in range(cells.shape[1]):
        rest = rest - cells[:, i]
        taken[:, i] = _hypergeometric(rng, cells[:, i], rest, wanted)
        wanted = wanted - taken[:, i]
    return taken


def _hypergeometric(
    rng: np.random.Generator,
    good: Int[np.ndarray, " draws"],
    bad: Int[np.ndarray, " draws"],
    size: Int[np.ndarray, " draws"],
) -> Int[np.ndarray, " draws"]:
    if (good + bad).max() < LARGEST:
        return rng.hypergeometric(good, bad, size)
    every = np.maximum(good + bad, 2).astype(float)
    share = size / every
    variance = good * share * (1 - share) * (bad / (every - 1))
    drawn = np.rint(rng.normal(good * share, np.sqrt(variance))).astype(np.int64)
    return np.clip(drawn, np.maximum(size - bad, 0), np.minimum(good, size))
