"""What probes are taught, and which of it can be taught from one reading."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

from tombola.dissect.probes.items import Items
from tombola.dissect.probes.question import Question


@dataclass(frozen=True)
class Lesson:
    """A question with the items that a probe learns from, and those that decide when it stops.

    The words that they are read from are given beside it.
    """

    question: Question
    train: Items
    stop: Items | None = None
    """None where a share of the training texts decides."""

    def take(self, texts: Sequence[int]) -> "Lesson":
        """Of some of the training texts."""
        return replace(self, train=self.train.take(texts))

    @property
    def reading(self) -> Hashable:
        """The same for lessons that read the same rows in the same batches, whatever is asked.

        The tags of a sentence's words, their ancestors, and labels drawn for control are such.
        """
        sides = [self.train] if self.stop is None else [self.train, self.stop]
        arrays = [array for items in sides for array in (items.rows, items.starts)]
        return (
            self.question.task.texts_at_once,
            *((array.shape, array.tobytes()) for array in arrays),
        )
