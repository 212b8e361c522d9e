"""What claims share that say something goes with how much there is to learn from."""

import numpy as np
import pandas as pd

from tombola.report.claims.claim import Finding, silent
from tombola.report.claims.verdicts import Rule, interval
from tombola.report.words import count
from tombola.statistics import spearman

FEWEST = 4
"""Tasks without which a rank correlation has no interval."""


def by_size(
    values: pd.Series, steps: pd.Series, rule: Rule, what: str, noun: str, few: str = ""
) -> Finding:
    """The rank correlation of a number with the steps of training, over tasks.

    Tasks that are trained for as many epochs take steps as they have examples.

    Args:
        values: the number by task.
        steps: the optimizer steps of the tasks' training, by task.
        rule: from the ends of the correlation's interval to a verdict.
        what: what the number is, in words.
        noun: what a task is called here.
        few: what stands before the count where there are too few.
    """
    tasks = [
        task for task in values.index
        if task in steps.index and np.isfinite(values[task]) and np.isfinite(steps[task])
    ]  # fmt: skip
    if len(tasks) < FEWEST:
        return silent(f"{few}{count(len(tasks), noun)}; a rank correlation needs {FEWEST}")
    if steps[tasks].nunique() == 1:
        return silent(f"all {noun}s were trained for as many steps: their sizes are not known here")
    found = spearman(steps[tasks].to_numpy(float), values[tasks].to_numpy(float))
    text = f"rank correlation of {what} with training steps {interval(*found)}"
    return Finding(rule(found[1], found[2]), f"{text}, {count(len(tasks), noun)}", len(tasks))
