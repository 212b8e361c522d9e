"""Importance of every head and MLP, layer by layer."""

from typing import Any

import altair as alt
import pandas as pd

from tombola.report.figures.base import Picture, enter, finished
from tombola.report.figures.encodings import tooltip
from tombola.report.figures.panels import Panel, Slider, arrangement, grid, panel_width
from tombola.report.figures.sources import Sources
from tombola.report.means import over_seeds
from tombola.report.parts.importance import WHICH, scored
from tombola.report.reading import Tables
from tombola.report.style import DARK
from tombola.report.tickets import DENSE, KIND, with_kind
from tombola.report.values import seeds_of

MOST_CELLS = 6000
"""With more, the figure holds the last round only and stays light."""
AXIS_PT = 36
NUMBERED_PT = 15
"""The narrowest cell that holds a number of two decimals."""
MLP = "MLP"
DETAILS = [
    "kind", "place", "layer", "part", "round", "sparsity", "mean", "least", "most", "seeds", "n",
]  # fmt: skip


@enter(
    "importance",
    table="importance",
    one_per=WHICH,
    place=10,
    caption="Each cell is one head, or in the last column the MLP, of one layer: its importance, "
    "normed, mean over seeds (the tooltip has the lowest and highest seed). Heads and MLPs are "
    "normed apart. Layer 0 is nearest to the input.",
)
def importance(tables: Tables) -> Picture | None:
    """Layers by heads, with a column of MLPs, for a chosen round."""
    rows = tables.joined("importance")
    rows = rows[rows["normed"].notna()]
    if rows.empty:
        return None
    # An MLP stands beside the self-attention of its layer.
    block = rows["block"].replace("mlp", "self")
    rows = rows.assign(
        stack=rows["stack"] + (" " + block).where(block != "self", ""),
        part=rows["head"].astype("string").where(rows["head"] >= 0, MLP),
    )
    by = [*KIND, "stack", "layer", "head", "part", "round"]
    cells = over_seeds(with_kind(rows), by, "normed")
    is_dense = cells["criterion"] == DENSE
    if len(cells) > MOST_CELLS:
        cells = cells[is_dense | (cells["round"] == cells["round"].max())]
    cells = cells.assign(
        place=cells["stack"],
        order=cells["head"].where(cells["head"] >= 0, cells["head"].max() + 1),
    )
    tickets = cells[cells["criterion"] != DENSE]
    slider = Slider.over(tickets) if len(tickets) else None
    low = min(0.0, float(cells["mean"].min()))
    high = max(float(cells["mean"].max()), low + 1e-3)
    color = alt.Color(
        "mean:Q",
        scale=alt.Scale(scheme="viridis", domain=[low, high]),
        legend=alt.Legend(title="importance", format=".2f", direction="horizontal", tickCount=4),
    )
    columns = arrangement(cells, 3, dense=True)
    width = panel_width(columns, axis=AXIS_PT)

    sources = Sources()

    def draw(panel: Panel) -> Any:
        shown = cells[(cells["stack"] == panel.stack) & (cells["kind"] == panel.kind)]
        return _map(sources, shown, width, color, dark_below=low + DARK * (high - low))

    return finished(
        grid(cells, columns, AXIS_PT, draw, dense=True),
        sources,
        rows,
        "importance of heads and MLPs",
        [f"By {scored(rows)}, normed, mean over {seeds_of(rows['seed'])}"],
        single=columns == 1,
        slider=slider,
    )


def _map(
    sources: Sources, cells: pd.DataFrame, width: float, color: alt.Color, dark_below: float
) -> Any:
    n_parts, n_layers = cells["part"].nunique(), cells["layer"].nunique()
    cell = min(width / n_parts, 24.0)
    axis = alt.Axis(
        labelAngle=0, labelOverlap="greedy", labelSeparation=2, domain=False, ticks=False
    )
    base = alt.Chart(sources.add(cells, [*DETAILS, "order"])).encode(
        alt.X("part:N", title="head", sort=alt.SortField("order"), axis=axis),
        alt.Y("layer:O", title="layer", sort="descending", axis=axis),
    )
    if (cells["criterion"] != DENSE).any():
        base = base.transform_filter("datum.round == round")
    boxes = base.mark_rect(stroke="white", strokeWidth=0.4).encode(color, tooltip=tooltip(DETAILS))
    size: dict[str, Any] = {"width": cell * n_parts, "height": min(12.0, 260 / n_layers) * n_layers}
    if cell < NUMBERED_PT:
        return boxes.properties(**size)
    ink = (
        alt.when(alt.datum.mean < dark_below).then(alt.value("white")).otherwise(alt.value("black"))
    )
    numbers = base.mark_text().encode(alt.Text("mean:Q", format=".2f"), color=ink)
    return alt.layer(boxes, numbers).properties(**size)
