"""How well neurons are matched: the whole distribution, layer by layer."""

from typing import Any

import altair as alt
import pandas as pd

from tombola.report.figures.base import Picture, enter, finished
from tombola.report.figures.encodings import tooltip, value_axis
from tombola.report.figures.layers import of_text, whose
from tombola.report.figures.panels import Panel, arrangement, grid, panel_width, round_labels
from tombola.report.figures.sources import Sources
from tombola.report.means import over_seeds
from tombola.report.parts.similarity_details import WHICH, beside
from tombola.report.reading import Tables
from tombola.report.style import SOLID, Key, shades
from tombola.report.tickets import KIND, with_kind
from tombola.report.values import seeds_of
from tombola.report.words import clip, count, pretty

AXIS_PT = 40
DETAILS = [
    "kind", "stack", "layer", "round", "sparsity", "percentile", "mean", "least", "most", "seeds",
    "n",
]  # fmt: skip


@enter(
    "matches",
    table="similarity-details",
    one_per=WHICH,
    place=10,
    caption="Deciles of the neurons' best matches in the last layer of each stack: at 10% stands "
    "the match that a tenth of the neurons do not reach. Line: mean over seeds. Where a whole line "
    "moves down, all neurons drift; where only its left end does, some are lost and others stay.",
)
def matches(tables: Tables) -> Picture | None:
    """Deciles of best matches in the last layer that is measured, by sparsity."""
    rows = with_kind(beside(tables.joined("similarity-details")))
    is_decile = rows["detail"].str.fullmatch(r"p\d+")
    rows = rows[is_decile]
    rows = rows[rows["dense_layer"] == rows.groupby("stack")["dense_layer"].transform("max")]
    if rows.empty:
        return None
    rows = rows.assign(percentile=rows["detail"].str.slice(1).astype("int64"))
    by = [*KIND, "stack", "dense_layer", "round", "percentile"]
    means = over_seeds(rows, by, "value").rename(columns={"dense_layer": "layer"})
    labels = round_labels(means)
    means["line"] = means["round"].map(labels)
    colors = shades(len(labels))
    key = Key(tuple((label, c, SOLID) for label, c in zip(labels.values(), colors, strict=True)))
    columns = arrangement(means, 3)
    low = max(0.0, float(means["mean"].min()) - 0.03)
    sources = Sources()

    def draw(panel: Panel) -> Any:
        shown = means[(means["stack"] == panel.stack) & (means["kind"] == panel.kind)]
        return _curves(sources, shown, key, (low, 1.01), columns)

    measure = clip(pretty(str(rows["measure"].iloc[0])))
    return finished(
        grid(means, columns, AXIS_PT, draw),
        sources,
        rows,
        f"how well neurons match {whose(rows)}",
        [f"{measure}{of_text(rows)}, last layer of each stack, over "
         f"{count(int(rows['n'].max()), 'token')}; colour: sparsity; line: mean over "
         f"{seeds_of(rows['seed'])}."],
        single=columns == 1,
    )  # fmt: skip


def _curves(
    sources: Sources, shown: pd.DataFrame, key: Key, ends: tuple[float, float], columns: int
) -> Any:
    base = alt.Chart(sources.add(shown, ["line", *DETAILS]))
    axis = alt.Axis(grid=False, values=[0, 25, 50, 75, 100], format="d")
    x = alt.X("percentile:Q", title="neurons below (%)", axis=axis)
    y = value_axis("best match |r|", ends)
    color = key.color(2 if columns == 1 else 6, single=columns == 1)
    line = base.mark_line(strokeWidth=1.2).encode(x, y, color)
    dots = base.mark_point(filled=True, size=11, opacity=1).encode(
        x, y, color, tooltip=tooltip(DETAILS)
    )
    return alt.layer(line, dots).properties(width=panel_width(columns, axis=AXIS_PT), height=110)
