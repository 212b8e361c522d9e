"""Prasanna et al. 2020: masks agree little over seeds. Two claims: low, and above chance."""

import pandas as pd

from tombola.report.claims.claim import CLAIMS, Claim, Finding, Verdict
from tombola.report.claims.verdicts import Part, below, either, interval, most
from tombola.report.reading import Tables
from tombola.report.words import number

LOW = 0.4
"""The highest kappa that Landis & Koch (1977) call no better than fair.

The paper says .15 to .32; the .15 is of a task outside GLUE, whose own lowest is .18.
"""
NONE = "no agreement of the heads of several seeds"


def low(tables: Tables) -> Finding:
    """Fleiss' kappa of heads over seeds lies below .4."""
    parts = [_part(row, below(LOW)(row["low"], row["high"])) for row in _kappas(tables)]
    return most(parts, "Fleiss' kappa", NONE)


def above_chance(tables: Tables) -> Finding:
    """It lies above the kappas of shuffled masks."""
    parts = [
        _part(
            row,
            either(row["low"] > row["null_high"], row["high"] < row["null_low"]),
            f" beside {number(row['null_low'], 3)} to {number(row['null_high'], 3)} when shuffled",
        )
        for row in _kappas(tables)
    ]
    return most(parts, "Fleiss' kappa", NONE)


def _kappas(tables: Tables) -> list[pd.Series]:
    if "stability" not in tables or "unit" not in tables["stability"]:
        return []
    rows = tables["stability"]
    rows = rows[
        (rows["statistic"] == "fleiss-kappa")
        & (rows["axis"] == "seed")
        & (rows["unit"] == "heads")
        & rows["value"].notna()
    ]
    return [row for _, row in rows.iterrows()]


def _part(row: pd.Series, verdict: Verdict, more: str = "") -> Part:
    name = str(row["task"]) if row.get("task") else str(row["step"])
    text = interval(float(row["value"]), float(row["low"]), float(row["high"])) + more
    return Part(name, verdict, text, int(row["n"]), int(row["raters"]))


SOURCE = "Prasanna et al. 2020, section 5.1"
CLAIMS.add(
    Claim(
        "pr-unstable",
        "Runs that differ in their seed keep different heads: they agree little, on most tasks.",
        SOURCE,
        low,
        "study",
    )
)
CLAIMS.add(
    Claim(
        "pr-unstable-above-chance",
        "The heads that runs keep agree more than shuffled masks do, on most tasks.",
        SOURCE,
        above_chance,
        "study",
    )
)
