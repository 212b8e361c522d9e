"""Whether a model does a task."""

from typing import Any, cast

from torch import nn

from tombola.anatomy import anatomy, has_head
from tombola.errors import UserError
from tombola.tasks import TASK_KINDS, Task


def check_fit(model: nn.Module, task: Task, called: str) -> None:
    """Whether the loss of a model at a task says anything; `called` is how a message names it.

    Raises UserError for another head than the task needs, another number of labels, and a family
    that is not supported.
    """
    body = anatomy(model)
    kind = TASK_KINDS[task.kind]
    if not has_head(model, kind.head):
        raise UserError(
            f"{called}: {body.architecture} has no head for {task.name}, which needs {kind.head}"
        )
    wanted, config = kind.n_labels(task), cast(Any, model).config
    if wanted is not None and config.num_labels != wanted:
        raise UserError(
            f"{called}: tells {config.num_labels} labels apart, {task.name} has {wanted}"
        )
