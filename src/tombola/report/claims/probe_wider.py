"""Movva & Zhao 2020: a probe with a hidden layer scores higher everywhere."""

from typing import Any

from tombola.report.claims.claim import CLAIMS, Claim, Finding, silent
from tombola.report.claims.verdicts import above, either, interval
from tombola.report.reading import Tables
from tombola.report.words import clip, count, pretty

NONE = "no paired differences of wider probes to linear ones"


def test(tables: Tables) -> Finding:
    """Wider less linear, at each one's best layer, is above 0 for every task and model."""
    if "probe-differences" not in tables:
        return silent(NONE)
    rows = tables.joined("probe-differences")
    rows = rows[(rows["which"] == "best") & (rows["model"] == rows["against"])]
    rows = rows[rows["low"].notna()].drop_duplicates(["model", "asked", "stack", "by"])
    if rows.empty:
        return silent(NONE)
    votes = [above()(*ends) for ends in zip(rows["low"], rows["high"], strict=True)]
    least, most = (rows.loc[rows["difference"].agg(end)] for end in ("idxmin", "idxmax"))
    ends = ", most ".join(
        f"{interval(row['difference'], row['low'], row['high'])} for {_which(row)}"
        for row in (least, most)
    )
    text = (
        f"wider less linear with 95% interval: least {ends}; above 0 in {votes.count('supported')} "
        f"of {count(len(votes), 'comparison')}, below 0 in {votes.count('contradicted')}"
    )
    verdict = either(set(votes) == {"supported"}, "contradicted" in votes)
    return Finding(verdict, text, int(rows["n"].max()), int(rows["seeds"].min()))


def _which(row: Any) -> str:
    return f"{clip(pretty(str(row['asked'])))} at {row['sparsity']:.1%} sparsity"


CLAIMS.add(
    Claim(
        "mz-mlp-higher",
        "A probe with a hidden layer scores above the linear one for every task and model.",
        "Movva & Zhao 2020, section 4.3, Tables A2 and A3",
        test,
    )
)
