"""The task that a recipe, or a ticket's record of it, chooses."""

from pathlib import Path

from tombola import tasks
from tombola.study.recipe import TaskChoice, expand
from tombola.text.reading import Reading

APART = 0.1
"""Share of one table alone that is set apart to be scored on, where a recipe says no other."""


def task_of(choice: TaskChoice) -> "tasks.Task":
    """A task with its examples. Raises UserError for text that is missing or malformed."""
    folder = Path(expand(choice.folder)) if choice.folder is not None else None
    files: dict[str, Path] | None = None
    if choice.files is not None:
        files = {split: Path(expand(file)) for split, file in choice.files.items()}
    columns = choice.columns()
    found = tasks.load_task(
        choice.name,
        folder,
        choice.train,
        choice.dev,
        choice.seed,
        choice.language,
        choice.format,
        choice.test,
        files,
        data=None if choice.data is None else expand(choice.data),
        split=choice.split,
        apart=(choice.apart or APART) if choice.own else choice.apart,
        reading=Reading(skip=True) if choice.skip_bad else None,
        **columns,
    )
    if choice.moses is not None:
        found = tasks.in_moses(found, choice.moses)
    if choice.held is not None:
        found = found.holding(choice.held, choice.seed)
    if choice.search is not None:
        found = found.searching(choice.search)
    return found if choice.metric is None else found.with_metrics(choice.metric)
