"""How many rows of attention have nearly all on one token, layer by layer."""

from typing import Any

from tombola.report.figures.base import Picture, enter, finished
from tombola.report.figures.encodings import domain
from tombola.report.figures.layers import AXIS_PT, curves, of_text
from tombola.report.figures.panels import Panel, arrangement, grid, round_labels
from tombola.report.figures.sources import Sources
from tombola.report.means import over_seeds
from tombola.report.parts.attention_peaks import ROWS
from tombola.report.reading import Tables
from tombola.report.style import SOLID, Key, shades
from tombola.report.tickets import KIND, with_kind
from tombola.report.values import seeds_of

DETAILS = [
    "kind", "stack", "layer", "round", "sparsity", "mean", "least", "most", "low", "high", "seeds",
    "n",
]  # fmt: skip


@enter(
    "peaks",
    table="attention-peaks",
    one_per=("experiment", "text", "rows"),
    place=10,
    caption="Share of a layer's rows of attention, all heads together, whose highest weight is "
    "above the bar; cross is the decoder's attention to the encoder. Line: mean over seeds; band: "
    "95% interval of one seed over sentences. Rows that see one position only are peaked whatever "
    "was learned.",
)
def attention_peaks(tables: Tables) -> Picture | None:
    """The share by layer and sparsity."""
    rows = with_kind(tables.joined("attention-peaks"))
    rows = rows[(rows["layer"] > 0) & (rows["head"] == -1) & rows["share"].notna()]
    if rows.empty:
        return None
    means = over_seeds(rows, [*KIND, "stack", "layer", "round"], "share")
    labels = round_labels(means)
    means["line"] = means["round"].map(labels)
    colors = shades(len(labels))
    key = Key(tuple((label, c, SOLID) for label, c in zip(labels.values(), colors, strict=True)))
    columns = arrangement(means, 3, dense=True)
    low, high = domain([*means["low"], *means["high"]], [])
    axis = (max(0.0, low), min(1.0, high))
    sources = Sources()

    def draw(panel: Panel) -> Any:
        shown = means[(means["stack"] == panel.stack) & (means["kind"] == panel.kind)]
        return curves(sources, shown, [], key, ("share of rows", axis), columns, DETAILS)

    way = ROWS.get(str(rows["rows"].iloc[0]), str(rows["rows"].iloc[0]))
    return finished(
        grid(means, columns, AXIS_PT, draw, dense=True),
        sources,
        rows,
        f"attention with over {rows['bar'].iloc[0]:g} on one token",
        [f"Of {way}{of_text(rows)}; colour: sparsity; line: mean over {seeds_of(rows['seed'])}; "
         "band: 95% interval of one."],
        single=columns == 1,
    )  # fmt: skip
