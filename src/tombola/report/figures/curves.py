"""Curves with bands, a panel for each of a few groups: what several plain figures share."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import altair as alt
import pandas as pd

from tombola.report.figures.encodings import tooltip
from tombola.report.figures.panels import panel_width
from tombola.report.figures.sources import Sources
from tombola.report.style import BLACK, CATEGORIES, DASHES, SOLID, Key
from tombola.report.tickets import DENSE
from tombola.report.words import clip

AXIS_PT, HEIGHT = 44, 120
LONG = {True: 16, False: 44}
"""Characters of a name beyond which a legend of one figure's width, or two, has one column."""


@dataclass(frozen=True)
class Curves:
    """What is drawn: columns `line`, `x`, `y`, and where they are there `low` and `high`."""

    x: str
    """Title of the horizontal axis."""
    y: str
    """Title of the vertical axis."""
    x_format: str = ".3~g"
    y_format: str = ".3~g"
    details: Sequence[str] = ()
    """Columns of the tooltip."""
    zero: bool = False
    """Whether the vertical axis begins at zero."""
    rules: Sequence[float] = field(default_factory=tuple)
    """Heights of broken lines: chance, a bound."""

    def drawn(self, sources: Sources, rows: pd.DataFrame, panels: str | None, most: int = 2) -> Any:
        """A panel for each value of a column, at most so many side by side."""
        names = list(dict.fromkeys(rows[panels])) if panels else [""]
        across = min(len(names), most)
        key = key_of(list(dict.fromkeys(rows["line"])))
        charts = [
            self._panel(sources, rows if panels is None else rows[rows[panels] == name],
                        key, across, clip(str(name)))
            for name in names
        ]  # fmt: skip
        return alt.concat(*charts, columns=across)

    def _panel(
        self, sources: Sources, rows: pd.DataFrame, key: Key, across: int, title: str
    ) -> Any:
        columns = ["line", "x", "y", *self.details]
        columns += [c for c in ("low", "high") if c in rows and c not in columns]
        base = alt.Chart(sources.add(rows, list(dict.fromkeys(columns))))
        single = across == 1
        longest = max(len(name) for name, _, _ in key.entries)
        across_legend = 1 if longest > LONG[single] else 2 if single or longest > 24 else 3
        color, dash = (of(across_legend, single=single) for of in (key.color, key.dash))
        x = alt.X("x:Q", title=self.x, axis=alt.Axis(format=self.x_format, grid=False, tickCount=6),
                  scale=alt.Scale(zero=False, nice=False, padding=5))  # fmt: skip
        shape = {"axis": alt.Axis(tickCount=5, format=self.y_format),
                 "scale": alt.Scale(zero=self.zero)}  # fmt: skip
        y = alt.Y("y:Q", title=self.y, **shape)
        layers = []
        if "low" in rows:
            band = base.mark_area(opacity=0.15, clip=True)
            layers.append(band.encode(x, alt.Y("low:Q", title=self.y, **shape), alt.Y2("high:Q"),
                                      color))  # fmt: skip
        for height in self.rules:
            rule = alt.Chart(sources.add_rows([{"y": height}]))
            layers.append(rule.mark_rule(color=BLACK, strokeWidth=0.7, strokeDash=[3, 2]).encode(y))
        layers.append(base.mark_line(strokeWidth=1.2).encode(x, y, color, dash))
        dots = base.mark_point(filled=True, size=14, opacity=1)
        layers.append(dots.encode(x, y, color, tooltip=tooltip([*self.details])))
        found = alt.layer(*layers).properties(width=panel_width(across, AXIS_PT), height=HEIGHT)
        if not title:
            return found
        return found.properties(title=alt.Title(title, fontSize=7.5, anchor="start", offset=3))


def key_of(names: list[str]) -> Key:
    """Colours, and where they run out dashes, for lines of these names; dense is black."""
    n, coloured = len(CATEGORIES), [name for name in names if name != DENSE]
    return Key(tuple(
        (name, BLACK, SOLID) if name == DENSE else
        (name, CATEGORIES[coloured.index(name) % n],
         DASHES[coloured.index(name) // n % len(DASHES)]) for name in names
    ))  # fmt: skip
