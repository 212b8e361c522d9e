"""Prasanna et al. 2020: what survives in all runs is small, and loses about ten points."""

import math

import pandas as pd

from tombola.report.claims.claim import CLAIMS, Claim, Finding, silent
from tombola.report.claims.verdicts import Part, between, both, interval, most
from tombola.report.reading import Tables
from tombola.report.subnetworks import FULL, GOOD, PRUNED, RETRAINED, chosen, pairs, subnetworks
from tombola.report.words import count, percent

SIZES = (0.10, 0.32)
"""The published 10 to 26% as shares of the prunable weights.

They are of the whole model, less a rounded share of its embeddings: STS-B's 10% are 11% of the
prunable weights, MNLI's 26% are 31.5%.
"""
LOST = (-0.20, 0.0)
"""About ten points: something, and less than twenty."""


def test(tables: Tables) -> Finding:
    """Kept share of the prunable weights; retrained less full, the mean over tasks."""
    sizes = chosen(subnetworks(tables), state=PRUNED, choose=GOOD, folded=True)
    rows = chosen(
        pairs(tables), of_state=RETRAINED, of_choose=GOOD, of_folded=True, of_redrawn=False,
        to_state=FULL,
    )  # fmt: skip
    return both({"size": _size(sizes), "loss": _loss(rows)})


def _size(models: pd.DataFrame) -> Finding:
    parts = []
    for task, rows in models.groupby("task", sort=False):
        kept = 1 - float(rows["sparsity"].mean())
        whole = 1 - float(rows["sparsity_model"].mean())
        text = f"{percent(kept)} ({percent(whole)} of the whole model)"
        # A size is counted, not estimated: it has no interval.
        parts.append(Part(str(task), between(*SIZES)(kept, kept), text))
    found = most(parts, "kept share of the prunable weights", "no super-survivors were drawn")
    return Finding(found.verdict, found.statistic.replace(" with 95% interval", " (counted)"), 0, 0)


def _loss(rows: pd.DataFrame) -> Finding:
    rows = rows[rows["difference"].notna() & rows["low"].notna()] if len(rows) else rows
    if rows.empty:
        return silent("no paired differences of retrained super-survivors to the full model")
    # Tasks have examples and runs of their own, so the squares of half widths add.
    mean = float(rows["difference"].mean())
    halves = (rows["high"] - rows["low"]) / 2
    half = math.sqrt(float((halves**2).sum())) / len(rows)
    low, high = mean - half, mean + half
    text = (
        f"retrained less full, mean over {count(len(rows), 'task')}, with 95% interval "
        f"{interval(mean, low, high)}"
    )
    return Finding(between(*LOST)(low, high), text, int(rows["n"].sum()), int(rows["seeds"].min()))


CLAIMS.add(
    Claim(
        "pr-survivors-size",
        "What survives in all runs of a task is small, a tenth to a third of the prunable weights "
        "on most tasks, and loses about ten points after retraining.",
        "Prasanna et al. 2020, section 4.2 and appendix E",
        test,
        "study",
    )
)
