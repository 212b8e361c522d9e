"""Prasanna et al. 2020: fine-tuning hardly changes how often heads show each pattern."""

import numpy as np
import pandas as pd
from jaxtyping import Float

from tombola.report.claims.claim import CLAIMS, Claim, Finding, silent
from tombola.report.claims.head_patterns import HEAD, SHARE, pre_trained, resampled, tuned
from tombola.report.claims.verdicts import between, both, interval
from tombola.report.reading import Tables
from tombola.report.words import count

MARGIN = 0.05
"""Five points of all maps are taken for no change."""


def test(tables: Tables) -> Finding:
    """Share of each pattern, fine-tuned less pre-trained, within five points."""
    return both({weighting: _half(tables, weighting) for weighting in ("raw", "norm")})


def _half(tables: Tables, weighting: str) -> Finding:
    after, before = tuned(tables, weighting), pre_trained(tables, weighting)
    if after.empty or before.empty:
        return silent(f"no attention patterns before and after fine-tuning, {weighting}")
    patterns = [c for c in map(str, after) if c in before and c.startswith(SHARE)]
    rows = after.merge(before, on=HEAD, suffixes=("", " before"))
    if rows.empty:
        return silent("no heads of the same place before and after fine-tuning")
    halves = {pattern.removeprefix(SHARE): _change(rows, pattern) for pattern in patterns}
    found = both(halves)
    return Finding(found.verdict, found.statistic, len(rows))


def _change(rows: pd.DataFrame, pattern: str) -> Finding:
    moved = (rows[pattern] - rows[f"{pattern} before"]).to_numpy(float)

    def mean(weights: Float[np.ndarray, " rows"]) -> float:
        return float(weights @ moved / weights.sum())

    value, low, high = resampled(rows, mean)
    text = (
        f"tuned less pre-trained with 95% interval over heads {interval(value, low, high)}, "
        f"{count(len(rows), 'head')}"
    )
    return Finding(between(-MARGIN, MARGIN)(low, high), text, len(rows))


CLAIMS.add(
    Claim(
        "pr-tuning-patterns",
        "Fine-tuning hardly changes how often heads show each attention pattern.",
        "Prasanna et al. 2020, section 5.2 and appendix F",
        test,
        "study",
    )
)
