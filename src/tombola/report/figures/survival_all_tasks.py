"""How many tasks keep each head and MLP."""

from typing import Any

import altair as alt
import pandas as pd

from tombola.report.figures.base import Picture, enter, finished
from tombola.report.figures.panels import panel_width
from tombola.report.figures.part_map import AXIS_PT, part_map
from tombola.report.figures.sources import Sources
from tombola.report.parts.overlap import shared
from tombola.report.parts.survival import over_tasks, with_parts
from tombola.report.reading import Tables
from tombola.report.values import seeds_of
from tombola.report.words import clip, number

WIDE = 9
"""Parts in a row from which a map takes the whole width."""


@enter(
    "survival-all-tasks",
    table="survival",
    one_per=("step",),
    place=20,
    caption="Each cell is one head, or in the last column the MLP, of one layer: the number of "
    "tasks in which it survives, mean over seeds; below it, where there is room, the standard "
    "deviation over seeds (with n − 1). What survives in part counts by its share.",
)
def survival_all_tasks(tables: Tables) -> Picture | None:
    """A map for each kind of pruning of a step, all tasks together."""
    rows = tables.joined("survival")
    rows = rows[rows["round"] == rows["round"].max()] if len(rows) else rows
    tasks = rows["task"].nunique()
    if tasks < 2:
        return None
    rows = rows.assign(variant=_variants(rows))
    cells = pd.concat([
        with_parts(over_tasks(of)).assign(variant=variant)
        for variant, of in rows.groupby("variant", sort=False)
    ])  # fmt: skip
    cells = cells.assign(place=cells["stack"])
    color = alt.Color(
        "mean:Q",
        scale=alt.Scale(scheme="viridis", domain=[0, tasks]),
        legend=alt.Legend(title="tasks", format="d", direction="horizontal", tickMinStep=1),
    )
    wide = cells["part"].nunique() > WIDE
    width = 2 * panel_width(2, AXIS_PT) + AXIS_PT if wide else panel_width(2, AXIS_PT)
    sources, charts = Sources(), []
    for (variant, stack), of in cells.groupby(["variant", "stack"], sort=False):
        charts.append(_titled(part_map(sources, of, width, color, 0.6 * tasks, 1),
                              str(stack), str(variant), width))  # fmt: skip
    averages = [
        f"{name} {number(float(of['mean'].mean()), 2)}"
        for name, of in (("heads", cells[cells["head"] >= 0]), ("MLPs", cells[cells["head"] < 0]))
        if len(of)
    ]
    step = str(rows["step"].iloc[0])
    spread = ", below it the standard deviation" if rows["seed"].nunique() > 1 else ""
    return finished(
        alt.concat(*charts, columns=1 if wide else 2),
        sources,
        rows.assign(experiment=f"all {tasks} tasks"),
        f"how many keep each head and MLP, {clip(step)}",
        [f"Tasks of {tasks}, mean over {seeds_of(rows['seed'])}{spread}; mean over cells: "
         f"{', '.join(averages)}"],
    )  # fmt: skip


def _titled(chart: Any, stack: str, variant: str, width: float) -> Any:
    title = alt.Title(
        clip(stack), subtitle=clip(variant), fontSize=7.5, subtitleFontSize=7, offset=3,
        anchor="start", frame="bounds", subtitlePadding=1, limit=width + AXIS_PT - 6,
    )  # fmt: skip
    return chart.properties(title=title)


def _variants(rows: pd.DataFrame) -> pd.Series:
    """What tells tickets of one step apart, tasks and seeds aside, in words."""
    differing = [
        column
        for column in ("criterion", "rewind", *map(str, rows))
        if column in rows
        and isinstance(rows[column].dtype, pd.StringDtype)
        and column not in _SAME
        and rows[column].nunique() > 1
    ]
    axes = rows[[c for c in differing if c not in ("criterion", "rewind")]]
    words = shared(
        pd.concat([rows[["criterion", "rewind"]], axes], axis=1), {"criterion", "rewind"}
    )
    return words.where(words != "", "all")


_SAME = {
    "model", "step", "task", "experiment", "variant", "signature", "mask", "root", "source",
    "stack", "block", "kind", "source_task", "signature of the model",
}  # fmt: skip
"""Columns of text that are no further axes."""
