"""One self-contained page that tells a study from its tables."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import vl_convert
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from tombola.report.claims.claim import judged
from tombola.report.exports import VEGA_LITE
from tombola.report.figures.base import figures_of
from tombola.report.paper import PaperTable
from tombola.report.parts import Part, part_of
from tombola.report.parts.scores import diverged, undefined
from tombola.report.reading import Tables
from tombola.report.study import Study
from tombola.report.words import cell, listed

HERE = Path(__file__).parent
OPEN_CHARTS = 4
"""Charts of one figure that are open at once; more are folded."""
FIRST_ROWS = 8
"""Rows of a table that are shown where nothing else tells what is in it."""


@dataclass(frozen=True)
class ShownChart:
    """A chart as the page and the figures' folder hold it."""

    figure: str
    """Name of the figure."""
    stem: str
    """Its files' name without the ending; also its place in the page."""
    spec: Mapping[str, Any]
    which: str
    """What it shows, in words: experiment, probe, …"""

    @property
    def id(self) -> str:
        """Its element in the page."""
        return f"chart-{self.stem}"

    @property
    def alt(self) -> str:
        """What is read aloud in place of the picture."""
        return str(self.spec["description"])


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
    sentences: tuple[str, ...]
    groups: tuple[Group, ...]
    missing: tuple[str, ...]
    preview: FirstRows | None
    papers: tuple[PaperTable, ...]


def page(study: Study, tables: Tables, charts: list[ShownChart]) -> str:
    """The page as text: equal tables and study give equal text."""
    sections = [_section(part, tables, charts) for part in _parts(tables)]
    vega, draw = _script(_vega()), _script((HERE / "draw.js").read_text(encoding="utf-8"))
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template("page.html.j2").render(
        heading=study.title or study.name or "A study of lottery tickets",
        policy=_policy([vega, draw]),
        css=Markup((HERE / "page.css").read_text(encoding="utf-8")),
        study=study,
        experiments=_experiments(tables),
        diverged=diverged(tables),
        undefined=undefined(tables),
        claims=list(judged(study.claims, tables)),
        sections=sections,
        files=_files(tables, sections),
        signatures=_signatures(tables),
        charts=Markup(embedded({chart.id: _packed(chart.spec) for chart in charts})),
        vega=vega,
        draw=draw,
    )


def _signatures(tables: Tables) -> list[str]:
    return sorted(set(tables["scores"]["signature"])) if "scores" in tables else []


def embedded(value: Any) -> str:
    """JSON that cannot leave a script element: plain ASCII without <, > and &."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _packed(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The chart with its data as draw.js unpacks it."""
    return {**spec, "datasets": {name: _table(rows) for name, rows in spec["datasets"].items()}}


def _table(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Rows as lists; what is the same in all of them stands once."""
    first = rows[0] if rows else {}
    same = {c: value for c, value in first.items() if all(row[c] == value for row in rows)}
    columns = [c for c in first if c not in same]
    return {"same": same, "columns": columns, "rows": [[row[c] for c in columns] for row in rows]}


@cache
def _vega() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script."""
    return str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=VEGA_LITE))


def _script(text: str) -> Markup:
    """A script's text, safe to stand between its tags unescaped, as its hash demands."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "</script" in text.lower() or "<!--" in text:
        raise ValueError("a script that would end its own element cannot be embedded")
    return Markup(text)


def _policy(scripts: list[Markup]) -> str:
    """Only this page's own scripts run, and nothing is fetched from anywhere."""
    digests = [hashlib.sha256(str(script).encode()).digest() for script in scripts]
    hashes = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _parts(tables: Tables) -> list[Part]:
    return sorted(map(part_of, tables), key=lambda part: (part.place, part.name))


def _experiments(tables: Tables) -> list[str]:
    """The experiments, in the order in which the page tells of them."""
    told = [part.name for part in _parts(tables) if part.nothing]
    found = [which["experiment"] for name in told for which in tables.groups(name, ("experiment",))]
    return list(dict.fromkeys(found))


def _section(part: Part, tables: Tables, charts: list[ShownChart]) -> Section:
    groups = []
    for figure in figures_of(part.name):
        shown = [chart for chart in charts if chart.figure == figure.name]
        first, more = tuple(shown[:OPEN_CHARTS]), tuple(shown[OPEN_CHARTS:])
        groups += [Group(figure.caption, figure.small, first, more)] if shown else []
    return Section(
        part.name,
        part.title,
        tuple(part.say(tables)),
        tuple(groups),
        tuple(_missing(part, tables)),
        _preview(tables, part.name) if part.preview else None,
        tuple(part.papers(tables)),
    )


def _missing(part: Part, tables: Tables) -> list[str]:
    if not part.nothing:
        return []
    frame = part.of(tables.joined(part.name))
    if frame.empty:
        return [f"{part.nothing}: the table {part.name!r} has no rows for it."]
    without = [name for name in _experiments(tables) if name not in set(frame["experiment"])]
    return [f"{part.nothing} for {listed(without)}."] if without else []


def _preview(tables: Tables, name: str) -> FirstRows:
    frame, about = tables[name], tables.abouts.get(name, {})
    first = frame.head(FIRST_ROWS).itertuples(index=False, name=None)
    return FirstRows(
        tuple((column, about.get(column, "")) for column in map(str, frame)),
        tuple(tuple(cell(value) for value in row) for row in first),
        len(frame),
    )


def _files(tables: Tables, sections: list[Section]) -> list[dict[str, Any]]:
    in_latex = {section.id for section in sections if section.papers}
    files = []
    for name, frame in tables.items():
        links = [f"{name}.parquet", f"{name}.csv"]
        links += [f"{name}.tex"] if name in in_latex else []
        files.append({"name": name, "rows": len(frame), "links": links})
    return files
