"""What a model loses with every size that is pruned, beside as much by lot."""

import altair as alt
import pandas as pd

from tombola.report.figures.base import Picture, enter, finished
from tombola.report.figures.encodings import domain, tooltip, value_axis
from tombola.report.figures.sources import Sources
from tombola.report.parts.sweep import drawn_by
from tombola.report.reading import Tables
from tombola.report.style import BLACK, CATEGORIES, DASHES, GREY, SINGLE_PT, SOLID, Key
from tombola.report.words import LOWER_IS_BETTER, clip, count, pretty

LOT = "as much by lot"
DETAILS = ["method", "level", "score", "difference", "low", "high", "n", "choice", "verdict"]


@enter(
    "sweep",
    table="sweep",
    one_per=("model",),
    place=10,
    small=True,
    caption="Score less that of the full model, on examples that chose nothing, with its paired "
    "95% interval. Filled: the size that was chosen, on other examples. Broken line: the most that "
    "may be lost.",
)
def sweep(tables: Tables) -> Picture | None:
    """Differences to the full model against what is pruned, with bands."""
    rows = tables["sweep"]
    full, rows = rows[rows["role"] == "full"], rows[rows["role"].isin(["drawn", "control"])]
    rows = rows[rows["difference"].notna()]
    if rows.empty or full.empty:
        return None
    by = clip(drawn_by(rows), 24)
    control = rows["role"] == "control"
    start = [full.assign(line=name) for name in ([by, LOT] if control.any() else [by])]
    rows = pd.concat([*start, rows.assign(line=[LOT if lot else by for lot in control])])
    rows = rows.assign(percent=100 * rows["level"], experiment=rows["task"])
    rows["chosen"] = rows["chosen"] & (rows["role"] == "drawn")
    floor = float(full["allowed"].iloc[0])
    floor = floor if full["metric"].iloc[0] in LOWER_IS_BETTER else -floor
    ends = rows.loc[rows["line"] == by, ["low", "high"]].to_numpy().ravel()
    axis = domain([*rows["difference"], *ends], [floor, 0.0])
    key = Key(((by, CATEGORIES[0], SOLID), (LOT, GREY, DASHES[1]))[: 2 if control.any() else 1])
    sources, what = Sources(), "difference to the full model"
    fields = ["line", "percent", "chosen", *DETAILS]
    color, dash = key.color(2, single=True), key.dash(2, single=True)
    fill = alt.when("datum.chosen").then(color).otherwise(alt.value("white"))
    layers = []
    for name in ([LOT] if control.any() else []) + [by]:  # what was drawn lies on top
        base = alt.Chart(sources.add(rows[rows["line"] == name], fields))
        base = base.encode(_pruned(str(rows["unit"].iloc[0])), color)
        up = value_axis(what, axis, "difference")
        if name == by:
            band = base.mark_area(opacity=0.18, clip=True)
            layers.append(band.encode(value_axis(what, axis, "low"), alt.Y2("high:Q")))
        layers.append(base.mark_line(strokeWidth=1.2, clip=True).encode(up, dash))
        dots = base.mark_point(size=22, strokeWidth=1.1, opacity=1)
        layers.append(dots.encode(up, tooltip=tooltip(DETAILS), fill=fill))
    rules = [
        alt.Chart(sources.add_rows([{"at": at}]))
        .mark_rule(color=BLACK, strokeWidth=0.7, strokeDash=broken, clip=True)
        .encode(value_axis(what, axis, "at"))
        for at, broken in ((0.0, [1, 0]), (floor, [3, 2]))
    ]
    allowed, n = clip(str(full["max_loss"].iloc[0])), int(full["n"].iloc[0])
    return finished(
        alt.layer(*rules, *layers).properties(width=SINGLE_PT - 46, height=140),
        sources, rows, f"{pretty(str(rows['metric'].iloc[0]))} lost by pruning",
        [f"{count(n, 'example')} that did not choose; band: 95% interval; broken: {allowed} lost"],
        single=True,
    )  # fmt: skip


def _pruned(unit: str) -> alt.X:
    title = f"pruned {clip(unit).replace('mlps', 'MLPs')} (%)"
    axis = alt.Axis(format="d", tickCount=5, grid=False)
    return alt.X(
        "percent:Q", title=title, axis=axis, scale=alt.Scale(zero=True, nice=False, padding=5)
    )
