"""Tables of cells between commas, semicolons or tabs, with a header."""

import csv
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tombola.errors import UserError
from tombola.text.lines import read_lines
from tombola.text.reading import Reading, reading_of
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


def rows_of_csv(
    path: Path, mark: str = ",", reading: Reading | None = None
) -> Iterator[tuple[str, list[str]]]:
    """Cells of each line, the header's first; the place is the line where they end.

    Raises UserError for what is no CSV, with the line where such a row begins. A reading that skips
    leaves that line out and reads on in the next: a mark that is never closed costs one line.
    """
    csv.field_size_limit(MOST_CELL)
    reading = reading_of(reading)
    lines = _Lines(path)
    while True:
        reader = csv.reader(lines, delimiter=mark, strict=True)
        try:
            for cells in reader:
                if cells:
                    yield f"{path}:{lines.number}", cells
                lines.keep()
        except csv.Error as problem:
            reading.refuse(UserError(f"{path}:{lines.began}: not CSV: {problem}"))
            lines.back()
        else:
            return


class _Lines:
    """Lines of a file, with their ends, which may stand within quotation marks."""

    def __init__(self, path: Path) -> None:
        self._lines = read_lines(path, mixed_ends=True)
        self._taken: list[str] = []
        """Since a row began."""
        self._again: deque[str] = deque()
        """Those that are read another time."""
        self.number = 0
        """Of the last line."""

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else f"{next(self._lines)[1]}\n"
        self._taken.append(line)
        self.number += 1
        return line

    @property
    def began(self) -> int:
        """The line where the row of the last line begins."""
        return self.number - len(self._taken) + 1

    def keep(self) -> None:
        """A row has ended with the last line."""
        self._taken = []

    def back(self) -> None:
        """Go back to the line after the one where the row began."""
        self._again.extendleft(reversed(self._taken[1:]))
        self.number = self.began
        self._taken = []


def quoted(path: Path, mark: str = ",") -> TableOfText:
    """A table whose cells may be quoted."""
    return _table(path, partial(rows_of_csv, path, mark))


def _plain(path: Path) -> TableOfText:
    def rows(_: Reading) -> Iterator[tuple[str, list[str]]]:
        for number, line in read_lines(path, mixed_ends=True):
            if line:
                yield f"{path}:{number}", line.split("\t")

    return _table(path, rows)


def _table(path: Path, rows: Callable[[Reading], Iterator[tuple[str, list[str]]]]) -> TableOfText:
    header = next(rows(Reading()), None)
    if header is None:
        raise UserError(f"{path}: empty file, expected a header line")
    where, columns = header
    twice = next((name for name in columns if name and columns.count(name) > 1), None)
    if twice is not None:
        raise UserError(f"{where}: two columns are called {twice!r}")

    def row(placed: tuple[str, list[str]]) -> Cells:
        place, cells = placed
        if len(cells) != len(columns):
            raise UserError(f"{place}: {len(cells)} columns, expected {len(columns)}")
        return place, dict(zip(columns, cells, strict=True))

    def read(reading: Reading) -> Iterator[Cells]:
        each = rows(reading)
        next(each, None)
        yield from reading.each(each, row)

    return TableOfText(str(path), tuple(columns), read)
