"""What pruning by magnitude would take from a model: of the sum of magnitudes, and of each head.

Gordon, Duh & Andrews (2020), Figures 4 and 5, for any model and any scope.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from tombola.anatomy import anatomy
from tombola.anatomy.parts import Anatomy, Block, Parameter
from tombola.masks import Mask, groups, part_shares, select


@dataclass(frozen=True)
class PrunedSum:
    """The magnitude that goes with so many of the smallest weights."""

    scope: str
    sparsity: float
    """Share of the weights that goes, as it comes out in whole weights."""
    n: int
    """Weights."""
    total: float
    """Sum of |w| over all of them."""
    pruned: float
    """Sum of |w| over those that go."""
    signed: float
    """Sum of w over those that go."""


@dataclass(frozen=True)
class HeadShares:
    """How much of each head goes."""

    scope: str
    sparsity: float
    heads: int
    mean: float
    least: float
    most: float
    sd: float
    """Between heads."""
    chance_sd: float
    """That of heads whose matrices lose as many weights by lot, on average over heads."""


def prunings(
    model: nn.Module,
    parameters: Sequence[Parameter],
    shares: Sequence[float],
    scopes: Sequence[str] = ("matrix",),
) -> Iterator[tuple[PrunedSum, HeadShares | None]]:
    """For each scope and share: what goes of all magnitude, and of the heads, if there are any.

    Nothing of the model changes. Raises UserError for an unknown scope and a share outside 0 to 1.
    """
    body = anatomy(model)
    named = dict(model.named_parameters(remove_duplicate=False))
    weights = {p.name: named[p.name].detach() for p in parameters}
    magnitudes = {name: weight.abs() for name, weight in weights.items()}
    total = sum(float(each.double().sum()) for each in magnitudes.values())
    whole = Mask.ones(parameters)
    for scope in scopes:
        split = groups(scope, parameters)
        for share in shares:
            mask = select(magnitudes, whole, share, "target", split)
            pruned, signed = _sums(weights, mask)
            found = PrunedSum(scope, mask.sparsity, mask.n, total, pruned, signed)
            yield found, head_shares(mask, body, scope)


def head_shares(mask: Mask, body: Anatomy, scope: str = "") -> HeadShares | None:
    """How much of each attention head a mask takes; None where it holds no head's weights."""
    gone = [
        1 - part.share for part in part_shares(mask, body) if part.block.kind != "mlp" and part.n
    ]
    if not gone:
        return None
    spreads = [v for block in body.attention for v in _chance(mask, body, block)]
    return HeadShares(
        scope,
        mask.sparsity,
        len(gone),
        float(np.mean(gone)),
        min(gone),
        max(gone),
        float(np.std(gone)),
        math.sqrt(float(np.mean(spreads))) if spreads else math.nan,
    )


def _sums(weights: Mapping[str, Tensor], mask: Mask) -> tuple[float, float]:
    """Of what a mask prunes: |w| and w, added up."""
    magnitude = signed = 0.0
    for name, weight in weights.items():
        gone = weight[~mask[name].to(weight.device)].double()
        magnitude += float(gone.abs().sum())
        signed += float(gone.sum())
    return magnitude, signed


def _chance(mask: Mask, body: Anatomy, block: Block) -> Iterator[float]:
    """Variance of each head's pruned share where its matrices lose as many weights by lot."""
    own = [
        p
        for p in body.parameters
        if (p.stack, p.layer, p.block) == (block.stack, block.layer, block.kind)
        and p.name in mask
        and p.axis is not None
    ]
    for head in range(block.n_heads):
        n, variance = 0, 0.0
        for p in own:
            mine = sum(torch.empty(p.shape, device="meta")[box].numel()
                       for box in p.boxes(head, block.n_heads))  # fmt: skip
            lost, share = p.size - mask.n_survivors(p.name), mine / p.size
            n += mine
            variance += lost * share * (1 - share) * (p.size - lost) / max(1, p.size - 1)
        if n:
            yield variance / n**2
