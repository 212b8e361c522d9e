"""Made-up attention maps of the five patterns: the labelled maps of the papers were not released.

Every number here is a choice, not an estimate from models: what a network trained on such maps says
of real ones has never been held to a person's label.
"""

from typing import Literal

import numpy as np
from jaxtyping import Float

from tombola.dissect.patterns.labelled import LabelledMaps
from tombola.dissect.patterns.layout import Layout, drawn_layout
from tombola.dissect.patterns.pattern import PATTERNS, Pattern
from tombola.dissect.patterns.shapes import scattered
from tombola.randomness import mixed

Look = Literal["raw", "norm"]
"""How maps look: rows that sum to 1, or weighted by the norm of what is looked at."""

MOST = 0.98
"""What shapes take of a map at most; the rest is background."""


def synthetic_maps(
    n: int,
    seed: int,
    look: Look = "raw",
    lengths: tuple[int, int] = (5, 128),
    part: str = "training",
) -> LabelledMaps:
    """`n` maps, the patterns in turn, so that each has as many, give or take one.

    Map i is a function of seed, look, lengths, part and i: fewer maps are the first of more. Its
    number of tokens is drawn log-uniformly, since examples are short more often than long. `part`
    names a stream of its own, for maps that are held out.
    """
    maps = []
    for i in range(n):
        rng = np.random.default_rng(mixed("attention map", part, look, *lengths, seed, i))
        shortest, longest = np.log(lengths[0]), np.log(lengths[1])
        tokens = int(np.clip(round(np.exp(rng.uniform(shortest, longest))), *lengths))
        maps.append(synthetic_map(rng, PATTERNS[i % len(PATTERNS)], tokens, look))
    return LabelledMaps(tuple(maps), np.arange(n) % len(PATTERNS))


def synthetic_map(
    rng: np.random.Generator, pattern: Pattern, n: int, look: Look = "raw"
) -> Float[np.ndarray, "n n"]:
    """One map of a pattern: token (row) by what it looks at (column).

    Shapes are mixed in the pattern's shares over scattered and even attention, and every weight is
    multiplied with log-normal noise. Rows of `raw` maps sum to 1. Those of `norm` maps do not:
    columns are scaled by the norm of what stands there (special tokens have small ones, Kobayashi
    et al. 2020, section 4), and rows and the whole map by factors of their own.
    """
    layout = drawn_layout(rng, n, several=pattern.several)
    noise = rng.lognormal(0, rng.uniform(0.05, 0.6), (n, n))
    shares = {shape: rng.uniform(*reach) for shape, reach in pattern.parts.items()}
    whole = max(1.0, sum(shares.values()) / MOST)
    shares = {shape: share / whole for shape, share in shares.items()}
    rest = 1 - sum(shares.values())
    even = rng.uniform(0, 1)
    background = (1 - even) * scattered(rng, layout) + even / n
    if look == "norm":
        background = background * _small(rng, layout)
    found = rest * background
    for shape, share in shares.items():
        found = found + share * shape(rng, layout)
    found = found * noise
    if look == "raw":
        return np.asarray(found / found.sum(1, keepdims=True))
    heights = rng.lognormal(0, rng.uniform(0.1, 0.6), n)
    rows = rng.lognormal(0, rng.uniform(0.05, 0.45), n)
    return np.asarray(np.exp(rng.uniform(-2, 2)) * found * heights[None] * rows[:, None])


def _small(rng: np.random.Generator, layout: Layout) -> Float[np.ndarray, "1 n"]:
    """Factors of columns: special tokens shrink."""
    return np.where(layout.is_mark, rng.uniform(0.05, 0.7), 1.0)[None]
