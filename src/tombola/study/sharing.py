"""Equal files once: what is large and the same in several stages is one file with several names."""

import os
import uuid
from contextlib import suppress
from pathlib import Path

from tombola.files import make_folder
from tombola.study.sums import Sums, size_of

LARGE = 2**20
"""Bytes from which on a file is worth it."""


def share(folder: Path, sums: Sums, shared: Path) -> None:
    """Put one file in the place of each large one of `folder` that `shared` has; enter the others.

    Where the disk knows no hard links nothing happens: each stage keeps a file of its own.
    """
    for name, found in sums.items():
        if size_of(found) < LARGE:
            continue
        path, known = folder / name, shared / found
        make_folder(shared)
        draft = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
        with suppress(OSError):
            try:
                os.link(known, draft)
            except FileNotFoundError:
                os.link(path, known)
            else:
                draft.replace(path)
                draft.unlink(missing_ok=True)  # where both were the same file already


def release(path: Path, found: str, shared: Path) -> int:
    """Remove a stage's file, and the shared one where no stage has it any more.

    Returns the bytes that are free then: none where another stage has the file still.
    """
    path.unlink(missing_ok=True)
    known = shared / found
    with suppress(FileNotFoundError):
        if known.stat().st_nlink > 1:
            return 0
        known.unlink()
    return size_of(found)
