"""Every dense layer against every sparse layer."""

from typing import Any

import altair as alt
import pandas as pd

from tombola.report.figures.base import Picture, enter, finished
from tombola.report.figures.encodings import tooltip
from tombola.report.figures.layers import of_text
from tombola.report.figures.panels import Panel, Slider, arrangement, grid, panel_width
from tombola.report.figures.sources import Sources
from tombola.report.means import over_seeds
from tombola.report.reading import Tables
from tombola.report.tickets import DENSE, KIND, with_kind
from tombola.report.values import seeds_of
from tombola.report.words import clip, number, pretty

MOST_CELLS = 6000
"""With more, the figure holds the last round only and stays light."""
AXIS_PT = 36
DETAILS = [
    "kind", "stack", "dense_layer", "sparse_layer", "round", "sparsity", "mean", "least", "most",
    "low", "high", "seeds", "n", "noise_floor",
]  # fmt: skip


@enter(
    "matrix",
    table="similarity",
    one_per=("experiment", "measure", "text", "beside"),
    place=20,
    caption="Each cell compares a layer of the dense model with a layer of the ticket, mean over "
    "seeds; 0 is the embedding output. The tooltip has the seeds' range, the 95% interval of one "
    "seed and the noise floor. The colour scale is the same for every round.",
)
def matrix(tables: Tables) -> Picture | None:
    """Similarity of all pairs of layers, for a chosen round."""
    rows = tables.joined("similarity")
    rows = rows[(rows["criterion"] != DENSE) & rows["value"].notna()]
    if rows.empty:
        return None
    by = [*KIND, "stack", "dense_layer", "sparse_layer", "round"]
    cells = over_seeds(with_kind(rows), by, "value")
    if len(cells) > MOST_CELLS:
        cells = cells[cells["round"] == cells["round"].max()]
    slider = Slider.over(cells)
    low = min(float(cells["mean"].min()), 1.0)
    high = max(float(cells["mean"].max()), low + 1e-3)
    measure = clip(pretty(str(rows["measure"].iloc[0])))
    color = alt.Color(
        "mean:Q",
        scale=alt.Scale(scheme="viridis", domain=[low, high]),
        legend=alt.Legend(title=measure, format=".2f", direction="horizontal", tickCount=4),
    )
    columns = arrangement(cells, 3)
    side = min(panel_width(columns, axis=AXIS_PT), 150.0)

    sources = Sources()

    def draw(panel: Panel) -> Any:
        shown = cells[(cells["stack"] == panel.stack) & (cells["kind"] == panel.kind)]
        return _map(sources, shown, side, color, dark_below=low + 0.6 * (high - low))

    spread = float((cells["most"] - cells["least"]).max())
    return finished(
        grid(cells, columns, AXIS_PT, draw),
        sources,
        rows,
        f"{clip(str(rows['beside'].iloc[0]) or DENSE)} layers against sparse layers",
        [f"{measure}{of_text(rows)}, mean over {seeds_of(rows['seed'])} "
         f"(largest spread in a cell: {number(spread, 3)})"],
        single=columns == 1,
        slider=slider,
    )  # fmt: skip


def _map(
    sources: Sources, cells: pd.DataFrame, side: float, color: alt.Color, dark_below: float
) -> Any:
    axis = alt.Axis(
        labelAngle=0, labelOverlap="greedy", labelSeparation=3, domain=False, ticks=False
    )
    base = (
        alt.Chart(sources.add(cells, DETAILS))
        .transform_filter("datum.round == round")
        .encode(
            alt.X("sparse_layer:O", title="layer of the ticket", axis=axis),
            alt.Y("dense_layer:O", title="layer of dense", sort="descending", axis=axis),
        )
    )
    boxes = base.mark_rect(stroke="white", strokeWidth=0.4).encode(color, tooltip=tooltip(DETAILS))
    if cells["dense_layer"].nunique() > 7:
        return boxes.properties(width=side, height=side)
    ink = (
        alt.when(alt.datum.mean < dark_below).then(alt.value("white")).otherwise(alt.value("black"))
    )
    numbers = base.mark_text().encode(alt.Text("mean:Q", format=".2f"), color=ink)
    return alt.layer(boxes, numbers).properties(width=side, height=side)
