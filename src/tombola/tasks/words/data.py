"""The splits of a word task, with the labels that they share."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tombola.errors import UserError
from tombola.tasks.words.read import read_words
from tombola.tasks.words.task import WORD_TASKS, Labelled, WordTask
from tombola.text.reading import Reading, reading_of

Unseen = Literal["refuse", "union"]
HELD_OUT = 5
"""Of a single file, every fifth text is scored and the others are trained on."""


@dataclass(frozen=True)
class WordData:
    """Texts to learn from and to be scored on."""

    task: WordTask
    labels: tuple[str, ...] | None
    """The classes, sorted, in the order of their ids; None where labels are numbers."""
    train: tuple[Labelled, ...]
    dev: tuple[Labelled, ...]
    test: tuple[Labelled, ...] | None


def load_words(
    task: WordTask | str,
    train: Path | str,
    dev: Path | str | None,
    test: Path | str | None = None,
    format: str | None = None,  # noqa: A002 — the word that users know
    seed: int = 0,
    unseen: Unseen = "refuse",
    reading: Reading | None = None,
) -> WordData:
    """Read the splits of a word task, all in one format and of one layer.

    A label of dev or test that train has not cannot be learned: it is refused, or with "union" the
    classes are those of all splits, as in the published code (Liu et al. 2019). Raises UserError as
    `read_words` does, with file and line of the first such label, and where a split has no targets.
    Without a file of dev every fifth text of train is held out; at least five are needed.
    `reading` says what is done about texts that cannot be read, and gathers what was met.
    """
    if isinstance(task, str):
        task = WORD_TASKS[task]
    reading = reading_of(reading)
    first = _read(task, Path(train), format, seed, reading)
    if dev is None:
        first, second = _parted(first, Path(train))
    else:
        second = _read(task, Path(dev), format, seed, reading)
    third = None if test is None else _read(task, Path(test), format, seed, reading)
    labels = None if task.numbers else _labels(first)
    if labels is not None:
        for split in (second, third or ()):
            if unseen == "refuse":
                _check_seen(task, split, labels)
            labels |= _labels(split)
    names = None if labels is None else tuple(sorted(labels))
    return WordData(task, names, first, second, third)


def _read(
    task: WordTask, path: Path, form: str | None, seed: int, reading: Reading
) -> tuple[Labelled, ...]:
    texts = tuple(read_words(task, path, form, seed, reading))
    if not any(text.targets for text in texts):
        raise UserError(f"{path}: nothing to label for task {task.name!r}")
    return texts


def _parted(
    texts: tuple[Labelled, ...], path: Path
) -> tuple[tuple[Labelled, ...], tuple[Labelled, ...]]:
    if len(texts) < HELD_OUT:
        raise UserError(
            f"{path}: {len(texts)} texts; every fifth is held out, so {HELD_OUT} are needed"
        )
    rest = tuple(text for i, text in enumerate(texts, 1) if i % HELD_OUT)
    held = texts[HELD_OUT - 1 :: HELD_OUT]
    if not all(any(text.targets for text in split) for split in (rest, held)):
        raise UserError(f"{path}: nothing to predict in one of its parts; give a file of dev, too")
    return rest, held


def _labels(texts: tuple[Labelled, ...]) -> set[str]:
    return {str(target.label) for text in texts for target in text.targets}


def _check_seen(task: WordTask, texts: tuple[Labelled, ...], labels: set[str]) -> None:
    for text in texts:
        for target in text.targets:
            if target.label not in labels:
                said = f"label {target.label!r} of task {task.name!r} is not in the training file"
                raise UserError(f"{text.where}: {said}; unseen='union' lets it be a class")
