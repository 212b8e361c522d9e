"""Tables of cells between commas, semicolons or tabs, with a header."""

import csv
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tombola.errors import UserError
from tombola.text.lines import read_lines
from tombola.text.tables.quoting import is_quoted
from tombola.text.tables.table import Cells, TableOfText

MOST_CELL = 2**31 - 1
"""Characters of one cell: the reader's own limit is less than a long document."""


def read_csv(path: Path) -> TableOfText:
    """Cells between commas; between semicolons or tabs where the header has those and no comma.

    Cells may be quoted, and hold line ends then. Raises UserError with file and line.
    """
    header = next((line for _, line in read_lines(path, mixed_ends=True)), "")
    return quoted(path, next((mark for mark in ",;\t" if mark in header), ","))


def read_tsv(path: Path) -> TableOfText:
    """Cells between tabs, quoted or not: as the whole of the file shows.

    A quotation mark is a character like any other in most such files, and a reader that takes it
    for a quote swallows rows; but what a CSV writer wrote has quotes that must go (`is_quoted`).
    """
    return quoted(path, "\t") if is_quoted(path) else _plain(path)


def rows_of_csv(path: Path, mark: str = ",") -> Iterator[tuple[str, list[str]]]:
    """Cells of each line, the header's first. Raises UserError for what is no CSV."""
    csv.field_size_limit(MOST_CELL)
    # With line ends, which may stand within quotation marks.
    lines = (f"{line}\n" for _, line in read_lines(path, mixed_ends=True))
    reader = csv.reader(lines, delimiter=mark, strict=True)
    try:
        for cells in reader:
            if cells:
                yield f"{path}:{reader.line_num}", cells
    except csv.Error as problem:
        raise UserError(f"{path}:{reader.line_num}: not CSV: {problem}") from problem


def quoted(path: Path, mark: str = ",") -> TableOfText:
    """A table whose cells may be quoted."""
    return _table(path, partial(rows_of_csv, path, mark))


def _plain(path: Path) -> TableOfText:
    def rows() -> Iterator[tuple[str, list[str]]]:
        for number, line in read_lines(path, mixed_ends=True):
            if line:
                yield f"{path}:{number}", line.split("\t")

    return _table(path, rows)


def _table(path: Path, rows: Callable[[], Iterator[tuple[str, list[str]]]]) -> TableOfText:
    header = next(rows(), None)
    if header is None:
        raise UserError(f"{path}: empty file, expected a header line")
    where, columns = header
    twice = next((name for name in columns if name and columns.count(name) > 1), None)
    if twice is not None:
        raise UserError(f"{where}: two columns are called {twice!r}")

    def read() -> Iterator[Cells]:
        each = rows()
        next(each, None)
        for place, cells in each:
            if len(cells) != len(columns):
                raise UserError(f"{place}: {len(cells)} columns, expected {len(columns)}")
            yield place, dict(zip(columns, cells, strict=True))

    return TableOfText(str(path), tuple(columns), read)
