"""A kind of task with a loss of its own, and a task of that kind.

    tombola run RECIPE --plugin hinge_task.py

and in the recipe `tasks: {judged: {name: acceptability-by-margin, train: 2000, dev: 200}}`.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from torch import Tensor, nn
from torch.nn import functional as F

from tombola.tasks import TASK_KINDS, TASKS, Task, load_task
from tombola.tasks.kinds.classification import Classification
from tombola.tasks.kinds.forward import logits


class Hinge(Classification):
    """Classes, told apart by a margin instead of by probabilities (Crammer & Singer 2001)."""

    name = "hinge"

    def loss(
        self, model: nn.Module, batch: Mapping[str, Tensor], label_smoothing: float = 0.0
    ) -> Tensor:
        """Mean over examples of max(0, 1 - score of the right class + score of the best other)."""
        scores = logits(model, batch)
        return F.multi_margin_loss(scores, batch["labels"])


@TASKS.register("acceptability-by-margin")
def _load(*, folder: Path | None, n_train: int | None, n_dev: int | None, seed: int) -> Task:
    made = load_task("builtin-acceptability", folder, n_train, n_dev, seed)
    return replace(made, name="acceptability-by-margin", kind="hinge")


TASK_KINDS.add(Hinge())
