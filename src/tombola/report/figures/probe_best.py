"""Where the best layer's score stands among all layers and models of its task."""

from typing import Any

import altair as alt
import pandas as pd

from tombola.report.figures.base import Picture, enter, finished
from tombola.report.figures.encodings import tooltip
from tombola.report.figures.sources import Sources
from tombola.report.probing import GROUPS, best_of, cells_of
from tombola.report.reading import Tables
from tombola.report.style import DIVERGING, DOUBLE_PT, SINGLE_PT
from tombola.report.tickets import DENSE, with_kind
from tombola.report.values import seeds_of
from tombola.report.words import clip, percent, pretty

ROOM_PT = 123
"""For the names of models."""
NUMBERED_PT = 15
DETAILS = ["task", "group", "model", "layer", "mean", "z", "metric", "seeds", "n"]


@enter(
    "probe-best",
    table="probes",
    one_per=("experiment", "by"),
    place=30,
    caption="Each model's best layer for each task, as a z-score: less the task's mean over all "
    "layers and models, over their deviation; the embedding output is left out of both. The best "
    "layer is chosen by the score that decided when the probe stops. The deviation is mostly that "
    "of layers, so small differences of models look small: they are shown by intervals elsewhere.",
)
def probe_best(tables: Tables) -> Picture | None:
    """z-scores of best layers: models by tasks (Movva & Zhao 2020, Figs 1 and 2)."""
    rows = with_kind(tables.joined("probes"))
    cells = cells_of(rows)
    cells = best_of(cells) if len(cells) else cells
    cells = cells[cells["z"].notna()]
    if cells.empty or cells[["kind", "round"]].drop_duplicates().shape[0] < 2:
        return None
    cells = with_names(cells)
    several = cells["stack"].nunique() > 1
    order = {group: i for i, group in enumerate(GROUPS)}
    cells = cells.assign(
        task=cells["asked"].map(lambda name: clip(pretty(name), 22))
        + (", " + cells["stack"] if several else ""),
        place=cells["group"].map(lambda group: order.get(group, len(order))),
    ).sort_values("place", kind="stable")
    models = list(cells.sort_values(["first", "at"], kind="stable")["model"].drop_duplicates())
    groups = list(cells["group"].drop_duplicates())
    single = len(groups) == 1
    room = (SINGLE_PT if single else DOUBLE_PT) - ROOM_PT - 10 * (len(groups) - 1)
    cell = min(room / cells["task"].nunique(), 36.0)
    sources, color = Sources(), z_color(cells["z"])

    def draw(group: str) -> Any:
        shown = cells[cells["group"] == group]
        chart = _map(sources, shown, models, cell, color, named=group == groups[0])
        title = alt.Title(group, fontSize=7.5, anchor="start", offset=3, limit=room)
        return chart.properties(title=title)

    return finished(
        alt.concat(*map(draw, groups), columns=len(groups)),
        sources,
        rows,
        f"best layers of {clip(str(rows['by'].iloc[0]))} probes",
        [f"z-scores over layers and models of a task; over {seeds_of(cells_seeds(rows))}"],
        single=single,
    )  # fmt: skip


def _map(
    sources: Sources,
    cells: pd.DataFrame,
    models: list[str],
    cell: float,
    color: alt.Color,
    *,
    named: bool,
) -> Any:
    """Models by the tasks of a group; models are named beside the first."""
    tasks = list(cells["task"].drop_duplicates())
    axis = alt.Axis(labelAngle=-40, labelLimit=110, domain=False, ticks=False)
    side = alt.Axis(labelLimit=ROOM_PT - 27, domain=False, ticks=False, labels=named)
    base = alt.Chart(sources.add(cells, DETAILS)).encode(
        alt.X("task:N", title=None, sort=tasks, axis=axis),
        alt.Y("model:N", title=None, sort=models, axis=side),
    )
    boxes = base.mark_rect(stroke="white", strokeWidth=0.4).encode(color, tooltip=tooltip(DETAILS))
    layers = [boxes]
    if cell >= NUMBERED_PT:
        layers.append(base.mark_text().encode(alt.Text("z:Q", format=".1f"), color=ink(cells["z"])))
    return alt.layer(*layers).properties(width=cell * len(tasks), height=14 * len(models))


def with_names(cells: pd.DataFrame) -> pd.DataFrame:
    """With `model`, how a model is called beside others, and `first`, its kind's place."""
    several = cells.loc[cells["kind"] != DENSE, "kind"].nunique() > 1
    words = cells["at"].map(percent).astype("string")
    if several:
        # The sparsity first: it must not be what a narrow figure cuts off.
        words = words + ", " + cells["kind"].map(clip).astype("string")
    dense = cells["kind"] == DENSE
    kinds = {name: i for i, name in enumerate(dict.fromkeys(cells["kind"]))}
    first = cells["kind"].map(kinds).where(~dense, -1)
    return cells.assign(model=words.where(~dense, DENSE), first=first)


def z_color(z: pd.Series) -> alt.Color:
    """Blue above the mean, orange below."""
    reach = max(float(z.abs().max()), 0.1)
    return alt.Color(
        "z:Q",
        scale=alt.Scale(domain=[-reach, -reach / 2, 0, reach / 2, reach], range=DIVERGING[::-1],
                        interpolate="rgb"),
        legend=alt.Legend(title="z-score", format=".1f", direction="horizontal", tickCount=5,
                          gradientLength=120),
    )  # fmt: skip


def ink(z: pd.Series) -> Any:
    """Of numbers on such colours."""
    bar = 0.45 * max(float(z.abs().max()), 0.1)
    dark = (alt.datum.z > bar) | (alt.datum.z < -bar)
    return alt.when(dark).then(alt.value("white")).otherwise(alt.value("black"))


def cells_seeds(rows: pd.DataFrame) -> pd.Series:
    """The seeds of models that learned something."""
    return rows.loc[~rows["redrawn"], "seed"]
