"""One door to every task."""

from pathlib import Path

from tombola.errors import UserError
from tombola.language import Language
from tombola.language.tasks import BUILTIN, DEV, TRAIN
from tombola.tasks.loaders.builtin import load_builtin
from tombola.tasks.task import TASKS, Task


def load_task(
    name: str,
    folder: Path | str | None = None,
    train: int | None = None,
    dev: int | None = None,
    seed: int = 0,
    language: Language | None = None,
) -> Task:
    """The task `name`, from `folder` where it is read from files; of GLUE's, it may be a hub id.

    `train` and `dev` are numbers of examples: of a corpus, that many drawn by `seed` (None: all);
    of the built-in language, that many made by `seed` (None: the task's default); `language` has
    that language's knobs.
    Raises UserError where the name is unknown (it lists the known ones), the files are unusable, or
    a language is given for a task that is read from files.
    """
    load = TASKS[name]
    if language is not None:
        if name not in BUILTIN or folder is not None:
            raise UserError(f"task {name!r}: only a built-in task without a folder has a language")
        n_train, n_dev = TRAIN if train is None else train, DEV if dev is None else dev
        return load_builtin(name, n_train, n_dev, seed, language)
    return load(
        folder=None if folder is None else Path(folder), n_train=train, n_dev=dev, seed=seed
    )
