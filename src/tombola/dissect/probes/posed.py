"""A task put to one model: its splits, read by it."""

from collections.abc import Hashable
from dataclasses import dataclass, replace

from tombola.dissect.probes.baselines import Key, constant_score, keys, word_score
from tombola.dissect.probes.controls import control_items
from tombola.dissect.probes.items import Items
from tombola.dissect.probes.lesson import Lesson
from tombola.dissect.probes.question import Question
from tombola.dissect.probes.reader import Reader
from tombola.dissect.probes.words import Words
from tombola.errors import UserError
from tombola.tasks.words import WordData

SPLITS = ("train", "dev", "test")


@dataclass(frozen=True)
class Posed:
    """What probes of one task are trained and scored on: train, dev and, where there is one, test.

    With three splits dev decides when a probe stops; with two, a share of the training texts.
    """

    asked: Question
    words: tuple[Words, ...]
    items: tuple[Items, ...]
    keys: tuple[list[Key], ...]
    """The words of each item."""

    @classmethod
    def of(cls, reader: Reader, name: str, data: WordData) -> "Posed":
        """Have a task's texts read. Raises UserError as `probe` does."""
        asked = Question.of(data.task, data.train)
        splits = [data.train, data.dev, *([] if data.test is None else [data.test])]
        try:
            words = tuple(reader.words(texts) for texts in splits)
        except UserError as problem:
            raise UserError(f"{name}: {problem}") from problem
        items = tuple(asked.items(texts, read) for texts, read in zip(splits, words, strict=True))
        for split, one in zip(SPLITS, items, strict=False):
            if not len(one):
                raise UserError(f"{name}: the {split} text has nothing to label")
        forms = tuple(keys(*each) for each in zip(splits, words, items, strict=True))
        return cls(asked, words, items, forms)

    @property
    def stop_words(self) -> Words | None:
        """What decides when a probe stops; None where that is a part of training."""
        return self.words[1] if len(self.items) == len(SPLITS) else None

    @property
    def lesson(self) -> Lesson:
        """What probes are taught."""
        return Lesson(self.asked, self.items[0], None if self.stop_words is None else self.items[1])

    @property
    def told(self) -> Lesson:
        """What is told by a code. Dev is not, so it may decide, also where it is what is scored."""
        return Lesson(self.asked, self.items[0], self.items[1])

    @property
    def reading(self) -> Hashable:
        """The same for tasks whose probes train at once: on the same words of the same texts."""
        return (*map(id, self.words), self.told.reading)

    @property
    def scored(self) -> Items:
        """What is scored."""
        return self.items[-1]

    @property
    def baselines(self) -> tuple[float, float]:
        """Score of the best constant, and of what is usual for each word."""
        train, scored = self.items[0], self.scored
        return (
            constant_score(self.asked, train, scored),
            word_score(self.asked, train, self.keys[0], scored, self.keys[-1]),
        )

    def control(self, seed: int) -> "Posed":
        """The same texts with a label drawn for each word form (`control_items`)."""
        splits = list(zip(self.items, self.keys, strict=True))
        return replace(self, items=tuple(control_items(self.items[0], splits, seed)))
