"""Movva & Zhao 2020: encoder self-attention stays what it was, but for the first layer."""

import pandas as pd

from tombola.report.claims.claim import CLAIMS, Claim, Finding, silent
from tombola.report.claims.layerwise import (
    ATTENTION,
    BETWEEN,
    WITHIN,
    apart,
    beside,
    nearest,
    of_tickets,
    over_seeds,
)
from tombola.report.claims.verdicts import above, below, both
from tombola.report.reading import Tables
from tombola.report.tickets import DENSE

BAR = 0.9
"""What is taken for almost the same."""


def test(tables: Tables) -> Finding:
    """Later layers stay above the bar, the first below them, and it comes nearer to later ones."""
    rows = of_tickets(tables, "similarity", measures=ATTENTION, maps=BETWEEN, stack="encoder")
    if rows.empty or rows["dense_layer"].nunique() < 2:
        return silent("no similarity of an encoder's attention, of two layers or more")
    held = nearest(beside(rows))
    halves = {
        "later layers stay": over_seeds(held, _lowest, above(BAR), "lowest of layers from 2 on"),
        "the first does not": over_seeds(held, _first, below(), "layer 1 less the mean of others"),
    }
    own = of_tickets(tables, "similarity", measures=ATTENTION, maps=WITHIN, stack="encoder")
    own = apart(own) if len(own) else own
    if len(own):
        both_models = pd.concat([own[own["criterion"] == DENSE], nearest(own)])
        halves["it comes nearer to later ones"] = over_seeds(
            both_models, _nearer, above(), "layer 1 beside later layers, ticket less dense,"
        )
    return both(halves)


def _lowest(rows: pd.DataFrame) -> float:
    return float(rows.loc[rows["dense_layer"] > 1, "value"].min())


def _first(rows: pd.DataFrame) -> float:
    first = rows["dense_layer"] == 1
    return float(rows.loc[first, "value"].mean() - rows.loc[~first, "value"].mean())


def _nearer(rows: pd.DataFrame) -> float:
    means = rows[rows["dense_layer"] == 1].groupby(rows["criterion"] == DENSE)["value"].mean()
    return float(means.get(False, float("nan")) - means.get(True, float("nan")))


CLAIMS.add(
    Claim(
        "mz-attention-stays",
        "Encoder self-attention stays what it was from layer 2 on; layer 1 changes, and comes "
        "nearer to later layers.",
        "Movva & Zhao 2020, section 5.4.1 and Fig. 6",
        test,
    )
)
