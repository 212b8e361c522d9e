"""Paired differences on slices of the dev split, against sparsity."""

from typing import Any

import altair as alt
import pandas as pd

from tombola.report.figures.base import Picture, enter, finished
from tombola.report.figures.encodings import domain, sparsity_axis, tooltip, value_axis
from tombola.report.figures.panels import panel_width
from tombola.report.figures.sources import Sources
from tombola.report.parts.differences import against_in_words
from tombola.report.parts.slices import ALL, held
from tombola.report.reading import Tables
from tombola.report.style import BLACK, CATEGORIES, SOLID, Key, shades
from tombola.report.tickets import kinds
from tombola.report.words import clip, count, pretty

AXIS_PT = 44
APART_PT = 0.9
"""Per cent of sparsity between slices that would else hide each other."""
DETAILS = [
    "kind", "against", "slice", "round", "sparsity", "score", "difference", "difference_low",
    "difference_high", "seeds", "n", "verdict",
]  # fmt: skip


@enter(
    "slices",
    table="slices",
    one_per=("experiment", "task", "metric", "by", "against"),
    place=10,
    caption="Score of a ticket less that of the other model on the same examples of a slice, with "
    "its 95% interval. Filled: the interval is clear of zero; of twenty such intervals one is by "
    "chance. Slices stand a little apart so that they can be seen.",
)
def slices(tables: Tables) -> Picture | None:
    """What every slice lost, a panel for each kind of ticket."""
    rows = held(tables)
    rows = rows[rows["by"] != ALL]
    if rows.empty:
        return None
    order = rows.drop_duplicates("slice").sort_values("place")
    names = order["slice"].tolist()
    lines = [f"{clip(name, 30)} (n = {n:,})" for name, n in zip(names, order["n"], strict=True)]
    which = rows["slice"].map({name: i for i, name in enumerate(names)})
    rows = rows.assign(
        line=[lines[i] for i in which],
        clear=(rows["difference_low"] > 0) | (rows["difference_high"] < 0),
        percent=100 * rows["at"] + APART_PT * (which - (len(names) - 1) / 2),
    )
    ordered = bool(rows["least"].notna().all()) or len(names) > len(CATEGORIES)
    colours = shades(len(names)) if ordered else CATEGORIES
    key = Key(tuple((line, colours[i], SOLID) for i, line in enumerate(lines)))
    found = kinds(rows)
    columns = min(len(found), 3)
    axis = domain([*rows["difference_low"], *rows["difference_high"], 0.0], [0.0])
    sources = Sources()

    def draw(kind: str) -> Any:
        chart = _panel(sources, rows[rows["kind"] == kind], key, axis, columns)
        width = panel_width(columns, AXIS_PT)
        title = alt.Title(
            clip(kind), fontSize=7, anchor="start", offset=3, frame="bounds",
            limit=width + AXIS_PT,
        )  # fmt: skip
        return chart.properties(title=title, width=width, height=120)

    metric, other = pretty(str(rows["metric"].iloc[0])), str(rows["against"].iloc[0])
    return finished(
        alt.concat(*[draw(kind.name) for kind in found], columns=columns), sources, rows,
        f"what slices by {clip(str(rows['by'].iloc[0]))} lost",
        [f"{clip(metric)}, less {clip(against_in_words(other))}, up to "
         f"{count(int(rows['seeds'].max()), 'seed')}; bars: 95% intervals of paired differences"],
        single=columns == 1,
    )  # fmt: skip


def _panel(
    sources: Sources, rows: pd.DataFrame, key: Key, axis: tuple[float, float], columns: int
) -> Any:
    single = columns == 1
    color = key.color(1 if single else 2, single=single)
    base = alt.Chart(sources.add(rows, ["line", "percent", "clear", *DETAILS])).encode(
        sparsity_axis(columns, 100 * rows["at"]), color
    )
    zero = alt.Chart(sources.add_rows([{"difference": 0}])).mark_rule(
        clip=True, color=BLACK, strokeWidth=0.6
    )
    up = value_axis("difference", axis, "difference")
    bars = base.mark_rule(clip=True, strokeWidth=1.1)
    dots = base.mark_point(size=22, strokeWidth=1.2, opacity=1)
    fill = alt.when("datum.clear").then(key.color(1 if single else 2, single=single))
    return alt.layer(
        zero.encode(up),
        base.mark_line(strokeWidth=0.8, opacity=0.6).encode(up),
        bars.encode(value_axis("difference", axis, "difference_low"), alt.Y2("difference_high:Q")),
        dots.encode(up, tooltip=tooltip(DETAILS), fill=fill.otherwise(alt.value("white"))),
    )
