"""What share of a layer the strongest directions hold."""

from typing import Any

import altair as alt
import pandas as pd

from tombola.report.figures.base import Picture, enter, finished
from tombola.report.figures.encodings import tooltip, value_axis
from tombola.report.figures.panels import Panel, arrangement, grid, panel_width, round_labels
from tombola.report.figures.sources import Sources
from tombola.report.means import over_seeds
from tombola.report.parts.complexity import WHICH, about, last_layers
from tombola.report.reading import Tables
from tombola.report.style import BLACK, SOLID, Key, shades
from tombola.report.tickets import DENSE, KIND, with_kind
from tombola.report.values import seeds_of
from tombola.report.words import count

AXIS_PT = 40
DETAILS = [
    "kind",
    "stack",
    "layer",
    "round",
    "sparsity",
    "k",
    "mean",
    "least",
    "most",
    "seeds",
    "n",
]


@enter(
    "explained",
    table="complexity",
    one_per=WHICH,
    place=10,
    caption="Share of the sum of squares of the last layer's representations that the k strongest "
    "directions hold: centred, that is the variance; not centred, the first direction is mostly "
    "the mean. Line: mean over seeds; black: the dense model. With fewer tokens than dimensions "
    "the curve is too high.",
)
def explained(tables: Tables) -> Picture | None:
    """Curves of explained shares for the last layer of each stack, by sparsity."""
    rows = last_layers(with_kind(tables.joined("complexity")))
    rows = rows[(rows["measure"] == "explained") & rows["value"].notna()]
    tickets = rows[rows["criterion"] != DENSE]
    if tickets.empty:
        return None
    rows = rows.assign(k=rows["given"].astype("int64"))
    means = over_seeds(rows, [*KIND, "stack", "layer", "round", "k"], "value")
    dense = means["criterion"] == DENSE
    labels = round_labels(means[~dense])
    means["line"] = means["round"].map(labels).where(~dense, DENSE)
    colors = shades(len(labels))
    entries = [(label, c, SOLID) for label, c in zip(labels.values(), colors, strict=True)]
    key = Key(((DENSE, BLACK, SOLID), *entries))
    columns = arrangement(means, 3)
    sources = Sources()

    def draw(panel: Panel) -> Any:
        shown = means[(means["stack"] == panel.stack) & ((means["kind"] == panel.kind) | dense)]
        return _curves(sources, shown, key, columns)

    short = " Some have fewer tokens than dimensions." if (rows["note"] != "").any() else ""
    return finished(
        grid(means, columns, AXIS_PT, draw),
        sources,
        rows,
        f"what the strongest directions hold ({about(rows)})",
        [f"Last layer of each stack, {count(int(rows['n'].max()), 'token')}; colour: sparsity; "
         f"line: mean over {seeds_of(rows['seed'])}.{short}"],
        single=columns == 1,
    )  # fmt: skip


def _curves(sources: Sources, shown: pd.DataFrame, key: Key, columns: int) -> Any:
    base = alt.Chart(sources.add(shown, ["line", *DETAILS]))
    axis = alt.Axis(grid=False, tickCount=4, format="d")
    x = alt.X("k:Q", title="directions", axis=axis, scale=alt.Scale(type="log", nice=False))
    y = value_axis("share held", (0.0, 1.0))
    color = key.color(2 if columns == 1 else 6, single=columns == 1)
    line = base.mark_line(strokeWidth=1.2).encode(x, y, color)
    dots = base.mark_point(filled=True, size=9, opacity=1).encode(
        x, y, color, tooltip=tooltip(DETAILS)
    )
    return alt.layer(line, dots).properties(width=panel_width(columns, axis=AXIS_PT), height=110)
