"""How far masks agree, beside shuffled ones."""

from typing import Any

import altair as alt
import pandas as pd

from tombola.report.figures.base import Picture, enter, finished
from tombola.report.figures.encodings import tooltip
from tombola.report.figures.panels import panel_width
from tombola.report.figures.sources import Sources
from tombola.report.parts.stability import IN_ALL, KAPPA, statistics
from tombola.report.reading import Tables
from tombola.report.style import BLACK
from tombola.report.units import counted
from tombola.report.words import clip, count, listed, percent, pretty

AXIS_PT = 118
ROW_PT = 15
SHOWN = {KAPPA: "Fleiss' kappa", IN_ALL: "survive in all masks (%)"}
DETAILS = [
    "variant", "round", "sparsity", "value", "low", "high", "null_mean", "null_low", "null_high",
    "raters", "n",
]  # fmt: skip


@enter(
    "stability",
    table="stability",
    one_per=("experiment", "axis"),
    place=10,
    caption="Dot and line: all masks along the axis, with the 95% interval over items. Grey: the "
    "middle 95% of masks of the same sizes whose survivors are shuffled. What lies beyond the grey "
    "is agreement on single items; how large it is, is another question.",
)
def stability(tables: Tables) -> Picture | None:
    """Kappa, and what survives in all masks, against shuffles."""
    rows = statistics(tables.joined("stability"))
    rows = rows[rows["statistic"].isin(SHOWN) & rows["value"].notna()]
    if rows.empty:
        return None
    rows = rows.assign(label=_labels(rows))
    share = rows["statistic"] == IN_ALL
    for end in ("value", "low", "high", "null_mean", "null_low", "null_high"):
        rows[f"shown_{end}"] = rows[end].where(~share, 100 * rows[end] / rows["n"])
    sources = Sources()
    order = list(dict.fromkeys(rows.sort_values(["variant", "round"], kind="stable")["label"]))
    charts = [
        _panel(sources, rows[rows["statistic"] == name], title, order)
        for name, title in SHOWN.items()
        if (rows["statistic"] == name).any()
    ]
    axis = pretty(str(rows["axis"].iloc[0])).replace("_", " ")
    among = [counted(int(of["n"].max()), str(unit)) for unit, of in rows.groupby("unit")]
    return finished(
        alt.concat(*charts, columns=len(charts)), sources, rows,
        f"whether masks agree, by {clip(axis)}",
        [f"{count(int(rows['raters'].max()), 'mask')} of {listed(among)}; "
         "line: 95% interval; grey: shuffled masks"],
    )  # fmt: skip


def _labels(rows: pd.DataFrame) -> pd.Series:
    several = rows["variant"].nunique() > 1
    found = [
        f"{clip(variant, 24) + ', ' if several and variant else ''}{percent(sparsity)}"
        for variant, sparsity in zip(rows["variant"], rows["sparsity"], strict=True)
    ]
    return pd.Series(found, rows.index, dtype="string")


def _panel(sources: Sources, rows: pd.DataFrame, title: str, order: list[str]) -> Any:
    shown = [f"shown_{end}" for end in ("value", "low", "high", "null_mean", "null_low",
                                        "null_high")]  # fmt: skip
    axis = alt.Axis(tickCount=5)
    y = alt.Y("label:N", sort=order, title=None, axis=alt.Axis(labelLimit=AXIS_PT, ticks=False))
    base = alt.Chart(sources.add(rows, [*DETAILS, *shown, "label"])).encode(y)
    null = base.mark_bar(color="#cccccc", size=9).encode(
        alt.X("shown_null_low:Q", title=title, axis=axis), x2="shown_null_high:Q"
    )
    reach = base.mark_rule(clip=True, color=BLACK, strokeWidth=1).encode(
        alt.X("shown_low:Q", title=title, axis=axis), x2="shown_high:Q"
    )
    dots = base.mark_point(color=BLACK, fill=BLACK, size=16, opacity=1).encode(
        alt.X("shown_value:Q", title=title, axis=axis, scale=alt.Scale(zero=True)),
        tooltip=tooltip(DETAILS),
    )
    size = {"width": panel_width(2, AXIS_PT), "height": ROW_PT * len(order)}
    return alt.layer(null, reach, dots).properties(**size)
