"""Gordon et al. 2020: tasks with more to learn from lose less for each bit."""

import numpy as np

from tombola.report.claims.claim import CLAIMS, Claim, Finding, silent
from tombola.report.claims.verdicts import below, interval
from tombola.report.conditions import conditions
from tombola.report.reading import Tables
from tombola.report.words import count
from tombola.statistics import spearman

FEWEST = 4
"""Tasks without which a rank correlation has no interval."""


def test(tables: Tables) -> Finding:
    """What a task loses for a unit of loss goes down with the steps of its training.

    Tasks that are trained for as many epochs take steps as they have examples.
    """
    if not {"worth", "worth-points"} <= set(tables):
        return silent("no line of scores by the loss of pre-training")
    rows = tables["worth"]
    lost = -rows[rows["left_out"] == ""].groupby("task")["slope"].mean()
    steps = conditions(tables).set_index("model")["learned"]
    points = tables["worth-points"]
    size = points.assign(learned=points["model"].map(steps)).groupby("task")["learned"].mean()
    tasks = [task for task in lost.index if np.isfinite(lost[task]) and np.isfinite(size[task])]
    if len(tasks) < FEWEST:
        return silent(f"lines for {count(len(tasks), 'task')}; a rank correlation needs {FEWEST}")
    if size[tasks].nunique() == 1:
        return silent("all tasks were trained for as many steps: their sizes are not known here")
    found = spearman(size[tasks].to_numpy(float), lost[tasks].to_numpy(float))
    text = f"rank correlation of loss per nat with training steps {interval(*found)}"
    return Finding(below()(found[1], found[2]), f"{text}, {count(len(tasks), 'task')}", len(tasks))


CLAIMS.add(
    Claim(
        "go-big-tasks",
        "The more examples a task has, the less it loses for each bit of pre-training.",
        "Gordon, Duh & Andrews 2020, section 4.2, Fig. 2",
        test,
        "study",
    )
)
