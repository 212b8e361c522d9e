"""Movva & Zhao 2020: decoder self-attention hardly changes, and is alike across layers."""

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
from tombola.report.claims.verdicts import above, both
from tombola.report.reading import Tables

BAR = 0.95
"""What is taken for hardly changed; the paper has .99."""


def test(tables: Tables) -> Finding:
    """The mean beside the same layers is above the bar; across layers above the others'."""
    rows = of_tickets(tables, "similarity", measures=ATTENTION, maps=BETWEEN, stack="decoder")
    if rows.empty:
        return silent("no similarity of a decoder's attention")
    halves = {
        "it hardly changes": over_seeds(
            nearest(beside(rows)), _mean, above(BAR), "similarity to dense"
        )
    }
    own = of_tickets(tables, "similarity", measures=ATTENTION, maps=WITHIN)
    own = apart(own) if len(own) else own
    if len(own) and own["stack"].nunique() > 1:
        what = "mean of two layers, decoder less the higher of the others,"
        halves["it is alike across layers"] = over_seeds(own, _less_others, above(), what)
    return both(halves)


def _mean(rows: pd.DataFrame) -> float:
    return float(rows["value"].mean())


def _less_others(rows: pd.DataFrame) -> float:
    means = rows.groupby("stack")["value"].mean()
    if "decoder" not in means or len(means) < 2:
        return float("nan")
    return float(means["decoder"] - means.drop("decoder").max())


CLAIMS.add(
    Claim(
        "mz-decoder-self",
        "Decoder self-attention hardly changes, and is most alike across layers.",
        "Movva & Zhao 2020, section 5.4.3 and Fig. A8",
        test,
    )
)
