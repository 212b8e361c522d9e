"""What two claims share: similarity to dense falls with sparsity, most in higher layers."""

from collections.abc import Sequence

import pandas as pd

from tombola.report.claims.claim import Finding
from tombola.report.claims.layerwise import MAGNITUDE, beside, of_tickets, over_seeds, slope
from tombola.report.claims.verdicts import below, both
from tombola.report.reading import Tables


def falls(tables: Tables, measures: Sequence[str], **more: Finding) -> Finding:
    """Two halves for each stack: all layers fall together, and upper ones more than lower."""
    rows = of_tickets(tables, "similarity", measures=measures, maps=("between",))
    rows = beside(rows[rows["criterion"] == MAGNITUDE]) if len(rows) else rows
    halves: dict[str, Finding] = {}
    stacks = list(rows["stack"].unique()) if len(rows) else [""]
    for stack in stacks:
        own = rows[rows["stack"] == stack] if stack else rows
        named = f"{stack}: " if stack else ""
        halves[f"{named}with sparsity"] = over_seeds(own, slope, below(), "slope over sparsity")
        halves[f"{named}most in higher layers"] = over_seeds(
            own, _upper_less_lower, below(), "slope of the upper half of layers less the lower's"
        )
    return both(halves | more)


def _upper_less_lower(rows: pd.DataFrame) -> float:
    upper = rows["dense_layer"] > rows["dense_layer"].max() / 2
    return slope(rows[upper]) - slope(rows[~upper])
