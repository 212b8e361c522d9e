"""The data of a chart, held once, however many marks show it."""

import math
from typing import Any

import altair as alt
import pandas as pd

from tombola.report.facets import FACETS


class Sources:
    """Named rows of a chart.

    Altair copies a chart at every step of its making; rows that stand beside it are not copied.
    """

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {}

    def add(self, frame: pd.DataFrame, columns: list[str]) -> alt.NamedData:
        """Keep these columns as JSON values: five decimals, None for NaN and what is missing."""
        # what a reader may narrow charts to travels with every row that has it
        columns = list(dict.fromkeys([*columns, *(c for c in FACETS if c in frame)]))
        rows = [
            {column: _plain(cell) for column, cell in zip(columns, row, strict=True)}
            for row in frame[columns].itertuples(index=False, name=None)
        ]
        return self.add_rows(rows)

    def add_rows(self, rows: list[dict[str, Any]]) -> alt.NamedData:
        """Keep rows that are JSON values already."""
        name = f"data{len(self.rows)}"
        self.rows[name] = rows
        return alt.NamedData(name)


def _plain(cell: Any) -> Any:
    if isinstance(cell, str):
        return cell
    if cell is pd.NA:
        return None
    if hasattr(cell, "item"):
        cell = cell.item()
    if isinstance(cell, float):
        return round(cell, 5) if math.isfinite(cell) else None
    return cell
