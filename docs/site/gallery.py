"""Every figure, drawn from made-up tables, with the lines that draw it."""

import json
import tempfile
from pathlib import Path

import vl_convert
from docs.site.pictures import shown
from docs.site.toy import toy_tables

from tombola.report import FIGURES, Tables
from tombola.report.exports import VEGA_LITE, printable
from tombola.report.figures.base import Drawing, Figure, drawings
from tombola.report.parts.part import part_of

DENSE = 2
"""Pixels of a picture for each point of paper."""
INTRODUCTION = """\
# Gallery

Every figure that a report draws where its tables have something to show, in the order of the
report. The pictures are of **made-up numbers**; figures of real studies stand under
[Results](results.md). All begin with

```python
import tombola

tables = tombola.Tables.read("runs/first-look")
```

`tombola.figure` gives an Altair chart; what narrows the tables says which of several is meant. A
report's folder has the same as PDF and PNG.
"""


def page(pages: Path) -> str:
    """Figures in the order in which a report has them."""
    lines = [INTRODUCTION]
    with tempfile.TemporaryDirectory() as folder:
        made = toy_tables(Path(folder))
        for figure in sorted(FIGURES.values(), key=_place):
            table = f"[{figure.table}](reference/tables.md#{figure.table})"
            lines += [f"## {figure.name}", "", f"Of the table {table}."]
            drawing = next((each for tables in made for each in _drawn(figure.name, tables)), None)
            assert drawing is not None, f"no made-up tables show the figure {figure.name}"
            picture = f"images/gallery/{figure.name}.png"
            width = _write(pages / picture, drawing)
            lines += ["", f"![{figure.caption[:120]}]({picture}){{ width={width} }}"]
            lines += ["", "```python", call(figure.name, drawing), "```", "", figure.caption, ""]
    return "\n".join(lines)


def call(name: str, drawing: Drawing) -> str:
    """The line that draws a figure."""
    which = (f"{k}={json.dumps(v)}" for k, v in drawing.which.items())
    said = [json.dumps(name), "tables", *which]
    return f"tombola.figure({', '.join(said)})"


def _place(figure: Figure) -> tuple[int, int, str]:
    return part_of(figure.table).place, figure.place, figure.name


def _drawn(name: str, tables: Tables) -> list[Drawing]:
    return [each for each, _ in zip(drawings(name, tables), range(1), strict=False)]


def _write(path: Path, drawing: Drawing) -> int:
    """Write a picture as PNG; returns its width on the page, in pixels of CSS.

    Not as SVG: who lacks the font that its words were measured in sees them cut.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = vl_convert.vegalite_to_png(
        printable(drawing.picture.spec), vl_version=VEGA_LITE, scale=DENSE, allowed_base_urls=[]
    )
    path.write_bytes(picture)
    return shown(path, 72 * DENSE)
