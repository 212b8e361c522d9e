"""Prasanna et al. 2020: super-survivors do not attend in more varied ways than other heads."""

import numpy as np
from jaxtyping import Float

from tombola.report.claims.claim import CLAIMS, Claim, Finding, silent
from tombola.report.claims.head_patterns import HEAD, SHARE, resampled, survivors, tuned
from tombola.report.claims.verdicts import below, both, interval
from tombola.report.reading import Tables
from tombola.report.words import count

PATTERN = f"{SHARE}heterogeneous"
SMALL = 0.1
"""What Cohen (1988) calls a small correlation."""


def test(tables: Tables) -> Finding:
    """Correlation of surviving in all seeds with the share of heterogeneous maps, below .1."""
    halves = {
        words: _half(tables, weighting) for words, weighting in (("raw", "raw"), ("norm", "norm"))
    }
    return both(halves)


def _half(tables: Tables, weighting: str) -> Finding:
    shares = tuned(tables, weighting)
    if shares.empty or PATTERN not in shares:
        return silent(f"no attention patterns of fine-tuned models, {weighting}")
    rows = shares.merge(survivors(tables), on=["task", *HEAD])
    if rows.empty or rows["survives"].nunique() < 2:
        return silent("no heads that survive in all seeds beside others that do not")
    x, y = rows["survives"].to_numpy(float), rows[PATTERN].to_numpy(float)

    def correlation(weights: Float[np.ndarray, " rows"]) -> float:
        cov = np.cov(x, y, fweights=weights.astype(int))
        product = float(cov[0, 0] * cov[1, 1])
        return float(cov[0, 1]) / product**0.5 if product > 0 else float("nan")

    value, low, high = resampled(rows, correlation)
    text = (
        "correlation of survival with the share of heterogeneous maps, with 95% interval over heads"
        f" {interval(value, low, high)}, {count(len(rows), 'head')} of "
        f"{count(rows['task'].nunique(), 'task')}"
    )
    return Finding(below(SMALL)(low, high), text, len(rows))


CLAIMS.add(
    Claim(
        "pr-not-linguistic",
        "Heads that survive in all seeds do not have more heterogeneous attention than others.",
        "Prasanna et al. 2020, section 5.2",
        test,
        "study",
    )
)
