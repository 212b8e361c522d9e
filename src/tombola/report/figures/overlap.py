"""What survives in both of two masks, beside what chance gives."""

from typing import Any

import altair as alt
import pandas as pd

from tombola.report.figures.base import Picture, enter, finished
from tombola.report.figures.encodings import tooltip
from tombola.report.figures.panels import Slider, panel_width
from tombola.report.figures.sources import Sources
from tombola.report.parts.overlap import pairs
from tombola.report.reading import Tables
from tombola.report.units import counted
from tombola.report.words import clip, listed, pretty

AXIS_PT = 74
CELL_PT = 34.0
DETAILS = [
    "variant", "a", "b", "round", "sparsity", "jaccard", "expected_jaccard",
    "expected_jaccard_by_tensor", "n", "seeds",
]  # fmt: skip
FOUND, CHANCE = "found", "by chance, with as many survivors in each tensor"


@enter(
    "overlap",
    table="overlap",
    one_per=("experiment", "axis"),
    place=10,
    caption="Jaccard index of what survives in two masks (weights, or heads or MLPs where a title "
    "says so): how many survive in both, of those that survive in either; mean over seeds where "
    "there are several. Beside it: what two independent masks would share that keep as many in "
    "each tensor as these do. Only what lies above that is agreement on single ones. The colour "
    "scale is the same for both.",
)
def overlap(tables: Tables) -> Picture | None:
    """Jaccard index of all pairs along an axis, and its expectation."""
    rows = pairs(tables.joined("overlap"))
    rows = rows[rows["jaccard"].notna()]
    if rows.empty:
        return None
    slider = Slider.over(rows.assign(at=rows["sparsity"]))
    labels = _order(rows)
    both = pd.concat([rows, rows.rename(columns={"a": "b", "b": "a"})])
    top = max(float(both[["jaccard", "chance"]].max().max()), 1e-3)
    color = alt.Color(
        "shown:Q",
        scale=alt.Scale(scheme="viridis", domain=[0, top]),
        legend=alt.Legend(title="Jaccard", format=".2f", direction="horizontal", tickCount=4),
    )
    side = min(panel_width(2, AXIS_PT), CELL_PT * len(labels))
    sources = Sources()

    def draw(variant: str, what: str) -> Any:
        shown = both[both["variant"] == variant]
        shown = shown.assign(shown=shown["jaccard" if what == FOUND else "chance"])
        title = alt.Title(what, subtitle=clip(variant), fontSize=7.5, subtitleFontSize=7, offset=3,
                          anchor="start", frame="bounds", subtitlePadding=1,
                          limit=panel_width(2, AXIS_PT) + AXIS_PT)  # fmt: skip
        return _map(sources, shown, labels, side, color, 0.6 * top).properties(title=title)

    variants = list(dict.fromkeys(rows["variant"]))
    charts = [draw(variant, what) for variant in variants for what in (FOUND, CHANCE)]
    axis = pretty(str(rows["axis"].iloc[0])).replace("_", " ")
    seeds = int(rows["seeds"].max())
    among = [
        counted(int(of["n"].max()), str(unit)) for unit, of in rows.groupby("unit", sort=False)
    ]
    return finished(
        alt.concat(*charts, columns=2), sources, rows, f"what survives in both, by {clip(axis)}",
        [f"Jaccard index of survivors among {listed(among)}"
         f"{f', mean over {seeds} seeds' if seeds > 1 else ''}"],
        slider=slider,
    )  # fmt: skip


def _order(rows: pd.DataFrame) -> list[str]:
    found = list(dict.fromkeys([*rows["a"], *rows["b"]]))
    try:
        return sorted(found, key=float)
    except ValueError:
        return found


def _map(
    sources: Sources, cells: pd.DataFrame, labels: list[str], side: float, color: alt.Color,
    dark_below: float,
) -> Any:  # fmt: skip
    axis = alt.Axis(domain=False, ticks=False, labelLimit=58, title=None)
    across = axis.copy()
    across.labelAngle = 0 if max(map(len, labels)) * 4 < side / len(labels) else -40
    base = (
        alt.Chart(sources.add(cells, [*DETAILS, "shown"]))
        .transform_filter("datum.round == round")
        .encode(
            alt.X("b:N", sort=labels, scale=alt.Scale(domain=labels), axis=across),
            alt.Y("a:N", sort=labels, scale=alt.Scale(domain=labels), axis=axis),
        )
    )
    boxes = base.mark_rect(stroke="white", strokeWidth=0.5).encode(color, tooltip=tooltip(DETAILS))
    size = {"width": side, "height": side}
    if side / len(labels) < 15:
        return boxes.properties(**size)
    ink = (
        alt.when(alt.datum.shown < dark_below)
        .then(alt.value("white"))
        .otherwise(alt.value("black"))
    )
    numbers = base.mark_text().encode(alt.Text("shown:Q", format=".2f"), color=ink)
    return alt.layer(boxes, numbers).properties(**size)
