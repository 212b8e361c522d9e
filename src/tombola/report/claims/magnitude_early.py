"""Prasanna et al. 2020: magnitude pruning takes more from earlier layers."""

import pandas as pd

from tombola.report.claims.claim import CLAIMS, Claim, Finding, silent
from tombola.report.claims.verdicts import above, interval
from tombola.report.reading import Tables
from tombola.report.subnetworks import GOOD, PRUNED, WEIGHTS, chosen, subnetworks
from tombola.report.words import count, percent
from tombola.statistics import correlation_interval


def test(tables: Tables) -> Finding:
    """Rank correlation of layer and surviving share, above 0.

    The mean over tickets, with Fisher's interval over layers: tickets of one pre-trained model are
    so alike that more of them say nothing new.
    """
    models = chosen(subnetworks(tables), state=PRUNED, method=WEIGHTS, choose=GOOD, folded=False)
    if "survival" not in tables or models.empty:
        return silent("no survival in tickets by magnitude")
    rows = tables["survival"]
    rows = rows[rows["model"].isin(models["model"]) & (rows["n"] > 0)]
    if rows.empty:
        return silent("no survival in tickets by magnitude")
    layers = rows.groupby(["model", "stack", "layer"], sort=False)[["survivors", "n"]].sum()
    share = (layers["survivors"] / layers["n"]).rename("share").reset_index()
    found = share.groupby(["model", "stack"])[["layer", "share"]].apply(_ranked)
    n_layers, mean = int(share.groupby(["model", "stack"]).size().min()), float(found.mean())
    low, high = correlation_interval(mean, n_layers)
    text = (
        "rank correlation of layer and surviving share with 95% interval "
        f"{interval(mean, low, high)}, over {n_layers} layers, mean over "
        f"{count(found.index.get_level_values('model').nunique(), 'ticket')}; {_blocks(rows)}"
    )
    seeds = models.loc[models["model"].isin(rows["model"]), "seed"].nunique()
    return Finding(above()(low, high), text, n_layers, int(seeds))


def _ranked(rows: pd.DataFrame) -> float:
    return float(rows["layer"].rank().corr(rows["share"].rank()))


def _blocks(rows: pd.DataFrame) -> str:
    blocks = rows.groupby(["stack", "layer", "block"])[["survivors", "n"]].sum()
    pruned = 1 - blocks["survivors"] / blocks["n"]
    return f"blocks lose {percent(pruned.min())} to {percent(pruned.max())}"


CLAIMS.add(
    Claim(
        "pr-m-early",
        "Magnitude pruning takes more from earlier layers.",
        "Prasanna et al. 2020, section 4.1 and Fig. 1a",
        test,
        "study",
    )
)
