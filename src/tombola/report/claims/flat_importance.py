"""Prasanna et al. 2020: most heads have a low importance."""

from typing import Any

import pandas as pd

from tombola.report.claims.claim import CLAIMS, Claim, Finding
from tombola.report.claims.verdicts import Part, above, interval, most
from tombola.report.reading import Tables
from tombola.report.words import number
from tombola.statistics import mean_interval

LOW = 1 / 3
"""Share of the way from the least to the most important head."""


def test(tables: Tables) -> Finding:
    """More than half of the heads lie in the lowest third, before anything is pruned."""
    parts = []
    for task, rows in _heads(tables).groupby("task", sort=False):
        each = [values for _, values in rows.groupby("model")["normed"]]
        shares = [_share(values) for values in each]
        skews: Any = rows.groupby("model")["normed"].skew()
        mean, low, high = mean_interval(shares)
        text = f"{interval(mean, low, high)}, skewness {number(float(skews.mean()), 2)}"
        n = int(rows.groupby("model").size().max())
        parts.append(Part(str(task), above(0.5)(low, high), text, n, len(shares)))
    return most(
        parts,
        "share of heads below a third of the range of importance,",
        "no importance of heads in a model that was pruned",
    )


def _heads(tables: Tables) -> pd.DataFrame:
    """Importance of all heads before the first turn, of loops that took heads."""
    if "pruned-parts" not in tables:
        return pd.DataFrame(columns=["task", "model", "normed"])
    rows = tables["pruned-parts"]
    rows = rows[(rows["pruning"] == 0) & (rows["head"] >= 0) & rows["normed"].notna()]
    # Loops over heads, over MLPs and over both begin at the same model.
    return rows.drop_duplicates(["task", "seed", "stack", "layer", "block", "head"])


def _share(values: pd.Series) -> float:
    low, high = float(values.min()), float(values.max())
    return float((values < low + LOW * (high - low)).mean())


CLAIMS.add(
    Claim(
        "pr-flat",
        "Most heads have a low importance, on most tasks.",
        "Prasanna et al. 2020, section 5.1 and Fig. 3",
        test,
        "study",
    )
)
