"""One door to every word task: from a file in any format to labelled words."""

from collections.abc import Iterator
from pathlib import Path

from tombola.errors import UserError
from tombola.tasks.words.task import WORD_TASKS, Labelled, WordTask
from tombola.text.formats.format import FORMATS, Format


def read_words(
    task: WordTask | str,
    path: Path | str,
    format: str | None = None,  # noqa: A002 — the word that users know
    seed: int = 0,
) -> Iterator[Labelled]:
    """The texts of a file with the targets of a task, one text at a time, none left out.

    The format is a name in `FORMATS`; without one it is guessed from the file's ending. `seed`
    draws the negatives of arcs and coreference. Raises UserError, with file and line where there is
    one, where the task or format is unknown, the ending fits no format or several, the format
    carries nothing that the task is derived from, or the file is not of that format.
    """
    if isinstance(task, str):
        task = WORD_TASKS[task]
    path = Path(path)
    reader = guess_format(task, path) if format is None else FORMATS[format]
    if not set(task.layers) & set(reader.carries):
        said = f"carries {', '.join(reader.carries)}; task {task.name!r} needs"
        raise UserError(f"format {reader.name!r} {said} {' or '.join(task.layers)}")
    return _labelled(task, reader, path, seed)


def _labelled(task: WordTask, reader: Format, path: Path, seed: int) -> Iterator[Labelled]:
    for text in reader.read(path):
        yield Labelled(text.words, task.derive(text, seed), text.where)


def guess_format(task: WordTask, path: Path) -> Format:
    """The one format that a file of this name usually is, of those that carry what a task needs.

    Raises UserError with a list to choose from where that is none or several.
    """
    able = [reader for reader in FORMATS.values() if set(task.layers) & set(reader.carries)]
    name = path.name.removesuffix(".gz")
    fitting = [reader for reader in able if name.endswith(reader.endings)]
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(sorted(reader.name for reader in fitting or able))
    many = "several formats" if fitting else "no format"
    raise UserError(f"{path}: its ending tells {many} for task {task.name!r}; name one of: {names}")
