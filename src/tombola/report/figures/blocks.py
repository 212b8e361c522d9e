"""Which blocks lose more than their share."""

from typing import Any

import altair as alt

from tombola.report.figures.base import Picture, enter, finished
from tombola.report.figures.encodings import domain, sparsity_axis, tooltip, value_axis
from tombola.report.figures.panels import Panel, arrangement, grid, panel_width, telling
from tombola.report.figures.sources import Sources
from tombola.report.reading import Tables
from tombola.report.shares import shares
from tombola.report.style import BLACK, CATEGORIES, SOLID, Key
from tombola.report.tickets import KIND, pruned, with_kind
from tombola.report.values import seeds_of

NAMES = {"self": "self-attention", "cross": "cross-attention", "mlp": "MLP"}
AXIS_PT = 40
DETAILS = ["kind", "stack", "block", "round", "sparsity", "share", "relative", "seeds", "n"]


@enter(
    "blocks",
    table="sparsity",
    one_per=("experiment",),
    place=20,
    caption="Pruned share of a block's weights less the pruned share of all prunable weights, in "
    "percentage points. Above zero the block loses more than its share. Line: mean over seeds; "
    "band: lowest to highest seed.",
)
def blocks(tables: Tables) -> Picture | None:
    """Sparsity of self-attention, cross-attention and MLP against the whole ticket's."""
    rows = pruned(tables.joined("sparsity"))
    rows = rows[rows["stack"] != ""]
    if rows.empty:
        return None
    by = shares(with_kind(rows), [*KIND, "stack", "block", "round"])
    by = by.assign(
        line=[NAMES.get(block, block) for block in by["block"]],
        percent=100 * by["sparsity"],
        mean=100 * (by["share"] - by["sparsity"]),
        low=100 * (by["share_least"] - by["sparsity"]),
        high=100 * (by["share_most"] - by["sparsity"]),
        relative=by["share"] - by["sparsity"],
    )
    # A known block has the same colour in every study.
    by, alike = telling(by, "relative")
    order = [*NAMES.values(), *sorted(set(by["line"]) - set(NAMES.values()))]
    colors = {name: CATEGORIES[i % len(CATEGORIES)] for i, name in enumerate(order)}
    found = set(by["line"])
    key = Key(tuple((name, colors[name], SOLID) for name in order if name in found))
    columns = arrangement(by, 3)
    axis = domain([*by["low"], *by["high"], -1.0, 1.0], [])

    sources = Sources()

    def draw(panel: Panel) -> Any:
        shown = by[(by["stack"] == panel.stack) & (by["kind"] == panel.kind)]
        fields = ["line", "percent", "mean", "low", "high", *DETAILS]
        base = alt.Chart(sources.add(shown, fields)).encode(
            sparsity_axis(columns, by["percent"]),
            key.color(2 if columns == 1 else 4, single=columns == 1),
        )
        level = ("points vs. whole ticket", axis)
        y = value_axis(*level)
        band = base.mark_area(opacity=0.18).encode(value_axis(*level, "low"), alt.Y2("high:Q"))
        line = base.mark_line(strokeWidth=1.3, point=alt.OverlayMarkDef(size=12, filled=True))
        zero = alt.Chart(sources.add_rows([{"mean": 0}])).mark_rule(
            clip=True, color=BLACK, strokeWidth=0.6
        )
        drawn = alt.layer(zero.encode(y), band, line.encode(y, tooltip=tooltip(DETAILS)))
        return drawn.properties(width=panel_width(columns, axis=AXIS_PT), height=95)

    seeds = seeds_of(rows["seed"])
    return finished(
        grid(by, columns, AXIS_PT, draw), sources, rows,
        "which blocks lose more than their share",
        [f"Block sparsity less overall sparsity; lines are means over {seeds}, bands their range",
         *([alike] if alike else [])],
        single=columns == 1,
    )  # fmt: skip
