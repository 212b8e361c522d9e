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
    """A chart as JSON that can be drawn to a file whatever its labels say.

    Vega shortens a long label by UTF-16 units. Half a character, of an emoji say, stops the
    drawing, so characters of two units become boxes.
    """
    return re.sub("[\U00010000-\U0010ffff]", "\u25a1", json.dumps(spec, ensure_ascii=False))


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
