"""Which neuron of another layer each neuron goes with, from streamed moments."""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from tombola.dissect.moments import Moments, OwnMoments


@dataclass(frozen=True)
class Matches:
    """For every neuron of one model's layers, its best in every layer of the other model."""

    best: Float[Tensor, "layers others d"]
    """Highest absolute correlation with any neuron there, 0 to 1; NaN of a constant neuron."""
    which: Int[Tensor, "layers others d"]
    """The neuron there that has it; of equals the first."""
    own: Float[Tensor, "layers others d"] | None
    """Absolute correlation with the neuron of its own number; None between unequal widths."""


def matches(moments: Moments) -> tuple[Matches, Matches]:
    """The best matches of the first model's neurons, and of the second's.

    Correlation is Pearson's over all tokens together. A constant neuron is nobody's match and has
    none: its correlations are undefined.
    """
    return moments.once("matches", lambda: _matches(moments))


def _matches(moments: Moments) -> tuple[Matches, Matches]:
    """One row of layers at a time: correlations of all would double the memory."""
    (k, d), (m, e) = moments.x.total.shape, moments.y.total.shape
    one, other = _inverse_spread(moments.x), _inverse_spread(moments.y)
    mean_y = moments.y.total.flatten() / moments.n
    found_x, found_y, own = [], [], []
    for i, rows in enumerate(moments.xy.view(k, d, m * e)):
        r = rows - torch.outer(moments.x.total[i], mean_y)
        r *= one[i][:, None]
        r *= other.flatten() / moments.n
        r = r.abs_().clamp_(max=1).view(d, m, e)
        found_x.append(r.max(2))
        found_y.append(r.max(0))
        own.append(r.diagonal(dim1=0, dim2=2) if d == e else None)
    same = torch.stack([each for each in own if each is not None]) if d == e else None
    best_x = torch.stack([each.values.T for each in found_x])
    best_y = torch.stack([each.values for each in found_y], 1)
    which_x = torch.stack([each.indices.T for each in found_x])
    which_y = torch.stack([each.indices for each in found_y], 1)
    constant_x, constant_y = (one == 0)[:, None], (other == 0)[:, None]
    return (
        Matches(best_x.masked_fill(constant_x, torch.nan), which_x, _without(same, constant_x)),
        Matches(
            best_y.masked_fill(constant_y, torch.nan),
            which_y,
            _without(None if same is None else same.transpose(0, 1), constant_y),
        ),
    )


def _without(values: Tensor | None, constant: Tensor) -> Tensor | None:
    return None if values is None else values.masked_fill(constant, torch.nan)


def _inverse_spread(own: OwnMoments) -> Float[Tensor, "layers d"]:
    """One over the standard deviation of every neuron; 0 of a constant one."""
    return torch.where(own.varies(), own.variance().rsqrt(), 0.0)


def highest_by_chance(spread: Tensor, n: Tensor) -> Tensor:
    """Mean of the highest of `n` absolute values of independent normals of a standard deviation.

    A correlation is at most 1, and so is this.
    """
    steps = torch.linspace(0, 12, 2401, dtype=torch.float64, device=spread.device)
    below = torch.erf(steps / math.sqrt(2))
    mean = torch.trapezoid(1 - below ** n.double()[..., None], steps)
    return (spread * mean).clamp(max=1)
