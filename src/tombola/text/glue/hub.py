"""The forms in which the Hugging Face hub holds GLUE: Parquet, JSON lines, CSV."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tombola.errors import UserError
from tombola.extras import extra
from tombola.text.examples import SentenceExample
from tombola.text.glue.labels import from_hub
from tombola.text.glue.layouts import Layout
from tombola.text.reading import Reading, reading_of
from tombola.text.tables.delimited import quoted
from tombola.text.tables.objects import rows_of_objects
from tombola.text.tables.parquet import rows_of_parquet

with extra("data"):
    import pyarrow as pa
    import pyarrow.parquet as pq

ID_COLUMNS = ("idx", "index", "id")


def read_hub(
    path: Path, layout: Layout, hidden: bool, reading: Reading | None = None
) -> tuple[list[SentenceExample], int]:
    """Examples of one file, and how many were left out for want of a gold label.

    Columns are named as on the hub, or as in GLUE's own files. Parquet files made by `datasets` say
    what their numbers mean, which is then heeded; otherwise the numbers are those of
    `nyu-mll/glue`, whose order for MNLI is not that of GLUE's files. With `hidden`, labels are not
    read. Raises UserError with file and line (row, of Parquet) where something else is found.
    """
    reading = reading_of(reading)
    kind = path.name.removesuffix(".gz").rpartition(".")[2]
    names = layout.hub_labels
    if kind == "parquet":
        names = _declared_names(path, layout)
        rows = rows_of_parquet(path)
    else:
        rows = quoted(path).read(reading) if kind == "csv" else rows_of_objects(path, reading)
    seen: dict[Any, str] = {}
    n_dropped = 0

    def example(located: tuple[str, Mapping[str, Any]]) -> SentenceExample | None:
        nonlocal n_dropped
        where, row = located
        _check_id(row, where, seen)
        text, *pair = _texts(row, layout, where)
        label = None
        if not hidden:
            label = from_hub(_label_of(row, layout, where), names, layout, where)
            if label is None:
                n_dropped += 1
                return None
        return SentenceExample(text, pair[0] if pair else None, label)

    examples = list(reading.each(rows, example))
    found = [one for one in examples if one is not None]
    if not found:
        raise UserError(f"{path}: no examples" + (" with a label" if n_dropped else ""))
    return found, n_dropped


def _texts(row: Mapping[str, Any], layout: Layout, where: str) -> list[str]:
    for columns in (layout.hub_columns, layout.columns[:-1]):
        if all(column in row for column in columns):
            for column in columns:
                if not isinstance(row[column], str):
                    raise UserError(f"{where}: {column} is no text: {str(row[column])[:40]!r}")
            return [row[column] for column in columns]
    wanted = ", ".join(layout.hub_columns)
    raise UserError(f"{where}: expected {wanted}, found {', '.join(map(str, row))[:200]}")


def _label_of(row: Mapping[str, Any], layout: Layout, where: str) -> Any:
    for column in ("label", layout.columns[-1]):
        if column in row:
            return row[column]
    raise UserError(f"{where}: no column label: a test split, whose labels are hidden?")


def _check_id(row: Mapping[str, Any], where: str, seen: dict[Any, str]) -> None:
    for column in ID_COLUMNS:
        value = row.get(column)
        if isinstance(value, str | int):
            if seen.setdefault(value, where) != where:
                raise UserError(
                    f"{where}: {column} {str(value)[:40]!r} again, first in {seen[value]}"
                )
            return


def _declared_names(path: Path, layout: Layout) -> tuple[str, ...]:
    """Names of the label's numbers, as `datasets` writes them into a file; the hub's if it did not.

    Raises UserError where they are other names than the task has.
    """
    try:
        metadata = pq.read_schema(path).metadata or {}
        info = json.loads(metadata[b"huggingface"])["info"]
        names = info["features"]["label"]["names"]
    except (KeyError, TypeError, ValueError, RecursionError, OSError, pa.ArrowException):
        return layout.hub_labels  # no such file, or nothing declared: reading it will tell
    if not isinstance(names, list) or sorted(map(str, names)) != sorted(layout.hub_labels):
        wanted = ", ".join(layout.hub_labels)
        raise UserError(f"{path}: labels {str(names)[:80]}; expected {wanted} in some order")
    return tuple(names)
