"""Pruned shares from counts of entries."""

import pandas as pd


def shares(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Pruned share of each group: pruned entries over prunable ones, then over seeds.

    Columns: `by`, `share` (mean over seeds), `share_least`, `share_most`, `seeds`, `n` (entries in
    the group), `sparsity` (of the whole ticket, mean over seeds); all shares from 0 to 1.
    """
    entries = rows.groupby([*by, "seed"], sort=False, dropna=False).agg(
        n=("n", "sum"), pruned=("pruned", "sum"), sparsity=("sparsity", "mean")
    )
    entries = entries[entries["n"] > 0]
    entries = entries.assign(share=entries["pruned"] / entries["n"]).reset_index()
    summary = entries.groupby(by, sort=False, dropna=False).agg(
        share=("share", "mean"),
        share_least=("share", "min"),
        share_most=("share", "max"),
        seeds=("seed", "nunique"),
        n=("n", "first"),
        sparsity=("sparsity", "mean"),
    )
    return summary.reset_index()
