"""What attention maps are mixed of: each gives rows that sum to 1."""

import numpy as np
from jaxtyping import Float

from tombola.dissect.patterns.layout import Layout

OFFSETS = ((-1,), (1,), (0,), (-1, 1), (-1, 0, 1), (0, 1), (-2, -1), (1, 2))
"""Where a head with a diagonal looks: at the token before, behind, the same, and so on."""
OFTEN = (0.3, 0.25, 0.12, 0.13, 0.08, 0.04, 0.04, 0.04)
WIDEST = 20
"""The broadest diagonal's standard deviation is the tokens over this."""
DIRECTED = 0.15
"""How often scattered attention leads back only, or ahead only."""


def diagonal(rng: np.random.Generator, layout: Layout) -> Float[np.ndarray, "n n"]:
    """Each token looks at neighbours at fixed distances, from sharply to some way around them."""
    offsets = OFFSETS[rng.choice(len(OFFSETS), p=OFTEN)]
    width = np.exp(rng.uniform(np.log(0.2), np.log(max(1.0, layout.n / WIDEST))))
    at = np.arange(layout.n)
    distance = at[None, :] - at[:, None]
    weight = np.zeros((layout.n, layout.n))
    for offset in offsets:
        weight += rng.uniform(0.5, 1) * np.exp(-0.5 * ((distance - offset) / width) ** 2)
    if layout.marks and rng.random() < 0.5:  # special tokens have neighbours, but look elsewhere
        marks = list(layout.marks)
        weight[marks] = rng.dirichlet(np.full(layout.n, 0.5), size=len(marks))
    return _rows(weight)


def columns(
    rng: np.random.Generator, layout: Layout, on_marks: float = 0.8
) -> Float[np.ndarray, "n n"]:
    """All tokens look at the same one, two or three: special tokens, punctuation, seldom a word.

    With sentences, each may look at its own separator. `on_marks` is how often a column is that of
    a special token or of punctuation.
    """
    n = layout.n
    if len(layout.spans) > 1 and layout.marks and rng.random() < 0.2:
        weight = np.zeros((n, n))
        for start, stop in layout.spans:
            weight[start:stop, stop - 1] = 1
        return _rows(weight)
    known = [*layout.marks, *layout.points]
    chosen = {
        int(rng.choice(known)) if known and rng.random() < on_marks else int(rng.integers(n))
        for _ in range(rng.integers(1, 4))
    }
    weight = np.zeros((n, n))
    height = rng.dirichlet(np.full(len(chosen), 1.5))
    weight[:, sorted(chosen)] = height * rng.lognormal(0, 0.4, (n, len(chosen)))
    return _rows(weight + 1e-9)


def blocks(rng: np.random.Generator, layout: Layout) -> Float[np.ndarray, "n n"]:
    """Each token looks evenly at its own sentence, or, less often, at the others."""
    n = layout.n
    own = np.zeros((n, n))
    for start, stop in layout.spans:
        own[start:stop, start:stop] = 1
    weight = own if rng.random() < 0.85 else 1 - own
    if layout.marks and rng.random() < 0.5:  # uniform over words alone
        weight = weight * np.where(layout.is_mark, rng.uniform(0, 0.6), 1)[None]
    return _rows(weight * rng.lognormal(0, rng.uniform(0, 0.35), n)[None] + 1e-9)


def scattered(rng: np.random.Generator, layout: Layout) -> Float[np.ndarray, "n n"]:
    """Each token looks where its content leads: queries times keys, with words that draw more.

    Some heads look back only, or ahead only; some tokens hardly look at any one in particular.
    """
    n, rank = layout.n, int(rng.integers(2, 9))
    fit = rng.normal(size=(n, rank)) @ rng.normal(size=(rank, n)) / np.sqrt(rank)
    score = rng.uniform(0.2, 3) * fit + rng.uniform(0.2, 2.5) * rng.normal(size=(n, n))
    score *= rng.lognormal(0, 0.3, n)[:, None]
    score += rng.uniform(0, 1) * rng.normal(size=n)[None]
    if rng.random() < DIRECTED:
        away = np.tri(n, k=-1, dtype=bool)
        score -= rng.uniform(1, 6) * (away if rng.random() < 0.5 else away.T)
    return _rows(np.exp(score - score.max(1, keepdims=True)))


def _rows(weight: Float[np.ndarray, "n n"]) -> Float[np.ndarray, "n n"]:
    return np.asarray(weight / weight.sum(1, keepdims=True))
