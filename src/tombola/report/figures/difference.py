"""What a ticket's layers lost or gained for a probe."""

from typing import Any

import altair as alt
import pandas as pd

from tombola.report.figures.base import Picture, enter, finished
from tombola.report.figures.encodings import tooltip
from tombola.report.figures.panels import Panel, arrangement, grid, panel_width, round_labels
from tombola.report.figures.sources import Sources
from tombola.report.means import over_seeds
from tombola.report.reading import Tables
from tombola.report.style import DIVERGING
from tombola.report.tickets import DENSE, KIND, with_kind
from tombola.report.values import seeds_of
from tombola.report.words import clip, pretty

AXIS_PT = 44
DETAILS = [
    "kind", "stack", "layer", "round", "sparsity", "difference", "ticket", "dense", "seeds", "n",
    "paired",
]  # fmt: skip


@enter(
    "difference",
    table="probes",
    one_per=("experiment", "probe", "metric"),
    place=20,
    caption="Probe score of the ticket less that of the dense model, same layer, means over seeds. "
    "White is exactly zero; orange is lost, blue is gained; the scale is symmetric. A dot marks "
    "cells whose paired difference has a 95% interval without zero; without paired differences "
    "there are no dots, and a cell alone shows no difference.",
)
def difference(tables: Tables) -> Picture | None:
    """Probe score of tickets less dense, by layer and sparsity."""
    rows = with_kind(tables.joined("probes"))
    rows = rows[rows["value"].notna()]
    if rows.empty:
        return None
    means = over_seeds(rows, [*KIND, "stack", "layer", "round"], "value")
    cells = _paired(_differences(means), tables, rows)
    if cells.empty:
        return None
    cells["label"] = cells["round"].map(round_labels(cells))
    reach = max(float(cells["difference"].abs().max()), 1e-3)
    color = alt.Color(
        "difference:Q",
        scale=alt.Scale(domain=[-reach, -reach / 2, 0, reach / 2, reach], range=DIVERGING[::-1],
                        interpolate="rgb"),
        legend=alt.Legend(title="ticket less dense", format="+.2~g", direction="horizontal",
                          values=[-reach, 0, reach],
                          labelExpr="datum.value == 0 ? '0' : datum.label"),
    )  # fmt: skip
    columns = arrangement(cells, 3)
    metric, name = str(rows["metric"].iloc[0]), pretty(str(rows["probe"].iloc[0]))

    dots = "; dot: the paired interval is clear of zero" if cells["paired"].ne("").any() else ""
    sources = Sources()

    def draw(panel: Panel) -> Any:
        shown = cells[(cells["stack"] == panel.stack) & (cells["kind"] == panel.kind)]
        return _map(sources, shown, panel_width(columns, axis=AXIS_PT), color)

    return finished(
        grid(cells, columns, AXIS_PT, draw),
        sources,
        rows,
        f"what the tickets lost for {clip(name)}",
        [f"{clip(pretty(metric))}, ticket less dense, means over {seeds_of(rows['seed'])}{dots}"],
        single=columns == 1,
    )  # fmt: skip


def _differences(means: pd.DataFrame) -> pd.DataFrame:
    dense = means[means["kind"] == DENSE][["stack", "layer", "mean"]]
    tickets = means[means["kind"] != DENSE]
    both = tickets.merge(dense, on=["stack", "layer"], suffixes=("", "_dense"))
    return both.assign(
        difference=both["mean"] - both["mean_dense"],
        ticket=both["mean"].round(4),
        dense=both["mean_dense"].round(4),
    )


def _paired(cells: pd.DataFrame, tables: Tables, rows: pd.DataFrame) -> pd.DataFrame:
    """The verdict of each cell's paired difference from dense; empty where there is none."""
    place = ["variant", "rewind", "round", "stack", "layer"]
    if "differences" not in tables or not {"probe", "stack", "layer"} <= set(tables["differences"]):
        return cells.assign(paired="")
    paired = tables.joined("differences")
    same = (paired["probe"] == rows["probe"].iloc[0]) & (paired["metric"] == rows["metric"].iloc[0])
    paired = paired[same & (paired["against"] == DENSE)].drop_duplicates(place)
    paired = paired.rename(columns={"verdict": "paired"})[[*place, "paired"]]
    return cells.merge(paired, on=place, how="left").fillna({"paired": ""})


def _map(sources: Sources, cells: pd.DataFrame, width: float, color: alt.Color) -> Any:
    order = cells.drop_duplicates("round").sort_values("round", ascending=False)["label"]
    axis = alt.Axis(
        labelAngle=0, labelOverlap="greedy", labelSeparation=3, domain=False, ticks=False
    )
    base = alt.Chart(sources.add(cells, [*DETAILS, "label"])).encode(
        alt.X("layer:O", title="layer (0: embedding output)", axis=axis),
        alt.Y("label:O", title="sparsity", sort=list(order), axis=axis),
    )
    boxes = base.mark_rect(stroke="#dddddd", strokeWidth=0.4).encode(
        color, tooltip=tooltip(DETAILS)
    )
    dots = base.transform_filter("datum.paired == 'above' || datum.paired == 'below'").mark_circle(
        size=7, color="black", opacity=1
    )
    return alt.layer(boxes, dots).properties(width=width, height=13 * len(order))
