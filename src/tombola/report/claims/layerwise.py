"""What claims about layers share: which rows they look at, and means over seeds."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from tombola.report.claims.claim import Finding, silent
from tombola.report.claims.verdicts import Rule, interval
from tombola.report.reading import Tables
from tombola.report.tickets import DENSE
from tombola.report.words import count, percent
from tombola.statistics import mean_interval

CKA = ("linear CKA, debiased", "linear CKA, as published", "linear CKA, across blocks")
NEURONS = ("NeuronSim",)
ATTENTION = ("AttentionSim", "AttentionSim, as published")
MAGNITUDE = "magnitude"
PUBLISHED = 0.83
"""Sparsity without embeddings of the sparsest ticket that section 5 looks at."""
BETWEEN, WITHIN = ("between",), ("of", "to")
Statistic = Callable[[pd.DataFrame], float]
"""From the rows of one seed to a number; NaN where it is not defined."""


def of_tickets(
    tables: Tables,
    name: str,
    *,
    measures: Sequence[str] = (),
    maps: Sequence[str] = (),
    stack: str = "",
) -> pd.DataFrame:
    """The rows of magnitude tickets of one way to rewind, and of dense, by the first measure there.

    Of one stack where it is named. Rows of a ticket held to another model than dense are left out,
    and embedding outputs. Empty where the tables have none.
    """
    if name not in tables:
        return pd.DataFrame()
    rows = tables.joined(name)
    if maps and "map" in rows:
        rows = rows[rows["map"].isin(maps)]
    elif maps and maps != BETWEEN:
        return rows.iloc[:0]
    rows = rows[rows["criterion"].isin([MAGNITUDE, DENSE])]
    if "beside" in rows:
        own = rows["model"] == rows["against"]
        rows = rows[own | ((rows["beside"] == "") & (rows["criterion"] == MAGNITUDE))]
    for column in {"dense_layer", "sparse_layer"} & set(rows):
        rows = rows[rows[column] > 0]
    there = [
        measure for measure in measures if "measure" in rows and measure in set(rows["measure"])
    ]
    if measures:
        rows = rows[rows["measure"] == there[0]] if there else rows.iloc[:0]
    tickets = rows.loc[rows["criterion"] == MAGNITUDE, "rewind"]
    if len(tickets):
        rows = rows[(rows["rewind"] == tickets.iloc[0]) | (rows["criterion"] == DENSE)]
    if "text" in rows and len(rows):
        rows = rows[rows["text"] == rows["text"].iloc[0]]
    place = [c for c in rows if c in PLACES]
    rows = rows.drop_duplicates(place)  # a dense model that several stages read
    return rows[rows["stack"] == stack] if stack else rows


PLACES = (
    "model", "against", "measure", "map", "stack", "dense_layer", "sparse_layer", "detail", "layer",
    "about", "given", "by", "words", "centre", "head", "rows",
)  # fmt: skip
"""Columns that tell two rows of one model apart, in any of the tables."""


def nearest(rows: pd.DataFrame, sparsity: float = PUBLISHED) -> pd.DataFrame:
    """The tickets' rows of the round whose sparsity is nearest."""
    rows = rows[rows["criterion"] == MAGNITUDE]
    if rows.empty:
        return rows
    far = (rows["sparsity"] - sparsity).abs()
    return rows[rows["round"] == rows["round"].to_numpy()[int(far.to_numpy().argmin())]]


def beside(rows: pd.DataFrame) -> pd.DataFrame:
    """Layers beside those of the same number."""
    return rows[rows["dense_layer"] == rows["sparse_layer"]]


def apart(rows: pd.DataFrame) -> pd.DataFrame:
    """Layers beside those of another number."""
    return rows[rows["dense_layer"] != rows["sparse_layer"]]


def slope(rows: pd.DataFrame, value: str = "value") -> float:
    """Of the straight line through a value's means at each sparsity; NaN of fewer than two."""
    means = rows.groupby("sparsity")[value].mean()
    if len(means) < 2:
        return float("nan")
    return float(np.polyfit(means.index.to_numpy(float), means.to_numpy(float), 1)[0])


def over_seeds(rows: pd.DataFrame, statistic: Statistic, rule: Rule, what: str) -> Finding:
    """A statistic of every seed, and its mean with an interval over seeds.

    Tickets of one chain are nested, and a text has one dense model: seeds alone say whether another
    run would show the same. With one there is no interval, and no verdict.
    """
    if rows.empty:
        return silent(f"the tables have nothing to tell {what} by")
    by_seed = {seed: statistic(own) for seed, own in rows.groupby("seed", sort=False)}
    found = [value for value in by_seed.values() if np.isfinite(value)]
    if not found:
        return silent(f"{what} is not defined here")
    mean, low, high = mean_interval(found)
    tickets = rows.loc[rows["criterion"] == MAGNITUDE, "sparsity"]
    at = f", at up to {percent(float(tickets.max()))} sparsity" if len(tickets) else ""
    text = f"{what} {interval(mean, low, high)} over {count(len(found), 'seed')}{at}"
    n = int(rows["n"].max()) if "n" in rows else 0
    return Finding(rule(low, high), text, n, len(found))
