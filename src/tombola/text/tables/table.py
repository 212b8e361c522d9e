"""A table: its rows, each with where it stands, and what its columns say of themselves."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tombola.errors import UserError
from tombola.text.reading import Reading, reading_of

Cells = tuple[str, Mapping[str, Any]]
"""Where a row is (file and line, for messages), and its columns."""


@dataclass(frozen=True)
class TableOfText:
    """Rows that can be gone through more than once."""

    where: str
    """The file, or what else to call it in messages."""
    columns: tuple[str, ...]
    rows: Callable[[Reading], Iterator[Cells]]
    """Goes through the rows from the first. Where the reading skips, it leaves out those that
    cannot be read."""
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Column to what its numbers stand for, where the table says so (a `ClassLabel`)."""

    def read(self, reading: Reading | None = None) -> Iterator[Cells]:
        """The rows, by a reading's policy; by default a bad one refuses the table.

        Raises UserError for such a row, and for a file that cannot be read on.
        """
        return self.rows(reading_of(reading))


def cell(row: Mapping[str, Any], column: str, where: str) -> Any:
    """What a row has in a column; `translation.de` is what `translation` has under `de`.

    Raises UserError where there is no such column.
    """
    if column in row:
        return row[column]
    first, _, rest = column.partition(".")
    if rest and isinstance(row.get(first), Mapping):
        return cell(row[first], rest, where)
    raise UserError(f"{where}: no column {column!r}; there are: {', '.join(map(str, row))[:300]}")


def declared_names(features: Any) -> dict[str, tuple[str, ...]]:
    """Column to the names of its numbers, from features as `datasets` writes them into JSON."""
    found = {}
    for column, feature in (features if isinstance(features, dict) else {}).items():
        inner = feature
        while isinstance(inner, dict) and isinstance(inner.get("feature"), dict):
            inner = inner["feature"]  # of a list: of each of its members
        if isinstance(inner, list) and len(inner) == 1:
            inner = inner[0]
        names = inner.get("names") if isinstance(inner, dict) else None
        if isinstance(names, list):
            found[str(column)] = tuple(map(str, names))
    return found
