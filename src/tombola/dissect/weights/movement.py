"""How far weights move in the order of their magnitudes, from one model to another.

Within each matrix weights are ranked by |w|, before and after; a weight's movement is the number of
places that its rank changed by, as a share of the matrix. What stays in its place among the
smallest is pruned from both (Gordon, Duh & Andrews 2020, section 6 and Table 2).

Movement is shown by where a weight began (`start`). The paper's code says so too, but takes an
argsort for ranks: its entry i belongs to the weight that ends at rank i. Means and spreads are the
same; `as_published` bins as it does.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from jaxtyping import Float, Int
from torch import Tensor, nn

from tombola.anatomy.parts import Parameter
from tombola.dissect.weights.ranks import order_by_magnitude, ranks_of
from tombola.errors import UserError

Binned: TypeAlias = Literal["start", "as_published"]
BINS = 100
"""Bins of ranks, as in the paper's figure."""
CHANCE = 1 / 3
"""Mean movement between two orders that know nothing of each other, as a share of the matrix."""
CHANCE_SD = math.sqrt(1 / 18)
"""Its standard deviation."""


@dataclass(frozen=True, eq=False)
class Movement:
    """Of one matrix, or of several together. Places are shares of a weight's own matrix, 0 to 1."""

    name: str
    """The parameter; empty for several."""
    n: int
    """Weights."""
    mean: float
    sd: float
    """Over weights; of the population, as the paper's."""
    sums: Float[np.ndarray, " bins"]
    """Movement in each bin of ranks, added up."""
    counts: Int[np.ndarray, " bins"]
    """Weights in each bin."""

    @property
    def shares(self) -> Float[np.ndarray, " bins"]:
        """Each bin's share of all movement; 0 where nothing moved."""
        total = self.sums.sum()
        return self.sums / total if total else np.zeros_like(self.sums)

    @property
    def means(self) -> Float[np.ndarray, " bins"]:
        """Mean movement in each bin; NaN where it is empty."""
        with np.errstate(invalid="ignore"):
            return self.sums / self.counts


def movements(
    before: nn.Module | Mapping[str, Tensor],
    after: nn.Module | Mapping[str, Tensor],
    parameters: Iterable[Parameter],
    *,
    binned: Binned = "start",
    bins: int = BINS,
) -> list[Movement]:
    """The movement of each of these parameters, one after the other: two are in memory at most.

    Weights of one magnitude stand in the order of the tensor in both, so that what neither moves is
    at rest.

    Raises UserError where a model lacks one of them, has it in another shape, or holds NaN.
    """
    weights = [_weights(model) for model in (before, after)]
    return [_movement(p, *_two(weights, p), binned, bins) for p in parameters]


def pooled(found: Sequence[Movement]) -> Movement:
    """Several matrices as one, each weight alike. Raises ValueError for none."""
    if not found:
        raise ValueError("no matrices to pool")
    n = sum(each.n for each in found)
    mean, sd = pooled_moments([(each.n, each.mean, each.sd) for each in found])
    sums = np.sum([each.sums for each in found], axis=0)
    return Movement("", n, mean, sd, sums, np.sum([each.counts for each in found], axis=0))


def pooled_moments(found: Sequence[tuple[int, float, float]]) -> tuple[float, float]:
    """Mean and standard deviation of groups together, from (n, mean, sd) of each; NaN for none."""
    n = sum(each for each, _, _ in found)
    if not n:
        return math.nan, math.nan
    mean = sum(k * m for k, m, _ in found) / n
    square = sum(k * (s * s + m * m) for k, m, s in found) / n
    return mean, math.sqrt(max(0.0, square - mean * mean))


def _movement(
    parameter: Parameter, before: Tensor, after: Tensor, binned: Binned, bins: int
) -> Movement:
    first = order_by_magnitude(before, parameter.name)
    second = order_by_magnitude(after, parameter.name)
    here, there = (first, second) if binned == "start" else (second, first)
    n = len(here)
    places = ranks_of(there)[here]
    places -= np.arange(n, dtype=np.int64)
    moved = np.abs(places, out=places)
    edges = -(-np.arange(bins + 1) * n // bins)  # rank r is in bin r * bins // n
    running = np.concatenate([[0], np.cumsum(moved)])
    sums = (running[edges[1:]] - running[edges[:-1]]) / max(1, n)
    mean = float(running[-1]) / max(1, n) ** 2
    square = float(np.dot(moved.astype(np.float64), moved)) / max(1, n) ** 3
    sd = math.sqrt(max(0.0, square - mean * mean))
    return Movement(parameter.name, n, mean, sd, sums, np.diff(edges))


def _two(weights: Sequence[Mapping[str, Tensor]], parameter: Parameter) -> tuple[Tensor, Tensor]:
    found = []
    for which, named in zip(("first", "second"), weights, strict=True):
        name = next((n for n in (parameter.name, *parameter.aliases) if n in named), None)
        if name is None:
            raise UserError(f"models of two bodies: the {which} has no parameter {parameter.name}")
        if tuple(named[name].shape) != parameter.shape:
            raise UserError(
                f"models of two shapes: {name} is {parameter.shape}, and "
                f"{tuple(named[name].shape)} in the {which}"
            )
        found.append(named[name])
    return found[0], found[1]


def _weights(model: nn.Module | Mapping[str, Tensor]) -> Mapping[str, Tensor]:
    if isinstance(model, nn.Module):
        return dict(model.named_parameters(remove_duplicate=False))
    return model
