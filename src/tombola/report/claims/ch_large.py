"""Chen et al. 2020: masks of larger tasks transfer better."""

from tombola.report.claims.by_size import by_size
from tombola.report.claims.claim import CLAIMS, Claim, Finding, silent
from tombola.report.claims.verdicts import above
from tombola.report.conditions import DENSE, conditions
from tombola.report.reading import Tables
from tombola.report.transferred import matrix


def test(tables: Tables) -> Finding:
    """How near a source comes to targets' own tickets goes with the steps of its training."""
    found = matrix(tables)
    if found.empty:
        return silent("no tickets on other tasks")
    own = found[found["source"] == found["target"]].set_index("target")["score"]
    away = found[(found["source"] != found["target"]) & found["source"].isin(own.index)]
    short = (away["score"] - away["target"].map(own)).groupby(away["source"]).mean()
    dense = conditions(tables)
    size = dense[dense["condition"] == DENSE].groupby("task")["learned"].mean()
    return by_size(short, size, above(), "transfer", "source")


CLAIMS.add(
    Claim(
        "ch-large",
        "Masks of tasks with more examples transfer better.",
        "Chen et al. 2020, section 5",
        test,
        "study",
    )
)
