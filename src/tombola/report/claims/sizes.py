"""What claims about sizes share: two kinds of tickets of the same task and seed."""

from collections.abc import Callable

import pandas as pd

from tombola.report.claims.verdicts import Part, Rule, interval
from tombola.statistics import mean_interval

Size = Callable[[pd.DataFrame], pd.Series]
"""From rows of models to a number for each."""


def paired_by_seed(one: pd.DataFrame, other: pd.DataFrame, size: Size, rule: Rule) -> list[Part]:
    """A part for each task: the size of `one` less that of `other`, seed by seed.

    With Student's interval over seeds; tickets of one seed and task are averaged. A task without
    two seeds of both has no interval, and is left out.
    """
    which = ["task", "seed"]
    if one.empty or other.empty:
        return []
    means = [
        rows.assign(size=size(rows)).groupby(which)["size"].mean().rename(name)
        for rows, name in ((one, "a"), (other, "b"))
    ]
    both = pd.concat(means, axis=1, join="inner")
    parts = []
    for task, rows in (both["a"] - both["b"]).groupby(level="task", sort=False):
        values = [float(value) for value in rows.dropna()]
        if len(values) > 1:
            mean, low, high = mean_interval(values)
            n = len(values)
            parts.append(Part(str(task), rule(low, high), interval(mean, low, high), n, n))
    return parts
