"""What a layer's output would lose with a weight, when the others of its row make up for it."""

from collections.abc import Mapping
from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor

from tombola.tickets.criteria.criterion import CRITERIA, Criterion, Evidence, Need
from tombola.tickets.criteria.inputs import matrices_of_layers, watch_inputs, within_rows
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
        columns = matrices_of_layers(evidence)
        products: dict[str, Tensor] = {}

        def seen(name: str, given: Tensor) -> None:
            wide = given.double()
            products[name] = products.get(name, 0.0) + wide.T @ wide

        watch_inputs(evidence, columns, seen)
        found = {name: w.detach().abs().float() for name, w in evidence.weights.items()}
        for name, as_columns in columns.items():
            if name not in products:
                continue
            product = products[name]
            damped = product + settings.damping * product.diagonal().mean().clamp_min(
                torch.finfo(torch.float64).tiny
            ) * torch.eye(len(product), dtype=torch.float64, device=product.device)
            inverse = torch.cholesky_inverse(torch.linalg.cholesky(damped)).diagonal()
            squared = evidence.weights[name].detach().double() ** 2
            score = (squared / (inverse if as_columns else inverse[:, None])).float()
            if settings.rows:
                rows = within_rows({name: score if as_columns else score.T})[name]
                score = rows if as_columns else rows.T
            found[name] = score
        return {name: value.cpu() for name, value in found.items()}


CRITERIA.add(SecondOrder())
