"""Magnitudes of a matrix as a picture, with the boundaries of its heads."""

from typing import Any

import altair as alt
import pandas as pd

from tombola.report.figures.base import Picture, enter, finished
from tombola.report.figures.sources import Sources
from tombola.report.reading import Tables
from tombola.report.style import DOUBLE_PT
from tombola.report.words import clip, count

AXIS_PT, HEIGHT = 40, 150


@enter(
    "magnitude-map",
    table="magnitude-maps",
    one_per=("experiment", "model", "stack", "block", "role"),
    place=10,
    caption="Mean magnitude of weights in each cell: across, channels head by head, white lines "
    "between heads; down, what the matrix reads. Whether what looks like bands is more than chance "
    "says the table `head-bands`.",
)
def magnitude_map(tables: Tables) -> Picture | None:
    """A heat map."""
    rows = tables.joined("magnitude-maps")
    if rows.empty:
        return None
    per_head = int(rows["column"].max()) + 1
    heads, n_rows = int(rows["head"].max()) + 1, int(rows["row"].max()) + 1
    cells = rows.assign(
        left=rows["head"] * per_head + rows["column"], top=rows["row"],
        right=rows["head"] * per_head + rows["column"] + 1, bottom=rows["row"] + 1,
    )  # fmt: skip
    sources = Sources()
    charts = [
        alt.layer(
            _cells(sources, cells[cells["layer"] == layer], per_head, heads, n_rows),
            _lines(sources, per_head, heads),
        ).properties(
            width=DOUBLE_PT - AXIS_PT - 20, height=HEIGHT,
            title=alt.Title(f"layer {layer}", fontSize=7.5, anchor="start", offset=3),
        )
        for layer in sorted(cells["layer"].unique())
    ]  # fmt: skip
    row = rows.iloc[0]
    what = f"{clip(str(row['role']), 20)}, {clip(str(row['stack']), 20)}"
    return finished(
        alt.concat(*charts, columns=1), sources, rows, f"magnitudes of {what}",
        [f"Mean |w| in cells; {count(heads, 'head')}, white lines between them"],
    )  # fmt: skip


def _cells(
    sources: Sources, cells: pd.DataFrame, per_head: int, heads: int, n_rows: int
) -> Any:  # fmt: skip
    ticks = [per_head * (head + 0.5) for head in range(heads)]
    axis = alt.Axis(values=ticks, labelExpr=f"floor(datum.value / {per_head})", grid=False,
                    ticks=False)  # fmt: skip
    scale = alt.Scale(domain=[0, per_head * heads], nice=False)
    x = alt.X("left:Q", title="head", axis=axis, scale=scale)
    y = alt.Y("top:Q", title="what it reads", axis=alt.Axis(labels=False, ticks=False, grid=False),
              scale=alt.Scale(domain=[n_rows, 0], nice=False))  # fmt: skip
    color = alt.Color(
        "value:Q", scale=alt.Scale(scheme="viridis", zero=True),
        legend=alt.Legend(title="mean |w|", direction="horizontal", tickCount=4),
    )  # fmt: skip
    columns = ["left", "right", "top", "bottom", "value", "head"]
    details = [alt.Tooltip("head:Q"), alt.Tooltip("value:Q", format=".4f")]
    return alt.Chart(sources.add(cells, columns)).mark_rect().encode(
        x, alt.X2("right:Q"), y, alt.Y2("bottom:Q"), color, tooltip=details
    )  # fmt: skip


def _lines(sources: Sources, per_head: int, heads: int) -> Any:
    rows = [{"left": head * per_head} for head in range(1, heads)]
    return alt.Chart(sources.add_rows(rows)).mark_rule(color="white", strokeWidth=1).encode(
        alt.X("left:Q")
    )  # fmt: skip
