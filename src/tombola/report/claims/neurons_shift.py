"""Movva & Zhao 2020: neurons drift away together, instead of some staying and some leaving.

The caption of Fig. A4 says that the distribution shifts to the right, but less similar is lower: it
shifts to the left.
"""

import pandas as pd

from tombola.report.claims.claim import CLAIMS, Claim, Finding
from tombola.report.claims.layerwise import (
    MAGNITUDE,
    NEURONS,
    beside,
    nearest,
    of_tickets,
    over_seeds,
    slope,
)
from tombola.report.claims.verdicts import below, both
from tombola.report.reading import Tables

DECILES = tuple(f"p{p}" for p in range(10, 100, 10))


def test(tables: Tables) -> Finding:
    """Every decile falls with sparsity, and no gap opens between two of them.

    A distribution that splits in two has few neurons between its halves: one step from a decile to
    the next is then longer than those on both sides of it. Deciles stand for a dip test (Hartigan &
    Hartigan 1985), for which every neuron would be needed.
    """
    rows = of_tickets(tables, "similarity-details", measures=NEURONS, maps=("between",))
    rows = rows[(rows["criterion"] == MAGNITUDE)] if len(rows) else rows
    rows = beside(rows[rows["detail"].isin(DECILES)]) if len(rows) else rows
    return both({
        "all of it moves": over_seeds(
            rows, _slowest, below(), "slope over sparsity of the decile that falls least"
        ),
        "no gap opens": over_seeds(
            nearest(rows) if len(rows) else rows, _gap, below(0.5),
            "longest inner step as a share of the span of deciles",
        ),
    })  # fmt: skip


def _slowest(rows: pd.DataFrame) -> float:
    return max(slope(own) for _, own in rows.groupby("detail"))


def _gap(rows: pd.DataFrame) -> float:
    """The longest step between deciles 2 to 8 over that from the first to the last, by layer."""
    table = rows.pivot_table(index=["stack", "dense_layer"], columns="detail", values="value")
    table = table[list(DECILES)]
    steps = table.diff(axis=1).iloc[:, 2:-1].max(axis=1)
    return float((steps / (table["p90"] - table["p10"])).mean())


CLAIMS.add(
    Claim(
        "mz-neuron-shift",
        "All neurons drift away from dense together; none of two groups stays behind.",
        "Movva & Zhao 2020, section 5.2 and Fig. A4",
        test,
    )
)
