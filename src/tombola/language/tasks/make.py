"""What all built-in tasks share: their list, how examples are drawn, how labels get noisy."""

from collections.abc import Callable, Sequence
from functools import partial
from random import Random
from typing import Literal, NamedTuple, TypeVar

from tombola.language.chance import shuffled
from tombola.language.knobs import Language
from tombola.language.meaning import Meaning
from tombola.language.splits import Fresh, Split
from tombola.registry import Registry
from tombola.text.examples import Passage, SentenceExample, TaggedSentence, TranslationExample

T = TypeVar("T")

TRAIN, DEV = 10_000, 1_000
"""How many examples a task has unless told otherwise."""


class Made(NamedTuple):
    """A task as the language makes it."""

    kind: Literal[
        "classification", "regression", "translation", "tagging", "masked-lm", "causal-lm"
    ]
    labels: tuple[str, ...] | None
    metric: str
    train: tuple[SentenceExample | TranslationExample | TaggedSentence | Passage, ...]
    dev: tuple[SentenceExample | TranslationExample | TaggedSentence | Passage, ...]


BUILTIN: Registry[Callable[[int, int, int, Language], Made]] = Registry(
    "built-in task", "tombola.language.tasks"
)
"""The tasks by their name: from counts of examples (train, dev), seed and language."""


class Drawn(NamedTuple):
    """Text of an example, and what it means: the label follows from that alone."""

    text: str
    pair: str | None = None
    meanings: tuple[Meaning, ...] = ()
    """Of the sentences; of a question, what would answer it."""
    asked: tuple[str, ...] = ()
    """Of questions, whether they ask for the agent, the patient, or whether it is so."""


Draw = Callable[[int, Random, Language], Drawn]
"""Draws text that deserves the label of that number."""


def drawn(
    name: str, n_labels: int, draw: Draw, n: int, seed: int, split: Split, language: Language
) -> list[tuple[Drawn, int]]:
    """`n` different texts of a split with their labels, all labels equally often, in random order.

    Both sentences of a pair are of the split. Raises UserError where the language has too few.
    """
    rng = Random(f"{name}/{split}/{seed}")
    fresh = Fresh(split)

    def one(label: int) -> tuple[tuple[str, ...], tuple[Drawn, int]]:
        found = draw(label, rng, language)
        key = (found.text,) if found.pair is None else (found.text, found.pair)
        return key, (found, label)

    return [
        fresh.first(partial(one, label))
        for label in shuffled([i % n_labels for i in range(n)], rng)
    ]


def register(
    name: str,
    draw: Draw,
    labels: tuple[str, ...] | None,
    metric: str = "accuracy",
    values: Sequence[float] | None = None,
) -> None:
    """Enter a task whose examples `draw` draws.

    `values` are the numbers that its labels stand for, where it has no classes.
    """
    names = labels or values
    assert names is not None
    n_labels = len(names)

    @BUILTIN.register(name)
    def make(n_train: int, n_dev: int, seed: int, language: Language) -> Made:
        def split(n: int, which: Split) -> tuple[SentenceExample, ...]:
            found = drawn(name, n_labels, draw, n, seed, which, language)
            labels_ = noisy([label for _, label in found], name, seed, which, language)
            return tuple(
                SentenceExample(one.text, one.pair, label if values is None else values[label])
                for (one, _), label in zip(found, labels_, strict=True)
            )

        return Made(
            kind="classification" if values is None else "regression",
            labels=labels,
            metric=metric,
            train=split(n_train, "train"),
            dev=split(n_dev, "dev"),
        )


def noisy(labels: Sequence[T], name: str, seed: int, split: Split, language: Language) -> list[T]:
    """The labels of a split, in which `language.noise` of those of train are another example's."""
    if split != "train" or not language.noise:
        return list(labels)
    rng = Random(f"noise/{name}/{seed}")
    return [
        labels[int(rng.random() * len(labels))] if rng.random() < language.noise else label
        for label in labels
    ]
