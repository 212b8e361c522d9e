"""Scores of subnetworks, pruned and retrained, beside the full model and the baseline."""

from typing import Any

import altair as alt
import pandas as pd

from tombola.report.figures.base import Picture, enter, finished
from tombola.report.figures.encodings import domain, tooltip, value_axis
from tombola.report.figures.panels import panel_width
from tombola.report.figures.sources import Sources
from tombola.report.reading import Tables
from tombola.report.style import BLACK, CATEGORIES, GREY
from tombola.report.subnetworks import (
    GROUPS,
    ORDER,
    PRUNED,
    RETRAINED,
    dense,
    subnetworks,
    usual,
)
from tombola.report.values import seeds_of
from tombola.report.words import percent, pretty

AXIS_PT = 44
DETAILS = ["group", "choose", "state", "mean", "sd", "seeds", "kept", "kept_model", "n"]


@enter(
    "subnetworks",
    table="scores",
    one_per=("task", "metric"),
    place=30,
    caption="Hollow: pruned and not trained again; filled: retrained alone. Mean and sample "
    "standard deviation over seeds. The line is the full model, its band one standard deviation; "
    "the broken line is the baseline of the most frequent label. Titles say which share of the "
    "prunable weights, and of the whole model, good subnetworks keep. A difference between two is "
    "claimed by paired differences only.",
)
def subnetworks_(tables: Tables) -> Picture | None:
    """A panel for heads and MLPs, for weights, and for super-survivors."""
    models = subnetworks(tables)
    shown = usual(models[models["state"].isin([PRUNED, RETRAINED]) & ~models["redrawn"]])
    rows = tables["scores"][tables["scores"]["score"].notna()]
    found = rows.merge(shown.drop(columns=["task", "signature"], errors="ignore"), on="model")
    if not {"random", "bad", "smallest"} & set(found["choose"]):
        return None  # nothing is held against what pruning left
    found = found.assign(group=[
        GROUPS[key] for key in zip(found["method"], found["folded"], strict=True)
    ])  # fmt: skip
    cells = found.groupby(["group", "choose", "state"], sort=False).agg(
        mean=("score", "mean"), sd=("score", "std"), seeds=("seed", "nunique"),
        sparsity=("sparsity", "mean"), whole=("sparsity_model", "mean"), n=("n", "max"),
    ).reset_index()  # fmt: skip
    spread = cells["sd"].fillna(0.0)
    cells = cells.assign(
        low=cells["mean"] - spread, high=cells["mean"] + spread,
        kept=[percent(1 - s) for s in cells["sparsity"]],
        kept_model=[percent(1 - s) for s in cells["whole"]],
    )  # fmt: skip
    full = rows[rows["model"].isin(dense(models)["model"])]["score"]
    chance = float(rows["chance"].mean())
    axis = domain([*cells["low"], *cells["high"], *full], [chance])
    groups = [name for name in GROUPS.values() if name in set(cells["group"])]
    columns, sources = max(len(groups), 2), Sources()
    width = panel_width(columns, AXIS_PT)
    charts = [
        _panel(sources, cells[cells["group"] == name], _levels(full, chance), axis, width)
        for name in groups
    ]
    metric = pretty(str(rows["metric"].iloc[0]))
    return finished(
        alt.concat(*charts, columns=columns),
        sources,
        rows.assign(experiment=rows["task"]),
        "subnetworks, pruned and retrained",
        [f"{metric}, mean ± sd over {seeds_of(found['seed'])}, n = {int(rows['n'].max()):,}; "
         "hollow: pruned, filled: retrained; line: full model"
         f"{'; broken line: baseline' if chance == chance else ''}"],
    )  # fmt: skip


def _levels(full: pd.Series, chance: float) -> list[dict[str, Any]]:
    """The full model with its band, and the baseline."""
    levels: list[dict[str, Any]] = []
    if len(full):
        sd = float(full.std(ddof=1)) if len(full) > 1 else 0.0
        mean = float(full.mean())
        levels.append({"mean": mean, "low": mean - sd, "high": mean + sd, "what": "full"})
    if chance == chance:
        levels.append({"mean": chance, "low": chance, "high": chance, "what": "baseline"})
    return [{k: round(v, 5) if isinstance(v, float) else v for k, v in each.items()}
            for each in levels]  # fmt: skip


def _panel(
    sources: Sources, cells: pd.DataFrame, levels: list[dict[str, Any]],
    axis: tuple[float, float], width: float,
) -> Any:  # fmt: skip
    order = [name for name in ORDER if name in set(cells["choose"])]
    x = alt.X("choose:N", title=None, sort=order, axis=alt.Axis(labelAngle=0, ticks=False),
              scale=alt.Scale(domain=order))  # fmt: skip
    offset = alt.XOffset("state:N", sort=[PRUNED, RETRAINED], scale=alt.Scale(padding=0.3))
    lines = alt.Chart(sources.add_rows(levels))
    band = lines.transform_filter("datum.what == 'full'").mark_rect(color=GREY, opacity=0.18)
    base = alt.Chart(sources.add(cells, [*DETAILS, "low", "high"])).encode(x, offset)
    color = alt.value(CATEGORIES[0])
    fill = alt.when(f"datum.state == '{RETRAINED}'").then(color).otherwise(alt.value("white"))
    good = cells[cells["choose"] == "good"]
    kept = "" if good.empty else (
        f"keeps {good['kept'].iloc[0]} ({good['kept_model'].iloc[0]} of the whole model)"
    )  # fmt: skip
    title = alt.Title(str(cells["group"].iloc[0]), subtitle=kept, fontSize=7.5, offset=3,
                      subtitleFontSize=7, anchor="start", frame="bounds", subtitlePadding=1,
                      limit=width + AXIS_PT - 6)  # fmt: skip
    baseline = []
    if any(each["what"] == "baseline" for each in levels):
        # an empty layer is, to a screen reader, a picture without words
        baseline.append(
            lines.transform_filter("datum.what == 'baseline'")
            .mark_rule(clip=True, color=BLACK, strokeWidth=0.7, strokeDash=[3, 2])
            .encode(value_axis("score", axis))
        )
    return alt.layer(
        band.encode(value_axis("score", axis, "low"), alt.Y2("high:Q")),
        lines.transform_filter("datum.what == 'full'")
        .mark_rule(clip=True, color=BLACK, strokeWidth=0.8)
        .encode(value_axis("score", axis)),
        *baseline,
        base.mark_rule(clip=True, strokeWidth=1.1).encode(
            value_axis("score", axis, "low"), alt.Y2("high:Q"), color=color
        ),
        base.mark_point(size=26, strokeWidth=1.2, opacity=1).encode(
            value_axis("score", axis), color=color, fill=fill, tooltip=tooltip(DETAILS)
        ),
    ).properties(width=width, height=120, title=title)  # fmt: skip
