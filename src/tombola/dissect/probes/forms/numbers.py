"""A number for a word, or for a pair of words."""

from collections.abc import Sequence

import numpy as np
from torch import Tensor
from torch.nn import functional as F

from tombola.dissect.probes.forms.form import FORMS, Form
from tombola.dissect.probes.items import Items
from tombola.tasks.words import Labelled, WordTask


class Numbers(Form):
    """Huber's loss with its bend at 1, as the published regressors have it; one output."""

    name = "numbers"

    def takes(self, task: WordTask) -> bool:
        """All whose labels are numbers."""
        return task.numbers

    def classes(self, task: WordTask, texts: Sequence[Labelled]) -> None:
        """None."""

    def loss(self, outputs: Tensor, labels: Tensor) -> Tensor:
        """Half the squared error below 1, the absolute error less a half above."""
        return F.smooth_l1_loss(outputs.squeeze(-1), labels.to(outputs.dtype), reduction="none")

    def answers(self, outputs: Tensor) -> Tensor:
        """The output itself."""
        return outputs.squeeze(-1)

    def usual(self, labels: np.ndarray) -> float:
        """The mean."""
        return float(labels.mean())

    def error(self, answers: np.ndarray, items: Items) -> float:
        """In units of the labels."""
        return float(np.abs(answers - items.labels).mean())


FORMS.add(Numbers())
