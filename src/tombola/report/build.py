"""From a study's tables to everything a person reads."""

import re
import shutil
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tombola.errors import UserError
from tombola.files import atomic_file, atomic_folder
from tombola.report.exports import export_figure, export_tables
from tombola.report.facets import facets_of
from tombola.report.figures import FIGURES, Drawing, drawings
from tombola.report.page.chart import ShownChart
from tombola.report.page.render import page
from tombola.report.parts import check, part_of
from tombola.report.parts.differences import against_in_words
from tombola.report.reading import Tables
from tombola.report.study import Study
from tombola.report.words import clip, pretty
from tombola.version import __version__


def report(out: Path) -> Path:
    """Build the report of the study in `out` from its tables; return the path of the page.

    Reads `out/tables/*.parquet` and `out/study.json`; writes CSV and LaTeX into `out/tables`,
    PDF and PNG into `out/figures` (which is replaced as a whole), and `out/report.html`, last.
    Raises UserError where there is no table or one is damaged; nothing is written then.
    """
    if not out.is_dir():
        raise UserError(f"{out}: no such folder; a report is built from a study's output folder")
    tables, study = Tables.read(out / "tables"), Study.read(out / "study.json")
    _check(tables, study)
    charts = list(_charts(tables))
    text = page(study, tables, charts)
    with _replaced_folder(out / "figures") as folder:
        for chart in charts:
            export_figure(folder, chart.stem, dict(chart.spec))
    export_tables(out / "tables", tables)
    with atomic_file(out / "report.html") as draft:
        draft.write_text(text, encoding="utf-8", newline="\n")
    return out / "report.html"


def _check(tables: Tables, study: Study) -> None:
    """Raise UserError where a table is not what its part reads, with who wrote it."""
    try:
        for name in tables:
            check(tables, name)
    except UserError as problem:
        writer = dict(study.versions).get("tombola", __version__)
        if writer == __version__:
            raise
        raise UserError(f"{problem}; tombola {writer} wrote it, this is {__version__}") from problem


def _charts(tables: Tables) -> Iterator[ShownChart]:
    """Every chart of every figure, with file names that differ."""
    used: Counter[str] = Counter()
    for name in FIGURES:
        for drawing in drawings(name, tables):
            stem = "-".join([name, *filter(None, map(_slug, drawing.which.values()))])
            used[stem] += 1
            stem = stem if used[stem] == 1 else f"{stem}-{used[stem]}"
            which = _which(drawing.which) or name
            yield ShownChart(
                name, stem, drawing.picture.spec, which, _finding(drawing),
                facets_of(drawing.tables.joined(drawing.figure.table)),
            )  # fmt: skip


def _which(values: Mapping[str, str]) -> str:
    """What tells a chart from others, in words: a task that its experiment names once."""
    words: list[str] = []
    for word in (_word(*each) for each in values.items() if each[1]):
        if not any(f"{known}, ".startswith(f"{word}, ") for known in words):
            words.append(word)
    return " · ".join(words)


def _word(column: str, value: str) -> str:
    """A value of a column that tells charts apart."""
    return clip(against_in_words(value) if column == "against" else pretty(value), 60)


def _finding(drawing: Drawing) -> str:
    """What the table says first of that which a chart shows."""
    said = part_of(drawing.figure.table).say(drawing.tables)
    return clip(said[0], 400) if said else ""


def _slug(text: str) -> str:
    """Letters, digits and hyphens, for the name of a file."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower())[:40].strip("-")


@contextmanager
def _replaced_folder(path: Path) -> Iterator[Path]:
    """Yield an empty folder that takes the place of `path` when it is complete."""
    fresh, old = (path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}") for _ in range(2))
    try:
        with atomic_folder(fresh) as draft:
            yield draft
        if path.exists():
            path.rename(old)
        fresh.rename(path)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
