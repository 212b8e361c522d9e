"""The five patterns of self-attention (Kovaleva et al. 2019, section 4.1)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from tombola.dissect.patterns import shapes
from tombola.dissect.patterns.layout import Layout
from tombola.errors import UserError, allowed_for

Shape = Callable[[np.random.Generator, Layout], np.ndarray]
Reach = tuple[float, float]
"""Least and most."""


@dataclass(frozen=True)
class Pattern:
    """A kind of attention map, and what made-up maps of it are mixed of."""

    name: str
    about: str
    parts: Mapping[Shape, Reach]
    """Shape to its share in a map. What is left over is scattered and even attention."""
    several: bool = False
    """Whether it can be seen with several sentences only."""


DIAGONAL = Pattern(
    "diagonal",
    "tokens look at the one before, behind, or at themselves",
    {shapes.diagonal: (0.45, 0.95), shapes.columns: (0.0, 0.12)},
)
VERTICAL = Pattern(
    "vertical",
    "all tokens look at a few: special tokens, punctuation",
    {shapes.columns: (0.45, 0.97), shapes.diagonal: (0.0, 0.1)},
)
VERTICAL_DIAGONAL = Pattern(
    "vertical+diagonal",
    "both at once",
    {shapes.columns: (0.25, 0.5), shapes.diagonal: (0.25, 0.5)},
)
BLOCK = Pattern(
    "block",
    "tokens look evenly at a sentence, their own or another",
    {shapes.blocks: (0.55, 0.97), shapes.columns: (0.0, 0.18), shapes.diagonal: (0.0, 0.1)},
    several=True,
)
HETEROGENEOUS = Pattern(
    "heterogeneous",
    "everything else: attention without a structure of its own, even attention too",
    {shapes.columns: (0.0, 0.2), shapes.diagonal: (0.0, 0.12)},
)
PATTERNS = (DIAGONAL, VERTICAL, VERTICAL_DIAGONAL, BLOCK, HETEROGENEOUS)
"""In the order in which classes are numbered."""
NAMES = tuple(pattern.name for pattern in PATTERNS)


def number_of(name: str, where: str) -> int:
    """The number of a class by its name. Raises UserError, beginning with `where`."""
    if name not in NAMES:
        raise UserError(f"{where}: no pattern {name!r}; {allowed_for(name, NAMES)}")
    return NAMES.index(name)
