"""A sentence or a pair, and one of a few classes."""

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor, nn
from torch.nn import functional as F

from tombola.tasks.kinds.forward import chosen, logits
from tombola.tasks.kinds.kind import TASK_KINDS
from tombola.tasks.kinds.of_sentences import OfSentences
from tombola.tasks.task import Task
from tombola.text.examples import SentenceExample


class Classification(OfSentences):
    """Answers are the ids of the classes with the highest logit."""

    name = "classification"

    def n_labels(self, task: Task) -> int:
        """Its classes."""
        return len(task.labels or ())

    def metrics(self, task: Task) -> tuple[str, ...]:
        """F1 is of two classes."""
        of_two = ("f1",) if self.n_labels(task) == 2 else ()
        return ("accuracy", "matthews", *of_two)

    def loss(
        self, model: nn.Module, batch: Mapping[str, Tensor], label_smoothing: float = 0.0
    ) -> Tensor:
        """Cross-entropy, the mean over examples."""
        return F.cross_entropy(
            logits(model, batch), batch["labels"], label_smoothing=label_smoothing
        )

    def answers(
        self,
        model: nn.Module,
        batch: Mapping[str, Tensor],
        examples: Sequence[SentenceExample],
        tokenizer: Any,
        labels: Sequence[str] | None = None,
    ) -> list[int]:
        """Ids of classes; of equal logits, the first. Raises UserError for NaN."""
        ids: list[int] = chosen(logits(model, batch)).tolist()
        return ids


TASK_KINDS.add(Classification())
