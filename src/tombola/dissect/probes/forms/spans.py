"""Spans, as one tag for each word; scored as spans."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float, Int

from tombola.dissect.probes.forms.classes import Classes
from tombola.dissect.probes.forms.form import FORMS
from tombola.dissect.probes.items import Items
from tombola.tasks.words import Labelled, WordTask
from tombola.text.annotated import LabelledSpan
from tombola.text.spans import write_tags

if TYPE_CHECKING:
    from tombola.tasks.metrics import Metric

OUTSIDE = -1


class Spans(Classes):
    """Every word has a tag of the task's scheme, and each is classified alone.

    Answers are read as conlleval reads them (`tombola.text.spans.read_tags_leniently`), so that no
    sequence of tags is ill-formed; a span counts where both ends and the label are right. The same
    counts as those of the metric `span_f1`, for all texts at once.
    """

    name = "spans"

    def takes(self, task: WordTask) -> bool:
        """Spans with a scheme."""
        return task.shape == "span" and task.scheme is not None

    def targets(self, task: WordTask, text: Labelled) -> Iterator[tuple[tuple[int, ...], str]]:
        """Each word, with its tag."""
        assert task.scheme is not None  # else it is not taken
        spans = [LabelledSpan(at[0], at[1], str(label)) for at, label in text.targets]
        for i, tag in enumerate(write_tags(len(text.words), spans, task.scheme)):
            yield (i,), tag

    def constant(self, metric: "Metric", labels: np.ndarray) -> float:
        """The most frequent tag: the metric's own constant is of whole sentences."""
        return self.usual(labels)

    def counts(
        self,
        metric: "Metric",
        answers: np.ndarray,
        items: Items,
        classes: tuple[str, ...] | None,
    ) -> Float[np.ndarray, "texts k"]:
        """Right spans of each text, and all spans of both sides together."""
        begins, kinds = _tables((*(classes or ()), *items.unseen))
        first = np.zeros(len(items), bool)
        first[items.starts[:-1]] = True
        sides = []
        for tags in (answers, items.labels):
            sides.append(_spans(kinds[tags], begins[tags], first))
        (starts, ends, kind), (true_starts, true_ends, true_kind) = sides
        right = starts & true_starts & (ends == true_ends) & (kind == true_kind)
        both = starts.astype(np.float64) + true_starts
        return items.by_text(np.stack([right.astype(np.float64), both], axis=1))


def _tables(classes: Sequence[str]) -> tuple[Bool[np.ndarray, " tags"], Int[np.ndarray, " tags"]]:
    """For each tag, whether it always begins a span, and its kind of span or `OUTSIDE`."""
    labels = sorted({tag.partition("-")[2] for tag in classes if tag[0] in "BI"})
    inside = [tag[0] in "BI" for tag in classes]
    kinds = [
        labels.index(tag.partition("-")[2]) if within else OUTSIDE
        for tag, within in zip(classes, inside, strict=True)
    ]
    return np.array([tag[0] == "B" for tag in classes]), np.array(kinds, np.int64)


def _spans(
    kind: Int[np.ndarray, " words"],
    begins: Bool[np.ndarray, " words"],
    first_of_text: Bool[np.ndarray, " words"],
) -> tuple[Bool[np.ndarray, " words"], Int[np.ndarray, " words"], Int[np.ndarray, " words"]]:
    """Whether a span starts at each word, the word that its span ends before, and its kind."""
    inside = kind != OUTSIDE
    before = np.concatenate([[OUTSIDE], kind[:-1]])
    starts = inside & (begins | first_of_text | (before != kind))
    goes_on = np.concatenate([(inside & ~starts)[1:], [False]])
    places = np.arange(1, len(kind) + 1)
    # From the right: the nearest word at which no span goes on.
    ends = np.minimum.accumulate(np.where(goes_on, len(kind) + 1, places)[::-1])[::-1]
    return starts, ends, kind


FORMS.add(Spans())
