"""What a figure is, and the registry of figures."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import altair as alt
import pandas as pd

from tombola.errors import UserError
from tombola.registry import Registry
from tombola.report.figures.panels import Slider
from tombola.report.figures.sources import Sources
from tombola.report.parts import check
from tombola.report.reading import Tables
from tombola.report.style import DOUBLE_PT, SINGLE_PT, config
from tombola.report.tickets import named
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
        # Altair checked every piece as it was made; checking the whole again takes as long as that.
        return {**self.chart.to_dict(validate=False), "datasets": self.rows}

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
    place: int = 50
    """Where it stands among the figures of its table."""
    small: bool = False
    """Whether two stand side by side."""


FIGURES: Registry[Figure] = Registry("figure", "tombola.report.figures")


def enter(
    name: str,
    *,
    table: str,
    one_per: tuple[str, ...],
    caption: str,
    place: int = 50,
    small: bool = False,
) -> Callable[[Draw], Draw]:
    """Return a decorator that enters a drawing function as a figure."""

    def entered(draw: Draw) -> Draw:
        FIGURES.add(Figure(name, table, one_per, caption, draw, place, small))
        return draw

    return entered


@dataclass(frozen=True)
class Drawing:
    """A picture and what it shows."""

    figure: Figure
    which: dict[str, str]
    picture: Picture
    tables: Tables
    """The rows of the tables that it may show."""


def drawings(name: str, tables: Tables) -> Iterator[Drawing]:
    """Every chart of one figure, in the order of the table."""
    kind = FIGURES[name]
    for which in _charts(kind, tables):
        narrowed = tables.where(**which)
        picture = kind.draw(narrowed)
        if picture is not None:
            yield Drawing(kind, which, picture, narrowed)


def figure(name: str, tables: Tables, **which: str) -> Chart | None:
    """One chart for a notebook: `which` narrows the tables (experiment="translation", …).

    Returns None where the tables hold nothing to show. Raises UserError for an unknown figure,
    and where several charts fit.
    """
    kind = FIGURES[name]
    groups = _charts(kind, tables.where(**which))
    if len(groups) > 1:
        ways = "; ".join(", ".join(f"{k}={v!r}" for k, v in group.items()) for group in groups)
        raise UserError(f"figure {name!r}: {len(groups)} charts fit; choose one of: {ways}")
    picture = kind.draw(tables.where(**which)) if groups else None
    return None if picture is None else picture.whole


def figures_of(table: str) -> list[Figure]:
    """The figures that show a table, in their order."""
    found = [figure for figure in FIGURES.values() if figure.table == table]
    return sorted(found, key=lambda figure: (figure.place, figure.name))


def _charts(kind: Figure, tables: Tables) -> list[dict[str, str]]:
    if kind.table not in tables:
        return []
    check(tables, kind.table)
    return tables.groups(kind.table, kind.one_per)


def finished(
    chart: Any,
    sources: Sources,
    rows: pd.DataFrame,
    what: str,
    subtitle: list[str],
    *,
    single: bool = False,
    slider: Slider | None = None,
) -> Picture:
    """The chart with its data, title, description (read aloud) and the common style.

    The title names the experiment of `rows` and says `what` is shown; with a slider it follows it.
    """
    width = SINGLE_PT if single else DOUBLE_PT
    title = f"{named(rows)}: {what}"
    lines = [line for text in subtitle for line in wrap(text, int(width / 3.6))]
    heading = wrap(title, int(width / 5.1))
    text = heading if slider is None else slider.title(heading)
    chart = chart if slider is None else chart.add_params(slider.parameter)
    description = " ".join([title + ".", *subtitle])
    titled = chart.properties(
        title=alt.Title(text=text, subtitle=lines), description=description,
        usermeta={"title": title},
    )  # fmt: skip
    return Picture(titled.configure(**config()), sources.rows)
