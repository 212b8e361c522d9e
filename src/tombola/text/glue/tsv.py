"""GLUE's own files: tab-separated, without any quoting.

A quotation mark is a character like any other: a CSV reader that takes it for a quote swallows
rows of CoLA, MRPC and STS-B. Copies that a writer of CSV made have quotes in all their cells, and
are read as they were written (`is_quoted`).
"""

from collections.abc import Iterator
from pathlib import Path

from tombola.errors import UserError
from tombola.text.examples import SentenceExample
from tombola.text.glue.labels import NO_GOLD, from_text
from tombola.text.glue.layouts import Layout
from tombola.text.lines import read_lines
from tombola.text.reading import Reading, reading_of
from tombola.text.tables.delimited import rows_of_csv
from tombola.text.tables.quoting import is_quoted

ID_COLUMNS = ("index", "id")


Cells = tuple[int, list[str]]
"""Number of a line, and its cells."""


def read_tsv(
    path: Path, layout: Layout, hidden: bool, reading: Reading | None = None
) -> tuple[list[SentenceExample], int]:
    """Examples of one file, and how many rows were left out (`Layout.may_break`, `may_lack_gold`).

    With `hidden`, it is a test file: its labels are not there or not read. A `reading` says what is
    done about rows that are none. Raises UserError with file and line where the file is not laid
    out so.
    """
    reading = reading_of(reading)
    # Sentences stand last in test files: a stray carriage return may be the end of one.
    lines = _quoted(path, reading) if is_quoted(path) else _plain(path, mixed_ends=hidden)
    names = list(layout.no_header) if layout.no_header and not hidden else _header(path, lines)
    *texts, label_column = layout.columns
    missing = [column for column in texts if column not in names]
    if label_column not in names and not hidden:
        missing.append(label_column)
    if missing:
        header = ", ".join(map(repr, names))[:200]
        raise UserError(f"{path}:1: no column {', '.join(missing)}; the header has {header}")
    sentence_columns = [names.index(column) for column in texts]
    label_at = None if hidden else names.index(label_column)
    id_column = next((names.index(column) for column in ID_COLUMNS if column in names), None)
    seen: dict[str, int] = {}
    n_dropped = 0

    def example(row: Cells) -> SentenceExample | None:
        nonlocal n_dropped
        number, cells = row
        if len(cells) != len(names):
            if layout.may_break and len(cells) < len(names):
                n_dropped += 1
                return None
            raise UserError(f"{path}:{number}: {len(cells)} columns, expected {len(names)}")
        if id_column is not None and seen.setdefault(cells[id_column], number) != number:
            said = f"{names[id_column]} {cells[id_column][:40]!r} again, first on line"
            raise UserError(f"{path}:{number}: {said} {seen[cells[id_column]]}")
        label = None
        if label_at is not None:
            cell = cells[label_at]
            if cell == NO_GOLD and layout.may_lack_gold:
                n_dropped += 1
                return None
            label = from_text(cell, layout, f"{path}:{number}")
        text, *pair = [cells[column] for column in sentence_columns]
        return SentenceExample(text, pair[0] if pair else None, label)

    return list(reading.texts(path, lines, example, "examples")), n_dropped


def _plain(path: Path, mixed_ends: bool) -> Iterator[Cells]:
    return ((number, line.split("\t")) for number, line in read_lines(path, mixed_ends))


def _quoted(path: Path, reading: Reading) -> Iterator[Cells]:
    # With line ends, which may stand within quotation marks.
    for where, cells in rows_of_csv(path, "\t", reading):
        yield int(where.rpartition(":")[2]), cells


def _header(path: Path, lines: Iterator[Cells]) -> list[str]:
    for _, cells in lines:
        return cells
    raise UserError(f"{path}: empty file, expected a header line")
