"""Classes of a model of a recipe, in the order and by the names of the task that it does."""

from typing import TYPE_CHECKING, Any

from tombola import anatomy, tasks
from tombola.errors import UserError

if TYPE_CHECKING:
    import torch


def class_order(config: Any, task: "tasks.Task") -> tuple[int, ...] | None:
    """A model's id of each class of a task, where its names fit and stand in another order.

    None where they stand in the same, where the model has no names, and where these are of
    something else: then its head is no more than a beginning.
    """
    labels = task.labels
    if labels is None or getattr(config, "num_labels", None) != len(labels):
        return None
    try:
        if tasks.class_names(config) is None:
            return None
        found = tasks.for_model(task, config, "")
    except UserError:
        return None
    order = tuple((found.task.labels or ()).index(label) for label in labels)
    return None if order == tuple(range(len(labels))) else order


def check_names(config: Any, task: "tasks.Task", called: str) -> None:
    """A model that has as many classes as a task must mean the same by them, where it names them.

    For steps that score a model as it is: what is trained first may begin with any head. Raises
    UserError with both sides' names.
    """
    labels = task.labels
    if labels is not None and getattr(config, "num_labels", None) == len(labels):
        tasks.for_model(task, config, called)


def put_in_order(model: "torch.nn.Module", order: tuple[int, ...]) -> None:
    """Move the rows of a model's last layer, so that its classes are in a task's order."""
    head = {p.name for p in anatomy.anatomy(model).parameters if p.set == "task_head"}
    last = [
        parameter
        for name, parameter in model.named_parameters()
        if name in head and parameter.shape[0] == len(order) and _is_last(name, model, len(order))
    ]
    if not last:
        raise UserError("the classes stand in another order, and no layer of them can be found")
    for parameter in last:
        parameter.data.copy_(parameter.data[list(order)])


def _is_last(name: str, model: "torch.nn.Module", n: int) -> bool:
    """Whether a parameter is of the last layer with so many outputs."""
    layers = [where for where, one in model.named_modules() if getattr(one, "out_features", 0) == n]
    return bool(layers) and name.rpartition(".")[0] == layers[-1]


def name_classes(model: Any, task: "tasks.Task") -> None:
    """Write the names of a task's classes into a model's configuration, for all who load it."""
    labels = task.labels
    if labels is None or getattr(model.config, "num_labels", None) != len(labels):
        return
    model.config.id2label = dict(enumerate(labels))
    model.config.label2id = {label: i for i, label in enumerate(labels)}
