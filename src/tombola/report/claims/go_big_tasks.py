"""Gordon et al. 2020: tasks with more to learn from lose less for each bit."""

from tombola.report.claims.by_size import by_size
from tombola.report.claims.claim import CLAIMS, Claim, Finding, silent
from tombola.report.claims.verdicts import below
from tombola.report.conditions import conditions
from tombola.report.reading import Tables


def test(tables: Tables) -> Finding:
    """What a task loses for a unit of loss goes down with the steps of its training."""
    if not {"worth", "worth-points"} <= set(tables):
        return silent("no line of scores by the loss of pre-training")
    rows = tables["worth"]
    lost = -rows[rows["left_out"] == ""].groupby("task")["slope"].mean()
    steps = conditions(tables).set_index("model")["learned"]
    points = tables["worth-points"]
    size = points.assign(learned=points["model"].map(steps)).groupby("task")["learned"].mean()
    return by_size(lost, size, below(), "loss per nat", "task", few="lines for ")


CLAIMS.add(
    Claim(
        "go-big-tasks",
        "The more examples a task has, the less it loses for each bit of pre-training.",
        "Gordon, Duh & Andrews 2020, section 4.2, Fig. 2",
        test,
        "study",
    )
)
