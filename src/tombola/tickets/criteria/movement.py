"""Whether fine-tuning moves a weight away from zero or towards it."""

import copy
from collections.abc import Mapping
from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor

from tombola.errors import UserError
from tombola.tickets.criteria.criterion import CRITERIA, Criterion, Evidence, Looking, Need


class Moving(Looking):
    """How a copy of the model moves while it is looked at."""

    examples: int = Field(1024, gt=0)
    """Training examples that it reads, the first ones in the task's order."""
    learning_rate: float = Field(0.01, gt=0)
    """Of the plain gradient steps."""


class Movement(Criterion[Moving]):
    """-Σ_t w_t · ∂L/∂w_t over steps of fine-tuning: what moves towards zero goes first.

    First-order movement pruning (Sanh et al. 2020, eq. 2 and 3). There scores and weights are
    learnt together while the mask tightens; here a copy of the model takes plain gradient steps
    over the examples, and scores are read at the end: use it in rounds. Costs a forward and a
    backward pass over the examples, and a copy of the model.
    """

    name = "movement"
    version = 1
    about = "-Σ w·g while a copy is fine-tuned: what moves towards zero goes first"
    needs: ClassVar[Need] = "gradients"
    settings = Moving

    def score(self, evidence: Evidence, settings: Moving) -> Mapping[str, Tensor]:
        """All parameters of the copy move; only prunable ones are scored."""
        if evidence.model is None or evidence.batches is None or evidence.loss is None:
            raise UserError("this criterion needs gradients, and so a task to take them on")
        model = copy.deepcopy(evidence.model).eval()
        device = next(model.parameters()).device
        scored = {n: p for n, p in model.named_parameters() if n in evidence.weights}
        pruned = {name: weight == 0 for name, weight in scored.items()}
        total = {name: torch.zeros_like(weight) for name, weight in scored.items()}
        moving = [p for p in model.parameters() if p.requires_grad]
        for batch in evidence.batches():
            inputs = {name: value.to(device) for name, value in batch.items()}
            loss = evidence.loss(model, inputs)
            gradients = dict(
                zip(moving, torch.autograd.grad(loss, moving, allow_unused=True), strict=True)
            )
            with torch.no_grad():
                for name, weight in scored.items():
                    if (gradient := gradients[weight]) is not None:
                        total[name].sub_(weight * gradient)
                for weight, gradient in gradients.items():
                    if gradient is not None:
                        weight.sub_(settings.learning_rate * gradient)
                for name, weight in scored.items():
                    weight[pruned[name]] = 0.0  # what was pruned before does not come back
        return {name: value.cpu() for name, value in total.items()}


CRITERIA.add(Movement())
