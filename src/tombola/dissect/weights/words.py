"""Whether the table of words holds smaller weights for shorter, and for rarer, sub-words.

Gordon, Duh & Andrews (2020), Figure 9 and footnote 7, see the first by eye. Short sub-words are
frequent ones, so both are asked for, and each with the other held fixed.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from torch import Tensor

from tombola.statistics import partial_spearman, spearman

CONTINUES = ("##", "▁", "Ġ")
"""What tokenizers write before a sub-word to say where in a word it stands."""


@dataclass(frozen=True)
class WordCorrelation:
    """A rank correlation over sub-words."""

    about: str
    """What magnitude is held to: length, frequency."""
    fixed: str
    """What is held fixed; empty for nothing."""
    value: float
    low: float
    high: float
    n: int
    """Sub-words."""


@dataclass(frozen=True)
class Words:
    """The sub-words of a vocabulary that can be read as text, and their rows' magnitudes."""

    magnitude: Float[np.ndarray, " n"]
    """Mean |w| of each row."""
    length: Int[np.ndarray, " n"]
    """Characters, without the mark of where in a word it stands."""
    count: Int[np.ndarray, " n"]
    """How often each stands in a text."""


def words_of(
    table: Float[Tensor, "words width"],
    vocabulary: Mapping[str, int],
    special: Int[np.ndarray, " k"],
    counts: Int[np.ndarray, " words"],
) -> Words:
    """The rows of a table that are sub-words: no special ones, none beyond the table."""
    apart = set(special.tolist())
    rows = {i: t for t, i in vocabulary.items() if i not in apart and i < table.shape[0]}
    kept = np.array(sorted(rows), dtype=np.int64)
    lengths = np.array([length_of(rows[i]) for i in kept.tolist()], dtype=np.int64)
    magnitude = table.detach().abs().double().mean(1).cpu().numpy()[kept]
    return Words(magnitude, lengths, counts[kept])


def length_of(token: str) -> int:
    """Characters of a sub-word, without its mark."""
    for mark in CONTINUES:
        if token.startswith(mark) and len(token) > len(mark):
            return len(token) - len(mark)
    return len(token)


def correlations(words: Words) -> list[WordCorrelation]:
    """Magnitude with length over all sub-words; with both over those that the text holds."""
    seen = words.count > 0
    length, m = words.length[seen].astype(float), words.magnitude[seen]
    count = words.count[seen].astype(float)
    every = words.length.astype(float)
    found = [
        ("length", "", spearman(words.magnitude, every), len(every)),
        ("frequency", "", spearman(m, count), len(m)),
        ("length", "frequency", partial_spearman(m, length, count), len(m)),
        ("frequency", "length", partial_spearman(m, count, length), len(m)),
    ]
    return [WordCorrelation(about, fixed, *r, n) for about, fixed, r, n in found]
