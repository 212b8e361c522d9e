"""The words of an example, as slicers count them."""

import re
from collections import Counter

from tombola.tasks.task import Task
from tombola.text.examples import Example, TranslationExample

_WORD = re.compile(r"\w+|[^\w\s]")


def words(example: Example) -> list[str]:
    """Runs of letters and digits, and every other mark, of what a model reads: no translation."""
    lines = (example.source,) if isinstance(example, TranslationExample) else example.lines
    return [word for line in lines for word in _WORD.findall(line)]


def frequencies(task: Task) -> Counter[str]:
    """How often each word stands in the training split."""
    return Counter(word for example in task.train for word in words(example))
