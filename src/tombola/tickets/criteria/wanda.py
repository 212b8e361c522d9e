"""The weight times the norm of what it is given."""

from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import Tensor

from tombola.tickets.criteria.criterion import CRITERIA, Criterion, Evidence, Looking, Need
from tombola.tickets.criteria.inputs import layers_of, score_layers, sum_inputs


class ByRow(Looking):
    """Among which weights scores compete."""

    rows: bool = True
    """Whether weights compete within their output's row alone, as published: scores are then ranks
    within the row. Else the products themselves are scores."""


class Wanda(Criterion[ByRow]):
    """|w_ij| · ‖x_j‖₂ over the tokens that are read (Sun et al. 2024, eq. 1), by output row.

    What no layer is given vectors for (biases, tables) has its magnitude alone. Costs one forward
    pass over the examples.
    """

    name = "wanda"
    version = 1
    about = "|w| times the norm of its input, compared within each output's row"
    needs: ClassVar[Need] = "data"
    settings = ByRow

    def score(self, evidence: Evidence, settings: ByRow) -> Mapping[str, Tensor]:
        """Squares of inputs are summed up in float32 in a batch, in float64 over batches.

        In float64 throughout they took half as long as the model itself; the difference is 2e-7.
        """
        names = layers_of(evidence)
        squares = sum_inputs(evidence, names, lambda given: given.square().sum(0).double())

        def score(name: str, weight: Tensor) -> Tensor:
            norm = squares[name].sqrt().float() if name in squares else torch.zeros(1)
            return weight.abs().float() * norm

        return score_layers(evidence, names, score, settings.rows)


CRITERIA.add(Wanda())
