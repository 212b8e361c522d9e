"""Encoded examples in a memory-mapped Arrow file: read by any number of processes, held by none."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Any, cast, overload

import numpy as np
from jaxtyping import Int

from tombola.extras import extra
from tombola.files import atomic_folder, read_json, write_json
from tombola.tasks.tokenize import Encoded
from tombola.text.rows import Row

if TYPE_CHECKING:
    import datasets

VERSION = 1
"""Raised when the same examples would be other rows, or the files have another form."""
ROWS, FACTS = "rows.arrow", "facts.json"
FLAGS = ("attention_mask", "token_type_ids")
"""Columns of numbers so small that a byte holds them."""


class Stored(Sequence[Row]):
    """Encoded examples in their order, as `Encoded` has them, on disk.

    The file is an Arrow stream as `datasets.Dataset.from_file` opens it.
    """

    def __init__(self, rows: "datasets.Dataset", n_cut: int) -> None:
        self._rows = rows.with_format("arrow")
        self.n_cut = n_cut
        """Examples that lost tokens because they were longer than the limit."""

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Row, ...]: ...
    def __getitem__(self, index: int | slice) -> Row | tuple[Row, ...]:
        if isinstance(index, slice):
            return tuple(self[i] for i in range(*index.indices(len(self))))
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        row = self._rows[index % len(self) : index % len(self) + 1].to_pylist()[0]
        return cast(Row, row)

    def take(self, indices: Sequence[int]) -> dict[str, list[Any]]:
        """The columns of some examples: arrays of whole numbers, or a number each."""
        table = self._rows[list(indices)]
        columns: dict[str, list[Any]] = {}
        for name in table.column_names:
            column = table.column(name).combine_chunks()
            if hasattr(column, "offsets"):
                ends = column.offsets.to_numpy()
                values = column.values.to_numpy()
                columns[name] = [values[start:end] for start, end in pairwise(ends)]
            else:
                columns[name] = column.to_pylist()
        return columns

    @cached_property
    def lengths(self) -> Int[np.ndarray, "n 2"]:
        """Tokens of each example, and how many labels it has where each token has one."""
        lengths = np.zeros((len(self), 2), np.int32)
        for place, name in enumerate(("input_ids", "labels")):
            if name not in self._rows.column_names:
                continue
            column = self._rows.data.column(name)
            if hasattr(column.type, "value_type"):
                chunks = [chunk.value_lengths().to_numpy() for chunk in column.chunks]
                lengths[:, place] = np.concatenate(chunks)
        return lengths


def stored(folder: Path, facts: Mapping[str, Any], blocks: Iterable[Encoded]) -> Stored:
    """The rows that a folder holds of just these facts; else those of `blocks`, written there.

    Whoever calls sees to it that no two processes do so for one folder at a time. What stands there
    and does not fit (other facts, a damaged file) is made anew: it can be, from the text.
    """
    facts = {**facts, "version": VERSION}
    found = _read(folder, facts)
    if found is None:
        if folder.exists():
            rmtree(folder)
        with atomic_folder(folder) as draft:
            n, n_cut = _write(draft / ROWS, blocks)
            write_json(draft / FACTS, {"facts": facts, "n": n, "cut": n_cut})
        found = _read(folder, facts)
    if found is None:
        raise OSError(f"{folder}: what was written there just now cannot be read")
    return found


def _read(folder: Path, facts: Mapping[str, Any]) -> Stored | None:
    """What stands in a folder, if it is of these facts and whole."""
    if not (folder / FACTS).exists():
        return None
    with extra("data"):
        import datasets  # takes seconds, and small texts never need it
        import pyarrow
    try:
        said = read_json(folder / FACTS)
        rows = datasets.Dataset.from_file(str(folder / ROWS))
        fits = said["facts"] == facts and said["n"] == len(rows)
    except (OSError, ValueError, KeyError, TypeError, pyarrow.ArrowException):
        return None
    return Stored(rows, said["cut"]) if fits else None


def _write(path: Path, blocks: Iterable[Encoded]) -> tuple[int, int]:
    """Write all rows; how many there are, and how many were cut."""
    with extra("data"):
        import pyarrow
        from datasets.arrow_writer import ArrowWriter
    n, n_cut, writer = 0, 0, None
    for block in blocks:
        if not len(block):
            continue
        types = {name: _type(name, value) for name, value in block[0].items()}
        columns = {name: [row[name] for row in block] for name in types}
        table = pyarrow.table(columns, schema=pyarrow.schema(list(types.items())))
        if writer is None:
            writer = ArrowWriter(path=str(path), schema=table.schema)
        writer.write_table(table)
        n, n_cut = n + len(block), n_cut + block.n_cut
    if writer is None:
        raise ValueError("no rows to write")
    writer.finalize()
    return n, n_cut


def _type(name: str, value: Any) -> Any:
    """How a column is held: ids of tokens and of labels fit 32 bits."""
    import pyarrow

    if isinstance(value, list):
        return pyarrow.list_(pyarrow.int8() if name in FLAGS else pyarrow.int32())
    return pyarrow.float64() if isinstance(value, float) else pyarrow.int64()
