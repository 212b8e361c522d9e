"""Paired differences: how much better or worse than another model, and how sure that is."""

from typing import Any

import altair as alt
import pandas as pd

from tombola.report.figures.base import Picture, enter, finished
from tombola.report.figures.encodings import domain, sparsity_axis, tooltip, value_axis
from tombola.report.figures.panels import panel_width
from tombola.report.figures.sources import Sources
from tombola.report.one_form import DENSE, UNPRUNED
from tombola.report.parts.differences import against_in_words, compared_scores
from tombola.report.reading import Tables
from tombola.report.style import BLACK, Key, ticket_key
from tombola.report.tickets import kinds, with_kind
from tombola.report.words import clip, count, pretty

AXIS_PT = 44
DETAILS = [
    "kind", "against", "round", "sparsity", "difference", "low", "high", "seeds", "n", "margin",
    "verdict",
]  # fmt: skip
APART_PT = 0.8
"""Per cent of sparsity between kinds of tickets that would else hide each other."""


@enter(
    "paired",
    table="differences",
    one_per=("experiment", "task", "metric"),
    place=10,
    caption="Score of a ticket less that of the other model on the same examples and seeds, with "
    "its 95% interval: over seeds and examples together, or over examples where there is one seed. "
    "Filled: the interval is clear of zero. "
    "Hollow: it holds zero. Grey band: the margin within which the study calls scores the same; "
    "a ticket matches the other where its interval stays above the band's lower edge. Kinds of "
    "tickets stand a little apart so that they can be seen.",
)
def paired(tables: Tables) -> Picture | None:
    """Paired difference by sparsity, a panel for each model compared with."""
    rows = compared_scores(tables)
    # An unpruned model that is held to another is told by the step that does so.
    whole = rows["criterion"] == DENSE
    rows = rows.assign(
        criterion=rows["criterion"].mask(whole, UNPRUNED),
        variant=rows["variant"].mask(whole, rows["step"]),
    )
    rows = with_kind(rows[rows["difference"].notna()])
    return None if rows.empty else compared(rows)


def compared(rows: pd.DataFrame) -> Picture:
    """Differences by sparsity, a panel for each model that `against` names.

    `rows` have the columns of `tickets.KIND`, `DETAILS`, and `at`, where a mark stands.
    """
    found = kinds(rows)
    names = [kind.name for kind in found]
    rows = rows.assign(
        line=rows["kind"],
        clear=(rows["low"] > 0) | (rows["high"] < 0),
        percent=100 * rows["at"]
        + APART_PT * (rows["kind"].map(names.index) - (len(names) - 1) / 2),
    )
    others = list(dict.fromkeys(rows["against"]))
    columns = min(len(others), 3)
    width = panel_width(columns, AXIS_PT)
    long = max((len(name) for name in names), default=0) > 24
    key = Key(ticket_key(found))
    across = 1 if columns == 1 else 2 if long else 4
    margins = rows["margin"].dropna()
    ends = [0.0, *(-margins), *margins]
    axis = domain([*rows["low"], *rows["high"], 0.0], ends)
    sources = Sources()

    def draw(against: str) -> Any:
        shown = rows[rows["against"] == against]
        chart = _panel(sources, shown, key, axis, columns, across)
        other = clip(against_in_words(against))
        title = alt.Title(
            f"difference from {other}", fontSize=7, anchor="start", offset=3, frame="bounds",
            limit=width + AXIS_PT,
        )  # fmt: skip
        return chart.properties(title=title, width=width, height=120)

    task, metric = clip(str(rows["task"].iloc[0])), clip(pretty(str(rows["metric"].iloc[0])))
    return finished(
        alt.concat(*[draw(other) for other in others], columns=columns), sources, rows,
        "differences on the same examples and seeds",
        [f"{metric} on {task}, {count(int(rows['n'].max()), 'example')}, up to "
         f"{count(int(rows['seeds'].max()), 'seed')}; bars: 95% intervals of paired differences"],
        single=columns == 1,
    )  # fmt: skip


def _panel(
    sources: Sources, rows: pd.DataFrame, key: Key, axis: tuple[float, float], columns: int,
    across: int,
) -> Any:  # fmt: skip
    level = ("difference", axis)
    color = key.color(across, single=columns == 1)
    dash = key.dash(across, single=columns == 1)
    base = alt.Chart(sources.add(rows, ["line", "percent", "clear", *DETAILS])).encode(
        sparsity_axis(columns, 100 * rows["at"]),
        color,
    )
    zero = alt.Chart(sources.add_rows([{"difference": 0}])).mark_rule(
        clip=True, color=BLACK, strokeWidth=0.6
    )
    drawn = [zero.encode(value_axis(*level, "difference"))]
    margin = rows["margin"].max()
    if margin == margin:
        ends = [{"low": -float(margin), "high": float(margin)}]
        band = alt.Chart(sources.add_rows(ends)).mark_rect(color="#e3e3e3")
        drawn.insert(0, band.encode(value_axis(*level, "low"), alt.Y2("high:Q")))
    lines = base.mark_line(strokeWidth=0.8, opacity=0.6)
    drawn.append(lines.encode(value_axis(*level, "difference"), dash))
    bars = base.mark_rule(clip=True, strokeWidth=1.1)
    drawn.append(bars.encode(value_axis(*level, "low"), alt.Y2("high:Q")))
    dots = base.mark_point(size=22, strokeWidth=1.2, opacity=1)
    fill = alt.when("datum.clear").then(key.color(across, single=columns == 1))
    drawn.append(dots.encode(
        value_axis(*level, "difference"), tooltip=tooltip(DETAILS),
        fill=fill.otherwise(alt.value("white")),
    ))  # fmt: skip
    return alt.layer(*drawn)
