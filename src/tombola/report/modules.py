"""Pruned shares of modules: the feed-forward parts and the attentions of every layer."""

import pandas as pd

from tombola.report.reading import Tables
from tombola.report.tickets import pruned, with_kind

ATTENTION = ("self", "cross")
FEED_FORWARD = "mlp"
NAMES = {
    ("encoder", FEED_FORWARD): "encoder feed-forward",
    ("decoder", FEED_FORWARD): "decoder feed-forward",
    ("encoder", "self"): "encoder self-attention",
    ("decoder", "cross"): "encoder-decoder attention",
    ("decoder", "self"): "decoder self-attention",
}
"""Modules in the order of Movva & Zhao (2020), figures A1 and A2; others stand behind them."""


def places(tables: Tables) -> pd.DataFrame:
    """The rows of `sparsity` of pruned models within the stacks, biases with their matrices.

    With columns `kind` (of ticket) and `module`, in words.
    """
    rows = pruned(tables.joined("sparsity"))
    rows = with_kind(rows[(rows["layer"] >= 0) & (rows["block"] != "") & (rows["n"] > 0)])
    pairs = zip(rows["stack"], rows["block"], strict=True)
    return rows.assign(module=[name(stack, block) for stack, block in pairs])


def name(stack: str, block: str) -> str:
    """A module in words."""
    return NAMES.get((stack, block), f"{stack} {block}")


def order(modules: list[str]) -> list[str]:
    """Modules as the paper shows them."""
    known = list(NAMES.values())
    return sorted(modules, key=lambda m: (known.index(m) if m in known else len(known), m))


def share(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Pruned share of the entries of each group; a column `share`, from 0 to 1, and the groups."""
    sums = rows.groupby(by, sort=False, dropna=False)[["n", "pruned"]].sum()
    return (sums["pruned"] / sums["n"]).rename("share").reset_index()
