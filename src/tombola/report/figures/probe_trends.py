"""How the scores of tasks change with sparsity, one kind of probe beside the other."""

from typing import Any

import altair as alt
import pandas as pd

from tombola.report.figures.base import Picture, enter, finished
from tombola.report.figures.encodings import domain, tooltip
from tombola.report.figures.panels import panel_width
from tombola.report.figures.sources import Sources
from tombola.report.parts.probe_trends import best_trends
from tombola.report.reading import Tables
from tombola.report.style import BLACK, CATEGORIES
from tombola.report.words import clip, count, listed, percent

AXIS_PT = 96
DETAILS = [
    "task", "group", "by", "sort", "change", "low", "high", "over", "seeds", "replicates", "texts",
    "least", "most",
]  # fmt: skip


@enter(
    "probe-trends",
    table="probe-trends",
    one_per=("experiment", "variant", "rewind"),
    place=10,
    caption="Change of each task's score from the least to the most sparse model, along the line "
    "of least squares through all of them, each at its best layer, with its 95% interval over runs "
    "and texts. Grey band: the margin within which a task counts as invariant. A task is degrading "
    "or improving where its interval is clear of zero and not within the band, undecided "
    "elsewhere.",
)
def probe_trends(tables: Tables) -> Picture | None:
    """Changes with intervals, tasks sorted, linear beside wider probes."""
    rows = best_trends(tables)
    if rows.empty:
        return None
    order = list(rows.sort_values(["place", "change"])["task"].drop_duplicates())
    kinds = sorted(rows["by"].unique(), key=lambda by: (by != "linear", by))
    sources, width = Sources(), panel_width(min(len(kinds), 2), AXIS_PT)
    margin = float(rows["band"].max())
    ends = domain([*rows["low"].fillna(rows["change"]), *rows["high"].fillna(rows["change"]), 0.0],
                  [-margin, margin])  # fmt: skip

    def draw(by: str) -> Any:
        color = CATEGORIES[kinds.index(by) % len(CATEGORIES)]
        title = alt.Title(clip(by), fontSize=7.5, anchor="start", offset=3, frame="bounds")
        shown = rows[rows["by"] == by]
        chart = _panel(sources, shown, order, ends, margin, color)
        return chart.properties(title=title, width=width, height=12 * len(order))

    most = count(int(rows["models"].max()), "model")
    between = f"{percent(rows['least'].min())} and {percent(rows['most'].max())}"
    return finished(
        alt.concat(*map(draw, kinds), columns=2),
        sources,
        rows,
        "how tasks change with sparsity",
        [f"{most} between {between} sparsity; bars: 95% intervals over "
         f"{listed(sorted(rows['over'].unique()))}; best layers by the score that decided when a "
         "probe stops"],
        single=len(kinds) == 1,
    )  # fmt: skip


def _panel(
    sources: Sources, rows: pd.DataFrame, order: list[str], ends: tuple[float, float],
    margin: float, color: str,
) -> Any:  # fmt: skip
    scale = alt.Scale(domain=list(ends), nice=False, zero=False)
    x = alt.X("change:Q", title="change of score", scale=scale, axis=alt.Axis(tickCount=4))
    y = alt.Y("task:N", title=None, sort=order, axis=alt.Axis(labelLimit=AXIS_PT - 8, grid=True))
    band = alt.Chart(sources.add_rows([{"low": -margin, "high": margin}])).mark_rect(
        color="#e3e3e3"
    )
    zero = alt.Chart(sources.add_rows([{"change": 0}])).mark_rule(color=BLACK, strokeWidth=0.6)
    base = alt.Chart(sources.add(rows, DETAILS)).encode(y)
    bars = base.mark_rule(clip=True, strokeWidth=1.2, color=color).encode(
        alt.X("low:Q", scale=scale, title="change of score"), alt.X2("high:Q")
    )
    dots = base.mark_point(size=24, filled=True, opacity=1, color=color).encode(
        x, tooltip=tooltip(DETAILS)
    )
    return alt.layer(
        band.encode(alt.X("low:Q", scale=scale, title="change of score"), alt.X2("high:Q")),
        zero.encode(x), bars, dots,
    )  # fmt: skip
