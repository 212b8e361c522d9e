"""The weight times the norm of what it is given."""

from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import Tensor

from tombola.tickets.criteria.criterion import CRITERIA, Criterion, Evidence, Looking, Need
from tombola.tickets.criteria.inputs import matrices_of_layers, watch_inputs, within_rows


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
        """Squares of inputs are summed up in float64."""
        columns = matrices_of_layers(evidence)
        squares: dict[str, Tensor] = {}

        def seen(name: str, given: Tensor) -> None:
            squares[name] = squares.get(name, 0.0) + (given.double() ** 2).sum(0)

        watch_inputs(evidence, columns, seen)
        found = {name: w.detach().abs().float() for name, w in evidence.weights.items()}
        for name, as_columns in columns.items():
            norm = squares[name].sqrt().float() if name in squares else torch.zeros(1)
            score = found[name] * (norm if as_columns else norm[:, None])
            if settings.rows:
                rows = within_rows({name: score if as_columns else score.T})[name]
                score = rows if as_columns else rows.T
            found[name] = score
        return {name: value.cpu() for name, value in found.items()}


CRITERIA.add(Wanda())
