"""One self-contained page that tells a study from its tables."""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import vl_convert
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from tombola.report import sentences
from tombola.report.exports import VEGA_LITE
from tombola.report.figures import FIGURES
from tombola.report.paper import paper_tables
from tombola.report.reading import Study, Tables
from tombola.report.words import listed

HERE = Path(__file__).parent
OPEN_CHARTS = 4
"""Charts of one figure that are open at once; more are folded."""


@dataclass(frozen=True)
class Shown:
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
    first: tuple[Shown, ...]
    more: tuple[Shown, ...]


@dataclass(frozen=True)
class Part:
    """A section of the story: which table, which figures, what is said."""

    id: str
    title: str
    figures: tuple[str, ...]
    say: Callable[[Tables], list[str]]
    nothing: str


@dataclass(frozen=True)
class Section:
    """A part, told."""

    id: str
    title: str
    sentences: tuple[str, ...]
    groups: tuple[Group, ...]
    missing: tuple[str, ...]


PARTS = (
    Part("scores", "Score against sparsity", ("score",), sentences.scores, "No model was scored"),
    Part("sparsity", "Where the weights went", ("where", "blocks"), sentences.where,
         "No ticket's sparsity was recorded"),
    Part("similarity", "How layers moved", ("layers", "matrix"), sentences.layers,
         "No similarity to the dense model was measured"),
    Part("probes", "What the probes say", ("probe", "difference"), sentences.probes,
         "No probe was run"),
)  # fmt: skip
SMALL = ("score",)


def page(study: Study, tables: Tables, charts: list[Shown]) -> str:
    """The page as text: equal tables and study give equal text."""
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
        unknown=[
            f.name for f in fields(study) if f.name != "failures" and not getattr(study, f.name)
        ],
        experiments=_experiments(tables),
        diverged=sentences.diverged(tables),
        sections=[_section(part, tables, charts) for part in PARTS],
        papers=paper_tables(tables),
        files=_files(tables),
        signatures=sorted(set(tables.scores["signature"])),
        charts=Markup(embedded({chart.id: _packed(chart.spec) for chart in charts})),
        vega=vega,
        draw=draw,
    )


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


def _experiments(tables: Tables) -> list[str]:
    found = [which["experiment"] for f in fields(tables)
             for which in tables.groups(f.name, ("experiment",))]  # fmt: skip
    return list(dict.fromkeys(found))


def _section(part: Part, tables: Tables, charts: list[Shown]) -> Section:
    shown = [chart for name in part.figures for chart in charts if chart.figure == name]
    groups = [
        Group(
            FIGURES[name].caption,
            name in SMALL,
            tuple(several[:OPEN_CHARTS]),
            tuple(several[OPEN_CHARTS:]),
        )
        for name, several in ((n, list(g)) for n, g in groupby(shown, key=lambda c: c.figure))
    ]
    return Section(
        part.id, part.title, tuple(part.say(tables)), tuple(groups), tuple(_missing(part, tables))
    )


def _missing(part: Part, tables: Tables) -> list[str]:
    frame = getattr(tables, part.id)
    if part.id in ("sparsity", "similarity"):
        frame = frame[frame["round"] > 0]  # a dense model alone says nothing of these
    without = [name for name in _experiments(tables) if name not in set(frame["experiment"])]
    if frame.empty:
        return [f"{part.nothing}: the table {part.id!r} has no rows for it."]
    return [f"{part.nothing} for {listed(without)}."] if without else []


def _files(tables: Tables) -> list[dict[str, Any]]:
    files = []
    for field in fields(tables):
        links = [f"{field.name}.parquet", f"{field.name}.csv"]
        links += ["scores.tex"] if field.name == "scores" else []
        rows = len(getattr(tables, field.name))
        files.append({"name": field.name, "rows": rows, "links": links})
    return files
