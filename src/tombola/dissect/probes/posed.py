"""A task put to one model: its splits, read by it."""

from dataclasses import dataclass, replace

from tombola.dissect.probes.baselines import Key, constant_score, keys, word_score
from tombola.dissect.probes.controls import control_items
from tombola.dissect.probes.items import Items
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
        """Have a task's texts read. Raises UserError as `probe_task` does."""
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
    def stop(self) -> tuple[Words, Items] | None:
        """What decides when a probe stops; None where that is a part of training."""
        return (self.words[1], self.items[1]) if len(self.items) > len(SPLITS) - 1 else None

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
