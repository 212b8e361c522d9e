"""Tables of JSON objects: one a line, or an array of them."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from tombola.text.jsonfile import expect, read_members, read_objects
from tombola.text.lines import read_lines
from tombola.text.reading import Reading
from tombola.text.tables.table import Cells, TableOfText


def read_json(path: Path) -> TableOfText:
    """One object a line, or one array of objects, as the file begins.

    The columns are those of the first. Raises UserError with file and line.
    """
    first = next((line.strip() for _, line in read_lines(path) if line.strip()), "")
    rows = _members if first.startswith("[") else rows_of_objects
    reading = Reading(skip=True)
    begun = next(rows(path, reading), None)
    if begun is None:
        raise reading.nothing(path, "objects")
    return TableOfText(str(path), tuple(begun[1]), partial(rows, path))


def rows_of_objects(path: Path, reading: Reading | None = None) -> Iterator[Cells]:
    """The object of each line. Raises UserError where a line is none, by the reading."""
    for number, row in read_objects(path, reading):
        yield f"{path}:{number}", row


def _members(path: Path, reading: Reading) -> Iterator[Cells]:
    def member(located: tuple[int, str | None, Any]) -> Cells:
        where = f"{path}:{located[0]}"
        return where, expect(located[2], dict, where, "a JSON object")

    return reading.each(read_members(path), member)
