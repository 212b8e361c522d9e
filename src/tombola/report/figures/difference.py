"""What a ticket's layers lost or gained for a probe."""

from typing import Any

import altair as alt
import pandas as pd

from tombola.report.figures.base import Picture, enter, finished
from tombola.report.figures.encodings import tooltip
from tombola.report.figures.panels import panel_width, round_labels
from tombola.report.figures.sources import Sources
from tombola.report.figures.task_panels import TaskPanel, in_a_row, task_grid
from tombola.report.means import over_seeds
from tombola.report.probing import MIX, TASK, once
from tombola.report.reading import Tables
from tombola.report.style import DIVERGING
from tombola.report.tickets import DENSE, KIND, with_kind
from tombola.report.values import seeds_of
from tombola.report.words import clip, listed, pretty

AXIS_PT = 44
STRONG = 0.6
"""Share of the largest difference beyond which a cell is dark."""
DETAILS = [
    "kind", "stack", "layer", "round", "sparsity", "difference", "ticket", "dense", "seeds", "n",
    "paired",
]  # fmt: skip


@enter(
    "difference",
    table="probes",
    one_per=("experiment", "by"),
    place=20,
    caption="Probe score of the ticket less that of the dense model, same layer, means over seeds; "
    "a panel for each task. White is exactly zero; orange is lost, blue is gained; the scale is "
    "symmetric. A triangle marks cells whose paired difference has a 95% interval without zero, up "
    "where the ticket is better; plus and minus say the sign of all others. Without paired "
    "differences there are no triangles, and a cell alone shows no difference.",
)
def difference(tables: Tables) -> Picture | None:
    """Probe score of tickets less dense, by layer and sparsity, task by task."""
    rows = with_kind(tables.joined("probes"))
    rows = once(rows[rows["value"].notna() & ~rows["redrawn"] & (rows["layer"] != MIX)])
    if rows.empty:
        return None
    means = over_seeds(rows, [*TASK, *KIND, "stack", "layer", "round"], "value")
    cells = _paired(_differences(means), tables)
    if cells.empty:
        return None
    cells["label"] = cells["round"].map(round_labels(cells))
    reach = max(float(cells["difference"].abs().max()), 1e-3)
    cells["strong"] = cells["difference"].abs() > STRONG * reach
    color = alt.Color(
        "difference:Q",
        scale=alt.Scale(domain=[-reach, -reach / 2, 0, reach / 2, reach], range=DIVERGING[::-1],
                        interpolate="rgb"),
        legend=alt.Legend(title="ticket less dense", format="+.2~g", direction="horizontal",
                          values=[-reach, 0, reach],
                          labelExpr="datum.value == 0 ? '0' : datum.label"),
    )  # fmt: skip
    columns = in_a_row(cells)
    dots = (
        "; triangle: the paired interval is clear of zero" if cells["paired"].ne("").any() else ""
    )
    sources = Sources()

    def draw(panel: TaskPanel) -> Any:
        return _map(sources, panel.of(cells), panel_width(columns, axis=AXIS_PT), color)

    tasks, metrics = cells["asked"].unique(), [clip(pretty(m)) for m in cells["metric"].unique()]
    what = f"for {clip(pretty(str(tasks[0])))}" if len(tasks) == 1 else f"for {len(tasks)} tasks"
    by = clip(str(rows["by"].iloc[0]))
    return finished(
        task_grid(cells, columns, AXIS_PT, draw),
        sources,
        rows,
        f"what {by} probes {what} lost",
        [f"{listed(metrics)}, ticket less dense, means over {seeds_of(rows['seed'])}{dots}"],
        single=columns == 1,
    )  # fmt: skip


def _differences(means: pd.DataFrame) -> pd.DataFrame:
    place = ["asked", "metric", "stack", "layer"]
    dense = means[means["kind"] == DENSE][[*place, "mean"]]
    tickets = means[means["kind"] != DENSE]
    both = tickets.merge(dense, on=place, suffixes=("", "_dense"))
    return both.assign(
        difference=both["mean"] - both["mean_dense"],
        ticket=both["mean"].round(4),
        dense=both["mean_dense"].round(4),
    )


def _paired(cells: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    """The verdict of each cell's paired difference from dense; empty where there is none."""
    place = ["variant", "rewind", "round", "asked", "metric", "stack", "layer"]
    if "probe-differences" not in tables:
        return cells.assign(paired="")
    rows = tables.joined("probe-differences")
    same = (rows["which"] == "layer") & (rows["model"] != rows["against"]) & (rows["beside"] == "")
    rows = rows[same].drop_duplicates(place).rename(columns={"verdict": "paired"})
    return cells.merge(rows[[*place, "paired"]], on=place, how="left").fillna({"paired": ""})


def _map(sources: Sources, cells: pd.DataFrame, width: float, color: alt.Color) -> Any:
    order = cells.drop_duplicates("round").sort_values("round", ascending=False)["label"]
    axis = alt.Axis(
        labelAngle=0, labelOverlap="greedy", labelSeparation=3, domain=False, ticks=False
    )
    base = alt.Chart(sources.add(cells, [*DETAILS, "label", "strong"])).encode(
        alt.X("layer:O", title="layer (0: embedding output)", axis=axis),
        alt.Y("label:O", title="sparsity", sort=list(order), axis=axis),
    )
    boxes = base.mark_rect(stroke="#dddddd", strokeWidth=0.4).encode(
        color, tooltip=tooltip(DETAILS)
    )
    # hue alone tells no sign in grey, or to an eye that has few hues
    ink = alt.when("datum.strong").then(alt.value("white")).otherwise(alt.value("black"))
    clear = "(datum.paired == 'above' || datum.paired == 'below')"
    up = alt.ExprRef("datum.difference > 0 ? 'triangle-up' : 'triangle-down'")
    marks = base.transform_filter(clear).mark_point(
        size=16, filled=True, opacity=1, shape=up
    ).encode(fill=ink)  # fmt: skip
    signs = base.transform_filter(f"!{clear} && datum.difference != 0").mark_text(
        fontSize=7, text=alt.ExprRef("datum.difference > 0 ? '+' : '−'")
    )
    return alt.layer(boxes, marks, signs.encode(color=ink)).properties(
        width=width, height=13 * len(order)
    )
