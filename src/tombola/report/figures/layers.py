"""How far each layer moved from the dense model's."""

import math
from typing import Any

import altair as alt
import pandas as pd

from tombola.report.figures.base import Picture, enter, finished
from tombola.report.figures.encodings import domain, layer_axis, tooltip, value_axis
from tombola.report.figures.panels import Panel, arrangement, grid, panel_width, round_labels
from tombola.report.figures.sources import Sources
from tombola.report.means import over_seeds
from tombola.report.parts.similarity import sparse
from tombola.report.reading import Tables
from tombola.report.style import GREY, SOLID, Key, shades
from tombola.report.tickets import KIND, with_kind
from tombola.report.values import seeds_of
from tombola.report.words import clip, count, number, pretty

FLOOR = "noise floor"
AXIS_PT = 40
DETAILS = [
    "kind", "stack", "layer", "round", "sparsity", "mean", "least", "most", "low", "high",
    "seeds", "n", "noise_floor",
]  # fmt: skip


@enter(
    "layers",
    table="similarity",
    one_per=("experiment", "measure", "text", "beside"),
    place=10,
    caption="Similarity of each layer of the ticket to the same layer of the dense model; 1 is the "
    "same up to what the measure ignores. Line: mean over seeds. Band: 95% interval of one seed "
    "over sentences, its ends averaged over seeds. Noise floor: what the "
    "measure gives where nothing corresponds.",
)
def layers(tables: Tables) -> Picture | None:
    """Similarity of layers that correspond, by sparsity."""
    rows = sparse(tables.joined("similarity"))
    rows = rows[(rows["dense_layer"] == rows["sparse_layer"]) & rows["value"].notna()]
    if rows.empty:
        return None
    by = [*KIND, "stack", "dense_layer", "round"]
    means = over_seeds(with_kind(rows), by, "value").rename(columns={"dense_layer": "layer"})
    labels = round_labels(means)
    means["line"] = means["round"].map(labels)
    floor = float(rows["noise_floor"].mean())
    axis = domain([*means["low"], *means["high"]], [floor])
    shown_floor = math.isfinite(floor) and axis[0] <= floor <= axis[1]
    colors = shades(len(labels))
    entries = [(label, c, SOLID) for label, c in zip(labels.values(), colors, strict=True)]
    key = Key((*entries, *([(FLOOR, GREY, (2.0, 2.0))] if shown_floor else [])))
    columns = arrangement(means, 3)
    measure = pretty(str(rows["measure"].iloc[0]))

    sources = Sources()

    def draw(panel: Panel) -> Any:
        shown = means[(means["stack"] == panel.stack) & (means["kind"] == panel.kind)]
        rules = [(FLOOR, float(shown["noise_floor"].mean()))] if shown_floor else []
        return curves(sources, shown, rules, key, (clip(measure), axis), columns, DETAILS)

    far = "" if shown_floor or not math.isfinite(floor) else (
        f" The noise floor, {number(floor, 3)}, is off the axis.")  # fmt: skip
    tokens = count(int(rows["n"].max()), "token")
    return finished(
        grid(means, columns, AXIS_PT, draw),
        sources,
        rows,
        f"how each layer moved from {whose(rows)}",
        [f"{clip(measure)}{of_text(rows)} of the same layer, dense and sparse, over {tokens}; "
         f"colour: sparsity; line: mean over {seeds_of(rows['seed'])}; band: 95% interval of one."
         f"{far}"],
        single=columns == 1,
    )  # fmt: skip


def of_text(rows: pd.DataFrame) -> str:
    """Which text was read, where the table says it."""
    text = str(rows["text"].iloc[0])
    return f" on the text of {clip(text)}" if text else ""


def whose(rows: pd.DataFrame) -> str:
    """Whose layers the tickets' are held to."""
    beside = str(rows["beside"].iloc[0])
    return f"that of {clip(beside)}" if beside else "the dense model's"


def curves(
    sources: Sources,
    shown: pd.DataFrame,
    rules: list[tuple[str, float]],
    key: Key,
    level: tuple[str, tuple[float, float]],
    columns: int,
    details: list[str],
    *,
    best: str = "",
    height: int = 110,
) -> Any:
    """Lines over layers with bands, and rules for reference.

    With the name of a column as `best`, a ring where that is highest on each line.
    """
    last = int(shown["layer"].max())
    fields = list(dict.fromkeys(["line", "layer", "mean", "low", "high", *details]))
    base = alt.Chart(sources.add(shown, fields)).encode(layer_axis(last))
    y = value_axis(*level)
    # One panel fills one column of paper, whose legend is narrower.
    color = key.color(2 if columns == 1 else 6, single=columns == 1)
    dash = key.dash(2 if columns == 1 else 6, single=columns == 1)
    opacity = min(0.15, max(0.06, 0.4 / shown["line"].nunique()))
    band = base.mark_area(opacity=opacity).encode(
        value_axis(*level, "low"), alt.Y2("high:Q"), color
    )
    line = base.mark_line(strokeWidth=1.2).encode(y, color, dash)
    dots = base.mark_point(filled=True, size=13, opacity=1).encode(
        y, color, tooltip=tooltip(details)
    )
    drawn = [band, line, dots]
    if best:
        top = shown.loc[shown.groupby("line")[best].idxmax()]
        ring = alt.Chart(sources.add(top, fields)).mark_point(size=45, strokeWidth=1)
        drawn.append(ring.encode(layer_axis(last), y, color, tooltip=tooltip(details)))
    known = [(name, level) for name, level in rules if math.isfinite(level)]
    if known:
        values = [{"line": name, "mean": round(level, 5)} for name, level in known]
        rule = alt.Chart(sources.add_rows(values)).mark_rule(clip=True, strokeWidth=1)
        drawn.append(rule.encode(y, color, dash))
    return alt.layer(*drawn).properties(width=panel_width(columns, axis=AXIS_PT), height=height)
