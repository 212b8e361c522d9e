"""Movva & Zhao 2020: decoder self-attention is most peaked, cross-attention least."""

from functools import partial

import pandas as pd

from tombola.report.claims.claim import CLAIMS, Claim, Finding, silent
from tombola.report.claims.layerwise import nearest, of_tickets, over_seeds
from tombola.report.claims.verdicts import above, both
from tombola.report.reading import Tables

PAIRS = (("decoder", "encoder"), ("encoder", "cross"))
WAYS = {"all": "all rows", "several": "without rows of length one"}


def test(tables: Tables) -> Finding:
    """Shares of rows with nearly all on one token, with and without rows of length one."""
    rows = of_tickets(tables, "attention-peaks")
    if rows.empty or not {"encoder", "decoder", "cross"} <= set(rows["stack"]):
        return silent("no shares of peaked rows in three attentions")
    rows = nearest(rows[(rows["layer"] == 0) & (rows["head"] == -1)])
    return both({
        f"{words}, {one} above {other}": over_seeds(
            rows[rows["rows"] == way],
            partial(_difference, one=one, other=other),
            above(),
            f"share of peaked rows, {one} less {other},",
        )
        for way, words in WAYS.items()
        for one, other in PAIRS
    })  # fmt: skip


def _difference(rows: pd.DataFrame, one: str, other: str) -> float:
    means = rows.groupby("stack")["share"].mean()
    return float(means[one] - means[other])


CLAIMS.add(
    Claim(
        "mz-peaked",
        "More rows of decoder self-attention have over .95 on one token than of encoder self- "
        "attention, and of those more than of cross-attention.",
        "Movva & Zhao 2020, section 5.4.3",
        test,
    )
)
