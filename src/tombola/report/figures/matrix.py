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
from tombola.report.parts.similarity import sparse
from tombola.report.reading import Tables
from tombola.report.style import DARK
from tombola.report.tickets import DENSE, KIND, with_kind
from tombola.report.values import seeds_of
from tombola.report.words import clip, number, pretty

MOST_CELLS = 6000
"""With more, the figure holds the last round only and stays light."""
AXIS_PT = 36
NAMES = ("layer of the ticket", "layer of dense")
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
    rows = sparse(tables.joined("similarity"))
    rows = rows[rows["value"].notna()]
    if rows.empty:
        return None
    by = [*KIND, "stack", "dense_layer", "sparse_layer", "round"]
    cells = over_seeds(with_kind(rows), by, "value")
    if len(cells) > MOST_CELLS:
        cells = cells[cells["round"] == cells["round"].max()]
    slider = Slider.over(cells)
    measure = clip(pretty(str(rows["measure"].iloc[0])))
    color, dark_below = color_of(cells, measure)
    columns = arrangement(cells, 3)
    side = min(panel_width(columns, axis=AXIS_PT), 150.0)

    sources = Sources()

    def draw(panel: Panel) -> Any:
        shown = cells[(cells["stack"] == panel.stack) & (cells["kind"] == panel.kind)]
        data = sources.add(shown, DETAILS)
        return layer_map(data, shown, side, color, dark_below, NAMES)

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


def color_of(cells: pd.DataFrame, title: str) -> tuple[alt.Color, float]:
    """The colour of means, the same in every panel, and below what it is dark."""
    low = min(float(cells["mean"].min()), 1.0)
    high = max(float(cells["mean"].max()), low + 1e-3)
    color = alt.Color(
        "mean:Q",
        scale=alt.Scale(scheme="viridis", domain=[low, high]),
        legend=alt.Legend(title=title, format=".2f", direction="horizontal", tickCount=4),
    )
    return color, low + DARK * (high - low)


def layer_map(
    data: alt.NamedData,
    cells: pd.DataFrame,
    side: float,
    color: alt.Color,
    dark_below: float,
    names: tuple[str, str],
    *,
    still: bool = False,
) -> Any:
    """Layers by layers, named along x and y; `still` shows all cells, whatever the round."""
    axis = alt.Axis(
        labelAngle=0, labelOverlap="greedy", labelSeparation=3, domain=False, ticks=False
    )
    base = alt.Chart(data).encode(
        alt.X("sparse_layer:O", title=names[0], axis=axis),
        alt.Y("dense_layer:O", title=names[1], sort="descending", axis=axis),
    )
    if not still:
        base = base.transform_filter("datum.round == round")
    boxes = base.mark_rect(stroke="white", strokeWidth=0.4).encode(color, tooltip=tooltip(DETAILS))
    if cells["dense_layer"].nunique() > 7:
        return boxes.properties(width=side, height=side)
    ink = (
        alt.when(alt.datum.mean < dark_below).then(alt.value("white")).otherwise(alt.value("black"))
    )
    numbers = base.mark_text().encode(alt.Text("mean:Q", format=".2f"), color=ink)
    return alt.layer(boxes, numbers).properties(width=side, height=side)
