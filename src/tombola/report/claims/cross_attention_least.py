"""Movva & Zhao 2020: encoder-decoder attention loses least, in later layers least of all."""

import pandas as pd

from tombola.report.claims.claim import CLAIMS, Claim, Finding, silent
from tombola.report.claims.verdicts import below, both
from tombola.report.claims.where import by_magnitude, over_seeds, ranks
from tombola.report.modules import share
from tombola.report.reading import Tables

CROSS = "cross"


def test(tables: Tables) -> Finding:
    """Its pruned share less the lowest of all other modules; its rank correlation with layer."""
    rows = by_magnitude(tables)
    cross = rows[rows["block"] == CROSS]
    if cross.empty:
        return silent("no encoder-decoder attention of tickets by magnitude")
    less = "pruned share less the lowest of the other modules"
    return both({
        "least of all": over_seeds(rows, _less, below(), less),
        "later ones less": over_seeds(
            cross, _late, below(), "rank correlation of layer and pruned share"
        ),
    })  # fmt: skip


def _less(rows: pd.DataFrame) -> float:
    found = share(rows, ["module", "block"])
    own = found["block"] == CROSS
    return float(found.loc[own, "share"].mean() - found.loc[~own, "share"].min())


def _late(rows: pd.DataFrame) -> float:
    return ranks(share(rows, ["layer"]))


CLAIMS.add(
    Claim(
        "mz-cross-least",
        "Encoder-decoder attention loses the smallest share of all modules, and later layers of it "
        "slightly less than early ones.",
        "Movva & Zhao 2020, section 3.4 and Fig. A2",
        test,
    )
)
