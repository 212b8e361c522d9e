"""Prasanna et al. 2020: which patterns super-survivors have more of than all heads."""

import numpy as np
from jaxtyping import Float

from tombola.report.claims.claim import CLAIMS, Claim, Finding, silent
from tombola.report.claims.head_patterns import HEAD, SHARE, resampled, survivors, tuned
from tombola.report.claims.verdicts import above, both, interval
from tombola.report.reading import Tables
from tombola.report.words import count

MORE = (("raw", "block"), ("raw", "vertical"), ("norm", "diagonal"))


def test(tables: Tables) -> Finding:
    """Share among survivors less share among all heads, above 0: of block, vertical, diagonal."""
    return both({f"{pattern}, {look}": _half(tables, look, pattern) for look, pattern in MORE})


def _half(tables: Tables, weighting: str, pattern: str) -> Finding:
    shares = tuned(tables, weighting)
    if shares.empty or f"{SHARE}{pattern}" not in shares:
        return silent(f"no {pattern} attention patterns of fine-tuned models, {weighting}")
    rows = shares.merge(survivors(tables), on=["task", *HEAD])
    if rows.empty or not rows["survives"].any():
        return silent("no heads that survive in all seeds")
    survives, share = rows["survives"].to_numpy(float), rows[f"{SHARE}{pattern}"].to_numpy(float)

    def difference(weights: Float[np.ndarray, " rows"]) -> float:
        kept = weights * survives
        if not kept.sum():
            return float("nan")
        return float((kept @ share) / kept.sum() - (weights @ share) / weights.sum())

    value, low, high = resampled(rows, difference)
    text = (
        f"share of {pattern} maps, survivors less all heads, with 95% interval over heads "
        f"{interval(value, low, high)}, {count(int(survives.sum()), 'survivor')} of "
        f"{count(len(rows), 'head')}"
    )
    return Finding(above()(low, high), text, len(rows))


CLAIMS.add(
    Claim(
        "pr-patterns",
        "Heads that survive in all seeds have more block and vertical attention maps, and more "
        "diagonal ones when weighted by the norm of what they let through.",
        "Prasanna et al. 2020, section 5.2 and Fig. 4",
        test,
        "study",
    )
)
