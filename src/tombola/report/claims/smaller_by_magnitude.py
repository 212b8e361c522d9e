"""Prasanna et al. 2020: magnitude pruning takes 10 to 15 points more weights."""

import pandas as pd

from tombola.report.claims.claim import CLAIMS, Claim, Finding
from tombola.report.claims.sizes import paired_by_seed
from tombola.report.claims.verdicts import above, most
from tombola.report.reading import Tables
from tombola.report.subnetworks import GOOD, PRUNED, STRUCTURED, WEIGHTS, chosen, subnetworks

POINTS = 0.10
"""The lower end of what the paper says, as a share of the whole model.

The published sizes leave embeddings out by a rounded constant, which falls out of a difference: so
their points are points of the whole model too.
"""


def test(tables: Tables) -> Finding:
    """Pruned share of the whole model, magnitude less structured, seed by seed, above 10 points."""
    models = chosen(subnetworks(tables), state=PRUNED, choose=GOOD, folded=False)
    structured = chosen(models, method=STRUCTURED, what="joint")

    def size(rows: pd.DataFrame) -> pd.Series:
        return rows["sparsity_model"]

    parts = paired_by_seed(chosen(models, method=WEIGHTS), structured, size, above(POINTS))
    return most(
        parts,
        "pruned share of the whole model, magnitude less structured,",
        "no two seeds of a task were pruned in both ways",
    )


CLAIMS.add(
    Claim(
        "pr-m-smaller",
        "At the same loss of score magnitude pruning takes 10 to 15 points more weights than "
        "pruning heads and MLPs, on most tasks.",
        "Prasanna et al. 2020, section 4.2",
        test,
        "study",
    )
)
