"""Movva & Zhao 2020: of self-attentions the first layer's loses most, the last one's next."""

import pandas as pd

from tombola.report.claims.claim import CLAIMS, Claim, Finding, silent
from tombola.report.claims.verdicts import above, both
from tombola.report.claims.where import NOTHING, by_magnitude, over_seeds
from tombola.report.modules import share
from tombola.report.reading import Tables

LEAST = 3
"""Layers without which there are none between the first and the last."""
OTHERS = {"first": "all others", "last": "those between first and last"}


def test(tables: Tables) -> Finding:
    """The first layer's pruned share less the highest other; the last one's less those between."""
    rows = by_magnitude(tables)
    rows = rows[rows["block"] == "self"]
    if rows.empty:
        return silent(NOTHING)
    if rows.groupby("stack")["layer"].nunique().min() < LEAST:
        return silent("fewer than three layers")
    halves = {}
    for stack, group in rows.groupby("stack", sort=False):
        for name, statistic in (("first", _first), ("last", _last)):
            what = f"pruned share of the {name} layer less the highest of {OTHERS[name]}"
            halves[f"{stack}, {name} layer"] = over_seeds(group, statistic, above(), what)
    return both(halves)


def _shares(rows: pd.DataFrame) -> pd.Series:
    found = share(rows, ["layer"]).sort_values("layer")["share"]
    return found.reset_index(drop=True)


def _first(rows: pd.DataFrame) -> float:
    found = _shares(rows)
    return float(found.iloc[0] - found.iloc[1:].max())


def _last(rows: pd.DataFrame) -> float:
    found = _shares(rows)
    return float(found.iloc[-1] - found.iloc[1:-1].max())


CLAIMS.add(
    Claim(
        "mz-self-first",
        "In both self-attentions the first layer loses most weights, and the last one next.",
        "Movva & Zhao 2020, section 3.4 and Fig. A2",
        test,
    )
)
