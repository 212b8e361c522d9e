"""Movva & Zhao 2020: fewer directions explain the final layers of sparser tickets."""

import numpy as np
import pandas as pd

from tombola.report.claims.claim import CLAIMS, Claim, Finding
from tombola.report.claims.layerwise import of_tickets, over_seeds, slope
from tombola.report.claims.verdicts import below, both
from tombola.report.reading import Tables

SHARE = 0.8
ABOUT = {"mean": "centred", "zero": "not centred"}


def test(tables: Tables) -> Finding:
    """The slope of log k over sparsity is below 0, in every stack, centred and not."""
    rows = of_tickets(tables, "complexity")
    if len(rows):
        rows = rows[(rows["measure"] == "k") & (rows["given"] == SHARE) & rows["value"].notna()]
        rows = rows[rows["layer"] == rows.groupby("stack")["layer"].transform("max")]
        rows = rows.assign(log=np.log(rows["value"]))
    what = "slope over sparsity of the log of directions that hold 80%"
    if rows.empty:
        return over_seeds(rows, _slope, below(), what)
    return both({
        f"{stack}, {ABOUT.get(str(about), about)}": over_seeds(own, _slope, below(), what)
        for (stack, about), own in rows.groupby(["stack", "about"], sort=False)
    })  # fmt: skip


def _slope(rows: pd.DataFrame) -> float:
    return slope(rows, "log")


CLAIMS.add(
    Claim(
        "mz-simpler",
        "Fewer singular vectors explain 80% of the final layers of sparser tickets.",
        "Movva & Zhao 2020, section 5.3 and Fig. A7",
        test,
    )
)
