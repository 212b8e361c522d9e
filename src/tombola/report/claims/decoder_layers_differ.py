"""Movva & Zhao 2020: decoder layers differ more from one another than encoder layers do."""

import pandas as pd

from tombola.report.claims.claim import CLAIMS, Claim, Finding
from tombola.report.claims.layerwise import CKA, WITHIN, apart, of_tickets, over_seeds
from tombola.report.claims.verdicts import below
from tombola.report.reading import Tables


def test(tables: Tables) -> Finding:
    """Mean similarity of two layers of one model, decoder less encoder, is below 0."""
    rows = of_tickets(tables, "similarity", measures=CKA, maps=WITHIN)
    rows = apart(rows) if len(rows) else rows
    what = "mean similarity of two layers of one model, decoder less encoder,"
    return over_seeds(rows, _difference, below(), what)


def _difference(rows: pd.DataFrame) -> float:
    means = rows.groupby("stack")["value"].mean()
    return float(means.get("decoder", float("nan")) - means.get("encoder", float("nan")))


CLAIMS.add(
    Claim(
        "mz-decoder-differs",
        "Different decoder layers are less alike than different encoder layers.",
        "Movva & Zhao 2020, section 5.2 and Figs 5 and A6",
        test,
    )
)
