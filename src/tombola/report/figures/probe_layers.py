"""Which layers give away what, averaged over tasks."""

from typing import Any

import altair as alt
import pandas as pd

from tombola.report.figures.base import Picture, enter, finished
from tombola.report.figures.encodings import tooltip
from tombola.report.figures.panels import panel_width
from tombola.report.figures.probe_best import cells_seeds, ink, with_names, z_color
from tombola.report.figures.sources import Sources
from tombola.report.probing import GROUPS, averaged, cells_of
from tombola.report.reading import Tables
from tombola.report.tickets import DENSE, with_kind
from tombola.report.values import seeds_of
from tombola.report.words import clip, count

AXIS_PT = 40
NUMBERED_PT = 15
DETAILS = ["group", "stack", "layer", "model", "z", "tasks"]


@enter(
    "probe-layers",
    table="probes",
    one_per=("experiment", "by"),
    place=40,
    caption="Mean z-score over the tasks of a group, layer by layer and model by model: each task "
    "is standardised over all its layers and models, and tasks count alike. Syntax and semantics "
    "as Movva & Zhao (2020) sort the tasks.",
)
def probe_layers(tables: Tables) -> Picture | None:
    """Layers by models, a panel for each group (Movva & Zhao 2020, Figs 3 and A3)."""
    rows = with_kind(tables.joined("probes"))
    cells = cells_of(rows)
    cells = averaged(cells) if len(cells) else cells
    if cells.empty or cells[["kind", "round"]].drop_duplicates().shape[0] < 2:
        return None
    cells = with_names(cells)
    models = list(cells.sort_values(["first", "at"], kind="stable")["model"].drop_duplicates())
    groups = [
        (group, stack)
        for group in GROUPS
        for stack in cells["stack"].unique()
        if ((cells["group"] == group) & (cells["stack"] == stack)).any()
    ]
    columns, sources = min(len(groups), 3), Sources()
    color, width = z_color(cells["z"]), panel_width(min(len(groups), 3), AXIS_PT)

    def draw(group: str, stack: str) -> Any:
        shown = cells[(cells["group"] == group) & (cells["stack"] == stack)]
        tasks = count(int(shown["tasks"].max()), "task")
        also = f", {clip(stack)}" if cells["stack"].nunique() > 1 else ""
        title = alt.Title(
            f"{group}{also} ({tasks})", fontSize=7.5, anchor="start", offset=3, frame="bounds",
            limit=width + AXIS_PT - 6,
        )  # fmt: skip
        return _map(sources, shown, models, width, color).properties(title=title)

    return finished(
        alt.concat(*[draw(*each) for each in groups], columns=columns),
        sources,
        rows,
        f"what {clip(str(rows['by'].iloc[0]))} probes read from each layer",
        [f"mean z-scores over tasks; columns: {DENSE}, then by sparsity; means over "
         f"{seeds_of(cells_seeds(rows))}"],
        single=columns == 1,
    )  # fmt: skip


def _map(
    sources: Sources, cells: pd.DataFrame, models: list[str], width: float, color: alt.Color
) -> Any:
    axis = alt.Axis(labelAngle=-40, labelLimit=80, domain=False, ticks=False)
    base = alt.Chart(sources.add(cells, DETAILS)).encode(
        alt.X("model:N", title=None, sort=models, axis=axis),
        alt.Y("layer:O", title="layer", sort="descending",
              axis=alt.Axis(domain=False, ticks=False)),
    )  # fmt: skip
    boxes = base.mark_rect(stroke="white", strokeWidth=0.4).encode(color, tooltip=tooltip(DETAILS))
    layers = [boxes]
    if width / len(models) >= NUMBERED_PT:
        text = alt.Text("z:Q", format=".1f")
        layers.append(base.mark_text().encode(text, color=ink(cells["z"])))
    return alt.layer(*layers).properties(width=width, height=13 * cells["layer"].nunique())
