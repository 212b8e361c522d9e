"""Chen et al. 2020: subnetworks of the pre-trained weights match the full model."""

import pandas as pd

from tombola.report.claims.claim import CLAIMS, Claim, Finding, silent, table_of
from tombola.report.claims.verdicts import Part, both, either, most
from tombola.report.conditions import within
from tombola.report.reading import Tables
from tombola.report.words import number, percent

LEAST, MOST = 0.4, 0.9


def test(tables: Tables) -> Finding:
    """On most tasks a ticket of 40 to 90% matches: by the full model's deviation, and by pairs."""
    rows = table_of(tables, "matching")
    rows = None if rows is None else within(rows, LEAST, MOST, "sparsity")
    if rows is None or rows.empty:
        return silent("no tickets of 40 to 90% sparsity held to the full model by a rule")
    rows = rows[rows["criterion"] != "random"]

    def half(rule: str) -> Finding:
        own = rows[rows["rule"] == rule]
        parts = [_part(str(task), each) for task, each in own.groupby("task", sort=False)]
        return most(parts, "sparsest that matches", "not asked")

    return both({
        "within the full model's standard deviation": half("full-sd"),
        "by paired differences": half("paired"),
    })  # fmt: skip


def _part(task: str, rows: pd.DataFrame) -> Part:
    matching = rows[rows["answer"] == "matches"]
    verdict = either(len(matching) > 0, bool((rows["answer"] == "falls short").all()))
    text = f"none of {len(rows)}"
    if len(matching):
        row = matching.sort_values("sparsity").iloc[-1]
        allowed = number(float(row["allowed"]), 3)
        gap = number(float(row["gap"]), 3)
        text = f"{percent(float(row['sparsity']))} (gap {gap}, allowed −{allowed})"
    return Part(task, verdict, text, len(rows), int(rows["seeds"].min()))


CLAIMS.add(
    Claim(
        "ch-exist",
        "At 40 to 90% sparsity there are subnetworks of the pre-trained weights that match the "
        "full model, one way or the other.",
        "Chen et al. 2020, abstract and Table 2 (whose deviation is meant is not said)",
        test,
        "study",
    )
)
