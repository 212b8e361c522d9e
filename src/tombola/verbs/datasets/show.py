"""Examples of a task, as a person reads them."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tombola.results import Listed
from tombola.tasks import data as looking
from tombola.verbs.datasets.knobs import language_of

if TYPE_CHECKING:
    from tombola.tasks.data import Shown


def show_data(
    task: str,
    file: str | Path | None = None,
    *,
    format: str | None = None,  # noqa: A002 — the word that users know
    n: int = 3,
    seed: int = 0,
    knobs: dict[str, Any] | None = None,
    skip_bad: bool = False,
) -> "list[Shown]":
    """The first examples of a task, with their labels, as a person reads them.

    Args:
        task: a word task (`pos`, `ner`, …) or another (`CoLA`, `builtin-translation`, …).
        file: where to read; a folder for tasks other than word tasks; else the built-in language.
        format: the file's format, some with columns (`columns:words,_,names`); by default what its
            content tells.
        n: how many.
        seed: of what is made, and of the negatives of arcs and coreference.
        knobs: of the built-in language, fields of `tombola.language.Language`.
        skip_bad: pass over texts that cannot be read.

    Raises:
        UserError: an unknown name, or a file that is not of the format.
    """
    found = looking.show_data(
        task,
        None if file is None else Path(file),
        format=format,
        n=n,
        seed=seed,
        language=language_of(knobs),
        skip_bad=skip_bad,
    )
    return Listed(found, "examples")
