"""Mean and spread of features."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from tombola.dissect.probes.words import Words

READ = 8192
"""Items read at once."""


def standard_of(
    words: Words, rows: Int[np.ndarray, "items arity"], layers: Sequence[int]
) -> Float[Tensor, "2 layers features"]:
    """Mean and standard deviation of what probes read, in float64; constant ones keep scale 1."""
    shift = words.read(rows[:1], layers, torch.float64)[:, 0]
    total, square = torch.zeros_like(shift), torch.zeros_like(shift)
    for start in range(0, len(rows), READ):
        x = words.read(rows[start : start + READ], layers, torch.float64) - shift[:, None]
        total, square = total + x.sum(1), square + x.square().sum(1)
    mean = total / len(rows)
    sd = (square / len(rows) - mean.square()).clamp(min=0).sqrt()
    return torch.stack([mean + shift, torch.where(sd > 0, sd, 1.0)])
