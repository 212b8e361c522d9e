"""Tables: one tidy row per number, in Parquet; the only thing a report reads.

A kind of step declares the tables that it fills; nobody lists them.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from numbers import Integral, Real
from pathlib import Path
from typing import Any

import numpy as np

from tombola.errors import UserError
from tombola.extras import extra
from tombola.files import atomic_file

with extra("report"):
    import pandas as pd
    import pyarrow as pa
    from pyarrow import parquet

NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
"""What a table's name looks like, so that it may stand in a path and in a link."""
TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "int64": (Integral,),
    "Int64": (Integral, type(None), type(pd.NA)),
    "float64": (Real,),
    "bool": (bool, np.bool_),
}
"""Types of columns and what a cell of each may be; Int64 is a whole number or nothing."""
AXIS = "an axis of the recipe; empty where a row has no place on it"


@dataclass(frozen=True)
class Table:
    """What a table holds: its columns in their order, each with its type and a line about it."""

    name: str
    columns: Mapping[str, tuple[str, str]]
    open_axes: bool = False
    """Whether rows may have further columns of text: the axes that a recipe names."""
    rare: bool = False
    """Whether a study without a row of it has no such table."""

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise ValueError(f"{self.name!r} is no name of a table: {NAME.pattern}")
        unknown = {dtype for dtype, _ in self.columns.values()} - set(TYPES)
        if unknown:
            raise ValueError(f"table {self.name}: no type {', '.join(sorted(unknown))}")

    def frame(self, rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
        """Rows as a frame with this table's columns and types; further axes stand after them.

        Raises KeyError where a row lacks a column or has one too many, TypeError where a value is
        of another type.
        """
        rows = list(rows)
        for row in rows:
            self._check_columns(row)
        further = dict.fromkeys(c for row in rows for c in row if c not in self.columns)
        types = {**{c: dtype for c, (dtype, _) in self.columns.items()}, **dict.fromkeys(
            further, "string")}  # fmt: skip
        cells = {c: [row.get(c, "") for row in rows] for c in types}
        for column, dtype in types.items():
            self._check_type(column, dtype, cells[column])
        return pd.DataFrame(cells, dtype=object).astype(types)

    def about(self, column: str) -> str:
        """The line about a column."""
        return self.columns[column][1] if column in self.columns else AXIS

    def _check_columns(self, row: Mapping[str, Any]) -> None:
        missing, further = set(self.columns) - set(row), set(row) - set(self.columns)
        if missing or (further and not self.open_axes):
            raise KeyError(f"row of {self.name} differs in {sorted(missing | further)}")

    def _check_type(self, column: str, dtype: str, cells: list[Any]) -> None:
        for kind in set(map(type, cells)):
            # A truth value is a whole number to Python, but not to a reader.
            is_bool = issubclass(kind, TYPES["bool"])
            if not issubclass(kind, TYPES[dtype]) or (is_bool and dtype != "bool"):
                raise TypeError(f"{self.name}.{column} is {dtype}, not {kind.__name__}")


def write(folder: Path, table: Table, frame: pd.DataFrame) -> None:
    """Write a frame of this table as Parquet: equal tables give equal bytes.

    The line about each column is in its field's metadata, the table's name in the schema's.
    """
    found = pa.Table.from_pandas(frame, preserve_index=False)
    fields = [
        field.with_metadata(
            {"about": table.about(field.name), "dtype": str(frame[field.name].dtype)}
        )
        for field in found.schema
    ]
    schema = pa.schema(fields, {**(found.schema.metadata or {}), b"table": table.name.encode()})
    with atomic_file(folder / f"{table.name}.parquet") as draft:
        parquet.write_table(found.cast(schema), draft)


def names(folder: Path) -> list[str]:
    """The tables in a folder, by name."""
    return sorted(path.stem for path in folder.glob("*.parquet") if NAME.fullmatch(path.stem))


def read(folder: Path, name: str) -> pd.DataFrame:
    """Read any table: text as `string`, whole numbers as `int64` or, with gaps, `Int64`.

    Raises UserError, on one line, where there is no readable table.
    """
    path = folder / f"{name}.parquet"
    try:
        found = parquet.read_table(path)
        found.validate(full=True)  # text that is none would only be met where it is looked at
        # What the file says of pandas is not needed, and so not trusted.
        frame = found.to_pandas(ignore_metadata=True, types_mapper=_TEXT.get)
        gaps = [field.name for field in found.schema if _has_gaps(found, field)]
        return frame.assign(**{c: pd.array(found[c].to_pylist(), dtype="Int64") for c in gaps})
    except (OSError, ValueError, TypeError, KeyError, NotImplementedError) as problem:
        reason = " ".join(str(problem).split())
        raise UserError(f"{path}: no readable table: {reason}") from problem


def about(folder: Path, name: str) -> dict[str, str]:
    """What the file says about each column; empty text where it says nothing."""
    schema = parquet.read_schema(folder / f"{name}.parquet")
    said = {field.name: (field.metadata or {}).get(b"about", b"") for field in schema}
    return {column: text.decode(errors="replace") for column, text in said.items()}


_TEXT = {pa.string(): pd.StringDtype(), pa.large_string(): pd.StringDtype()}


def _has_gaps(found: pa.Table, field: pa.Field) -> bool:
    """Whether a column of whole numbers has, or may have, cells without one."""
    if not pa.types.is_integer(field.type):
        return False
    declared: bool = (field.metadata or {}).get(b"dtype") == b"Int64"
    return declared or found[field.name].null_count > 0
