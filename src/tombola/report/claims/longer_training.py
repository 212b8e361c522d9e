"""Prasanna et al. 2020: longer training does not bring bad subnetworks up to good ones."""

import pandas as pd

from tombola.report.claims.claim import CLAIMS, Claim, Finding
from tombola.report.claims.verdicts import below, both, by_task, margin, most
from tombola.report.reading import Tables
from tombola.report.subnetworks import BAD, GOOD, RETRAINED, STRUCTURED, chosen, pairs


def test(tables: Tables) -> Finding:
    """Bad, trained longest, gains less than the margin, and stays below good trained as usual."""
    rows = chosen(
        pairs(tables), of_state=RETRAINED, of_method=STRUCTURED, of_choose=BAD, of_folded=False,
        of_redrawn=False, to_state=RETRAINED, to_method=STRUCTURED, to_folded=False,
        to_redrawn=False,
    )  # fmt: skip
    rows = _longest(rows[rows["of_length"] > rows["to_length"]] if len(rows) else rows)
    gain = by_task(chosen(rows, to_choose=BAD), lambda row: below(margin(row)))
    behind = by_task(chosen(rows, to_choose=GOOD), lambda row: below())
    return both({
        "no gain": most(
            gain, "longest less usual training",
            "no paired differences of bad subnetworks to themselves, trained for less",
        ),
        "still behind": most(
            behind, "bad, trained longest, less good",
            "no paired differences of bad subnetworks, trained longer, to good ones",
        ),
    })  # fmt: skip


def _longest(rows: pd.DataFrame) -> pd.DataFrame:
    if rows.empty:
        return rows
    return rows[rows["of_length"] == rows.groupby("task")["of_length"].transform("max")]


CLAIMS.add(
    Claim(
        "pr-longer",
        "Longer training does not bring bad heads and MLPs up to good ones.",
        "Prasanna et al. 2020, appendix D and Fig. 16",
        test,
        "study",
    )
)
