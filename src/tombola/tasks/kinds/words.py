"""Words, pairs of words and spans of a text, with their labels: what probes are asked."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NoReturn

from torch import Tensor, nn

from tombola.errors import UserError
from tombola.tasks.kinds.kind import TASK_KINDS
from tombola.tasks.task import Task
from tombola.tasks.tokenize import Encoded


class OfWords:
    """A model has no head for it: it is read off layers by probes, and nothing is trained on it."""

    name = "words"
    head = "bare"
    purpose: Literal["encoder"] = "encoder"

    def n_labels(self, task: Task) -> None:
        """None, for there is no head."""

    def metrics(self, task: Task) -> tuple[str, ...]:
        """Its own alone."""
        return (task.metric,)

    def encode(
        self,
        examples: Sequence[Any],
        tokenizer: Any,
        max_tokens: int,
        labels: Sequence[str] | None = None,
    ) -> Encoded:
        """Refused, as all that follows."""
        _refuse()

    def loss(
        self, model: nn.Module, batch: Mapping[str, Tensor], label_smoothing: float = 0.0
    ) -> Tensor:
        """Refused."""
        _refuse()

    def answers(
        self,
        model: nn.Module,
        batch: Mapping[str, Tensor],
        examples: Sequence[Any],
        tokenizer: Any,
        labels: Sequence[str] | None = None,
    ) -> list[Any]:
        """Refused."""
        _refuse()


def _refuse() -> NoReturn:
    raise UserError("a task of words is for probes: no model is trained on it or scored by it")


TASK_KINDS.add(OfWords())
