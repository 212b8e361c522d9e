"""Small panels of probe tasks: one for each task, stack and kind of ticket."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

from tombola.report.figures.panels import panel_width, stacks
from tombola.report.tickets import DENSE, kinds
from tombola.report.words import clip, pretty


@dataclass(frozen=True)
class TaskPanel:
    """Which rows a panel shows."""

    asked: str
    metric: str
    stack: str
    kind: str

    def of(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Its rows."""
        same = (frame["asked"] == self.asked) & (frame["metric"] == self.metric)
        return frame[same & (frame["stack"] == self.stack) & (frame["kind"] == self.kind)]


def task_panels(frame: pd.DataFrame) -> Iterator[TaskPanel]:
    """A panel for each task, stack and kind that occur: kinds side by side."""
    occur = set(frame[["asked", "metric", "stack", "kind"]].itertuples(index=False, name=None))
    names = [kind.name for kind in kinds(frame)] or [DENSE]
    tasks = frame[["asked", "metric"]].drop_duplicates().itertuples(index=False, name=None)
    for asked, metric in tasks:
        for stack in stacks(frame):
            for kind in names:
                if (asked, metric, stack, kind) in occur:
                    yield TaskPanel(asked, metric, stack, kind)


def in_a_row(frame: pd.DataFrame, most: int = 3) -> int:
    """Panels in a row: all kinds where there are several, else tasks and stacks."""
    across = len(kinds(frame))
    return min(across if across > 1 else len(list(task_panels(frame))), most)


def task_grid(
    frame: pd.DataFrame,
    columns: int,
    axis: int,
    draw: Callable[[TaskPanel], Any],
    more: Callable[[TaskPanel], list[str]] = lambda panel: [],
) -> alt.ConcatChart:
    """Panels in rows; `axis` is the room beside each, in points, `more` what a title says too."""
    limit = panel_width(columns, axis) + axis - 6
    several = len(stacks(frame)) > 1, len(kinds(frame)) > 1
    charts = []
    for panel in task_panels(frame):
        names = (panel.stack, panel.kind)
        said = [clip(name) for name, shown in zip(names, several, strict=True) if shown]
        title = alt.Title(
            clip(pretty(panel.asked)), subtitle=", ".join([*said, *more(panel)]), fontSize=7.5,
            subtitleFontSize=7, offset=3, anchor="start", frame="bounds", subtitlePadding=1,
            limit=limit,
        )  # fmt: skip
        charts.append(draw(panel).properties(title=title))
    return alt.concat(*charts, columns=columns)
