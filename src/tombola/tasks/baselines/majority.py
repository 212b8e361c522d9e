"""The most frequent label, or the mean."""

from collections import Counter
from statistics import fmean
from typing import Any

from tombola.errors import UserError
from tombola.tasks.baselines.baseline import BASELINES
from tombola.tasks.task import Task


class Majority:
    """The training split's most frequent class for every example, or its mean score.

    Of equals the first class. A correlation with a constant is undefined, and so is this score for
    STS-B; see `majority-as-published`.
    """

    name = "majority"
    version = 1
    about = "the most frequent class of the training split; of numbers, their mean"

    def answers(self, task: Task) -> list[Any]:
        """The same for all."""
        answers = [example.answer for example in task.train]
        return [constant(answers, task)] * len(task.dev)


def constant(answers: list[Any], task: Task) -> Any:
    """The most frequent of class ids, the mean of numbers. Raises UserError for other answers."""
    first = answers[0]
    if isinstance(first, int):
        counts = Counter(answers)
        return min(counts, key=lambda label: (-counts[label], label))
    if isinstance(first, float):
        return fmean(answers)
    raise UserError(f"task {task.name!r}: a majority is of classes or numbers")


BASELINES.add(Majority())
