"""The parts of a study as the page tells them."""

from dataclasses import dataclass

from tombola.report.figures.base import figures_of
from tombola.report.page.chart import ShownChart
from tombola.report.page.told import Told, told
from tombola.report.paper import PaperTable
from tombola.report.parts import Part, part_of
from tombola.report.reading import Tables
from tombola.report.tickets import CONTROL
from tombola.report.words import cell, listed

OPEN_CHARTS = 4
"""Charts of one figure that are open at once; more are folded."""
FIRST_ROWS = 8
"""Rows of a table that are shown where nothing else tells what is in it."""


@dataclass(frozen=True)
class Group:
    """Charts of one figure."""

    caption: str
    """How to read them."""
    small: bool
    """Whether two stand side by side."""
    first: tuple[ShownChart, ...]
    more: tuple[ShownChart, ...]


@dataclass(frozen=True)
class FirstRows:
    """The columns of a table and its first rows."""

    columns: tuple[tuple[str, str], ...]
    """Name, and what the table says about it."""
    rows: tuple[tuple[str, ...], ...]
    n: int
    """Rows in all."""


@dataclass(frozen=True)
class Section:
    """A part, told."""

    id: str
    title: str
    sentences: tuple[Told, ...]
    groups: tuple[Group, ...]
    missing: tuple[str, ...]
    preview: FirstRows | None
    papers: tuple[PaperTable, ...]

    @property
    def charts(self) -> list[ShownChart]:
        """All its charts."""
        return [chart for group in self.groups for chart in (*group.first, *group.more)]


def sections_of(tables: Tables, charts: list[ShownChart]) -> list[Section]:
    """All parts, in the order in which they are told."""
    return [_section(part, tables, charts) for part in parts_of(tables)]


def parts_of(tables: Tables) -> list[Part]:
    """The parts of all tables, in the order in which they are told."""
    return sorted(map(part_of, tables), key=lambda part: (part.place, part.name))


def experiments(tables: Tables) -> list[str]:
    """The experiments, in the order in which the page tells of them."""
    names = [part.name for part in parts_of(tables) if part.nothing]
    found = [each["experiment"] for name in names for each in tables.groups(name, ("experiment",))]
    return list(dict.fromkeys(found))


def _section(part: Part, tables: Tables, charts: list[ShownChart]) -> Section:
    groups = []
    for figure in figures_of(part.name):
        shown = [chart for chart in charts if chart.figure == figure.name]
        telling = [chart for chart in shown if not _by_lot(chart)] or shown
        first = tuple(telling[:OPEN_CHARTS])
        more = tuple(chart for chart in shown if chart not in first)
        groups += [Group(figure.caption, figure.small, first, more)] if shown else []
    return Section(
        part.name,
        part.title,
        tuple(told(part.say(tables))),
        tuple(groups),
        tuple(_missing(part, tables)),
        _preview(tables, part.name) if part.preview else None,
        tuple(part.papers(tables)),
    )


def _by_lot(chart: ShownChart) -> bool:
    """Whether all it shows are masks by lot, which are alike in every place."""
    return set(chart.facets.get("criterion", ())) == {CONTROL}


def _missing(part: Part, tables: Tables) -> list[str]:
    if not part.nothing:
        return []
    frame = part.of(tables.joined(part.name))
    if frame.empty:
        return [f"{part.nothing}: the table {part.name!r} has no rows for it."]
    without = [name for name in experiments(tables) if name not in set(frame["experiment"])]
    return [f"{part.nothing} for {listed(without)}."] if without else []


def _preview(tables: Tables, name: str) -> FirstRows:
    frame, about = tables[name], tables.abouts.get(name, {})
    first = frame.head(FIRST_ROWS).itertuples(index=False, name=None)
    return FirstRows(
        tuple((column, about.get(column, "")) for column in map(str, frame)),
        tuple(tuple(cell(value) for value in row) for row in first),
        len(frame),
    )
