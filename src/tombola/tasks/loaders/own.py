"""A table of a user's own among all other tasks."""

from collections.abc import Mapping
from pathlib import Path

from tombola.errors import UserError
from tombola.tasks.own import OWN, load_own
from tombola.tasks.task import TASKS, Task


class Own:
    """Columns are told by their names; `load_own` takes those that tell nothing."""

    def __call__(
        self, *, folder: Path | None, n_train: int | None, n_dev: int | None, seed: int
    ) -> Task:
        """From a file, a folder or a hub id."""
        if folder is None:
            raise UserError(f"task {OWN!r} needs a table: a file, a folder or a hub id")
        return load_own(folder.as_posix(), train=n_train, dev=n_dev, seed=seed)

    def from_files(
        self, files: Mapping[str, Path], n_train: int | None, n_dev: int | None, seed: int
    ) -> Task:
        """From a file for each split."""
        return load_own(None, files=files, train=n_train, dev=n_dev, seed=seed)


TASKS.register(OWN)(Own())
