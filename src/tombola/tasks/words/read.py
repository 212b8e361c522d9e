"""One door to every word task: from a file or folder in any format to labelled words."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from tombola.errors import UserError
from tombola.tasks.words.task import WORD_TASKS, Labelled, Target, WordTask
from tombola.text.annotated import Annotated
from tombola.text.formats.corpus import corpus_format, read_corpus
from tombola.text.formats.format import FORMATS, Format
from tombola.text.formats.guess import named_format
from tombola.text.formats.sample import Sure
from tombola.text.reading import Reading, reading_of


class Found(NamedTuple):
    """The texts of a corpus, and how they are read."""

    texts: Iterator[Annotated]
    format: Format
    guessed: str
    """The format and how sure it is; empty where it was named, or content and ending agree."""


def read_words(
    task: WordTask | str,
    path: Path | str,
    format: str | None = None,  # noqa: A002 — the word that users know
    seed: int = 0,
    reading: Reading | None = None,
) -> Iterator[Labelled]:
    """The texts of a file, or of a folder's files, with the targets of a task, one at a time.

    The format is a name in `FORMATS`, some with columns (`columns:words,_,names`); without one it
    is told by the content. `seed` draws the negatives of arcs and coreference; `reading` says what
    is done about texts that cannot be read. Raises UserError, with file and line where there is
    one, where the task or format is unknown, the content tells no format or several, the format
    carries nothing that the task is derived from, or the file is not of that format.
    """
    if isinstance(task, str):
        task = WORD_TASKS[task]
    reading = reading_of(reading)
    found = find_texts(task, Path(path), format, reading)
    made = labelled(task, found.texts, seed, reading)
    return (Labelled(text.words, targets, text.where) for text, targets in made)


def find_texts(task: WordTask, path: Path, name: str | None, reading: Reading) -> Found:
    """What a corpus holds that a task can be made of. Raises UserError as `read_words` does."""
    path = path.expanduser()
    if name is None:
        guess = corpus_format(path, formats_for(task), f"task {task.name!r}")
        sure = guess.sure is Sure.MARKED or (guess.sure is Sure.LIKELY and guess.by_ending)
        guessed = "" if sure else f"{guess.format.name} ({guess.sure})"
        return Found(read_corpus(guess.format, path, reading), guess.format, guessed)
    chosen = named_format(name)
    if not set(task.layers) & set(chosen.carries):
        said = f"carries {', '.join(chosen.carries)}; task {task.name!r} needs"
        raise UserError(f"format {name!r} {said} {' or '.join(task.layers)}")
    return Found(read_corpus(chosen, path, reading), chosen, "")


def labelled(
    task: WordTask, texts: Iterable[Annotated], seed: int, reading: Reading
) -> Iterator[tuple[Annotated, tuple[Target, ...]]]:
    """Texts with the targets of a task, all derived from one and the same layer.

    Raises UserError where a text carries another than those before it in this reading.
    """

    def derive(text: Annotated) -> tuple[Annotated, tuple[Target, ...]]:
        layer = next((each for each in task.layers if getattr(text, each) is not None), None)
        if layer is not None and reading.layer_of.setdefault(task.name, layer) != layer:
            before = reading.layer_of[task.name]
            hint = "; format conllu-upos reads universal tags" if layer == "universal_tags" else ""
            raise UserError(f"{text.where}: {layer}, where texts before it have {before}{hint}")
        return text, task.derive(text, seed)

    return reading.each(texts, derive)


def formats_for(task: WordTask) -> list[Format]:
    """Formats that carry a layer of the task."""
    return [each for each in FORMATS.values() if set(task.layers) & set(each.carries)]


def guess_format(task: WordTask, path: Path) -> Format:
    """The one format that a file's content tells, of those that carry what a task needs.

    Raises UserError with a list to choose from where that is none or several.
    """
    return corpus_format(path, formats_for(task), f"task {task.name!r}").format
