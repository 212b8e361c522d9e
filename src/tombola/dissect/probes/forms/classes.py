"""A class for a word, or for a pair of words."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from torch import Tensor
from torch.nn import functional as F

from tombola.dissect.probes.forms.form import FORMS, Form
from tombola.tasks.words import Labelled, WordTask

if TYPE_CHECKING:
    from tombola.tasks.metrics import Metric


class Classes(Form):
    """Cross-entropy; the answer is the class with the highest output."""

    name = "classes"

    def takes(self, task: WordTask) -> bool:
        """Words and pairs whose labels are no numbers."""
        return task.shape in ("word", "pair") and not task.numbers

    def classes(self, task: WordTask, texts: Sequence[Labelled]) -> tuple[str, ...]:
        """The labels that there are."""
        return tuple(
            sorted({str(label) for text in texts for _, label in self.targets(task, text)})
        )

    def loss(self, outputs: Tensor, labels: Tensor) -> Tensor:
        """Cross-entropy in nats."""
        flat = F.cross_entropy(outputs.flatten(0, -2), labels.flatten(), reduction="none")
        return flat.view(labels.shape)

    def answers(self, outputs: Tensor) -> Tensor:
        """Ids of classes."""
        return outputs.argmax(-1)

    def usual(self, labels: np.ndarray) -> float:
        """The most frequent class; of equals, the first in the alphabet."""
        names, counts = np.unique(labels, return_counts=True)
        return float(names[counts.argmax()])

    def constant(self, metric: "Metric", labels: np.ndarray) -> float:
        """As the metric says: for the F1 of one class, that class."""
        always = metric.constant(labels)
        return self.usual(labels) if always is None else float(always[0])


FORMS.add(Classes())
