"""Tickets of one task, trained on another: the matrix of tasks by the tickets' own tasks."""

from typing import Any

import altair as alt
import pandas as pd

from tombola.report.figures.base import Picture, enter, finished
from tombola.report.figures.encodings import tooltip
from tombola.report.figures.panels import Slider
from tombola.report.figures.sources import Sources
from tombola.report.means import over_seeds
from tombola.report.reading import Tables
from tombola.report.style import DIVERGING, DOUBLE_PT, SINGLE_PT
from tombola.report.tickets import DENSE, rewound_in_words
from tombola.report.values import seeds_of
from tombola.report.words import clip, decimals, listed, pretty

LABEL_PT, CELL_PT = 84.0, 44.0
DETAILS = [
    "task", "source_task", "criterion", "rewind", "round", "sparsity", "metric", "mean", "least",
    "most", "low", "high", "dense", "seeds", "n",
]  # fmt: skip


@enter(
    "transfer",
    table="scores",
    one_per=(),
    place=20,
    caption="Each cell is the score of a ticket that was drawn on one task (column) and trained on "
    "another (row), mean over seeds; the diagonal is a ticket on its own task. Colour is the score "
    "less that of the task's dense model, as a share of the metric's scale: orange is worse, blue "
    "is better. A cell alone shows no difference; the tooltip has the 95% interval of one seed.",
)
def transfer(tables: Tables) -> Picture | None:
    """Score of tickets by the task they were drawn on and the task they were trained on."""
    every = tables.joined("scores")
    every = every[every["score"].notna()]
    if "source_task" not in every or every["source_task"].eq("").all():
        return None
    rows = every[every["source_task"] != ""]
    by = ["criterion", "rewind", "task", "metric", "source_task", "round"]
    dense = every[every["criterion"] == DENSE].groupby(["task", "metric"])["score"].mean()
    cells = over_seeds(rows, by, "score").merge(
        dense.rename("dense").reset_index(), on=["task", "metric"], how="left"
    )
    slider = Slider.over(cells)
    places = cells.groupby("metric")["mean"].transform(decimals)
    cells["text"] = [f"{v:.{p}f}" for v, p in zip(cells["mean"], places, strict=True)]
    # A metric on a scale of 100 has one decimal.
    scale = places.map({1: 100.0, 3: 1.0})
    cells["gain"] = ((cells["mean"] - cells["dense"]) / scale).fillna(0.0)
    reach = max(float(cells["gain"].abs().max()), 1e-3)
    color = alt.Color(
        "gain:Q",
        scale=alt.Scale(domain=[-reach, -reach / 2, 0, reach / 2, reach], range=DIVERGING[::-1],
                        interpolate="rgb"),
        legend=alt.Legend(title="less dense (share of the scale)", format="+.2~g",
                          direction="horizontal", values=[-reach, 0, reach],
                          labelExpr="datum.value == 0 ? '0' : datum.label"),
    )  # fmt: skip
    sources = Sources()
    panels = cells[["criterion", "rewind"]].drop_duplicates()
    side = CELL_PT * cells["source_task"].nunique()
    columns = max(1, min(len(panels), int(DOUBLE_PT // (side + LABEL_PT))))
    width = SINGLE_PT if columns == 1 else DOUBLE_PT
    side = min(side, (width - 10 * (columns - 1)) / columns - LABEL_PT)

    def draw(criterion: str, rewind: str) -> Any:
        shown = cells[(cells["criterion"] == criterion) & (cells["rewind"] == rewind)]
        title = alt.Title(clip(f"{criterion}, {rewound_in_words(rewind)}"), fontSize=7.5, offset=3,
                          anchor="start", frame="bounds")  # fmt: skip
        return _map(sources, shown, side, color, reach).properties(title=title)

    charts = [draw(*panel) for panel in panels.itertuples(index=False, name=None)]
    metrics = listed([clip(pretty(metric)) for metric in cells["metric"].unique()])
    return finished(
        alt.concat(*charts, columns=columns), sources, rows.assign(experiment="transfer"),
        "tickets of one task, trained on another",
        [f"{metrics}; rows: task trained on; columns: task the ticket was drawn on; "
         f"means over {seeds_of(rows['seed'])}"],
        single=columns == 1, slider=slider,
    )  # fmt: skip


def _map(
    sources: Sources, cells: pd.DataFrame, width: float, color: alt.Color, reach: float
) -> Any:
    axis = alt.Axis(domain=False, ticks=False, labelLimit=int(LABEL_PT - 16))
    order = list(dict.fromkeys(cells["task"]))
    sources_order = sorted(
        dict.fromkeys(cells["source_task"]), key=lambda t: order.index(t) if t in order else 99
    )
    across, fits = axis.copy(), max(map(len, sources_order)) * 4 < width / len(sources_order)
    across.labelAngle = 0 if fits else -40
    base = (
        alt.Chart(sources.add(cells, [*DETAILS, "gain", "text"]))
        .transform_filter("datum.round == round")
        .encode(
            alt.X("source_task:N", title="ticket drawn on", sort=sources_order,
                  axis=across),
            alt.Y("task:N", title="trained on", sort=order, axis=axis),
        )
    )  # fmt: skip
    boxes = base.mark_rect(stroke="#dddddd", strokeWidth=0.4).encode(
        color, tooltip=tooltip(DETAILS)
    )
    ink = (
        alt.when(f"abs(datum.gain) > {0.6 * reach}")
        .then(alt.value("white"))
        .otherwise(alt.value("black"))
    )
    numbers = base.mark_text().encode(alt.Text("text:N"), color=ink)
    return alt.layer(boxes, numbers).properties(width=width, height=24 * len(order))
