"""Annotated text from wherever it is asked for: a file, or the built-in language."""

from collections.abc import Iterator
from pathlib import Path

from tombola.errors import UserError
from tombola.language.annotate import annotated_sentences, documents, learner_sentences
from tombola.language.knobs import Language
from tombola.language.splits import Split
from tombola.tasks.task import TASKS
from tombola.tasks.words.read import guess_format
from tombola.tasks.words.task import WORD_TASKS, WordTask
from tombola.text.annotated import Annotated
from tombola.text.formats import FORMATS, Format


def word_task(name: str, path: Path | None) -> WordTask | None:
    """The word task of that name; None where another task is meant.

    Of a name that is both (`pos`), a file is for the word task, a folder for the other. Raises
    UserError for a name that is neither.
    """
    if name in WORD_TASKS and not (name in TASKS and path is not None and path.is_dir()):
        return WORD_TASKS[name]
    if name not in TASKS:
        allowed = ", ".join(sorted({*WORD_TASKS, *TASKS}))
        raise UserError(f"unknown task {name!r}; allowed: {allowed}")
    return None


def from_file(task: WordTask, path: Path, name: str | None) -> Iterator[Annotated]:
    """The texts of a file, by the format of that name or by the one its ending tells.

    Raises UserError where none or several could be meant, or it carries nothing for the task.
    """
    if name is None:
        return guess_format(task, path).read(path)
    found: Format = FORMATS[name]
    if not set(task.layers) & set(found.carries):
        said = f"carries {', '.join(found.carries)}; task {task.name!r} needs"
        raise UserError(f"format {name!r} {said} {' or '.join(task.layers)}")
    return found.read(path)


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
