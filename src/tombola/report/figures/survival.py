"""Which heads and MLPs survive pruning, layer by layer."""

from typing import Any

import altair as alt

from tombola.report.figures.base import Picture, enter, finished
from tombola.report.figures.panels import Panel, arrangement, grid, panel_width
from tombola.report.figures.part_map import AXIS_PT, part_map
from tombola.report.figures.sources import Sources
from tombola.report.parts.survival import by_part, with_parts
from tombola.report.reading import Tables
from tombola.report.values import seeds_of


@enter(
    "survival",
    table="survival",
    one_per=("experiment",),
    place=10,
    caption="Each cell is one head, or in the last column the MLP, of one layer: its surviving "
    "share, mean over seeds; below it, where there is room, the standard deviation over seeds "
    "(with n − 1). Where whole heads and MLPs go, that is the share of seeds in which it survives. "
    "Layer 0 is nearest to the input. Of several rounds the last is shown.",
)
def survival(tables: Tables) -> Picture | None:
    """Layers by heads, with a column of MLPs."""
    rows = tables.joined("survival")
    if rows.empty:
        return None
    cells = with_parts(by_part(rows[rows["round"] == rows["round"].max()]))
    cells = cells.assign(place=cells["stack"])
    color = alt.Color(
        "mean:Q",
        scale=alt.Scale(scheme="viridis", domain=[0, 1]),
        legend=alt.Legend(title="surviving share", format=".0%", direction="horizontal"),
    )
    # A panel of many heads takes the whole width, lest its numbers have no room.
    columns = 1 if cells["part"].nunique() > 9 else arrangement(cells, 2)
    wide = columns == 1 and cells["part"].nunique() > 9
    width = 2 * panel_width(2, AXIS_PT) + AXIS_PT if wide else panel_width(columns, AXIS_PT)
    sources = Sources()

    def draw(panel: Panel) -> Any:
        shown = cells[(cells["stack"] == panel.stack) & (cells["kind"] == panel.kind)]
        return part_map(sources, shown, width, color, 0.6, 2, ("kind", "sparsity"))

    return finished(
        grid(cells, columns, AXIS_PT, draw),
        sources,
        rows,
        "which heads and MLPs survive",
        [f"Surviving share, mean over {seeds_of(rows['seed'])}; below it the sd over seeds"],
        single=columns == 1 and not wide,
    )
