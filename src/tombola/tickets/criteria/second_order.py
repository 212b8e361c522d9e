"""What a layer's output would lose with a weight, when the others of its row make up for it."""

from collections.abc import Mapping
from typing import ClassVar

import torch
from jaxtyping import Float
from pydantic import Field
from torch import Tensor

from tombola.tickets.criteria.criterion import CRITERIA, Criterion, Evidence, Need
from tombola.tickets.criteria.inputs import layers_of, score_layers, sum_inputs
from tombola.tickets.criteria.wanda import ByRow


class Damped(ByRow):
    """How the products of inputs are made invertible."""

    damping: float = Field(0.01, gt=0)
    """Share of the mean of the diagonal that is added to it, as in SparseGPT."""


class SecondOrder(Criterion[Damped]):
    """w_ij² / [(X·Xᵀ + λI)⁻¹]_jj: optimal brain surgeon, layer by layer (Hassibi & Stork 1993).

    The score by which SparseGPT (Frantar & Alistarh 2023, section 3) chooses; it also moves the
    weights that stay, to make up for what went, and chooses again: that is left to retraining here.
    What no layer is given vectors for has its magnitude alone. Costs a forward pass over the
    examples, and for each matrix the inverse of one as wide as its input.
    """

    name = "second-order"
    version = 1
    about = "w² over the inverse of inputs' products (SparseGPT's score, without its update)"
    needs: ClassVar[Need] = "data"
    settings = Damped

    def score(self, evidence: Evidence, settings: Damped) -> Mapping[str, Tensor]:
        """Products of inputs are summed up and inverted in float64."""
        products = sum_inputs(evidence, layers_of(evidence), _products)

        def score(name: str, weight: Tensor) -> Tensor:
            product = products[name]
            damped = product + settings.damping * product.diagonal().mean().clamp_min(
                torch.finfo(torch.float64).tiny
            ) * torch.eye(len(product), dtype=torch.float64, device=product.device)
            inverse = torch.cholesky_inverse(torch.linalg.cholesky(damped)).diagonal()
            return (weight.double() ** 2 / inverse).float()

        # a layer that the model passes by has seen nothing
        return score_layers(evidence, list(products), score, settings.rows)


def _products(given: Float[Tensor, "tokens width"]) -> Float[Tensor, "width width"]:
    wide = given.double()
    return wide.T @ wide


CRITERIA.add(SecondOrder())
