"""How near models stayed on every kind of word."""

from typing import Any

import altair as alt
import pandas as pd

from tombola.report.figures.base import Picture, enter, finished
from tombola.report.figures.encodings import domain, tooltip
from tombola.report.figures.layers import of_text, whose
from tombola.report.figures.panels import Panel, arrangement, grid, panel_width
from tombola.report.figures.sources import Sources
from tombola.report.parts.word_similarity import WHICH, by_kind
from tombola.report.reading import Tables
from tombola.report.style import BLACK, CATEGORIES, GREY
from tombola.report.values import seeds_of
from tombola.report.words import clip, percent, pretty

AXIS_PT = 110
ROW_PT = 10
BLUE = CATEGORIES[0]
FREQUENCY = "frequency"
MOST = 45
"""Kinds that a panel shows: those with most words."""
DETAILS = [
    "kind", "stack", "layer", "words", "sparsity", "mean", "least", "most", "low", "high",
    "noise_floor", "seeds", "n",
]  # fmt: skip


@enter(
    "words",
    table="word-similarity",
    one_per=WHICH,
    place=10,
    caption="Similarity of the ticket to the dense model on the words of each kind by itself. Dot: "
    "mean over seeds, hollow where a kind has fewer words than the layer is wide; line: 95% "
    "interval of one seed over sentences; grey tick: what words of the kind score in unrelated "
    "sentences; dashed: all words together. In brackets: words.",
)
def word_kinds(tables: Tables) -> Picture | None:
    """A row for every kind of word, at the last round."""
    rows, every = tables.joined("word-similarity"), by_kind(tables)
    means = _ordered(every[every["place"] >= 0])
    if means.empty:
        return None
    whole = every[every["place"] < 0]
    columns = min(arrangement(means, 2), 2)
    ends = [*means["low"], *means["high"], *whole["mean"]]
    axis = domain(ends, means["noise_floor"].dropna())
    measure = clip(pretty(str(rows["measure"].iloc[0])))
    sources = Sources()

    def draw(panel: Panel) -> Any:
        def here(frame: pd.DataFrame) -> pd.DataFrame:
            return frame[(frame["stack"] == panel.stack) & (frame["kind"] == panel.kind)]

        return _dots(sources, here(means), here(whole), (measure, axis), columns)

    centre = "their own mean" if rows["centre"].iloc[0] == "kind" else "the mean of all words"
    few = rows[(rows["place"] >= 0) & (rows["note"] != "")]
    hollow = " Hollow: fewer words than dimensions." if len(few) else ""
    return finished(
        grid(means, columns, AXIS_PT, draw),
        sources,
        rows,
        f"words by {clip(pretty(str(rows['by'].iloc[0])))}, how near to {whose(rows)}",
        [f"{measure}{of_text(rows)}, about {centre}, at {percent(float(means['at'].max()))} "
         f"sparsity; mean over {seeds_of(rows['seed'])}; line: 95% interval of one; grey: noise "
         f"floor; dashed: all words.{hollow}"],
        single=columns == 1,
    )  # fmt: skip


def _ordered(means: pd.DataFrame) -> pd.DataFrame:
    """Bins in their order; labels from like to unlike, those with most words where many are."""
    is_bin = (means["by"] == FREQUENCY).any()
    if not is_bin:
        sizes = means.groupby("words")["n"].max().nlargest(MOST)
        means = means[means["words"].isin(sizes.index)]
        means = means.sort_values("mean", ascending=False, kind="stable")
    means = means.sort_values("place", kind="stable") if is_bin else means
    names = [
        f"{clip(str(words), 18)} ({round(n):,})"
        for words, n in zip(means["words"], means["n"], strict=True)
    ]
    filled = (means["fewest"] >= means["width"]).map({True: "filled", False: "hollow"})
    return means.assign(name=names, enough=filled)


def _dots(
    sources: Sources,
    shown: pd.DataFrame,
    whole: pd.DataFrame,
    level: tuple[str, tuple[float, float]],
    columns: int,
) -> Any:
    title, (low, high) = level
    scale = alt.Scale(domain=[low, high], nice=False, zero=False)

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", title=title, scale=scale, axis=alt.Axis(tickCount=5))

    order = list(dict.fromkeys(shown["name"]))
    axis = alt.Axis(labelLimit=AXIS_PT, ticks=False, grid=True)
    y = alt.Y("name:N", sort=order, title=None, axis=axis)
    base = alt.Chart(sources.add(shown, [*DETAILS, "name", "enough"])).encode(y)
    floor = base.mark_tick(color=GREY, thickness=1.5, size=8, clip=True).encode(x("noise_floor"))
    reach = base.mark_rule(color=BLUE, strokeWidth=1, clip=True).encode(x("low"), x2="high:Q")
    fill = (
        alt.when(alt.datum.enough == "filled").then(alt.value(BLUE)).otherwise(alt.value("white"))
    )
    dots = base.mark_point(color=BLUE, size=16, opacity=1, strokeWidth=1).encode(
        x("mean"), fill=fill, tooltip=tooltip(DETAILS)
    )
    drawn = [floor, reach, dots]
    if len(whole):
        rule = alt.Chart(sources.add(whole.head(1), ["mean"]))
        drawn.insert(0, rule.mark_rule(color=BLACK, strokeDash=[3, 2], strokeWidth=0.8).encode(
            x("mean")))  # fmt: skip
    size = {"width": panel_width(columns, AXIS_PT), "height": ROW_PT * len(order)}
    return alt.layer(*drawn).properties(**size)
