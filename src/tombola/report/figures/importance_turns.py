"""How importance of heads is spread at each turn of a loop that takes them away."""

from typing import Any

import altair as alt
import pandas as pd

from tombola.report.figures.base import Picture, enter, finished
from tombola.report.figures.panels import panel_width
from tombola.report.figures.sources import Sources
from tombola.report.parts.pruned_parts import BINS, bars, histogram, left
from tombola.report.reading import Tables
from tombola.report.style import BLACK, CATEGORIES
from tombola.report.values import seeds_of
from tombola.report.words import clip

MOST = 8
"""Turns that are shown; later ones hold few heads."""
ACROSS, AXIS_PT = 4, 30


@enter(
    "importance-turns",
    table="pruned-parts",
    one_per=("experiment", "step"),
    place=10,
    caption="Heads that survive at each turn by their importance, normed, in 24 bins; mean over "
    "seeds. Turn 0 is before anything goes. A broken line for each seed is the lowest importance "
    "that the next turn keeps: what lies left of it goes.",
)
def importance_turns(tables: Tables) -> Picture | None:
    """A histogram for each turn."""
    rows = tables.joined("pruned-parts")
    shown = left(rows)
    if shown.empty:
        return None
    turns = sorted(shown["pruning"].unique())[:MOST]
    cells, cuts = histogram(shown), bars(rows)
    columns = min(len(turns), ACROSS)
    width = panel_width(max(columns, 2), AXIS_PT)
    top = float(cells.loc[cells["pruning"].isin(turns), "heads"].max())
    sources = Sources()
    charts = [_turn(sources, cells, cuts, int(turn), width, top) for turn in turns]
    return finished(
        alt.concat(*charts, columns=columns),
        sources,
        rows,
        f"importance of heads, turn by turn, {clip(str(rows['step'].iloc[0]))}",
        [f"Surviving heads in {BINS} bins, mean over {seeds_of(shown['seed'])}; broken line: what "
         "lies left of it goes next"],
        single=columns < 3,
    )  # fmt: skip


def _turn(
    sources: Sources, cells: pd.DataFrame, cuts: pd.DataFrame, turn: int, width: float, top: float
) -> Any:
    of, lines = cells[cells["pruning"] == turn], cuts[cuts["pruning"] == turn]
    x = alt.X("from:Q", title="importance, normed", axis=alt.Axis(tickCount=4, grid=False))
    y = alt.Y("heads:Q", title="heads", scale=alt.Scale(domain=[0, top]),
              axis=alt.Axis(tickCount=4))  # fmt: skip
    boxes = (
        alt.Chart(sources.add(of.assign(floor=0), ["from", "to", "heads", "floor"]))
        .mark_rect(color=CATEGORIES[0], stroke="white", strokeWidth=0.3)
        .encode(x, alt.X2("to:Q"), y, alt.Y2("floor:Q"), tooltip=[
            alt.Tooltip("from:Q", format=".3f"), alt.Tooltip("to:Q", format=".3f"),
            alt.Tooltip("heads:Q", format=".2f"),
        ])
    )  # fmt: skip
    drawn = [boxes]
    if len(lines):
        rule = alt.Chart(sources.add(lines, ["bar"])).mark_rule(
            clip=True, color=BLACK, strokeWidth=0.8, strokeDash=[3, 2]
        )
        drawn.append(rule.encode(alt.X("bar:Q", title="importance, normed")))
    title = alt.Title(f"turn {turn}", fontSize=7.5, offset=3, anchor="start", frame="bounds")
    return alt.layer(*drawn).properties(width=width, height=80, title=title)
