"""What the loss would lose with a weight, to second order, by the diagonal of the Fisher matrix."""

from collections.abc import Mapping
from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor

from tombola.tickets.criteria.criterion import CRITERIA, Criterion, Evidence, Looking, Need


class OneByOne(Looking):
    """Examples are read singly: the mean of squares is not the square of a mean."""

    batch_size: int = Field(1, gt=0)
    """Examples whose mean loss has one gradient. 1 is the empirical Fisher matrix; more is cheaper,
    and smaller by about that factor."""


class Fisher(Criterion[OneByOne]):
    """½ w² E[g²], with g the gradient of one example's loss (Theis et al. 2018, eq. 6).

    Optimal brain damage (LeCun et al. 1990) with the empirical Fisher matrix in the place of the
    Hessian's diagonal. Costs a forward and a backward pass for each example.
    """

    name = "fisher"
    version = 1
    about = "½·w²·E[g²]: second-order loss by the diagonal Fisher matrix"
    needs: ClassVar[Need] = "gradients"
    settings = OneByOne

    def score(self, evidence: Evidence, settings: OneByOne) -> Mapping[str, Tensor]:
        """Squares of gradients are summed up in float32 on the CPU."""
        total = {name: torch.zeros_like(w, device="cpu") for name, w in evidence.weights.items()}
        n = 0
        for gradients in evidence.gradients():
            n += 1
            for name, gradient in gradients.items():
                total[name] += gradient.cpu() ** 2
        for name, weight in evidence.weights.items():
            total[name].mul_(weight.detach().cpu() ** 2 / (2 * n))
        return total


CRITERIA.add(Fisher())
