"""Movva & Zhao 2020: LayerSim to dense falls with sparsity, most in higher layers."""

import pandas as pd

from tombola.report.claims.claim import CLAIMS, Claim, Finding
from tombola.report.claims.falling import falls
from tombola.report.claims.layerwise import BETWEEN, CKA, beside, nearest, of_tickets, over_seeds
from tombola.report.claims.verdicts import above
from tombola.report.reading import Tables

LAST = "in a decoder the last layer stays above the one before"


def test(tables: Tables) -> Finding:
    """As for neurons; and the last decoder layer less the one before is above 0."""
    rows = of_tickets(tables, "similarity", measures=CKA, maps=BETWEEN, stack="decoder")
    more = {}
    if len(rows):
        own = nearest(beside(rows))
        more[LAST] = over_seeds(own, _last_step, above(), "similarity less that of the one before")
    return falls(tables, CKA, **more)


def _last_step(rows: pd.DataFrame) -> float:
    means = rows.groupby("dense_layer")["value"].mean().sort_index()
    return float(means.iloc[-1] - means.iloc[-2]) if len(means) > 1 else float("nan")


CLAIMS.add(
    Claim(
        "mz-layer-fall",
        "Layers grow less like those of dense with sparsity, most the higher ones.",
        "Movva & Zhao 2020, section 5.2 and Figs 5 and A5",
        test,
    )
)
