"""All layers of all models against one another."""

import json
from typing import Any

import altair as alt
import pandas as pd

from tombola.report.figures.base import Picture, enter, finished
from tombola.report.figures.encodings import tooltip
from tombola.report.figures.layers import of_text
from tombola.report.figures.matrix import color_of
from tombola.report.figures.panels import panel_width, stacks
from tombola.report.figures.sources import Sources
from tombola.report.means import over_seeds
from tombola.report.reading import Tables
from tombola.report.tickets import DENSE, kinds, with_kind
from tombola.report.values import seeds_of
from tombola.report.words import clip, percent, pretty

MOST_MODELS = 6
"""With more, every second round is shown, as in Movva & Zhao 2020, Figs A9 to A11."""
GAP = 0.6
"""Between models, in layers."""
AXIS_PT = 40
DETAILS = ["one", "dense_layer", "other", "sparse_layer", "mean", "least", "most", "seeds", "n"]


@enter(
    "pairs",
    table="similarity",
    one_per=("experiment", "measure", "text"),
    place=40,
    caption="Every square compares all layers of two models, from the first on, left to right and "
    "upwards; models stand by sparsity, 0% is dense. On the diagonal a model is beside itself. "
    "Each pair of models is compared once. Mean over seeds.",
)
def all_layers(tables: Tables) -> Picture | None:
    """Where pairs of tickets were compared too: dense and tickets of the first kind."""
    rows = tables.joined("similarity")
    if "map" not in rows or not (rows["map"] == "pairs").any():
        return None
    placed = _placed(with_kind(rows), tables)
    if placed.empty:
        return None
    rounds = sorted(set(placed["round_one"]) | set(placed["round_other"]))
    if len(rounds) > MOST_MODELS:
        rounds = rounds[::2]
        both = placed["round_one"].isin(rounds) & placed["round_other"].isin(rounds)
        placed = placed[both]
    names = {
        int(str(step)): percent(float(of.mean()))
        for end in ("one", "other")
        for step, of in placed.groupby(f"round_{end}")[f"sparsity_{end}"]
    }
    by = ["stack", "round_one", "round_other", "dense_layer", "sparse_layer"]
    cells = over_seeds(placed, by, "value")
    cells = cells.assign(one=cells["round_one"].map(names), other=cells["round_other"].map(names))
    measure = clip(pretty(str(rows["measure"].iloc[0])))
    color, _ = color_of(cells, measure)
    shown = stacks(cells)
    columns = min(3, len(shown))
    side = min(panel_width(columns, AXIS_PT), 200.0)
    sources = Sources()
    charts = [
        _map(sources, cells[cells["stack"] == stack], rounds, names, color, side).properties(
            title=clip(stack)
        )
        for stack in shown
    ]
    return finished(
        alt.concat(*charts, columns=columns),
        sources,
        placed,
        "all layers of all models against one another",
        [f"{measure}{of_text(rows)}, mean over {seeds_of(placed['seed'])}; "
         f"{clip(str(placed['ticket_kind'].iloc[0]))}"],
        single=columns == 1,
    )  # fmt: skip


def _placed(rows: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    """Rows between dense and tickets of the first kind, with the rounds of both models."""
    found = kinds(rows)
    if not found:
        return rows.iloc[:0]
    first = found[0].name
    seen = with_kind(tables.joined("models")).drop_duplicates("model")
    about = seen.set_index("model")[["kind", "criterion", "round", "sparsity"]]
    one = about.reindex(rows["against"]).set_axis(rows.index)
    is_own = [(frame["kind"] == first) | (frame["criterion"] == DENSE) for frame in (one, rows)]
    rows = rows.assign(
        round_one=one["round"], sparsity_one=one["sparsity"], round_other=rows["round"],
        sparsity_other=rows["sparsity"], ticket_kind=first,
    )  # fmt: skip
    rows = rows[is_own[0] & is_own[1] & rows["value"].notna() & (rows["dense_layer"] > 0)
                & (rows["sparse_layer"] > 0)]  # fmt: skip
    place = ["seed", "stack", "against", "model", "dense_layer", "sparse_layer"]
    return rows.drop_duplicates(place)


def _map(
    sources: Sources,
    cells: pd.DataFrame,
    rounds: list[int],
    names: dict[int, str],
    color: alt.Color,
    side: float,
) -> Any:
    depth = int(max(cells["dense_layer"].max(), cells["sparse_layer"].max()))
    start = {step: round(i * (depth + GAP), 3) for i, step in enumerate(rounds)}
    x = cells["round_other"].map(start) + cells["sparse_layer"] - 1
    y = cells["round_one"].map(start) + cells["dense_layer"] - 1
    drawn = cells.assign(x=x, x2=x + 1, y=y, y2=y + 1)
    middles = {f"{first + depth / 2:.4g}": names[step] for step, first in start.items()}
    axis = alt.Axis(
        values=[float(middle) for middle in middles], grid=False, ticks=False, domain=False,
        labelExpr=f"{json.dumps(middles)}[toString(datum.value)]", labelOverlap=False,
        labelAngle=0,
    )  # fmt: skip
    scale = alt.Scale(domain=[0, len(rounds) * (depth + GAP) - GAP], nice=False)
    chart = alt.Chart(sources.add(drawn, ["x", "x2", "y", "y2", *DETAILS]))
    return (
        chart.mark_rect()
        .encode(
            alt.X("x:Q", title="sparsity", axis=axis, scale=scale), alt.X2("x2:Q"),
            alt.Y("y:Q", title="sparsity", axis=axis, scale=scale), alt.Y2("y2:Q"),
            color, tooltip=tooltip(DETAILS),
        )
        .properties(width=side, height=side)
    )  # fmt: skip
