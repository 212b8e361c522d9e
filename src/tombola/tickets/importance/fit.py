"""Whether a model does a task."""

from typing import Any, cast

from torch import nn

from tombola.anatomy import anatomy, has_head
from tombola.errors import UserError
from tombola.tasks import TASK_KINDS, ByModel, Task, for_model


def check_fit(model: nn.Module, task: Task, called: str, *, ordered: bool = False) -> ByModel:
    """The task as a model does it, its classes by the model's ids; see `for_model`.

    `called` is how a message names the model. Raises UserError for another head than the task
    needs, another number of labels, classes of other names, and a family that is not supported.
    """
    body = anatomy(model)
    kind = TASK_KINDS[task.kind]
    if not has_head(model, kind.head):
        raise UserError(
            f"{called}: {body.architecture} has no head for {task.name}, which needs {kind.head}"
        )
    config = cast(Any, model).config
    found = for_model(task, config, called, ordered=ordered)
    wanted = kind.n_labels(found.task)
    if wanted is not None and config.num_labels != wanted:
        raise UserError(
            f"{called}: tells {config.num_labels} labels apart, {task.name} has {wanted}"
        )
    return found
