"""What claims share about the course of a difference over the rounds."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from jaxtyping import Float

from tombola.report.reading import Tables


def chain(tables: Tables, *, criterion: str, against: tuple[str, ...]) -> pd.DataFrame:
    """The differences of one chain of tickets by rising sparsity, to the first that there is.

    By the first metric, and of the first way to rewind.
    """
    if "differences" not in tables:
        return pd.DataFrame()
    rows = tables["differences"]
    rows = rows[(rows["criterion"] == criterion) & rows["difference"].notna()]
    for other in against:
        found = rows[rows["against"] == other]
        for column in ("metric", "rewind", "step"):
            found = found[found[column] == found[column].iloc[0]] if len(found) else found
        if len(found):
            return found.drop_duplicates("sparsity").sort_values("sparsity", ignore_index=True)
    return pd.DataFrame()


def slope(sparsity: Sequence[float]) -> Float[np.ndarray, " rounds"]:
    """What each value counts for in the slope of the straight line of least squares."""
    x = np.asarray(sparsity, np.float64)
    x = x - x.mean()
    return np.asarray(x / (x**2).sum())


def contrast(
    rows: pd.DataFrame, weights: Float[np.ndarray, " rounds"]
) -> tuple[float, float, float]:
    """A weighted sum of the differences, with the ends of its 95% interval.

    Half widths of rounds add in squares, as if rounds were independent. They share seeds and
    examples, and so their errors mostly a sign: a contrast, whose weights sum to nothing, is rather
    surer than this says.
    """
    halves = (rows["high"] - rows["low"]).to_numpy() / 2
    value = float(weights @ rows["difference"].to_numpy())
    half = math.sqrt(float(((weights * halves) ** 2).sum()))
    return value, value - half, value + half
