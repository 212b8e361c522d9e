"""Gordon et al. 2020: much magnitude can go before a score falls."""

import math

from tombola.report.claims.claim import CLAIMS, Claim, Finding, silent, table_of
from tombola.report.claims.verdicts import either, margin
from tombola.report.conditions import DENSE, KEPT, condition_pairs
from tombola.report.reading import Tables
from tombola.report.subnetworks import chosen
from tombola.report.words import percent
from tombola.statistics import matches_up_to

MUCH = 0.1
"""A tenth of all magnitude; of normal weights 30% hold .07, 40% .13."""


def test(tables: Tables) -> Finding:
    """At the last sparsity without loss on all tasks, a tenth of all magnitude is gone."""
    rows = chosen(condition_pairs(tables), of_condition=KEPT, to_condition=DENSE)
    sums = table_of(tables, "pruned-magnitude")
    if rows.empty or sums is None or sums.empty:
        return silent("no paired differences to dense, or no sums of magnitude")
    lows = [(round(float(r["of_cut"]), 2), float(r["low"])) for _, r in rows.iterrows()]
    reached = matches_up_to(lows, margin(rows.iloc[0]))
    if math.isnan(reached):
        return Finding("undecided", "at no sparsity is it shown that nothing is lost", len(lows))
    sums = sums[sums["scope"] == "matrix"]
    if sums.empty:
        return silent("no sums of magnitude by matrix")
    near = (sums["cut"] - reached).abs()
    share = float(sums[near == near.min()]["share"].mean())
    text = f"up to {percent(reached)} nothing is lost; {percent(share)} of all magnitude is gone"
    return Finding(either(share >= MUCH, share < MUCH), text, len(lows))


CLAIMS.add(
    Claim(
        "go-sums",
        "Large sums of magnitude can go before a score falls.",
        "Gordon, Duh & Andrews 2020, section 6, Fig. 5",
        test,
        "study",
    )
)
