"""A disk that is full from the n-th write on, in this process: each write leaves what is torn."""

import builtins
import errno
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet
import pytest
import safetensors.numpy
import safetensors.torch
from safetensors import SafetensorError

WORDS = "No space left on device"
TORN = b'{"torn": '
"""What stands in a file that there was no more space for."""


@dataclass
class Disk:
    """A folder, and what there is space for in it."""

    folder: Path
    space: int | None
    """Writes; None for no end of them."""
    writes: int = 0

    def takes(self, path: Any) -> bool:
        """Whether there is space for one more write to a path; elsewhere there is."""
        if not isinstance(path, str | os.PathLike):
            return True
        if not Path(os.fspath(path)).absolute().is_relative_to(self.folder):
            return True
        self.writes += 1
        return self.space is None or self.writes <= self.space


@contextmanager
def full_after(space: int | None, folder: Path) -> Iterator[Disk]:
    """Within it there is space for so many writes into a folder; they are counted.

    Files and folders that are made, and what the libraries write past Python: tensors and tables.
    What is written into the space that a file has goes on, and so do renames and removals.
    """
    disk, real_open = Disk(folder, space), builtins.open

    def opened(file: Any, mode: str = "r", *more: Any, **given: Any) -> Any:
        needs = any(letter in mode for letter in "wxa")
        needs = needs or ("+" in mode and Path(file).stat().st_size == 0)
        if needs and not disk.takes(file):
            with real_open(file, "wb") as torn:
                torn.write(TORN)
            raise OSError(errno.ENOSPC, WORDS, os.fspath(file))
        return real_open(file, mode, *more, **given)

    def of_paths(real: Callable[..., Any]) -> Callable[..., Any]:
        def made(path: Any, *more: Any, **given: Any) -> Any:
            if not disk.takes(path):
                raise OSError(errno.ENOSPC, WORDS, os.fspath(path))
            return real(path, *more, **given)

        return made

    def of_libraries(real: Callable[..., Any], problem: Exception) -> Callable[..., Any]:
        def written(what: Any, path: Any, *more: Any, **given: Any) -> Any:
            if not disk.takes(path):
                with real_open(path, "wb") as torn:
                    torn.write(TORN)
                raise problem
            return real(what, path, *more, **given)

        return written

    tensors = SafetensorError(f"Error while serializing: I/O error: {WORDS} (os error 28)")
    table = OSError(errno.ENOSPC, f"Error writing bytes to file. Detail: [errno 28] {WORDS}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(builtins, "open", opened)
        patch.setattr(io, "open", opened)
        patch.setattr(os, "mkdir", of_paths(os.mkdir))
        for module in (safetensors.torch, safetensors.numpy):
            patch.setattr(module, "serialize_file", of_libraries(module.serialize_file, tensors))
        writes_table = of_libraries(pyarrow.parquet.write_table, table)
        patch.setattr(pyarrow.parquet, "write_table", writes_table)
        patch.setattr(pd.DataFrame, "to_parquet", of_libraries(pd.DataFrame.to_parquet, table))
        yield disk
