"""Whether two studies of one recipe, done on different devices, say the same."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from tombola.errors import UserError

NEAR = 1e-3
"""Of a float32 number of one device, how far that of another may be, absolutely or of its size.

For what is computed of equal weights, and for short trainings. Rounding grows as training goes on,
so that a long one ends in other weights, as another seed's does: its scores then are to be compared
with their intervals.
"""
NOT_COMPARED = frozenset({"signature", "facts", "reads", "versions", "mask"})
"""Columns that name devices or hash every bit."""


def disagreements(one: Path, other: Path, near: float = NEAR) -> list[str]:
    """Where the tables of two studies' folders differ by more than `near`, a line for each column.

    Texts, truth values and whole numbers must be equal; where a number is not defined it must not
    be in both. Rows are compared in their order, which is the plan's. Raises UserError for a folder
    without tables.
    """
    mine, theirs = _tables(one), _tables(other)
    found = [f"{name}: in one of them alone" for name in sorted({*mine} ^ {*theirs})]
    for name in sorted({*mine} & {*theirs}):
        a, b = pd.read_parquet(mine[name]), pd.read_parquet(theirs[name])
        if list(a.columns) != list(b.columns) or len(a) != len(b):
            found.append(f"{name}: {a.shape} and {b.shape} rows and columns, or other columns")
            continue
        for column in a.columns:
            if column not in NOT_COMPARED and (said := _differ(a[column], b[column], near)):
                found.append(f"{name}.{column}: {said}")
    return found


def _tables(folder: Path) -> dict[str, Path]:
    found = {path.stem: path for path in (folder / "tables").glob("*.parquet")}
    if not found:
        raise UserError(f"{folder}: no tables of a study there")
    return found


def _differ(a: "pd.Series[Any]", b: "pd.Series[Any]", near: float) -> str:
    """How two columns differ; empty where they agree."""
    if is_numeric_dtype(a) and not is_bool_dtype(a) and a.dtype.kind == "f":
        x, y = a.to_numpy(np.float64), b.to_numpy(np.float64)
        far = ~np.isclose(x, y, rtol=near, atol=near, equal_nan=True)
        if not far.any():
            return ""
        return f"{far.sum()} of {len(x)} numbers, the first {x[far][0]:g} and {y[far][0]:g}"
    unequal = (a.astype("string").fillna("") != b.astype("string").fillna("")).to_numpy(bool)
    if not unequal.any():
        return ""
    first = int(unequal.argmax())
    return f"{unequal.sum()} of {len(a)} rows, the first {a.iloc[first]} and {b.iloc[first]}"
