"""Whether a file is what it should be."""

from pathlib import Path
from typing import TYPE_CHECKING

from tombola.results import Listed
from tombola.tasks import data as looking

if TYPE_CHECKING:
    from tombola.tasks.data import Checked


def check_data(
    file: str | Path,
    *,
    format: str | None = None,  # noqa: A002 — the word that users know
    task: str | None = None,
    seed: int = 0,
    strict: bool = False,
) -> "list[Checked]":
    """Read all of a file and say what it holds, and all that is wrong with it.

    Args:
        file: the file, the folder of a task, or a folder of files that are one text.
        format: its format, some with columns (`columns:words,_,names`); by default what the content
            tells.
        task: demand what this task needs.
        seed: of the negatives of arcs and coreference.
        strict: take what is odd, and would be read, for an error.

    Raises:
        UserError: nothing tells a format, the file is no text, or the task cannot be made of it.
    """
    found = looking.check_data(file, format=format, task=task, seed=seed, strict=strict)
    return Listed(found, "readings", ("format", "n_texts", "n_words", "longest", "tasks"))
