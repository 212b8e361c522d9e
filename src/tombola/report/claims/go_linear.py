"""Gordon et al. 2020: what a task loses is linear in what pre-training lost."""

import pandas as pd

from tombola.report.claims.claim import CLAIMS, Claim, Finding
from tombola.report.claims.verdicts import Part, either, interval, most
from tombola.report.reading import Tables
from tombola.report.words import number

LINEAR = 0.9
"""Share of the variance that a line must account for; published fits reach .97 to .99."""


def test(tables: Tables) -> Finding:
    """A falling line accounts for 90% of the variance, and falls whichever point is left out."""
    none = "no line of scores by the loss of pre-training"
    if "worth" not in tables:
        return most([], none=none)
    rows = tables["worth"]
    by = ["step", "task", *([c for c in ("seed", "start") if c in rows])]
    return most([_part(own) for _, own in rows.groupby(by, sort=False)], "slope", none)


def _part(rows: pd.DataFrame) -> Part:
    whole = rows[rows["left_out"] == ""].iloc[0]
    others = rows[rows["left_out"] != ""]
    slope, low, high = (float(whole[c]) for c in ("slope", "low", "high"))
    hangs = bool((others["high"] >= 0).any()) or others["slope"].isna().any()
    held = high < 0 and float(whole["r2"]) >= LINEAR and not hangs
    reach = f"{number(others['slope'].min(), 3)} to {number(others['slope'].max(), 3)}"
    text = (
        f"{interval(slope, low, high)}, r² {number(float(whole['r2']), 2)}, with one point left "
        f"out {reach}"
    )
    verdict = either(held, low > 0 or float(whole["r2"]) < LINEAR / 2)
    return Part(str(whole["task"]), verdict, text, int(whole["n"]))


CLAIMS.add(
    Claim(
        "go-linear",
        "The score of released models is linear in the loss that pruning left in pre-training.",
        "Gordon, Duh & Andrews 2020, section 4.2, Fig. 2 (their fits hang on one point)",
        test,
        "study",
    )
)
