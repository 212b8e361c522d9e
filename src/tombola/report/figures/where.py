"""Where the pruned weights were: sparsity of every matrix."""

from typing import Any

import altair as alt
import pandas as pd

from tombola.report.figures.base import Picture, enter, finished
from tombola.report.figures.encodings import tooltip
from tombola.report.figures.panels import Panel, Slider, grid, panel_width, stacks, telling
from tombola.report.figures.sources import Sources
from tombola.report.reading import Tables
from tombola.report.shares import shares
from tombola.report.style import DARK
from tombola.report.tickets import KIND, kinds, pruned, with_kind
from tombola.report.values import seeds_of

BLOCKS = ["self", "cross", "mlp"]
ROLES = ["query", "key", "value", "output", "gate", "up", "down"]
MOST_CELLS = 6000
"""With more, the figure holds the last round only and stays light."""
OUTSIDE = "outside the stacks"
AXIS_PT = 64
NUMBERED_PT = 11
"""The narrowest cell that holds a number of two digits."""
DETAILS = [
    "kind", "stack", "layer", "block", "role", "round", "sparsity", "share", "share_least",
    "share_most", "seeds", "n",
]  # fmt: skip


@enter(
    "where",
    table="sparsity",
    one_per=("experiment",),
    place=10,
    caption="Each cell is one role in one layer: the share of its prunable weights that is pruned, "
    "mean over seeds (the tooltip has the lowest and highest seed). Layer 0 is nearest to the "
    "input. The colour scale spans the round that is "
    "shown.",
)
def where(tables: Tables) -> Picture | None:
    """Sparsity by layer and role of each kind of ticket, for a chosen round."""
    rows = pruned(tables.joined("sparsity"))
    if rows.empty:
        return None
    cells = shares(with_kind(rows), [*KIND, "stack", "layer", "block", "role", "round"])
    if len(cells) > MOST_CELLS:
        cells = cells[cells["round"] == cells["round"].max()]
    cells = cells.assign(
        row=(cells["block"] + " " + cells["role"]).str.strip(),
        stack=cells["stack"].replace("", OUTSIDE),
    )
    cells, alike = telling(cells, "share")
    slider = Slider.over(cells)
    ends = _ends(cells)
    cells["dark"] = [
        share < low + DARK * (high - low)
        for share, (low, high) in zip(cells["share"], cells["round"].map(ends), strict=True)
    ]
    scale = alt.Scale(
        scheme="viridis",
        # of no rows: a kind may not have come as far as the chosen round
        domain=[slider.choose({step: ends[step][i] for step in ends}) for i in (0, 1)],
    )
    color = alt.Color(
        "share:Q",
        scale=scale,
        legend=alt.Legend(title="pruned share", format=".0%", direction="horizontal"),
    )
    columns, stacks_across = _arrangement(cells)
    width = panel_width(columns, axis=AXIS_PT)

    sources = Sources()

    def draw(panel: Panel) -> Any:
        shown = cells[(cells["stack"] == panel.stack) & (cells["kind"] == panel.kind)]
        return _map(sources, shown, width, color)

    return finished(
        grid(cells, columns, AXIS_PT, draw, stacks_across=stacks_across),
        sources,
        rows,
        "where the pruned weights were",
        [
            f"Share pruned by role and layer, mean over {seeds_of(rows['seed'])}",
            *([alike] if alike else []),
        ],
        single=columns == 1,
        slider=slider,
    )


def _ends(cells: pd.DataFrame) -> dict[int, tuple[float, float]]:
    """Where each round's colours begin and end: ten points apart at least, lest noise shine."""
    ends = {}
    for step in sorted(int(step) for step in cells["round"].unique()):
        pruned = cells.loc[cells["round"] == step, "share"]
        low, high = float(pruned.min()), float(pruned.max())
        low, high = min(low, max(0.0, (low + high) / 2 - 0.05)), max(high, (low + high) / 2 + 0.05)
        ends[step] = (round(low, 4), round(high, 4))
    return ends


def _arrangement(cells: pd.DataFrame) -> tuple[int, bool]:
    """Panels in a row, and whether stacks stand side by side: kinds do where cells stay wide."""
    across = len(kinds(cells))
    if across <= 3 and panel_width(across, AXIS_PT) / cells["layer"].nunique() >= NUMBERED_PT:
        return (across, False) if across > 1 else (min(2, len(stacks(cells))), True)
    return (2, True) if len(cells[["stack", "kind"]].drop_duplicates()) > 1 else (1, True)


def row_order(cells: pd.DataFrame) -> list[str]:
    """Rows from the attention's query to the MLP's last matrix; others after them."""

    def place(row: tuple[str, str, str]) -> tuple[int, int, str]:
        block, role, label = row
        known = BLOCKS.index(block) if block in BLOCKS else len(BLOCKS)
        return known, ROLES.index(role) if role in ROLES else len(ROLES), label

    found = cells[["block", "role", "row"]].drop_duplicates().itertuples(index=False, name=None)
    return list(dict.fromkeys(label for _, _, label in sorted(found, key=place)))


def _map(sources: Sources, cells: pd.DataFrame, width: float, color: alt.Color) -> Any:
    order = row_order(cells)
    layers = cells["layer"].nunique()
    cell = min(width / layers, 34.0)
    places = {row: i for i, row in enumerate(order)}
    cells = cells.assign(percent=100 * cells["share"], order=cells["row"].map(places))
    label = "datum.layer < 0 ? '–' : datum.layer"
    base = (
        alt.Chart(sources.add(cells, [*DETAILS, "row", "percent", "dark", "order"]))
        .transform_filter("datum.round == round")
        .transform_calculate(place=label)
        .encode(
            alt.X("place:O", title="layer", sort=alt.SortField("layer"),
                  axis=alt.Axis(labelAngle=0, labelOverlap="greedy", labelSeparation=3,
                                domain=False, ticks=False)),
            alt.Y("row:N", title=None, sort=alt.SortField("order"),
                  axis=alt.Axis(domain=False, ticks=False, labelLimit=52)),
        )
    )  # fmt: skip
    boxes = base.mark_rect(stroke="white", strokeWidth=0.5).encode(color, tooltip=tooltip(DETAILS))
    size: dict[str, Any] = {"width": cell * layers, "height": 12 * len(order)}
    if cell < NUMBERED_PT:
        return boxes.properties(**size)
    ink = alt.when(alt.datum.dark).then(alt.value("white")).otherwise(alt.value("black"))
    numbers = base.mark_text().encode(alt.Text("percent:Q", format=".0f"), color=ink)
    return alt.layer(boxes, numbers).properties(**size)
