"""A sentence or a pair, and one of a few classes."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from torch import Tensor, nn
from torch.nn import functional as F

from tombola.tasks.kinds.forward import logits
from tombola.tasks.kinds.kind import TASK_KINDS
from tombola.tasks.task import Task
from tombola.tasks.tokenize import Encoded, sentences
from tombola.text.examples import SentenceExample


class Classification:
    """Answers are the ids of the classes with the highest logit."""

    name = "classification"
    head = "sequence-classification"
    purpose: Literal["encoder"] = "encoder"

    def n_labels(self, task: Task) -> int:
        """Its classes."""
        return len(task.labels or ())

    def metrics(self, task: Task) -> tuple[str, ...]:
        """F1 is of two classes."""
        of_two = ("f1",) if self.n_labels(task) == 2 else ()
        return ("accuracy", "matthews", *of_two)

    def encode(
        self,
        examples: Sequence[SentenceExample],
        tokenizer: Any,
        max_tokens: int,
        labels: Sequence[str] | None = None,
    ) -> Encoded:
        """Examples keep their label, unless it is hidden; the longer of a pair is cut first."""
        return sentences(examples, tokenizer, max_tokens)

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
        """Ids of classes; of equal logits, the first."""
        return logits(model, batch).argmax(-1).tolist()


TASK_KINDS.add(Classification())
