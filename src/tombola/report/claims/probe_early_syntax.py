"""Movva & Zhao 2020: early layers of sparser models give away more syntax."""

from tombola.report.claims.claim import CLAIMS, Claim, Finding
from tombola.report.claims.probed import enough, in_deviations
from tombola.report.claims.verdicts import above, between, both, either, interval
from tombola.report.reading import Tables
from tombola.report.words import count
from tombola.statistics import mean_interval

SAME = 0.25
"""A quarter of a deviation counts as no change: in Fig. 3 layer 6 changes by .1, layer 1 by .3."""


def test(tables: Tables) -> Finding:
    """Mean change over tasks: above 0 at every layer but the last, within the margin at the last.

    Scores are standardised task by task; intervals are Student's, over tasks.
    """
    table = in_deviations(tables, "syntax")
    few = enough(table, "syntax")
    if few is not None:
        return few
    changes = {layer: mean_interval(list(table[layer].dropna())) for layer in table}
    *early, last = changes
    votes = [above()(*changes[layer][1:]) for layer in early]
    said = "; ".join(f"layer {layer} {interval(*changes[layer], 2)}" for layer in early)
    about = f"mean change over {count(len(table), 'task')} in deviations with 95% interval"
    return both(
        {
            "early layers": Finding(
                either(set(votes) == {"supported"}, "contradicted" in votes),
                f"{about}: {said}",
                len(table),
            ),
            "the last layer": Finding(
                between(-SAME, SAME)(*changes[last][1:]),
                f"{about}: layer {last} {interval(*changes[last], 2)}",
                len(table),
            ),
        }
    )


CLAIMS.add(
    Claim(
        "mz-early-syntax",
        "Layers before the last give away more syntax as sparsity grows, and the last as much at "
        "every sparsity.",
        "Movva & Zhao 2020, section 4.4 and Fig. 3",
        test,
    )
)
