"""One door to every task."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tombola.errors import UserError, allowed_for
from tombola.language import Language
from tombola.language.tasks import BUILTIN, DEV, TRAIN
from tombola.settings import validate
from tombola.tasks.loaders.builtin import load_builtin
from tombola.tasks.own import OWN, Columns, load_own
from tombola.tasks.task import TASKS, FromFiles, Reads, Task
from tombola.tasks.words.from_tables import load_words_of_table
from tombola.tasks.words.load import load_word_task
from tombola.tasks.words.task import WORD_TASKS
from tombola.text.reading import Reading, reading_of


def load_task(
    name: str,
    folder: Any = None,
    train: int | None = None,
    dev: int | None = None,
    seed: int = 0,
    language: Language | None = None,
    format: str | None = None,  # noqa: A002 — the word that users know
    test: int | None = None,
    files: Mapping[str, Path] | None = None,
    *,
    data: Any = None,
    split: str | None = None,
    metric: str | None = None,
    apart: float | None = None,
    reading: Reading | None = None,
    **columns: Any,
) -> Task:
    """The task `name`, from `folder` where it is read from files; of GLUE's, it may be a hub id.

    A table of your own, under any name: `load_task("mine", records, text="review",
    label="stars")`. It is a file, a folder or a hub id whose `columns` you name (`text`, `pair`,
    `label`, `target`, `classes`, `kind`: see `tombola.tasks.Columns`), or records, a frame, a
    `datasets.Dataset`, whose columns may tell by their names. As `data` it is a table in any case.
    `split` and `apart` are as in `load_own`. A word task (`ner`) may be read from such columns,
    too.

    `train` and `dev` are numbers of examples: of a corpus, that many drawn by `seed` (None: all);
    of the built-in language, that many made by `seed` (None: the task's default); `language` has
    that language's knobs.

    A word task (`tombola.tasks.WORD_TASKS`) has a third split where its files have one, of `test`
    texts, and may name the `format` of its files, and `files` by split instead of a folder. `pos`
    from a folder without a format is the task of universal tags that models are trained on too.
    Tasks of running text may name `files` by split, too.

    `metric` is another metric than the task's own.

    `reading` says what is done about examples that cannot be read: `Reading(skip=True)` leaves them
    out, and knows afterwards how many and why, as do `n_dropped` and `notes` of the task.

    Raises UserError where the name is unknown (it lists the known ones), the files are unusable, or
    a language is given for a task that is read from files.
    """
    said = validate(Columns, columns, "columns: ")
    if data is not None and folder is not None:
        raise UserError(f"task {name!r}: give either data or a folder")
    in_memory = not isinstance(folder, str | Path | None)
    if data is not None or said.named or name == OWN or in_memory:
        if language is not None:
            raise UserError(f"task {name!r}: a language is of made text, and here a table is read")
        own = load_words_of_table if name in WORD_TASKS else load_own
        return own(
            folder if data is None else data, said, name=name, files=files, form=format,
            split=split, train=train, dev=dev, seed=seed, metric=metric, apart=apart,
            reading=reading,
        )  # fmt: skip
    for key, value in (("split", split), ("apart", apart)):
        if value is not None:
            raise UserError(f"task {name!r}: {key} is for tables of your own")
    found = _known(name, folder, train, dev, seed, language, format, test, files, reading)
    return found if metric is None else found.with_metric(metric)


def _known(
    name: str,
    folder: Path | str | None,
    train: int | None,
    dev: int | None,
    seed: int,
    language: Language | None,
    format: str | None,  # noqa: A002 — the word that users know
    test: int | None,
    files: Mapping[str, Path] | None,
    reading: Reading | None,
) -> Task:
    place = None if folder is None else Path(folder).expanduser()
    files = None if files is None else {key: Path(file).expanduser() for key, file in files.items()}
    reading = reading_of(reading)
    if name in WORD_TASKS and (name not in TASKS or place is None or format is not None):
        return load_word_task(name, place, train, dev, test, seed, language, format, files, reading)
    if name not in TASKS:
        allowed = allowed_for(name, sorted({*TASKS, *WORD_TASKS}))
        raise UserError(f"unknown task {name!r}; {allowed}{_hint(name, folder)}")
    load = TASKS[name]
    by_file = files is not None and isinstance(load, FromFiles)
    for key, value in (("format", format), ("test", test), ("files", None if by_file else files)):
        if value is not None:
            raise UserError(f"task {name!r}: {key} is for word tasks: {', '.join(WORD_TASKS)}")
    if files is not None and isinstance(load, FromFiles):
        if place is not None:
            raise UserError(f"task {name!r}: give either a folder or files")
        return load.from_files(files, train, dev, seed)
    if language is not None:
        if name not in BUILTIN or folder is not None:
            raise UserError(f"task {name!r}: only a built-in task without a folder has a language")
        n_train, n_dev = TRAIN if train is None else train, DEV if dev is None else dev
        return load_builtin(name, n_train, n_dev, seed, language)
    if isinstance(load, Reads):
        found = load.read(place, train, dev, seed, reading)
        return replace(found, n_dropped=found.n_dropped + reading.n_bad, notes=reading.said)
    if reading.skip:
        able = ", ".join(sorted(name for name, each in TASKS.items() if isinstance(each, Reads)))
        raise UserError(f"task {name!r}: nothing of it is skipped; what may be: word tasks, {able}")
    return load(folder=place, n_train=train, n_dev=dev, seed=seed)


def _hint(name: str, folder: str | Path | None) -> str:
    """What somebody who names a task that there is not may have meant."""
    plain = name.removeprefix("builtin-")
    if plain in WORD_TASKS:
        return f"; in the built-in language it is {plain!r}, without a folder"
    if folder is not None:
        return f"; of a table of your own name columns (text, label): {folder}"
    return ""
