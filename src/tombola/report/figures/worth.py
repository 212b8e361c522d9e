"""What a task loses for each bit that pruning took from pre-training."""

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from tombola.report.figures.base import Picture, enter, finished
from tombola.report.figures.encodings import tooltip
from tombola.report.figures.panels import panel_width
from tombola.report.figures.sources import Sources
from tombola.report.parts.worth import lines_of
from tombola.report.reading import Tables
from tombola.report.style import BLACK, CATEGORIES, GREY
from tombola.report.words import clip, number, pretty

AXIS_PT, ACROSS = 44, 3
DETAILS = ["task", "value", "x", "y", "model"]


@enter(
    "worth",
    table="worth",
    one_per=("step", "metric"),
    place=10,
    caption="Each dot is a model: its score on the task beside the loss of the pre-trained model "
    "it began as. Black: the line through all filled dots. Grey: lines that leave one dot out; "
    "where they fan out, the fit hangs on single dots.",
)
def worth(tables: Tables) -> Picture | None:
    """Dots and lines, a panel for each task."""
    lines = lines_of(tables)
    if lines.empty or "worth-points" not in tables:
        return None
    points = tables["worth-points"]
    points = points[points["step"].isin(lines["step"]) & points["x"].notna() & points["y"].notna()]
    if points.empty:
        return None
    tasks = list(dict.fromkeys(points["task"]))
    across = min(len(tasks), ACROSS)
    sources = Sources()
    charts = [
        _panel(sources, points[points["task"] == task], lines[lines["task"] == task], across)
        for task in tasks
    ]
    metric = pretty(clip(str(lines["metric"].iloc[0])))
    loss = pretty(clip(str(lines["loss"].iloc[0])))
    return finished(
        alt.concat(*charts, columns=across), sources,
        lines.assign(experiment=lines["step"]), "what a bit is worth",
        [f"{metric} beside {loss} of the model it began as; grey: one point left out"],
        single=across == 1,
    )  # fmt: skip


def _panel(sources: Sources, points: pd.DataFrame, lines: pd.DataFrame, across: int) -> Any:
    ends = np.array([points["x"].min(), points["x"].max()])
    rows = [
        {"x": float(x), "y": float(row["intercept"] + row["slope"] * x), "line": i,
         "whole": row["left_out"] == ""}
        for i, (_, row) in enumerate(lines[lines["slope"].notna()].iterrows()) for x in ends
    ]  # fmt: skip
    y_title = pretty(clip(str(points["metric"].iloc[0]), 24))
    x = alt.X("x:Q", title=pretty(clip(str(points["loss"].iloc[0]), 30)),
              axis=alt.Axis(grid=False, tickCount=5),
              scale=alt.Scale(zero=False, nice=False, padding=5))  # fmt: skip
    y = alt.Y("y:Q", title=y_title, scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=5))
    fits = alt.Chart(sources.add_rows(rows)).encode(x, y, detail="line:N")
    thin = fits.transform_filter("!datum.whole").mark_line(
        color=GREY, strokeWidth=0.6, opacity=0.6, clip=True
    )
    thick = fits.transform_filter("datum.whole").mark_line(color=BLACK, strokeWidth=1.2, clip=True)
    fill = alt.when("datum.fitted").then(alt.value(CATEGORIES[0])).otherwise(alt.value("white"))
    dots = alt.Chart(sources.add(points, [*DETAILS, "fitted"])).mark_point(
        size=24, strokeWidth=1, opacity=1, color=CATEGORIES[0]
    ).encode(x, y, fill=fill, tooltip=tooltip(DETAILS))  # fmt: skip
    whole = lines[lines["left_out"] == ""]
    said = "" if whole.empty else f", {number(float(whole['slope'].iloc[0]), 3)} a unit"
    title = alt.Title(
        clip(str(points["task"].iloc[0]), 24) + said, fontSize=7.5, anchor="start", offset=3
    )
    size = {"width": panel_width(across, AXIS_PT), "height": 110}
    return alt.layer(thin, thick, dots).properties(title=title, **size)
