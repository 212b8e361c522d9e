"""The eighteen word tasks on the built-in language."""

from collections.abc import Iterator

from tombola.language.annotate import annotated_sentences, documents, learner_sentences
from tombola.language.knobs import Language
from tombola.language.splits import Split
from tombola.language.tasks.make import noisy
from tombola.tasks.task import check_count
from tombola.tasks.words import WORD_TASKS, Labelled, Target, WordTask
from tombola.tasks.words.data import WordData
from tombola.text import Annotated

TRAIN, DEV, TEST = 2_000, 500, 500
"""How many texts a task has unless told otherwise."""


def load_builtin_words(
    task: WordTask | str,
    n_train: int = TRAIN,
    n_dev: int = DEV,
    n_test: int = TEST,
    seed: int = 0,
    language: Language | None = None,
) -> WordData:
    """A word task on the built-in language; no sentence is in two splits.

    Texts are sentences; for `coreference` documents, for `ged` sentences of which half have an
    error. The classes are those of all splits. Texts without any target are kept, as readers do.
    Raises UserError for an unknown task, and where the language has not that many sentences.
    """
    if isinstance(task, str):
        task = WORD_TASKS[task]
    knobs = language or Language()
    splits = (
        _split(task, n_train, seed, "train", knobs),
        _split(task, n_dev, seed, "dev", knobs),
        _split(task, n_test, seed, "test", knobs),
    )
    labels = None
    if not task.numbers:
        found = {str(target.label) for split in splits for text in split for target in text.targets}
        labels = tuple(sorted(found))
    return WordData(task, labels, *splits)


def texts_for(
    task: WordTask, n: int, seed: int, split: Split, language: Language
) -> Iterator[Annotated]:
    """`n` texts that carry what a task needs. Raises UserError as `load_builtin_words` does."""
    if task.name == "coreference":
        return documents(n, seed, split, language)
    if task.name == "ged":
        return learner_sentences(n, seed, split, language)
    return annotated_sentences(n, seed, split, language)


def _split(
    task: WordTask, n: int, seed: int, split: Split, language: Language
) -> tuple[Labelled, ...]:
    check_count(n, f"{task.name} {split}")
    texts = [(text, task.derive(text, seed)) for text in texts_for(task, n, seed, split, language)]
    flat = [target.label for _, targets in texts for target in targets]
    left = iter(noisy(flat, task.name, seed, split, language))
    return tuple(
        Labelled(text.words, tuple(Target(at, next(left)) for at, _ in targets), text.where)
        for text, targets in texts
    )
