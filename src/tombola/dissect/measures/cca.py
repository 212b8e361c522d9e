"""Canonical correlations: SVCCA and PWCCA, on a sample of tokens.

Both look for the directions of either layer that go together, whatever their size; with few tokens
for their width such directions are found between anything, and the noise floor says how far.

svcca               Raghu et al. 2017, "SVCCA": centred, each layer cut to the fewest directions
                    that hold 99% of its variance; mean of the canonical correlations, of which
                    there are as many as the smaller of the two kept.
svcca_as_published  Wu et al. 2020, whose code Movva & Zhao 2020 took: neurons are scaled to one
                    variance first, and the direction that crosses 99% is left out.
pwcca               Morcos et al. 2018, "Insights on representational similarity": centred, all
                    directions; each correlation is weighted by how much of the dense model's
                    neurons its direction there accounts for. It has a direction: dense to ticket.
"""

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from tombola.dissect.measures.measure import MEASURES
from tombola.dissect.measures.sampled import Sampled, basis, centred, standardised

KEPT = 0.99


class Directions(NamedTuple):
    """A layer's rows, centred, and an orthonormal basis of what is kept of them."""

    rows: Float[Tensor, "n d"]
    basis: Float[Tensor, "n k"]


class SVCCA(Sampled):
    """Of the directions that hold most of the variance."""

    name = "svcca"
    title = "SVCCA"

    def prepared(self, rows: Float[Tensor, "n d"]) -> Float[Tensor, "n k"]:
        """The fewest directions that hold 99%."""
        directions, values = basis(centred(rows))
        shares = values.square().cumsum(0) / values.square().sum()
        return directions[:, : int((shares < KEPT).sum()) + 1]

    def between(self, x: Float[Tensor, "n k"], y: Float[Tensor, "n l"]) -> Tensor | float:
        """Mean canonical correlation."""
        if not (x.shape[1] and y.shape[1]):
            return torch.nan
        return torch.linalg.svdvals(x.T @ y).clamp(max=1).mean()


class SVCCAAsPublished(SVCCA):
    """With neurons of one variance, and one direction fewer."""

    name = "svcca_as_published"
    title = "SVCCA, as published"

    def prepared(self, rows: Float[Tensor, "n d"]) -> Float[Tensor, "n k"]:
        """The directions before the one that crosses 99%."""
        directions, values = basis(standardised(rows))
        shares = values.square().cumsum(0) / values.square().sum()
        return directions[:, : int((shares < KEPT).sum())]


class PWCCA(Sampled):
    """Weighted by what the directions account for in the dense model."""

    name = "pwcca"
    title = "PWCCA"

    def prepared(self, rows: Float[Tensor, "n d"]) -> Directions:
        """All directions."""
        left = centred(rows)
        return Directions(left, basis(left)[0])

    def between(self, x: Directions, y: Directions) -> Tensor | float:
        """Weighted mean of the canonical correlations."""
        if not (x.basis.shape[1] and y.basis.shape[1]):
            return torch.nan
        turned, correlations, _ = torch.linalg.svd(x.basis.T @ y.basis, full_matrices=False)
        weights = ((x.basis @ turned).T @ x.rows).abs().sum(1)
        return (weights * correlations.clamp(max=1)).sum() / weights.sum()


for _measure in (SVCCA(), SVCCAAsPublished(), PWCCA()):
    MEASURES.add(_measure)
