"""Prasanna et al. 2020: tasks share more than independence predicts, and not much more."""

from tombola.report.claims.between_tasks import ratio, task_pairs
from tombola.report.claims.claim import CLAIMS, Claim, Finding, silent
from tombola.report.claims.verdicts import between, interval
from tombola.report.reading import Tables
from tombola.report.words import count
from tombola.statistics import mean_interval

MUCH = 1.25
"""A quarter more than by chance; the published masks share 1.09 times it."""


def test(tables: Tables) -> Finding:
    """Heads that two tasks share over what chance gives lie above 1 and below 1.25.

    Over seeds, which are drawn anew; pairs of tasks are not independent of each other.
    """
    said = {unit: _ratios(tables, unit) for unit in ("heads", "mlps")}
    if not said["heads"]:
        return silent("no overlap of the heads of two tasks")
    mean, low, high = mean_interval(said["heads"])
    rows = task_pairs(tables, "heads")
    n = len(rows[["a", "b"]].drop_duplicates())
    text = (
        "heads that two tasks share, over what chance gives, with 95% interval over seeds "
        f"{interval(mean, low, high)}, {count(n, 'pair')} of tasks"
    )
    if said["mlps"]:
        text += f"; of MLPs {interval(*mean_interval(said['mlps']))}"
    return Finding(between(1.0, MUCH)(low, high), text, n, len(said["heads"]))


def _ratios(tables: Tables, unit: str) -> list[float]:
    return [ratio(rows) for _, rows in task_pairs(tables, unit).groupby("seed", sort=False)]


CLAIMS.add(
    Claim(
        "pr-overlap",
        "Two tasks share more heads than independent masks would, but not much more.",
        "Prasanna et al. 2020, section 5.3, Figs 5 and 19",
        test,
        "study",
    )
)
