"""A criterion that looks at gradients: what a weight is worth to the loss, to first order.

    tombola run RECIPE --plugin gradient_criterion.py

and in the recipe `criterion: [magnitude, taylor]`, or `{name: taylor, examples: 512}`. Score
|w · ∂L/∂w| of the mean loss, as Molchanov et al. (2017, "Pruning convolutional neural networks for
resource efficient inference", eq. 7) have it for feature maps.
"""

from collections.abc import Mapping

import torch
from torch import Tensor

from tombola.tickets.criteria.criterion import CRITERIA, Criterion, Evidence, Looking, Need


class Taylor(Criterion[Looking]):
    """|w · g|, where g is the gradient of the mean loss over the examples that are read."""

    name = "taylor"
    version = 1
    about = "weight times gradient: first-order change of the loss"
    needs: Need = "gradients"
    settings = Looking

    def score(self, evidence: Evidence, settings: Looking) -> Mapping[str, Tensor]:
        """Sums gradients over batches; one tensor for each parameter is held."""
        total = {name: torch.zeros_like(weight) for name, weight in evidence.weights.items()}
        for gradients in evidence.gradients():
            for name, gradient in gradients.items():
                total[name] += gradient
        return {
            name: (total[name] * weight.detach()).abs().cpu()
            for name, weight in evidence.weights.items()
        }


CRITERIA.add(Taylor())
