"""Movva & Zhao 2020: a neuron's most similar neuron in the ticket is itself."""

import pandas as pd

from tombola.report.claims.claim import CLAIMS, Claim, Finding
from tombola.report.claims.layerwise import NEURONS, beside, nearest, of_tickets, over_seeds
from tombola.report.claims.verdicts import above
from tombola.report.reading import Tables

BAR = 0.95
"""Share that is called nearly all; the paper has .998, of layers 1,024 wide."""


def test(tables: Tables) -> Finding:
    """The share in the layer where it is lowest is above the bar, at the published sparsity."""
    rows = of_tickets(tables, "similarity-details", measures=NEURONS, maps=("between",))
    rows = rows[rows["detail"] == "itself"] if len(rows) else rows
    rows = nearest(beside(rows)) if len(rows) else rows
    return over_seeds(rows, _lowest, above(BAR), "lowest share of any layer")


def _lowest(rows: pd.DataFrame) -> float:
    return float(rows.groupby(["stack", "dense_layer"])["value"].mean().min())


CLAIMS.add(
    Claim(
        "mz-neuron-self",
        "In the ticket a neuron's most similar neuron is itself, nearly always.",
        "Movva & Zhao 2020, section 5.2",
        test,
    )
)
