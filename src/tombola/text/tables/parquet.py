"""Tables in Parquet."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from tombola.errors import UserError
from tombola.extras import extra
from tombola.text.reading import Reading
from tombola.text.tables.table import Cells, TableOfText, declared_names

with extra("data"):
    import pyarrow as pa
    import pyarrow.parquet as pq


def read_parquet(path: Path) -> TableOfText:
    """A Parquet file; one that `datasets` made says what its numbers stand for.

    Raises UserError where it cannot be read.
    """
    try:
        schema = pq.read_schema(path)
    except FileNotFoundError as problem:
        raise UserError(f"{path}: no such file") from problem
    except (pa.ArrowException, OSError) as problem:
        raise UserError(f"{path}: no Parquet file: {_said(problem)}") from problem
    return TableOfText(
        str(path), tuple(schema.names), partial(rows_of_parquet, path), _declared(schema.metadata)
    )


def rows_of_parquet(path: Path, _reading: Reading | None = None) -> Iterator[Cells]:
    """Each row with its number; none is bad alone, whatever the reading.

    Raises UserError where the file is not there, or is damaged.
    """
    n = 0
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches():
                for row in batch.to_pylist():
                    n += 1
                    yield f"{path}: row {n}", row
    except FileNotFoundError as problem:
        raise UserError(f"{path}: no such file") from problem
    except (pa.ArrowException, OSError, UnicodeDecodeError) as problem:
        raise UserError(f"{path}: row {n + 1}: cannot be read: {_said(problem)}") from problem


def _declared(metadata: Any) -> dict[str, tuple[str, ...]]:
    try:
        return declared_names(json.loads(metadata[b"huggingface"])["info"]["features"])
    except (KeyError, TypeError, ValueError, RecursionError):
        return {}


def _said(problem: Exception) -> str:
    return " ".join(str(problem).split())[:200]
