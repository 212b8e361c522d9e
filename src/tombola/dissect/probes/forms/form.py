"""What a form of probe task is. One file in this folder, or in a plug-in, enters one."""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from tombola.dissect.probes.items import Items
from tombola.errors import UserError
from tombola.registry import Registry
from tombola.tasks.words import Labelled, WordTask

if TYPE_CHECKING:
    from torch import Tensor

    from tombola.tasks.metrics import Metric


class Form(ABC):
    """How the targets of word tasks become questions to a probe, and its answers scores."""

    name: str

    @abstractmethod
    def takes(self, task: WordTask) -> bool:
        """Whether a task is of this form."""

    def targets(self, task: WordTask, text: Labelled) -> Iterator[tuple[tuple[int, ...], Any]]:
        """Words of a text (one, or a pair) with what is to be answered of them."""
        return ((target.at, target.label) for target in text.targets)

    @abstractmethod
    def classes(self, task: WordTask, texts: Sequence[Labelled]) -> tuple[str, ...] | None:
        """The classes that texts hold, sorted; None where answers are numbers."""

    @abstractmethod
    def loss(self, outputs: "Tensor", labels: "Tensor") -> "Tensor":
        """Loss of each item: outputs (… × items × outputs), labels (… × items)."""

    @abstractmethod
    def answers(self, outputs: "Tensor") -> "Tensor":
        """What a probe says to each item: … × items × outputs to … × items."""

    def counts(
        self,
        metric: "Metric",
        answers: np.ndarray,
        items: Items,
        classes: tuple[str, ...] | None,
    ) -> Float[np.ndarray, "texts k"]:
        """What each text contributes to a score: the sum of what its items do."""
        return items.by_text(metric.counts(answers, items.labels))

    @abstractmethod
    def usual(self, labels: np.ndarray) -> float:
        """What is mostly right where labels are these: the most frequent class, or the mean."""

    def constant(self, metric: "Metric", labels: np.ndarray) -> float:
        """The one answer whose score is chance, where training labels are these."""
        return self.usual(labels)

    def error(self, answers: np.ndarray, items: Items) -> float:
        """Mean absolute error; NaN where answers are no numbers."""
        return math.nan


FORMS: Registry[Form] = Registry("form of probe task", "tombola.dissect.probes.forms")
"""Forms by name."""


def form_of(task: WordTask) -> Form:
    """The form that a task is of. Raises UserError where none takes it."""
    for form in FORMS.values():
        if form.takes(task):
            return form
    raise UserError(f"task {task.name!r}: no probe takes targets of shape {task.shape!r}")
