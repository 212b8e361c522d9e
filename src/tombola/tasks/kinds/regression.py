"""A sentence or a pair, and a number."""

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor, nn
from torch.nn import functional as F

from tombola.tasks.kinds.forward import logits
from tombola.tasks.kinds.kind import TASK_KINDS
from tombola.tasks.kinds.of_sentences import OfSentences
from tombola.tasks.task import Task
from tombola.text.examples import SentenceExample


class Regression(OfSentences):
    """Answers are the model's numbers as they are."""

    name = "regression"

    def n_labels(self, task: Task) -> int:
        """One number."""
        return 1

    def metrics(self, task: Task) -> tuple[str, ...]:
        """Correlations."""
        return ("pearson", "spearman")

    def loss(
        self, model: nn.Module, batch: Mapping[str, Tensor], label_smoothing: float = 0.0
    ) -> Tensor:
        """Squared error, the mean over examples; there is nothing to smooth."""
        return F.mse_loss(logits(model, batch).squeeze(-1), batch["labels"].float())

    def answers(
        self,
        model: nn.Module,
        batch: Mapping[str, Tensor],
        examples: Sequence[SentenceExample],
        tokenizer: Any,
        labels: Sequence[str] | None = None,
    ) -> list[float]:
        """Numbers."""
        return logits(model, batch).squeeze(-1).tolist()


TASK_KINDS.add(Regression())
