"""Movva & Zhao 2020: value and output matrices lose more than query and key."""

import pandas as pd

from tombola.report.claims.claim import CLAIMS, Claim, Finding, silent
from tombola.report.claims.verdicts import above, both
from tombola.report.claims.where import NOTHING, by_magnitude, over_seeds
from tombola.report.modules import ATTENTION
from tombola.report.reading import Tables

BEHIND = ("value", "output")
BEFORE = ("query", "key")


def test(tables: Tables) -> Finding:
    """Pruned share of values and outputs less that of queries and keys, in every attention.

    The authors' published shares show it of both self-attentions, and of all attentions taken
    together, but not of encoder-decoder attention: LTH5 has .50 there, and .53 of queries and keys.
    """
    rows = by_magnitude(tables)
    rows = rows[rows["block"].isin(ATTENTION) & rows["role"].isin(BEHIND + BEFORE)]
    if rows.empty:
        return silent(NOTHING)
    what = "pruned share of values and outputs less that of queries and keys"
    return both({
        str(module): over_seeds(group, _more, above(), what)
        for module, group in rows.groupby("module", sort=False)
    })  # fmt: skip


def _more(rows: pd.DataFrame) -> float:
    sides = (rows[rows["role"].isin(roles)] for roles in (BEHIND, BEFORE))
    behind, before = (side["pruned"].sum() / side["n"].sum() for side in sides)
    return float(behind - before)


CLAIMS.add(
    Claim(
        "mz-value-out",
        "In all attentions the value and output matrices are sparser than query and key.",
        "Movva & Zhao 2020, section 3.4",
        test,
    )
)
