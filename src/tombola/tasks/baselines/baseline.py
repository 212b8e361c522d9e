"""What a baseline is: answers that look at no example."""

from typing import Any, Protocol, runtime_checkable

from tombola.registry import Registry
from tombola.tasks.task import Task


@runtime_checkable
class Baseline(Protocol):
    """One short file in this folder, or in a plug-in, enters one."""

    @property
    def name(self) -> str:
        """By which it is chosen."""

    @property
    def version(self) -> int:
        """Raised when its answers change."""

    @property
    def about(self) -> str:
        """One line for lists."""

    def answers(self, task: Task) -> list[Any]:
        """An answer to each example of the dev split.

        Raises UserError for a kind of task that it has no answers for.
        """


BASELINES: Registry[Baseline] = Registry("baseline", "tombola.tasks.baselines")
"""Baselines by name."""
