"""Attention maps of any size as pictures of one size."""

from functools import cache

import numpy as np
import torch
from jaxtyping import Float, Float32
from torch import Tensor

SIZE = 32
"""Rows and columns of a picture."""


def pictures(
    maps: Float[Tensor, "maps queries keys"],
) -> Float32[Tensor, "maps 1 size size"]:
    """Maps of one shape as pictures: log(1 + x), where x is 1 throughout for even attention.

    A map is divided by its mean and averaged over areas, so that a diagonal, or a column, through
    128 tokens looks like one through 32: the share of attention that it takes counts, not the
    number of tokens. Maps that are all zero, and so show nothing, come out as NaN.

    The published classifier is given raw weights, with zeros around them up to the largest map,
    and cuts its maps at inference: what a weight of .03 looks like then depends on the length.
    """
    mean = maps.mean((1, 2), keepdim=True)
    rows, columns = (areas(n).to(maps) for n in maps.shape[1:])
    shown = torch.einsum("aq,mqk,bk->mab", rows, maps / mean, columns)
    return shown.log1p().float().unsqueeze(1)


@cache
def areas(n: int, size: int = SIZE) -> Float[Tensor, "size n"]:
    """How much of each of `n` equal stretches lies in each of `size`; rows sum to 1."""
    edges, cells = np.linspace(0, 1, n + 1), np.linspace(0, 1, size + 1)
    low = np.maximum(edges[None, :-1], cells[:-1, None])
    high = np.minimum(edges[None, 1:], cells[1:, None])
    return torch.from_numpy(np.clip(high - low, 0, None) * size)
