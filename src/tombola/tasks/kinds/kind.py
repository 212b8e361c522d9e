"""What every kind of task knows, and all of them by their names."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

from tombola.registry import Registry

if TYPE_CHECKING:
    from torch import Tensor, nn

    from tombola.tasks.batches import Drawn
    from tombola.tasks.search import Search
    from tombola.tasks.task import Task
    from tombola.tasks.tokenize import Encoded


@runtime_checkable
class TaskKind(Protocol):
    """How a model does a kind of task."""

    @property
    def name(self) -> str:
        """By which a task says of which kind it is."""

    @property
    def head(self) -> str:
        """What the model is to be used for, as `tombola.anatomy.load_model` says it."""

    @property
    def purpose(self) -> Literal["encoder", "translation", "decoder"]:
        """Of a tokenizer for a new model, see `word_tokenizer`."""

    def n_labels(self, task: "Task") -> int | None:
        """How many labels the head tells apart, 1 for a number; None where it has no labels."""

    def metrics(self, task: "Task") -> tuple[str, ...]:
        """Our metrics, by their names in `METRICS`, that are defined for a task's answers."""

    def encode(
        self,
        examples: Sequence[Any],
        tokenizer: Any,
        max_tokens: int,
        labels: Sequence[str] | None = None,
    ) -> "Encoded":
        """Examples as a model takes them, `max_tokens` each at most, special ones included.

        `labels` are a task's names of classes or tags, in the order of their ids. Raises UserError
        where `max_tokens` leaves no room.
        """

    def loss(
        self, model: "nn.Module", batch: "Mapping[str, Tensor]", label_smoothing: float = 0.0
    ) -> "Tensor":
        """The mean loss of a batch, a scalar. `label_smoothing` is the share of a right class's
        probability that is spread over all.
        """

    def answers(
        self,
        model: "nn.Module",
        batch: "Mapping[str, Tensor]",
        examples: Sequence[Any],
        tokenizer: Any,
        labels: Sequence[str] | None = None,
    ) -> list[Any]:
        """What a model in evaluation mode says to each example of a batch, as metrics take it.

        `batch` is on the model's device and holds the encoded `examples`, in their order.
        """


@runtime_checkable
class Searches(Protocol):
    """A kind of task whose answers are searched for."""

    def searching(self, search: "Search") -> TaskKind:
        """The same kind, whose answers are searched for in this way."""


@runtime_checkable
class Packs(Protocol):
    """A kind of task whose encoded rows are not its examples: these are packed into sequences."""

    def pieces(
        self, examples: Iterable[Any], tokenizer: Any, max_tokens: int
    ) -> "Iterator[Encoded]":
        """Rows in their order, some at a time."""

    def sequences(self, rows: Sequence[Mapping[str, Any]]) -> Sequence[Any]:
        """The examples that answers are to, one for each row."""


@runtime_checkable
class Draws(Protocol):
    """A kind of task in which part of what a model is given is drawn anew each time."""

    def drawer(self, tokenizer: Any) -> "Drawn":
        """What makes of a batch what is given: see `Batches`."""


TASK_KINDS: Registry[TaskKind] = Registry("kind of task", "tombola.tasks.kinds")
"""Every kind of task by its name."""
