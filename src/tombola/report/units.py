"""What a mask is counted in: weights, or heads and MLPs."""

import pandas as pd

from tombola.report.words import count

WEIGHTS = "weights"
UNITS = {
    WEIGHTS: ("weight", "weights"),
    "heads": ("head", "heads"),
    "mlps": ("MLP", "MLPs"),
    "parts": ("head or MLP", "heads and MLPs"),
}
"""One, and several, of what is counted."""


def with_unit(rows: pd.DataFrame) -> pd.DataFrame:
    """With a column `unit`: weights where a table has none."""
    return rows.assign(unit=rows.get("unit", pd.Series(WEIGHTS, rows.index)))


def counted(n: int, unit: str) -> str:
    """So many of a unit, in words: `72 heads`."""
    return count(n, *UNITS.get(unit, (unit, unit)))


def unit_first(unit: pd.Series, variant: pd.Series) -> pd.Series:
    """What masks share, in words, after the unit where that is not weights."""
    names = unit.map({name: many for name, (_, many) in UNITS.items() if name != WEIGHTS})
    opening = names.astype("string").fillna("")
    between = pd.Series(", ", unit.index).where((opening != "") & (variant != ""), "")
    return opening + between + variant
