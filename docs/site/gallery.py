"""Every figure, drawn from made-up tables, with the lines that draw it."""

import json
import tempfile
from pathlib import Path

import vl_convert
from docs.site.toy import toy_tables

from tombola.report import FIGURES, Tables
from tombola.report.exports import VEGA_LITE, printable
from tombola.report.figures.base import Drawing, drawings

INTRODUCTION = """\
# Gallery

Every figure that a report draws where its tables have something to show. The pictures are of
**made-up numbers**; figures of real studies stand under [Results](results.md). All begin with

```python
tables = tombola.Tables.read("runs/first-look")
```

`tombola.figure` gives an Altair chart; what narrows the tables says which of several is meant. A
report's folder has the same as PDF and PNG.
"""


def page(pages: Path) -> str:
    """Figures by the table that they show."""
    lines = [INTRODUCTION]
    with tempfile.TemporaryDirectory() as folder:
        made = toy_tables(Path(folder))
        for figure in sorted(FIGURES.values(), key=lambda each: (each.table, each.place)):
            table = f"[{figure.table}](reference/tables.md#{figure.table})"
            lines += [f"## {figure.name}", "", f"Of the table {table}."]
            drawing = next((each for tables in made for each in _drawn(figure.name, tables)), None)
            if drawing is not None:
                _write(pages / "images" / "gallery" / f"{figure.name}.svg", drawing)
                lines += ["", f"![{figure.caption[:120]}](images/gallery/{figure.name}.svg)"]
            lines += ["", "```python", call(figure.name, drawing), "```", "", figure.caption, ""]
    return "\n".join(lines)


def call(name: str, drawing: Drawing | None) -> str:
    """The line that draws a figure."""
    which = {} if drawing is None else drawing.which
    said = [json.dumps(name), "tables", *(f"{k}={json.dumps(v)}" for k, v in which.items())]
    return f"tombola.figure({', '.join(said)})"


def _drawn(name: str, tables: Tables) -> list[Drawing]:
    return [each for each, _ in zip(drawings(name, tables), range(1), strict=False)]


def _write(path: Path, drawing: Drawing) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = printable(drawing.picture.spec)
    path.write_text(
        vl_convert.vegalite_to_svg(text, vl_version=VEGA_LITE, allowed_base_urls=[]), "utf-8"
    )
