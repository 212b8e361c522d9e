"""Gordon et al. 2020: random pruning is far worse."""

from tombola.report.claims.claim import CLAIMS, Claim, Finding
from tombola.report.claims.verdicts import below, by_task, most
from tombola.report.conditions import KEPT, RANDOM, condition_pairs
from tombola.report.reading import Tables
from tombola.report.subnetworks import chosen


def test(tables: Tables) -> Finding:
    """Pruned by lot less pruned by magnitude lies below 0, on most tasks and sparsities."""
    rows = chosen(condition_pairs(tables), of_condition=RANDOM, to_condition=KEPT)
    parts = by_task(rows, lambda row: below())
    return most(parts, "by lot less by magnitude", "no paired differences of random pruning to it")


CLAIMS.add(
    Claim(
        "go-random",
        "Weights that are pruned by lot cost more than as many of the smallest, at every sparsity.",
        "Gordon, Duh & Andrews 2020, Fig. 1 and Table 1",
        test,
        "study",
    )
)
