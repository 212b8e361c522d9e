"""Prasanna et al. 2020: which layers the surviving heads and MLPs sit in."""

import pandas as pd

from tombola.report.claims.claim import CLAIMS, Claim, Finding, silent
from tombola.report.claims.verdicts import both, either
from tombola.report.reading import Tables
from tombola.report.subnetworks import GOOD, PRUNED, STRUCTURED, chosen, subnetworks
from tombola.report.words import count, number
from tombola.statistics import shuffled_difference

SEED = 0
"""Of the shuffles; another one moves their ends by some hundredths."""


def test(tables: Tables) -> Finding:
    """Survival of heads in the first two thirds of layers, of MLPs in the middle third.

    Less that in the other layers, the mean over tickets, beside the same difference where heads (or
    MLPs) change places: all masks at once, so that what they share by seed and task stays.
    """
    models = chosen(
        subnetworks(tables), state=PRUNED, method=STRUCTURED, choose=GOOD, folded=False,
        what="joint",
    )  # fmt: skip
    rows = tables["survival"] if "survival" in tables else pd.DataFrame(columns=["model"])
    rows = rows[rows["model"].isin(models["model"])]
    if rows.empty:
        return silent("no survival of heads and MLPs")
    seeds = int(models["seed"].nunique())
    heads, mlps = rows[rows["head"] >= 0], rows[rows["head"] < 0]
    return both({
        "heads in the first two thirds of layers": _half(heads, (0, 2), "head", seeds),
        "MLPs in the middle third": _half(mlps, (1, 2), "MLP", seeds),
    })  # fmt: skip


def _half(rows: pd.DataFrame, thirds: tuple[int, int], what: str, seeds: int) -> Finding:
    """Survival in the thirds from one to another (which is not in) less that in the rest."""
    parts = rows.groupby(["stack", "layer", "block", "head"])["share"].mean().reset_index()
    layers = parts.groupby("stack")["layer"].transform("max") + 1
    third = 3 * parts["layer"] // layers
    inside = ((third >= thirds[0]) & (third < thirds[1])).to_numpy()
    found, low, high = shuffled_difference(parts["share"].to_numpy(), inside, SEED)
    verdict = either(found > high, found < low)
    ends = f"{number(low, 3)} to {number(high, 3)}"
    return Finding(
        verdict,
        f"survival {number(found, 3)} above that in other layers, middle 95% of shuffles {ends}, "
        f"{count(len(parts), what)}, mean over {count(rows['model'].nunique(), 'ticket')}",
        len(parts),
        seeds,
    )


CLAIMS.add(
    Claim(
        "pr-s-middle",
        "Heads that survive sit in early and middle layers, MLPs in the middle.",
        "Prasanna et al. 2020, section 4.1 and Fig. 1b",
        test,
        "study",
    )
)
