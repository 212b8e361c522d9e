"""Sparsity of modules and of roles against that of the whole model."""

from typing import Any

import altair as alt
import pandas as pd

from tombola.report.figures.base import Picture, enter, finished
from tombola.report.figures.encodings import sparsity_axis, tooltip
from tombola.report.figures.panels import panel_width
from tombola.report.figures.sources import Sources
from tombola.report.figures.where import ROLES
from tombola.report.modules import order, places
from tombola.report.reading import Tables
from tombola.report.shares import shares
from tombola.report.style import CATEGORIES, GREY, SOLID, Key, shades
from tombola.report.tickets import CONTROL, KIND
from tombola.report.values import seeds_of
from tombola.report.words import clip

AXIS_PT = 40
COLUMNS = 3
OTHER_ROLES = ("#332288", "#882255", "#44AA99", "#999933")
"""For roles that the usual ones leave no colour for."""
DETAILS = [
    "module", "line", "round", "sparsity", "share", "share_least", "share_most", "seeds", "n",
]  # fmt: skip
CAPTION = (
    "Share of the {what}'s prunable weights that is pruned, biases included, mean over seeds (the "
    "tooltip has the lowest and highest seed). Grey: what it would be if all lost alike. Random "
    "masks take the same share everywhere and are not drawn."
)


@enter(
    "modules",
    table="sparsity",
    one_per=("experiment", "variant", "rewind"),
    place=20,
    caption=CAPTION.format(what="layer") + " Layer 0 is nearest to the input.",
)
def modules(tables: Tables) -> Picture | None:
    """Sparsity of each layer's feed-forward part and attentions against the ticket's."""
    rows = _of_tickets(tables)
    if rows.empty:
        return None
    layers = sorted(int(layer) for layer in rows["layer"].unique())
    names = {layer: f"layer {layer}" for layer in layers}
    key = Key(tuple(zip(names.values(), shades(len(layers)), [SOLID] * len(layers), strict=True)))
    cells = shares(rows, [*KIND, "module", "layer", "round"])
    return _drawn(rows, cells.assign(line=cells["layer"].map(names)), key, "layer")


@enter(
    "roles",
    table="sparsity",
    one_per=("experiment", "variant", "rewind"),
    place=30,
    caption=CAPTION.format(what="role") + " All layers together.",
)
def roles(tables: Tables) -> Picture | None:
    """Sparsity of queries, keys, values, … of each module, all layers together."""
    rows = _of_tickets(tables)
    if rows.empty:
        return None
    found = list(dict.fromkeys(rows["role"]))
    found.sort(key=lambda role: (ROLES.index(role) if role in ROLES else len(ROLES), role))
    colours = [*CATEGORIES, *OTHER_ROLES]
    entries = [(clip(r), colours[i % len(colours)], SOLID) for i, r in enumerate(found)]
    cells = shares(rows, [*KIND, "module", "role", "round"])
    cells = cells.assign(line=[clip(role) for role in cells["role"]])
    return _drawn(rows, cells, Key(tuple(entries)), "role")


def _of_tickets(tables: Tables) -> pd.DataFrame:
    rows = places(tables)
    return rows[rows["criterion"] != CONTROL]


def _drawn(rows: pd.DataFrame, cells: pd.DataFrame, key: Key, what: str) -> Picture:
    found = order(list(dict.fromkeys(cells["module"])))
    columns = min(COLUMNS, len(found))
    width = panel_width(columns, AXIS_PT)
    top = 100 * max(float(cells["share"].max()), float(cells["sparsity"].max()))
    sources = Sources()

    def draw(module: str) -> Any:
        shown = cells[cells["module"] == module]
        title = alt.Title(
            clip(module), fontSize=7, anchor="start", offset=3, frame="bounds",
            limit=width + AXIS_PT,
        )  # fmt: skip
        chart = _panel(sources, shown, key, columns, top)
        return chart.properties(title=title, width=width, height=110)

    kind = clip(str(rows["kind"].iloc[0]))
    return finished(
        alt.concat(*[draw(module) for module in found], columns=columns), sources, rows,
        f"what each {what} lost",
        [f"Tickets by {kind}, mean over {seeds_of(rows['seed'])}; grey: all alike"],
        single=columns == 1,
    )  # fmt: skip


def _panel(sources: Sources, cells: pd.DataFrame, key: Key, columns: int, top: float) -> Any:
    cells = cells.assign(percent=100 * cells["sparsity"], pruned=100 * cells["share"])
    axis = alt.Axis(tickCount=5, format="d")
    up = alt.Y("pruned:Q", title="pruned (%)", axis=axis, scale=alt.Scale(domain=[0, top]))
    ends = cells["percent"].min(), cells["percent"].max()
    alike = sources.add_rows([{"percent": end, "pruned": end} for end in ends])
    grey = alt.Chart(alike).mark_line(color=GREY, strokeWidth=0.8, strokeDash=[3, 2])
    base = alt.Chart(sources.add(cells, ["percent", "pruned", *DETAILS])).encode(
        sparsity_axis(columns, cells["percent"]),
        up,
        key.color(6 if columns > 1 else 3, single=columns == 1),
    )
    return alt.layer(
        grey.encode(sparsity_axis(columns, cells["percent"]), up),
        base.mark_line(strokeWidth=1.1),
        base.mark_point(filled=True, size=12, opacity=1).encode(tooltip=tooltip(DETAILS)),
    )
