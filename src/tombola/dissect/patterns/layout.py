"""Where the special tokens, marks and sentences of a made-up example stand."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool

SHORTEST = 5
"""Tokens of the shortest example: start, word, separator, word, separator."""
MANY = 0.15
"""How often what has several sentences has more than two."""
PUNCTUATION = 0.1
"""Expected share of tokens that are punctuation."""


@dataclass(frozen=True)
class Layout:
    """The tokens of an example of an encoder: `[CLS] a … [SEP] b … [SEP]`, of one sentence or more.

    Some examples have neither [CLS] nor separators, as those of models without them.
    """

    n: int
    """Tokens."""
    marks: tuple[int, ...]
    """Positions of [CLS] and the separators; empty where there are none."""
    points: tuple[int, ...]
    """Positions of punctuation."""
    spans: tuple[tuple[int, int], ...]
    """First position of each sentence and the first after it; separators end their sentence."""

    @property
    def is_mark(self) -> Bool[np.ndarray, " n"]:
        """Which positions hold special tokens."""
        found = np.zeros(self.n, dtype=bool)
        found[list(self.marks)] = True
        return found


def drawn_layout(rng: np.random.Generator, n: int, *, several: bool) -> Layout:
    """A layout of `n` tokens (at least 5), of several sentences or of either one or two."""
    n_spans = 1 + int(several or rng.random() < 0.5)
    if several and rng.random() < MANY:
        n_spans = min(int(rng.integers(3, 5)), max(2, n // 4))
    cuts = _cuts(rng, n, n_spans)
    spans = tuple(zip((0, *cuts), (*cuts, n), strict=True))
    marked = rng.random() < 0.9
    marks = (0, *(stop - 1 for _, stop in spans)) if marked else ()
    free = np.setdiff1d(np.arange(n), marks)
    points = free[rng.random(len(free)) < PUNCTUATION]
    return Layout(n, marks, tuple(points.tolist()), spans)


def _cuts(rng: np.random.Generator, n: int, n_spans: int) -> tuple[int, ...]:
    """Where sentences begin after the first: none shorter than half of an even share."""
    if n_spans == 1:
        return ()
    least = max(2, n // (2 * n_spans))
    free = n - least * n_spans
    shares = rng.multinomial(free, rng.dirichlet(np.full(n_spans, 2.0)))
    return tuple(np.cumsum(least + shares)[:-1].tolist())
