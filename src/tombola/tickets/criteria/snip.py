"""What the loss would feel if a weight were scaled away: connection sensitivity."""

from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import Tensor

from tombola.tickets.criteria.criterion import CRITERIA, Criterion, Evidence, Looking, Need


class Snip(Criterion[Looking]):
    """|w · ∂L/∂w| of the mean loss over the examples that are read (Lee et al. 2019, eq. 4 and 6).

    Their scores are divided by their sum, which ranks nothing anew and is left out. The same
    formula at trained weights is first-order Taylor pruning (Molchanov et al. 2017). Costs one
    forward and one backward pass over the examples, and a copy of the prunable weights.
    """

    name = "snip"
    version = 1
    about = "|w·g| of the mean loss: connection sensitivity, first-order Taylor"
    needs: ClassVar[Need] = "gradients"
    settings = Looking

    def score(self, evidence: Evidence, settings: Looking) -> Mapping[str, Tensor]:
        """Gradients are means over batches; all batches count alike."""
        total = {name: torch.zeros_like(w, device="cpu") for name, w in evidence.weights.items()}
        for gradients in evidence.gradients():
            for name, gradient in gradients.items():
                total[name] += gradient.cpu()
        for name, weight in evidence.weights.items():
            total[name].mul_(weight.detach().cpu()).abs_()
        return total


CRITERIA.add(Snip())
