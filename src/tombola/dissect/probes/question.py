"""What is asked of a probe: a word task, with the classes that training has."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from tombola.dissect.probes.forms import Form, form_of
from tombola.dissect.probes.items import Items
from tombola.dissect.probes.words import Words
from tombola.errors import UserError
from tombola.statistics import total
from tombola.statistics.bootstrap import RESAMPLES
from tombola.tasks.words import Labelled, WordTask

if TYPE_CHECKING:
    from tombola.tasks.metrics import Metric


@dataclass(frozen=True)
class Question:
    """A task as a probe learns it."""

    task: WordTask
    form: Form
    classes: tuple[str, ...] | None
    """In the order of their ids; None where answers are numbers."""

    @classmethod
    def of(cls, task: WordTask, train: Sequence[Labelled]) -> "Question":
        """The question that training texts ask.

        Raises UserError where they have no targets, or only one class: then all know the answer.
        """
        form = form_of(task)
        classes = form.classes(task, train)
        if not any(text.targets for text in train):
            raise UserError(f"task {task.name!r}: the training text has nothing to label")
        if classes is not None and len(classes) < 2:
            raise UserError(
                f"task {task.name!r}: the training text has one class only, {classes[0]!r}: "
                "nothing can be told apart"
            )
        return cls(task, form, classes)

    @property
    def outputs(self) -> int:
        """Of a probe."""
        return 1 if self.classes is None else len(self.classes)

    @property
    def metric(self) -> "Metric":
        """What answers are scored by."""
        from tombola.tasks.metrics import METRICS  # takes a second to import

        return METRICS[self.task.metric]

    def items(self, texts: Sequence[Labelled], words: Words) -> Items:
        """Targets of the texts that `words` holds, in order; texts without any are passed over."""
        ids = {name: i for i, name in enumerate(self.classes or ())}
        rows: list[tuple[int, ...]] = []
        labels: list[float] = []
        sizes: list[int] = []
        for place, i in enumerate(words.kept):
            start, n = int(words.starts[place]), 0
            for at, label in self.form.targets(self.task, texts[i]):
                rows.append(tuple(start + word for word in at))
                labels.append(
                    float(label) if self.classes is None else ids.setdefault(str(label), len(ids))
                )
                n += 1
            if n:
                sizes.append(n)
        known = len(self.classes or ())
        return Items(
            rows=np.array(rows, np.int64).reshape(len(rows), len(rows[0]) if rows else 1),
            labels=np.array(labels, np.float64 if self.classes is None else np.int64),
            starts=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
            unseen=tuple(ids)[known:],
            n_unseen=sum(label >= known for label in labels) if ids else 0,
        )

    def counts(self, answers: np.ndarray, items: Items) -> Float[np.ndarray, "texts k"]:
        """What each text contributes to the score of one probe's answers."""
        return self.form.counts(self.metric, answers, items, self.classes)

    def value(self, counts: Float[np.ndarray, "texts k"]) -> float:
        """The score that texts contribute to; NaN where undefined."""
        return float(self.metric.value(total(counts)))

    def interval(self, counts: Float[np.ndarray, "texts k"]) -> tuple[float, float]:
        """95% interval of a score over texts: words of one text are not independent."""
        value = self.value(counts)
        if not np.isfinite(value):
            return value, value
        low, high = self.metric.interval(counts, 0, RESAMPLES)
        return min(low, value), max(high, value)

    def score(self, answers: np.ndarray, items: Items) -> float:
        """Score of one probe's answers; NaN where undefined."""
        return self.value(self.counts(answers, items))
