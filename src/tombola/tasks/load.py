"""One door to every task."""

from collections.abc import Mapping
from pathlib import Path

from tombola.errors import UserError
from tombola.language import Language
from tombola.language.tasks import BUILTIN, DEV, TRAIN
from tombola.tasks.loaders.builtin import load_builtin
from tombola.tasks.task import TASKS, FromFiles, Task
from tombola.tasks.words.load import load_word_task
from tombola.tasks.words.task import WORD_TASKS


def load_task(
    name: str,
    folder: Path | str | None = None,
    train: int | None = None,
    dev: int | None = None,
    seed: int = 0,
    language: Language | None = None,
    format: str | None = None,  # noqa: A002 — the word that users know
    test: int | None = None,
    files: Mapping[str, Path] | None = None,
) -> Task:
    """The task `name`, from `folder` where it is read from files; of GLUE's, it may be a hub id.

    `train` and `dev` are numbers of examples: of a corpus, that many drawn by `seed` (None: all);
    of the built-in language, that many made by `seed` (None: the task's default); `language` has
    that language's knobs.

    A word task (`tombola.tasks.WORD_TASKS`) has a third split where its files have one, of `test`
    texts, and may name the `format` of its files, and `files` by split instead of a folder. `pos`
    from a folder without a format is the task of universal tags that models are trained on too.
    Tasks of running text may name `files` by split, too.

    Raises UserError where the name is unknown (it lists the known ones), the files are unusable, or
    a language is given for a task that is read from files.
    """
    place = None if folder is None else Path(folder)
    if name in WORD_TASKS and (name not in TASKS or place is None or format is not None):
        return load_word_task(name, place, train, dev, test, seed, language, format, files)
    if name not in TASKS:
        allowed = ", ".join(sorted({*TASKS, *WORD_TASKS}))
        raise UserError(f"unknown task {name!r}; allowed: {allowed}")
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
    return load(folder=place, n_train=train, n_dev=dev, seed=seed)
