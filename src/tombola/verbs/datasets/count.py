"""How often each label of a task occurs."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tombola.results import Listed
from tombola.tasks import data as looking
from tombola.verbs.datasets.knobs import language_of

if TYPE_CHECKING:
    from tombola.tasks.data import Counts


def count_data(
    task: str,
    files: "list[str | Path] | None" = None,
    *,
    format: str | None = None,  # noqa: A002 — the word that users know
    n: int = 1000,
    seed: int = 0,
    knobs: dict[str, Any] | None = None,
    skip_bad: bool = False,
    strict: bool = False,
) -> "list[Counts]":
    """How often each label of a task occurs, split by split.

    Args:
        task: as for `show_data`.
        files: a split each, or folders; by default `n` texts of each split of the built-in
            language.
        format: the files' format, some with columns (`columns:words,_,names`); by default what
            their content tells.
        n: how many texts are made.
        seed: as for `show_data`.
        knobs: as for `show_data`.
        skip_bad: leave out texts that cannot be read, and say how many and which.
        strict: take what is odd, and would be read, for an error.

    Raises:
        UserError: an unknown name, or a file that is not of the format.
    """
    found = looking.count_data(
        task,
        files or (),
        format=format,
        n=n,
        seed=seed,
        language=language_of(knobs),
        skip_bad=skip_bad,
        strict=strict,
    )
    return Listed(found, "splits", ("split", "n_texts", "n_words", "n_targets"))
