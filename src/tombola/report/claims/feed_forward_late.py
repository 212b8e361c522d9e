"""Movva & Zhao 2020: later layers lose more of their feed-forward weights."""

import pandas as pd

from tombola.report.claims.claim import CLAIMS, Claim, Finding, silent
from tombola.report.claims.verdicts import above, both
from tombola.report.claims.where import NOTHING, by_magnitude, over_seeds, ranks
from tombola.report.modules import FEED_FORWARD, share
from tombola.report.reading import Tables


def test(tables: Tables) -> Finding:
    """Rank correlation of layer and pruned share, above 0 in every stack."""
    rows = by_magnitude(tables)
    rows = rows[rows["block"] == FEED_FORWARD]
    if rows.empty:
        return silent(NOTHING)
    what = "rank correlation of layer and pruned share"
    return both({
        str(stack): over_seeds(group, _late, above(), what)
        for stack, group in rows.groupby("stack", sort=False)
    })  # fmt: skip


def _late(rows: pd.DataFrame) -> float:
    return ranks(share(rows, ["layer"]))


CLAIMS.add(
    Claim(
        "mz-ff-late",
        "Later layers lose more of their feed-forward weights, in encoder and decoder.",
        "Movva & Zhao 2020, section 3.4 and Fig. A1",
        test,
    )
)
