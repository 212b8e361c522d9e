"""Examples of a task, as a model takes them."""

from collections.abc import Sequence
from typing import Any

from tombola.errors import UserError
from tombola.tasks.kinds.kind import TASK_KINDS
from tombola.tasks.task import Task
from tombola.tasks.tokenize import Encoded
from tombola.text.examples import Example


def encode(task: Task, examples: Sequence[Example], tokenizer: Any, max_tokens: int) -> Encoded:
    """Examples of a task, such as `task.train`, encoded as its kind does it.

    An example has `max_tokens` at most, special tokens included; longer ones are cut and counted.
    Raises UserError where there are no examples or `max_tokens` leaves no room.
    """
    if not examples:
        raise UserError("no examples to encode")
    return TASK_KINDS[task.kind].encode(examples, tokenizer, max_tokens, task.labels)
