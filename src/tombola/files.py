"""Writing so that a reader sees all of a file or folder, or nothing of it."""

import errno
import json
import math
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tombola.errors import UserError


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """Yield a path beside `path` to write to; it takes the place of `path` on success."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """Yield an empty folder beside `path`; it becomes `path` by one rename on success.

    Raises FileExistsError where `path` exists: a finished folder is never overwritten.
    """
    if path.exists():
        raise FileExistsError(f"{path} exists")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
    draft.mkdir()
    try:
        yield draft
        draft.rename(path)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """`atomic_folder` for a folder that a user named: UserError where it exists."""
    try:
        with atomic_folder(path) as draft:
            yield draft
    except FileExistsError:
        raise UserError(f"{path}: exists already; choose another folder") from None


def link_or_copy(source: str | Path, target: str | Path) -> None:
    """The same file under another name where the disk can do that, a copy elsewhere."""
    Path(target).unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def write_json(path: Path, value: Any) -> None:
    """Write `value` as JSON: sorted keys, so that equal values are equal bytes.

    What is no finite number is null: JSON has no NaN.
    """
    text = json.dumps(_finite(value), indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    with atomic_file(path) as draft:
        draft.write_text(f"{text}\n", encoding="utf-8", newline="\n")


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value


def read_json(path: Path) -> Any:
    """Read what `write_json` wrote."""
    return json.loads(path.read_text(encoding="utf-8"))


def is_full_disk(problem: BaseException) -> bool:
    """Whether an error says that there is no space left, in whichever library's words."""
    if isinstance(problem, OSError):
        return problem.errno in {errno.ENOSPC, errno.EDQUOT}
    # safetensors has an error of its own, with the system's number in its text.
    words = str(problem)
    return f"(os error {errno.ENOSPC})" in words or f"(os error {errno.EDQUOT})" in words
