"""Axes, tooltips and domains that figures share."""

import math
from collections.abc import Iterable

import altair as alt

WORDS = {
    "sparsity": "sparsity (prunable)",
    "sparsity_model": "sparsity (all parameters)",
    "low": "95% interval",
    "high": "to",
    "mean": "mean over seeds",
    "least": "lowest seed",
    "most": "highest seed",
    "seeds": "seeds",
    "dense_layer": "dense layer",
    "sparse_layer": "sparse layer",
    "noise_floor": "noise floor",
    "word_baseline": "word baseline",
}
LINES = {
    1: ("round", "sparsity", "sparsity_model", "at", "layer", "dense_layer", "sparse_layer"),
    2: (
        "score",
        "value",
        "difference",
        "mean",
        "share",
        "relative",
        "low",
        "high",
        "least",
        "most",
        "share_least",
        "share_most",
        "level",
        "ticket",
        "dense",
    ),
    3: ("seeds", "n", "chance", "noise_floor", "word_baseline"),
    4: ("margin", "verdict", "paired", "enough"),
}
"""On which of a tooltip's five lines a column stands; names, and all others, open it."""
SHARES = ("level", "sparsity", "sparsity_model", "share", "share_least", "share_most")
MOST_TICKS = 24
EDGE_PT = 5
"""Room beside the first and the last mark of an axis."""
NUMBERS = ("score", "low", "high", "chance", "mean", "least", "most", "noise_floor")
MORE_NUMBERS = ("word_baseline", "difference", "relative")


def tooltip(columns: Iterable[str]) -> list[alt.Tooltip]:
    """What is said at a mark: shares in per cent, values with four digits, the rest as it is."""
    return [_line(column) for column in columns]


def tip_lines() -> dict[str, int]:
    """The line of each title in a tooltip, from 0."""
    return {_title(column): line for line, columns in LINES.items() for column in columns}


def _title(column: str) -> str:
    return WORDS.get(column, column.replace("_", " "))


def _line(column: str) -> alt.Tooltip:
    title = _title(column)
    if column in SHARES:
        return alt.Tooltip(column, type="quantitative", title=title, format=".1%")
    if column in NUMBERS + MORE_NUMBERS:
        return alt.Tooltip(column, type="quantitative", title=title, format=".4~g")
    return alt.Tooltip(column, type="nominal", title=title)


def sparsity_axis(columns: int = 1, at: Iterable[float] = ()) -> alt.X:
    """Sparsity of the prunable weights on the horizontal axis, in per cent.

    Ticks stand `at` measured sparsities (in per cent), as far as there is room for their labels.
    """
    title = "sparsity of prunable weights (%)" if columns < 3 else "sparsity (%)"
    ticks = sorted({0.0, *(round(value, 1) for value in at if math.isfinite(value))})
    axis = alt.Axis(format="d", tickCount=5, grid=False)
    if 1 < len(ticks) <= MOST_TICKS:
        axis = alt.Axis(
            # with no precision of its own Vega rounds labels to the distance between ticks
            values=ticks,
            format=".3~r",
            labelOverlap="greedy",
            labelSeparation=2,
            grid=False,
        )
    # what stands at the ends is not cut
    scale = alt.Scale(zero=True, nice=False, padding=EDGE_PT)
    return alt.X("percent:Q", title=title, axis=axis, scale=scale)


def layer_axis(last: int, columns: int = 1) -> alt.X:
    """Layer on the horizontal axis; 0 is the embedding output."""
    every = math.ceil((last + 1) / 9)
    axis = alt.Axis(values=list(range(0, last + 1, every)), format="d", grid=False)
    title = "layer (0: embedding output)"
    scale = alt.Scale(domain=[0, max(last, 1)], nice=False, padding=4)
    return alt.X("layer:Q", title=title, axis=axis, scale=scale)


def value_axis(title: str, domain: tuple[float, float], field: str = "mean") -> alt.Y:
    """A value on the vertical axis over a fixed domain, the same in every panel."""
    scale = alt.Scale(domain=list(domain), nice=False, zero=False)
    return alt.Y(f"{field}:Q", title=title, axis=alt.Axis(tickCount=5), scale=scale)


def domain(values: Iterable[float], references: Iterable[float]) -> tuple[float, float]:
    """An axis over all values and those references that do not press the values flat.

    A reference may take up to two thirds of the axis; a farther one is for the text.
    """
    finite = [value for value in values if math.isfinite(value)]
    low, high = min(finite), max(finite)
    reach = max(high - low, 1e-3)
    near = [r for r in references if math.isfinite(r) and -2 * reach < r - low < 3 * reach]
    low, high = min([low, *near]), max([high, *near])
    margin = 0.06 * max(high - low, 1e-3)
    return low - margin, high + margin
