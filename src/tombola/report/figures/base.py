"""What a figure is, and the registry of figures."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import altair as alt

from tombola.errors import UserError
from tombola.registry import Registry
from tombola.report.figures.sources import Sources
from tombola.report.reading import Tables
from tombola.report.style import DOUBLE_PT, SINGLE_PT, config
from tombola.report.words import wrap

Chart: TypeAlias = alt.TopLevelMixin


@dataclass(frozen=True)
class Picture:
    """A chart and its rows, kept apart: Altair copies and checks every row it holds, often."""

    chart: Chart
    rows: dict[str, list[dict[str, Any]]]
    """Data by name."""

    @property
    def spec(self) -> dict[str, Any]:
        """The whole picture as Vega-Lite."""
        return {**self.chart.to_dict(), "datasets": self.rows}

    @property
    def whole(self) -> Chart:
        """The whole picture as an Altair chart, for a notebook."""
        whole = self.chart.copy(deep=False)
        whole.datasets = self.rows
        return whole


Draw = Callable[[Tables], Picture | None]


@dataclass(frozen=True)
class Figure:
    """One definition that serves page, paper and notebook."""

    name: str
    table: str
    """The table it shows."""
    one_per: tuple[str, ...]
    """Columns of that table; each combination of their values is a chart of its own."""
    caption: str
    """How to read it, in plain text."""
    draw: Draw
    """From one combination's tables to a picture, or None where there is nothing to show."""


FIGURES: Registry[Figure] = Registry("figure", "tombola.report.figures")


def enter(
    name: str, *, table: str, one_per: tuple[str, ...], caption: str
) -> Callable[[Draw], Draw]:
    """Return a decorator that enters a drawing function as a figure."""

    def entered(draw: Draw) -> Draw:
        FIGURES.add(Figure(name, table, one_per, caption, draw))
        return draw

    return entered


@dataclass(frozen=True)
class Drawing:
    """A picture and what it shows."""

    figure: Figure
    which: dict[str, str]
    picture: Picture


def drawings(name: str, tables: Tables) -> Iterator[Drawing]:
    """Every chart of one figure, in the order of the table."""
    kind = FIGURES[name]
    for which in tables.groups(kind.table, kind.one_per):
        picture = kind.draw(tables.where(**which))
        if picture is not None:
            yield Drawing(kind, which, picture)


def figure(name: str, tables: Tables, **which: str) -> Chart | None:
    """One chart for a notebook: `which` narrows the tables (experiment="translation", …).

    Returns None where the tables hold nothing to show. Raises UserError for an unknown figure,
    and where several charts fit.
    """
    kind = FIGURES[name]
    groups = tables.where(**which).groups(kind.table, kind.one_per)
    if len(groups) > 1:
        ways = "; ".join(", ".join(f"{k}={v!r}" for k, v in group.items()) for group in groups)
        raise UserError(f"figure {name!r}: {len(groups)} charts fit; choose one of: {ways}")
    picture = kind.draw(tables.where(**which)) if groups else None
    return None if picture is None else picture.whole


def heading(title: str, *, single: bool = False) -> list[str]:
    """A title broken into lines that fit the figure's width."""
    return wrap(title, int((SINGLE_PT if single else DOUBLE_PT) / 5.1))


def finished(
    chart: Any,
    sources: Sources,
    title: str,
    subtitle: list[str],
    *,
    single: bool = False,
    moving_title: alt.ExprRef | None = None,
) -> Picture:
    """The chart with its data, title, description (read aloud) and the common style."""
    width = SINGLE_PT if single else DOUBLE_PT
    lines = [line for text in subtitle for line in wrap(text, int(width / 3.6))]
    text = heading(title, single=single) if moving_title is None else moving_title
    description = " ".join([title + ".", *subtitle])
    titled = chart.properties(title=alt.Title(text=text, subtitle=lines), description=description)
    return Picture(titled.configure(**config()), sources.rows)
