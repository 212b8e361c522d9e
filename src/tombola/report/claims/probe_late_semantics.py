"""Movva & Zhao 2020: the last layers of the dense model give away more semantics."""

from tombola.report.claims.claim import CLAIMS, Claim, Finding
from tombola.report.claims.probed import enough, in_deviations
from tombola.report.claims.verdicts import below, interval
from tombola.report.reading import Tables
from tombola.report.words import count, listed
from tombola.statistics import mean_interval


def test(tables: Tables) -> Finding:
    """Mean change with sparsity over tasks at the last two layers, below 0.

    Scores are standardised task by task; the interval is Student's, over tasks.
    """
    table = in_deviations(tables, "semantics")
    few = enough(table, "semantics")
    if few is not None:
        return few
    last = list(table)[-2:]
    found = mean_interval(list(table[last].mean(axis=1).dropna()))
    text = (
        f"mean change at layers {listed([str(layer) for layer in last])} over "
        f"{count(len(table), 'task')}, in deviations, with 95% interval {interval(*found, 2)}"
    )
    return Finding(below()(*found[1:]), text, len(table))


CLAIMS.add(
    Claim(
        "mz-semantics-late",
        "At the last two layers the dense model gives away slightly more semantics than sparse "
        "ones.",
        "Movva & Zhao 2020, section 4.4 and Fig. 3",
        test,
    )
)
