"""What models had learned of their training examples when training ended."""

import pandas as pd

from tombola.report.reading import Tables

TAIL = 0.1
"""Share of a course, its end, over which its last loss is averaged: one batch's is noisy."""


def last_losses(tables: Tables) -> pd.DataFrame:
    """Mean loss over the last tenth of each training: columns `model`, `loss`."""
    rows = tables["training-losses"]
    end = rows.groupby("model")["done"].transform("max")
    start = rows.groupby("model")["done"].transform("min")
    late = rows[rows["done"] >= end - TAIL * (end - start)]
    return late.groupby("model", sort=False)["loss"].mean().reset_index()
