"""What there is: tasks, formats that are read, forms that are written."""

from dataclasses import dataclass
from typing import Any

from tombola.results import Record, Result
from tombola.tasks.load import TASKS
from tombola.tasks.words.task import WORD_TASKS
from tombola.text.formats.format import FORMATS
from tombola.text.writers import WRITERS


@dataclass(frozen=True, repr=False)
class Catalog(Result):
    """Names and what they are, a row each."""

    word_tasks: list[dict[str, Any]]
    tasks: list[dict[str, Any]]
    formats: list[dict[str, Any]]
    forms: list[dict[str, Any]]

    shown = ("what", "name", "about")

    def lines(self) -> tuple[str, ...]:
        """How many there are."""
        return (f"{len(self.word_tasks)} word tasks, {len(self.tasks)} tasks, "
                f"{len(self.formats)} formats to read, {len(self.forms)} to write",)  # fmt: skip

    def records(self) -> list[Record]:
        """All of them, a row each."""
        return [{"what": what.replace("_", " "), **row} for what, own in vars(self).items()
                for row in own]  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return vars(self).copy()


def catalog() -> Catalog:
    """Everything that can be named: word tasks, whole tasks, formats to read, forms to write."""
    return Catalog(
        word_tasks=[
            {
                "name": task.name,
                "about": task.about,
                "shape": task.shape,
                "labels": "numbers" if task.numbers else "classes",
                "metric": task.metric,
                "formats": formats_for(task.layers),
            }
            for task in WORD_TASKS.values()
        ],
        tasks=[
            {"name": name, "needs": "nothing" if name.startswith("builtin-") else "a folder"}
            for name in TASKS
        ],
        formats=[
            {
                "name": each.name,
                "about": each.about,
                "endings": list(each.endings),
                "tasks": tasks_of(each.carries),
            }
            for each in FORMATS.values()
        ],
        forms=[
            {"name": each.name, "about": each.about, "ending": each.ending}
            for each in WRITERS.values()
        ]
        + [
            {
                "name": "parallel",
                "about": "translations, line by line",
                "ending": ".source/.target",
            },
            {"name": "glue", "about": "nine sentence tasks in GLUE's files", "ending": ".tsv"},
        ],
    )


def tasks_of(carried: tuple[str, ...]) -> list[str]:
    """Word tasks that can be derived from one of the layers."""
    return [task.name for task in WORD_TASKS.values() if set(task.layers) & set(carried)]


def formats_for(layers: tuple[str, ...]) -> list[str]:
    """Formats that carry one of the layers."""
    return [each.name for each in FORMATS.values() if set(layers) & set(each.carries)]
