"""Figures and tables as files for a paper."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import altair as alt
import vl_convert

from tombola.files import atomic_file
from tombola.report.latex import latex
from tombola.report.paper import paper_tables
from tombola.report.reading import Tables

PPI = 300
VEGA_LITE = ".".join(alt.SCHEMA_VERSION.split(".")[:2])
"""The Vega-Lite version whose charts Altair writes."""


def export_figure(folder: Path, stem: str, spec: dict[str, Any]) -> None:
    """Write a chart as PDF and as PNG of 300 dots per inch; its points are paper's points."""
    # No chart may fetch anything.
    options: dict[str, Any] = {"vl_version": VEGA_LITE, "allowed_base_urls": []}
    (folder / f"{stem}.pdf").write_bytes(vl_convert.vegalite_to_pdf(spec, **options))
    (folder / f"{stem}.png").write_bytes(vl_convert.vegalite_to_png(spec, ppi=PPI, **options))


def export_tables(folder: Path, tables: Tables) -> None:
    """Write every table as CSV, and the scores as a LaTeX table, beside the Parquet files."""
    for field in fields(tables):
        with atomic_file(folder / f"{field.name}.csv") as draft:
            getattr(tables, field.name).to_csv(draft, index=False, lineterminator="\n")
    with atomic_file(folder / "scores.tex") as draft:
        draft.write_text(latex(paper_tables(tables)), encoding="utf-8")
