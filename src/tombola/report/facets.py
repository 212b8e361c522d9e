"""By what a reader may narrow all charts of a page."""

import pandas as pd

FACETS = ("study", "task", "seed", "criterion", "rewind", "round")
"""Columns by which a reader may narrow all charts; rows of charts carry those that they have."""


def facets_of(rows: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """The values of each facet in a table's rows, in order; empty ones say nothing."""
    found = {}
    for name in FACETS:
        if name in rows:
            values = [str(value) for value in rows[name].dropna().unique() if str(value)]
            found[name] = tuple(dict.fromkeys(values))
    return {name: values for name, values in found.items() if values}
