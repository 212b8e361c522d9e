"""The tasks of the built-in language, entered among all others."""

from pathlib import Path

from tombola.errors import UserError
from tombola.language.knobs import Language
from tombola.language.tasks import BUILTIN, DEV, TRAIN
from tombola.tasks.task import TASKS, Task, check_count


def load_builtin(
    name: str,
    n_train: int = TRAIN,
    n_dev: int = DEV,
    seed: int = 0,
    language: Language | None = None,
) -> Task:
    """The built-in task `name`, made by `seed`; train and dev share no sentence.

    Raises UserError for an unknown name, and where the language has not that many sentences.
    """
    make = BUILTIN[name]
    check_count(n_train, f"{name} train")
    check_count(n_dev, f"{name} dev")
    return Task(name, *make(n_train, n_dev, seed, language or Language()))


def _register(name: str) -> None:
    @TASKS.register(name)
    def load(*, folder: Path | None, n_train: int | None, n_dev: int | None, seed: int) -> Task:
        if folder is not None:
            raise UserError(f"task {name!r} is made, not read: it takes no folder ({folder})")
        return load_builtin(
            name, TRAIN if n_train is None else n_train, DEV if n_dev is None else n_dev, seed
        )


for _name in BUILTIN:
    _register(_name)
