"""Whether a file is what it should be."""

from pathlib import Path
from typing import TYPE_CHECKING

from tombola.tasks import data as looking

if TYPE_CHECKING:
    from tombola.tasks.data import Checked


def check_data(
    file: str | Path,
    *,
    format: str | None = None,  # noqa: A002 — the word that users know
    task: str | None = None,
    seed: int = 0,
) -> "list[Checked]":
    """Read all of a file and say what it holds, for each format that can read it.

    Args:
        file: the file, or the folder of a task.
        format: its format; by default those that its ending allows, or all are tried.
        task: demand what this task needs.
        seed: of the negatives of arcs and coreference.

    Raises:
        UserError: the first errors, where no format reads it or the task cannot be made of it.
    """
    return looking.check_data(file, format=format, task=task, seed=seed)
