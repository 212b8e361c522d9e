"""A map of heads and MLPs, layer by layer, with a mean and its spread in each cell."""

from typing import Any

import altair as alt
import pandas as pd

from tombola.report.figures.encodings import tooltip
from tombola.report.figures.sources import Sources

AXIS_PT = 36
NUMBERED_PT = 15
"""The narrowest cell that holds a number of two decimals."""
SPREAD_PT = 22
"""The narrowest cell that holds a mean over its spread."""
MOST_PT = 34
DETAILS = ["place", "layer", "part", "mean", "sd", "least", "most", "seeds"]


def part_map(
    sources: Sources, cells: pd.DataFrame, width: float, color: alt.Color, dark_below: float,
    places: int, more: tuple[str, ...] = (),
) -> Any:  # fmt: skip
    """Cells with `mean`, `sd`, `part` and `order` (see `parts.survival.with_parts`).

    Numbers stand in cells that are wide enough for them: the mean, below it the sd over seeds.
    """
    n_parts, n_layers = cells["part"].nunique(), cells["layer"].nunique()
    cell = min(width / n_parts, MOST_PT)
    spread = cell >= SPREAD_PT and bool(cells["sd"].notna().any())
    height = min(18.0 if spread else 12.0, 300 / n_layers)
    axis = alt.Axis(
        labelAngle=0, labelOverlap="greedy", labelSeparation=2, domain=False, ticks=False
    )
    details = [*DETAILS, *more]
    base = alt.Chart(sources.add(cells, [*details, "order"])).encode(
        alt.X("part:N", title="head", sort=alt.SortField("order"), axis=axis),
        alt.Y("layer:O", title="layer", sort="descending", axis=axis),
    )
    boxes = base.mark_rect(stroke="white", strokeWidth=0.4).encode(color, tooltip=tooltip(details))
    size: dict[str, Any] = {"width": cell * n_parts, "height": height * n_layers}
    if cell < NUMBERED_PT:
        return boxes.properties(**size)
    ink = (
        alt.when(alt.datum.mean < dark_below).then(alt.value("white")).otherwise(alt.value("black"))
    )
    numbers = base.mark_text(dy=-4 if spread else 0).encode(
        alt.Text("mean:Q", format=f".{places}f"), color=ink
    )
    layers = [boxes, numbers]
    if spread:
        below = base.mark_text(dy=4).encode(alt.Text("sd:Q", format=f".{places}f"), color=ink)
        layers.append(below)
    return alt.layer(*layers).properties(**size)
