"""Figures and tables as files for a paper."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd
import vl_convert

from tombola.files import atomic_file
from tombola.report.latex import latex
from tombola.report.parts import part_of
from tombola.report.reading import Tables

PPI = 300
VEGA_LITE = ".".join(alt.SCHEMA_VERSION.split(".")[:2])
"""The Vega-Lite version whose charts Altair writes."""


def export_figure(folder: Path, stem: str, spec: dict[str, Any]) -> None:
    """Write a chart as PDF and as PNG of 300 dots per inch; its points are paper's points."""
    # No chart may fetch anything.
    options: dict[str, Any] = {"vl_version": VEGA_LITE, "allowed_base_urls": []}
    text = printable(spec)
    (folder / f"{stem}.pdf").write_bytes(vl_convert.vegalite_to_pdf(text, **options))
    (folder / f"{stem}.png").write_bytes(vl_convert.vegalite_to_png(text, ppi=PPI, **options))


def printable(spec: dict[str, Any]) -> str:
    """A chart as JSON that can be drawn to a file whatever its labels say, and fits its column.

    A legend that stands beside its chart on a wide screen stands above it on paper. Vega shortens
    a long label by UTF-16 units: half a character, of an emoji say, stops the drawing, so
    characters of two units become boxes.
    """
    text = json.dumps(_above(spec), ensure_ascii=False)
    return re.sub("[\U00010000-\U0010ffff]", "\u25a1", text)


def _above(value: Any) -> Any:
    """A part of a chart with its legends above."""
    if isinstance(value, list):
        return [_above(each) for each in value]
    if not isinstance(value, dict):
        return value
    found = {key: each if key == "datasets" else _above(each) for key, each in value.items()}
    legend = found.get("legend")
    if isinstance(legend, dict) and legend.get("orient") == "right":
        found["legend"] = legend | {"orient": "top"}
    return found


def paper_files(tables: Tables) -> Iterator[tuple[str, pd.DataFrame]]:
    """What parts of the page make of their tables, by the name of the file."""
    for name in tables:
        yield from part_of(name).files(tables).items()


def export_tables(folder: Path, tables: Tables) -> None:
    """Write every table as CSV, what parts make of them, and as LaTeX what a paper prints."""
    for name, frame in [*tables.items(), *paper_files(tables)]:
        with atomic_file(folder / f"{name}.csv") as draft:
            frame.to_csv(draft, index=False, lineterminator="\n")
    for name in tables:
        papers = part_of(name).papers(tables)
        if papers:
            with atomic_file(folder / f"{name}.tex") as draft:
                draft.write_text(latex(papers), encoding="utf-8")
