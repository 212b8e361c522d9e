"""How many directions do the representations of a layer take?"""

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from transformers import PreTrainedModel

from tombola.dissect.layers import among, sums_device
from tombola.dissect.moments import OwnMoments
from tombola.dissect.representations import Batch, evaluating, read
from tombola.errors import UserError

ROUNDING = 1e-12
"""A share is reached where so little of it is missing."""


@dataclass(frozen=True)
class LayerComplexity:
    """The singular values of one layer's representations, tokens × width.

    Movva & Zhao 2020, section 5.3, compare the number of directions that explain 80% of the
    variance; their code took singular values of representations that were not centred, which the
    paper does not say. Uncentred, the first direction is mostly the mean.

    With n tokens there are at most n directions (n - 1 centred), and with few more than the width
    the last ones are underestimated: `short` says so.
    """

    stack: str
    layer: int
    """0 is the embedding output."""
    centred: bool
    """Whether about the mean over tokens, or about zero."""
    n: int
    """Tokens."""
    width: int
    explained: Float[Tensor, " width"]
    """Share of the sum of squares that the first 1, 2, … directions hold; NaN of zeros only."""
    effective_rank: float
    """Exponential of the entropy of the singular values, as shares of their sum: Roy & Vetterli
    2007, "The effective rank". Others take it of their squares, which gives less."""
    participation_ratio: float
    """(Σ λ)² / Σ λ² of the squared singular values λ: the number of equal ones that would spread
    as far."""
    constant: tuple[int, ...]
    """Neurons that say the same of all tokens, up to the rounding of float32."""

    @property
    def short(self) -> bool:
        """Whether there are fewer tokens than dimensions."""
        return self.n < self.width

    def k(self, share: float) -> int | None:
        """The smallest number of directions that hold at least this share; None of zeros only.

        Raises UserError for a share that is not above 0 and at most 1.
        """
        if not 0 < share <= 1:
            raise UserError(f"share {share}: above 0, and at most 1")
        if self.explained.isnan().any():
            return None
        return int((self.explained < share * (1 - ROUNDING)).sum()) + 1

    def by(self, k: int) -> float:
        """The share that the first `k` directions hold. Raises UserError for another k than 1 to
        the width."""
        if not 1 <= k <= self.width:
            raise UserError(f"k {k}: 1 to {self.width}, the width")
        return float(self.explained[k - 1])


def complexity(
    model: PreTrainedModel,
    batches: Iterable[Batch],
    *,
    centred: Collection[bool] = (True, False),
    exclude: Collection[int] = (),
    layers: Collection[int] | None = None,
    embeddings: bool = True,
) -> list[LayerComplexity]:
    """The complexity of every layer of a model, stack by stack, from one pass over a text.

    Args:
        model: on any device; it comes back in the mode it had.
        batches: read once.
        centred: which of the two ways.
        exclude: ids of tokens to leave out; `representations.stream` says which positions count.
        layers: those to look at (0 is the embedding output); by default all.
        embeddings: whether the embedding output is one of them, where `layers` names none.

    Second moments are summed in float64, width² numbers for each layer, however long the text;
    singular values are the roots of their eigenvalues.

    Raises UserError for an unknown layer, or no tokens.
    """
    device = sums_device(model)
    sums: dict[str, OwnMoments] = {}
    numbers: dict[str, tuple[int, ...]] = {}
    with evaluating(model):
        for batch in batches:
            found = among(read(model, batch, exclude), layers, embeddings, device)["states"]
            for stack, rows in found.items():
                if len(rows.sentence) == 0:
                    continue
                states = list(rows.layers.values())
                if stack not in sums:
                    shift = torch.stack([layer.double().mean(0) for layer in states])
                    sums[stack], numbers[stack] = OwnMoments(shift), tuple(rows.layers)
                sums[stack].add(states, rows.sentence, rows.sentence.bincount())
    if not sums:
        raise UserError("no tokens to read")
    return [
        one
        for stack, own in sums.items()
        for way in centred
        for one in of_moments(own, stack, numbers[stack], centred=way)
    ]


def of_moments(
    own: OwnMoments, stack: str, numbers: Collection[int], *, centred: bool
) -> list[LayerComplexity]:
    """The complexity of layers of these numbers, from their moments."""
    found = []
    varies = own.varies()
    for number, second, steady in zip(numbers, own.second(centred=centred), varies, strict=True):
        squares = torch.linalg.eigvalsh(second).flip(0).clamp(min=0)
        # What is left of a layer of constants is rounding alone.
        nothing = bool((~steady).all()) if centred else not bool(squares.any())
        shares = squares / squares.sum() if not nothing else torch.full_like(squares, torch.nan)
        found.append(
            LayerComplexity(
                stack=stack,
                layer=number,
                centred=centred,
                n=own.n,
                width=len(squares),
                explained=shares.cumsum(0).clamp(max=1).cpu(),
                effective_rank=_effective_rank(shares),
                participation_ratio=float(1 / shares.square().sum()),
                constant=tuple((~steady).nonzero()[:, 0].tolist()),
            )
        )
    return found


def _effective_rank(shares: Float[Tensor, " width"]) -> float:
    if shares.isnan().any():
        return math.nan
    roots = shares.sqrt()
    return float(torch.special.entr(roots / roots.sum()).sum().exp())
