"""Tables of JSON objects: one a line, or an array of them."""

from collections.abc import Iterator
from pathlib import Path

from tombola.errors import UserError
from tombola.text.jsonfile import expect, read_members, read_objects
from tombola.text.lines import read_lines
from tombola.text.tables.table import Cells, TableOfText


def read_json(path: Path) -> TableOfText:
    """One object a line, or one array of objects, as the file begins.

    The columns are those of the first. Raises UserError with file and line.
    """
    first = next((line.strip() for _, line in read_lines(path) if line.strip()), "")
    rows = _members if first.startswith("[") else rows_of_objects
    begun = next(rows(path), None)
    if begun is None:
        raise UserError(f"{path}: no objects")
    return TableOfText(str(path), tuple(begun[1]), lambda: rows(path))


def rows_of_objects(path: Path) -> Iterator[Cells]:
    """The object of each line. Raises UserError where a line is none."""
    for number, row in read_objects(path):
        yield f"{path}:{number}", row


def _members(path: Path) -> Iterator[Cells]:
    for number, _, value in read_members(path):
        where = f"{path}:{number}"
        yield where, expect(value, dict, where, "a JSON object")
