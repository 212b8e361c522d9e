"""Annotated text from wherever it is asked for: a file, or the built-in language."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tombola.errors import UserError, allowed_for
from tombola.language.annotate import annotated_sentences, documents, learner_sentences
from tombola.language.knobs import Language
from tombola.language.splits import Split
from tombola.tasks.load import load_task
from tombola.tasks.task import TASKS, ReadsFile, Task
from tombola.tasks.words.load import SPLITS, split_files
from tombola.tasks.words.task import WORD_TASKS, WordTask
from tombola.text.annotated import Annotated
from tombola.text.formats.guess import named_format
from tombola.text.reading import Reading


def word_task(name: str, path: Path | None, format_: str | None = None) -> WordTask | None:
    """The word task of that name; None where another task is meant.

    Of a name that is both (`pos`), a file is for the word task, a folder for the other unless a
    format is named. Raises UserError for a name that is neither.
    """
    folder = path is not None and path.is_dir() and format_ is None
    if name in WORD_TASKS and not (name in TASKS and folder):
        return WORD_TASKS[name]
    if name not in TASKS:
        raise UserError(
            f"unknown task {name!r}; {allowed_for(name, sorted({*WORD_TASKS, *TASKS}))}"
        )
    return None


def corpora(task: WordTask, path: Path, format_: str | None) -> list[Path]:
    """A file or a folder of files that are one text; of a folder with splits, each of these."""
    if not path.is_dir():
        return [path]
    if format_ is not None:
        named_format(format_)  # an unknown one is said before anything is looked at
    splits = split_files(task, path, format_)
    whole = "train" in splits and len(splits) > 1
    return [splits[split] for split in SPLITS if split in splits] if whole else [path]


def from_language(
    layers: tuple[str, ...], n: int, seed: int, split: Split, language: Language | None
) -> Iterator[Annotated]:
    """`n` texts of the built-in language that carry the layers.

    Documents for coreference, half wrong sentences for errors, sentences for all else.
    """
    if "clusters" in layers:
        return documents(n, seed, split, language)
    if "correct" in layers:
        return learner_sentences(n, seed, split, language)
    return annotated_sentences(n, seed, split, language)


def whole_task(
    name: str, path: Path | None, n: int, seed: int, language: Language | None, reading: Reading
) -> Task:
    """A task that is none of words: made, or read from its folder, or of one file by itself.

    Raises UserError as `load_task` does.
    """
    if name.startswith("builtin-"):
        return load_task(name, path, n, n, seed, language)
    loader = TASKS[name]
    if path is not None and path.is_file() and isinstance(loader, ReadsFile):
        found = loader.read_file(path, reading)
        return replace(found, n_dropped=reading.n_bad)
    return load_task(name, path, seed=seed, reading=reading)
